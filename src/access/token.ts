import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Actor } from '../base/context.ts';
import { AppError, type Kind } from '../base/error.ts';
import { isUuid, type Uuid } from '../base/id.ts';
import type { Millis } from '../base/time.ts';
import { KnownRefused } from '../infra/http/door.ts';

/** An access token lives so long; whatever revokes it must be remembered at least as long. */
export const TOKEN_MS = 15 * 60_000;
const SKEW_SECONDS = 5;
const ALGORITHM = 'RS256';
const AUDIENCE = 'rialto';
/** RFC 9068 §2.1: an access token cannot pass for another kind of JWT, nor the reverse. */
const TYPE = 'at+jwt';

/** What an access token says. `version` is the user's at the time of signing: roles or password changed since outdate it. */
export type Claims = {
  userId: Uuid;
  email: string;
  tenantId: Uuid;
  memberId?: Uuid | undefined;
  sessionId: Uuid;
  version: number;
  scopes: readonly string[];
};

export type SigningKey = { kid: string; key: CryptoKey };

/** Signs an access token (JWT, RS256). `issuer` is the address that the product is reached at. */
export async function signToken(
  claims: Claims,
  signer: SigningKey,
  at: { issuer: string; now: Millis },
): Promise<{ token: string; expiresAt: Millis }> {
  const issuedAt = Math.floor(at.now / 1000);
  const expiresAt = issuedAt + TOKEN_MS / 1000;
  const payload: JWTPayload = {
    ten: claims.tenantId,
    ...(claims.memberId && { mem: claims.memberId }),
    sid: claims.sessionId,
    ver: claims.version,
    name: claims.email,
    scope: claims.scopes.join(' '),
  };
  const token = await new SignJWT(payload)
    .setProtectedHeader({ alg: ALGORITHM, kid: signer.kid, typ: TYPE })
    .setIssuer(at.issuer)
    .setAudience(AUDIENCE)
    .setSubject(claims.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(signer.key);
  return { token, expiresAt: expiresAt * 1000 };
}

/**
 * Reads an access token, or refuses it by name: `access.token_malformed`, `access.token_algorithm` (only RS256 is
 * taken, so that neither `none` nor a public key used as a shared secret gets through), `access.token_key_unknown`,
 * `access.token_forged`, `access.token_expired`, `access.token_not_yet_valid`, `access.token_issuer`,
 * `access.token_audience`. Whether it was revoked is asked elsewhere.
 */
export async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  at: { issuer: string; now: Millis },
): Promise<Claims & { expiresAt: Millis }> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [ALGORITHM],
      issuer: at.issuer,
      audience: AUDIENCE,
      typ: TYPE,
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(at.now),
      requiredClaims: ['sub', 'iat', 'exp', 'ten', 'sid', 'ver', 'scope', 'name'],
    });
    if (payload.iat! > at.now / 1000 + SKEW_SECONDS) throw refused('token_not_yet_valid', 'The access token was issued in the future.');
    return claimsOf(payload);
  } catch (error) {
    throw named(error);
  }
}

function claimsOf(payload: JWTPayload): Claims & { expiresAt: Millis } {
  const { sub, ten, mem, sid, ver, name, scope, exp } = payload;
  const ids = [sub, ten, sid, ...(mem === undefined ? [] : [mem])];
  const fits = ids.every((id) => typeof id === 'string' && isUuid(id)) && typeof ver === 'number' && typeof name === 'string';
  if (!fits || typeof scope !== 'string') throw refused('token_malformed', 'The access token does not hold what it should.');
  return {
    userId: sub!,
    tenantId: ten as string,
    ...(mem !== undefined && { memberId: mem as string }),
    sessionId: sid as string,
    version: ver,
    email: name,
    scopes: scope === '' ? [] : scope.split(' '),
    expiresAt: exp! * 1000,
  };
}

/** The actor that a verified token stands for. */
export function actorOf(claims: Claims): Actor & { sessionId: Uuid } {
  return {
    kind: 'user',
    id: claims.userId,
    name: claims.email,
    tenantId: claims.tenantId,
    ...(claims.memberId && { memberId: claims.memberId }),
    scopes: new Set(claims.scopes),
    sessionId: claims.sessionId,
  };
}

const claimErrors: Record<string, readonly [Kind, string, string]> = {
  iss: ['unauthenticated', 'access.token_issuer', 'The access token was issued by someone else.'],
  aud: ['unauthenticated', 'access.token_audience', 'The access token is meant for someone else.'],
  nbf: ['unauthenticated', 'access.token_not_yet_valid', 'The access token is not valid yet.'],
};

function named(error: unknown): unknown {
  // Its signature was good: it is looked at before what the token says.
  if (error instanceof errors.JWTExpired)
    return new KnownRefused('access.token_expired', 'The access token has expired. Refresh it.', actorOf(claimsOf(error.payload)));
  if (error instanceof errors.JOSEAlgNotAllowed) return refused('token_algorithm', 'Access tokens are signed with RS256 only.');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refused('token_forged', 'The signature does not belong to the access token.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const known = claimErrors[error.claim];
    return known ? new AppError(...known) : refused('token_malformed', 'The access token does not hold what it should.');
  }
  if (error instanceof errors.JOSEError) return refused('token_malformed', 'This is not an access token.');
  return error;
}

function refused(code: string, message: string): AppError {
  return new AppError('unauthenticated', `access.${code}`, message);
}
