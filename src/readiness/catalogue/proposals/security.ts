import {
  answers,
  headers,
  noForeignOrigins,
  redirects,
  certificate,
  modernTls,
  mutualTls,
  sqlIs,
  adminSqlIs,
  redisIs,
  natsIs,
  file,
  document,
  env,
  noSecrets,
  ignored,
  audit,
  junit,
  leaks,
  protectedRoutes,
  runs,
  type Proposals,
} from '../checks.ts';
import {
  PLAIN_CONNECTIONS,
  AUDIT_WRITABLE,
  FRESH_KEYS,
  OTHER_HASHES,
  USERS_WITHOUT_ROLE,
  KEY_HASHES,
  SEALED_COLUMNS,
} from '../statements.ts';

const SECRETS = { minLength: 32, minEntropyBits: 80 };
const EXAMPLES = ['deltran_secure_pass_2024', 'changeme', 'CHANGE_ME'];

/** What is asked of settings, secrets, access and transport. */
export const SECURITY_PROPOSALS: Proposals = {
  C1: ({ settings, text }) => {
    if (settings.length > 0) return [env(settings)];
    if (/redis|cache/.test(text)) return [env(['REDIS_URL'])];
    if (/rate limit/.test(text)) return [env(['RIALTO_LIMIT_BANK'], { min: 1, max: 100 })];
    if (/database|connection/.test(text)) return [env(['DATABASE_URL', 'DATABASE_ADMIN_URL'])];
    if (/trading/.test(text)) return [env(['TRADING_MODE'], { oneOf: ['paper', 'live'] })];
    if (/provider|\bai\b/.test(text)) return [env(['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'], SECRETS)];
    if (/payment/.test(text)) return [env(['PAYMENT_PROVIDER_KEY'], SECRETS)];
    if (/certificate|ssl/.test(text)) return [env(['PUBLIC_URL'], { matches: '^https://' })];
    if (/key|credential|secret|token/.test(text)) return [env(['RIALTO_API_KEY'], SECRETS)];
    return [runs('doctor')];
  },
  C2: () => [runs('doctor')],
  C3: ({ text }) =>
    /node_env/.test(text) ? [env(['NODE_ENV'], { equals: 'production' })] : [env(['LOG_LEVEL'], { oneOf: ['info', 'warn', 'error'] })],
  C4: ({ settings }) => [env(settings.length > 0 ? settings : ['RIALTO_DEMO'], { oneOf: ['off', 'false'] })],
  C6: () => [redisIs('info', { name: 'hit_ratio', op: '>=', value: 0.5 })],
  K1: ({ settings, has }) => {
    const named = settings.filter((name) => !EXAMPLES.includes(name));
    if (has('jwt'))
      return [
        file('data/master.key', { mode: '0600', minBytes: 32 }),
        answers('/.well-known/jwks.json', { json: [{ at: '$.keys[*].alg', op: '=', value: 'RS256' }] }),
      ];
    if (has('redis')) return [env(['REDIS_URL'], { matches: '://[^:@/]*:[^@/]{16,}@' })];
    if (has('postgres', 'database')) return [env(['DATABASE_URL', 'DATABASE_ADMIN_URL'], { matches: '://[^:@/]*:[^@/]{16,}@' })];
    if (has('vault', 'secrets management')) return [noSecrets(), env(['VAULT_ADDR'])];
    return [env(named.length > 0 ? named : ['RIALTO_API_KEY'], { ...SECRETS, notOneOf: EXAMPLES })];
  },
  K2: () => [adminSqlIs(FRESH_KEYS, '>=', 1), file('data/master.key', { mode: '0600', minBytes: 32 })],
  K3: ({ text }) => (/ignore|version control|\.env/.test(text) ? [ignored('.env'), noSecrets()] : [noSecrets()]),
  K4: ({ text }) => (/log/.test(text) ? [leaks()] : [junit('secrets')]),
  A1: ({ text }) => {
    const keys = answers('/.well-known/jwks.json', { json: [{ at: '$.keys[*].alg', op: '=', value: 'RS256' }] });
    return /rotat/.test(text) ? [keys, adminSqlIs(FRESH_KEYS, '>=', 1)] : [keys, junit('tokens')];
  },
  A2: () => [sqlIs(KEY_HASHES, '=', 1), junit('api-keys')],
  A3: () => [answers('/v1/roles', { status: [401] }), adminSqlIs(USERS_WITHOUT_ROLE, '=', 0), junit('roles')],
  A4: () => [answers('/v1/me', { status: [401] }), junit('sessions')],
  A5: ({ text }) =>
    /hash/.test(text)
      ? [adminSqlIs(OTHER_HASHES, '=', 0)]
      : /oauth/.test(text)
        ? [answers('/.well-known/oauth-authorization-server', { json: [{ at: '$.token_endpoint', op: 'exists' }] })]
        : [answers('/v1/me/second-factor', { status: [401] })],
  A6: () => [answers('/v1/me', { status: [401], answerHeaders: [{ name: 'ratelimit-policy' }] }), junit('limits')],
  A7: () => [protectedRoutes()],
  W1: () => [junit('hostile-input')],
  W2: ({ text }) => (/cors|origin/.test(text) ? [noForeignOrigins()] : [headers()]),
  W3: () => [sqlIs(SEALED_COLUMNS, '=', 1)],
  T1: ({ text }) =>
    /renew/.test(text) ? [certificate(30), document('docs/how-to/operate.md', { headings: ['certificate'] })] : [certificate(30)],
  T2: ({ text }) =>
    /redirect|enforce|hsts/.test(text)
      ? [redirects()]
      : /labs|grade|rating/.test(text)
        ? [modernTls({ grade: /a\+/.test(text) ? 'A+' : 'A' })]
        : [modernTls()],
  T3: ({ text }) =>
    /mtls|mutual/.test(text)
      ? [mutualTls(), natsIs('varz', [{ at: '$.tls_verify', op: '=', value: true }])]
      : [adminSqlIs(PLAIN_CONNECTIONS, '=', 0), natsIs('varz', [{ at: '$.tls_required', op: '=', value: true }])],
  Q4: () => [audit()],
  G1: () => [answers('/openrtb2/auction', { status: [401, 405] }), junit('auction-privacy')],
  O6: () => [runs('audit-verify'), sqlIs(AUDIT_WRITABLE, '=', 0)],
};
