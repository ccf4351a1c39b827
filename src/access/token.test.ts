import { createHmac, createPublicKey, sign as signBytes } from 'node:crypto';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, type JWTVerifyGetKey } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { AppError } from '../base/error.ts';
import { newId } from '../base/id.ts';
import { actorOf, signToken, verifyToken, type Claims } from './token.ts';

const issuer = 'https://rialto.test';
const now = 1_764_000_000_000;
const claims: Claims = {
  userId: newId(),
  email: 'ada@example.com',
  tenantId: newId(),
  memberId: newId(),
  sessionId: newId(),
  version: 3,
  scopes: ['ledger:read', 'audit:read'],
};

let ours: Awaited<ReturnType<typeof generateKeyPair>>;
let theirs: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  ours = await generateKeyPair('RS256', { extractable: true });
  theirs = await generateKeyPair('RS256', { extractable: true });
});

const find: JWTVerifyGetKey = ({ kid }) => {
  if (kid === 'ours') return ours.publicKey;
  throw new AppError('unauthenticated', 'access.token_key_unknown', 'unknown');
};
const verify = (token: string, at = now) => verifyToken(token, find, { issuer, now: at });
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = { alg: 'RS256', kid: 'ours', typ: 'at+jwt' };
const payload = {
  iss: issuer,
  aud: 'rialto',
  sub: claims.userId,
  ten: claims.tenantId,
  sid: claims.sessionId,
  ver: 3,
  name: claims.email,
  scope: '',
  iat: now / 1000,
  exp: now / 1000 + 900,
};
/** A token with any header and payload, signed by RS256 with one of the keys. */
async function forge(head: object, body: object, key = ours): Promise<string> {
  const text = `${base64(head)}.${base64(body)}`;
  return `${text}.${signBytes('sha256', Buffer.from(text), await exportPKCS8(key.privateKey)).toString('base64url')}`;
}
const codeOf = async (token: string, at = now): Promise<string> =>
  await verify(token, at).then(
    () => 'taken',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

test('what was signed is read back, until it expires', async () => {
  const { token, expiresAt } = await signToken(claims, { kid: 'ours', key: ours.privateKey }, { issuer, now });
  expect(await verify(token)).toEqual({ ...claims, expiresAt });
  expect(actorOf(await verify(token))).toMatchObject({
    kind: 'user',
    id: claims.userId,
    memberId: claims.memberId,
    sessionId: claims.sessionId,
  });
  expect(await codeOf(token, expiresAt + 4_000)).toBe('taken');
  expect(await codeOf(token, expiresAt + 5_000)).toBe('access.token_expired');
});

test('a token that was put together by hand is taken when all is right, so that the refusals below mean something', async () => {
  expect(await codeOf(await forge(header, payload))).toBe('taken');
});

test('neither "none" nor a public key as a shared secret passes for a signature', async () => {
  expect(await codeOf(`${base64({ ...header, alg: 'none' })}.${base64(payload)}.`)).toBe('access.token_algorithm');
  const secret = await exportSPKI(ours.publicKey);
  const text = `${base64({ ...header, alg: 'HS256' })}.${base64(payload)}`;
  expect(await codeOf(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`)).toBe('access.token_algorithm');
  for (const alg of ['RS384', 'RS512', 'PS256', 'ES256', 'rs256', '']) {
    expect(await codeOf(await forge({ ...header, alg }, payload))).toMatch(/^access\.token_(algorithm|malformed)$/);
  }
});

test('a signature of another key, or over other content, is forged', async () => {
  expect(await codeOf(await forge(header, payload, theirs))).toBe('access.token_forged');
  const [head, , signature] = (await forge(header, payload)).split('.');
  expect(await codeOf(`${head}.${base64({ ...payload, scope: 'access:write' })}.${signature}`)).toBe('access.token_forged');
});

test('a key that travels in the token is not believed', async () => {
  const jwk = await exportJWK(theirs.publicKey);
  expect(await codeOf(await forge({ ...header, jwk }, payload, theirs))).toBe('access.token_forged');
  expect(await codeOf(await forge({ ...header, kid: 'theirs', jku: 'https://example.com/jwks.json' }, payload, theirs))).toBe(
    'access.token_key_unknown',
  );
  expect(createPublicKey({ key: jwk as never, format: 'jwk' }).asymmetricKeyType).toBe('rsa');
});

test.each([
  ['issued in the future', { iat: now / 1000 + 6 }, 'access.token_not_yet_valid'],
  ['not valid yet', { nbf: now / 1000 + 6 }, 'access.token_not_yet_valid'],
  ['for someone else', { aud: 'another' }, 'access.token_audience'],
  ['from someone else', { iss: 'https://example.com' }, 'access.token_issuer'],
  ['expired', { exp: now / 1000 - 5 }, 'access.token_expired'],
  ['without an end', { exp: undefined }, 'access.token_malformed'],
  ['without a session', { sid: undefined }, 'access.token_malformed'],
  ['with a tenant that is no id', { ten: `' or 1=1` }, 'access.token_malformed'],
  ['with a member that is no id', { mem: 7 }, 'access.token_malformed'],
  ['with scopes in another form', { scope: ['a'] }, 'access.token_malformed'],
])('a well-signed token %s is refused by name', async (_, change, code) => {
  expect(await codeOf(await forge(header, { ...payload, ...change }))).toBe(code);
});

test('a JWT of another kind is no access token', async () => {
  expect(await codeOf(await forge({ ...header, typ: 'JWT' }, payload))).toBe('access.token_malformed');
});

test.each(['', 'a', 'a.b', 'a.b.c', '...', 'e30.e30.', 'a'.repeat(8_000), '💥.💥.💥'])('"%s" is refused as no token', async (text) => {
  expect(await codeOf(text)).toBe('access.token_malformed');
});
