import { themesOf } from '../theme.ts';

/** Who is who, and who may what. */
export const ACCESS = themesOf('Authentication and authorisation', 'Security Lead', [
  [
    'A1',
    'A+',
    'Tokens are signed, expire and are refreshed',
    'jwt|jwt token|token generation|token validation|token refresh|refresh mechanism|jwt expiring|rs256|jwt secret rotated|jwt configuration|token expiration|signing key|jwt keys|jwt secret keys|access token|bearer token|tokens expire|jwks',
  ],
  [
    'A2',
    'A+',
    'API keys are issued, kept as hashes and checked',
    'api key|api keys generated|api key management|api keys validated|api key storage|key issue|revoked key|key hash|hashes keys',
  ],
  [
    'A3',
    'A+',
    'Roles and ownership decide who may what',
    'rbac|role based|authorization|authorization rule|resource ownership|permission check|access control policy|roles policies|role based access control|scope|scopes|permission|entitlement|roles users',
  ],
  [
    'A4',
    'A+',
    'People log in and out, register, and sessions end',
    'login|registration|logout|session|session management|user authentication|authentication endpoint|authentication flow|authentication working|secure session|user registration|login registration|authentication service|sign in|log in|log out|sessions ended|account lockout',
  ],
  [
    'A5',
    'A+',
    'Second factor, OAuth2, password hashing',
    'oauth2|oauth|multi factor|mfa|two factor|password hashing|bcrypt|argon2|single sign on|second factor|totp|passkey|webauthn|saml|sso|passwords hashes',
  ],
  [
    'A6',
    'A+',
    'Callers are limited in how much they ask',
    'rate limiting|rate limit|rate limits|throttle|rate limiting active|requests per minute|global rate limits|429|too many requests|burst|request quota',
  ],
  [
    'A7',
    'A+',
    'Nothing that is protected answers without authentication',
    'protected endpoint|authentication required|authentication enabled|api authentication|unauthenticated|anonymous access|secure access only|401|without credential|stranger|public operation',
  ],
]);

/** Attacks on the application. */
export const APPLICATION_SECURITY = themesOf('Application security', 'Security Lead', [
  [
    'W1',
    'A+',
    'Input is checked: injection, scripts, forged requests, sizes, uploads',
    'sql injection|injection|xss|csrf|input validation|request size|file upload|upload restriction|sanitization|cross site|payload limit|hostile input|malformed|fuzz|oversized|forged request|ssrf|escape output|injections',
  ],
  [
    'W2',
    'A+',
    'Headers of security, and other origins are kept out',
    'security headers|cors|cors origins|cors headers|csp|content security policy|x frame options|hsts|cors policy|headers present|foreign origins|clickjacking|referrer policy|headers security',
  ],
  [
    'W3',
    'A+',
    'Personal and sensitive data is encrypted',
    'pii|pii encryption|sensitive data encryption|personal data encryption|field encryption|data protection personal|request response encryption|full security enabled data|api encryption|encrypted fields|tokenization|personal data|data masking',
  ],
]);

/** Encryption on the way. */
export const TRANSPORT = themesOf('Transport security', 'Security Lead', [
  [
    'T1',
    'B',
    'Certificates are trusted, installed, long enough valid and renewed',
    'certificate|ssl certificate|certificates installed|certificate expiration|auto renewal|intermediate certificate|certificate valid|tls certificates|lets encrypt|certificate obtained|ssl certificates|certificate chain|valid ssl|https certificates|certificate trusted|acme|renewal|expires days certificate',
  ],
  [
    'T2',
    'B',
    'TLS is modern, and plain HTTP leads to it',
    'tls 1.3|ssl labs|https redirect|http redirect|https enforcement|ssl termination|ssl configuration|tls configuration|traffic encrypted|cipher|ssl tls verified|tls versions|plain http|old protocols|hsts',
  ],
  [
    'T3',
    'B',
    'Services talk to each other encrypted',
    'mtls|mutual tls|encryption in transit|services encrypted|between services|internal traffic encrypted|service mesh',
  ],
]);
