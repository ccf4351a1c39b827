import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTestAccess, nobody, PASSWORD, runJob, visitor } from '../../test/support/access.ts';
import type { Admitted } from './authenticate.ts';
import { changePassword, disableUser, jwks, login, logout, refresh, setUserRoles } from './contract.ts';
import { scopesOf } from './role.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { GRACE_MS } from './session.ts';

const { setup, newUser, signIn, renew } = useSessions();
const code = (expected: string) => expect.objectContaining({ code: expected });

test('a refresh token is used once and gives way to the next', async () => {
  const { email } = await newUser();
  const first = await signIn(email);
  const second = await renew(first.cookie);
  expect(second.cookie).not.toBe(first.cookie);
  const third = await renew(second.cookie);
  expect(await setup.access.authenticate(third.accessToken)).toMatchObject({ name: email });
});

test('a refresh token used again after the grace ends the session for both holders, at once', async () => {
  const { email } = await newUser();
  const stolen = await signIn(email);
  const honest = await renew(stolen.cookie);
  setup.clock.advance(GRACE_MS + 1);
  await expect(renew(stolen.cookie)).rejects.toEqual(code('access.refresh_reused'));
  await expect(renew(honest.cookie)).rejects.toEqual(code('access.session_ended'));
  await expect(setup.access.authenticate(honest.accessToken)).rejects.toEqual(code('access.token_revoked'));
});

test('tokens that were somebody’s are refused as theirs, and recognised as ours', async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  const about = { name: email, tenantId: setup.operator.tenantId };
  expect(await setup.access.recognises(session.accessToken)).toBe(true);
  await setup.call.reply(logout, nobody, {}, { ...visitor, cookies: { rialto_refresh: session.cookie } });
  await expect(setup.access.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'access.token_revoked', about });
  expect(await setup.access.recognises(session.accessToken)).toBe(true);
  await expect(renew(session.cookie)).rejects.toMatchObject({ code: 'access.session_ended', about });
  setup.clock.advance(16 * 60_000);
  expect(await setup.access.recognises(session.accessToken)).toBe(true);
  await expect(setup.access.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'access.token_expired', about });
  expect(await setup.access.recognises(`${session.accessToken.slice(0, -8)}AAAAAAAA`)).toBe(false);
});

test('a refresh cookie proves its session without the database, whoever has it, and nothing else does', async () => {
  const { email } = await newUser();
  const { cookie } = await signIn(email);
  const sessionOf = (value: string) => setup.access.sessionOf(`theme=dark; rialto_refresh=${value}`);
  const session = sessionOf(cookie);
  expect(session).toMatch(/^[0-9a-f]{32}$/);
  expect(sessionOf((await renew(cookie)).cookie)).toBe(session);
  expect(sessionOf((await signIn(email)).cookie)).not.toBe(session);
  const [text, id, seal] = cookie.split('.') as [string, string, string];
  const others = [
    `${text}.${id.replace(/./, (one) => (one === '0' ? '1' : '0'))}.${seal}`,
    `${text}.${id}`,
    text,
    `${text}.${id}.${'A'.repeat(43)}`,
    '',
  ];
  expect(others.map(sessionOf)).toEqual(others.map(() => undefined));
  expect([undefined, '', 'rialto_refresh'].map((header) => setup.access.sessionOf(header))).toEqual([undefined, undefined, undefined]);
});

test('a refresh token without a seal, as those of before, is continued all the same', async () => {
  const { email } = await newUser();
  const { cookie } = await signIn(email);
  const old = 'B'.repeat(43);
  const hashOf = (token: string) => createHash('sha256').update(token).digest();
  await setup.database.admin('update access.refresh_token set hash = $1 where hash = $2', [hashOf(old), hashOf(cookie)]);
  expect(setup.access.sessionOf(`rialto_refresh=${old}`)).toBeUndefined();
  await renew(old);
});

test('two tabs that refresh at once both go on, and no session is lost', async () => {
  const { email } = await newUser();
  const { cookie } = await signIn(email);
  const tabs = await Promise.all([renew(cookie), renew(cookie), renew(cookie)]);
  expect(new Set(tabs.map((tab) => tab.cookie)).size).toBe(3);
  await renew(tabs[1].cookie);
});

test('a session that nobody continues ends after 14 days, and any after 30', async () => {
  const { email } = await newUser();
  const idle = await signIn(email);
  let used = await signIn(email);
  setup.clock.advance(13 * 86_400_000);
  used = await renew(used.cookie);
  setup.clock.advance(86_400_001);
  await expect(renew(idle.cookie)).rejects.toEqual(code('access.refresh_expired'));
  setup.clock.advance(10 * 86_400_000);
  used = await renew(used.cookie);
  setup.clock.advance(6 * 86_400_000);
  await expect(renew(used.cookie)).rejects.toEqual(code('access.refresh_expired'));
});

test('what is no refresh token is refused by name', async () => {
  await expect(setup.call.output(refresh, nobody, {})).rejects.toEqual(code('access.refresh_missing'));
  await expect(renew('A'.repeat(43))).rejects.toEqual(code('access.refresh_unknown'));
});

test('a logout ends the session and its access token, and repeats harmlessly', async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  const cookies = { ...visitor, cookies: { rialto_refresh: session.cookie } };
  const { extras } = await setup.call.reply(logout, nobody, {}, cookies);
  expect(extras.cookies).toEqual([{ name: 'rialto_refresh', value: '', path: '/v1/auth', maxAgeSeconds: 0 }]);
  await expect(setup.access.authenticate(session.accessToken)).rejects.toEqual(code('access.token_revoked'));
  await expect(renew(session.cookie)).rejects.toEqual(code('access.session_ended'));
  expect(await setup.call.output(logout, nobody, {}, cookies)).toEqual({ done: true });
});

test('a disabled user is out at once, here and in another process', async () => {
  const { email, id } = await newUser();
  const other = await createTestAccess(setup.database.db, { clock: setup.clock, masterKey: setup.masterKey });
  const session = await signIn(email);
  const socket = await other.access.authenticate(session.accessToken);
  const closed: Admitted[] = [];
  other.access.onRevoked((ends) => void (ends(socket) && closed.push(socket)));
  await setup.call.output(disableUser, setup.admin, { id });
  await expect(setup.access.authenticate(session.accessToken)).rejects.toEqual(code('access.token_revoked'));
  await other.access.tick();
  await expect(other.access.authenticate(session.accessToken)).rejects.toEqual(code('access.token_revoked'));
  expect(closed).toEqual([socket]);
  await expect(renew(session.cookie)).rejects.toEqual(code('access.session_ended'));
  await other.access.close();
});

test('new roles end the old token, and the session continues with the new scopes', async () => {
  const { email, id } = await newUser(['viewer']);
  const session = await signIn(email);
  await setup.call.output(setUserRoles, setup.admin, { id, roles: ['auditor'] });
  await expect(setup.access.authenticate(session.accessToken)).rejects.toEqual(code('access.token_revoked'));
  const renewed = await renew(session.cookie);
  expect([...(await setup.access.authenticate(renewed.accessToken)).scopes]).toEqual(scopesOf(['auditor']));
});

test('a changed password ends the other sessions and keeps the own one', async () => {
  const { email } = await newUser();
  const [here, there] = [await signIn(email), await signIn(email)];
  const actor = await setup.access.authenticate(here.accessToken);
  await expect(setup.call.output(changePassword, actor, { currentPassword: 'not this password', newPassword: PASSWORD })).rejects.toEqual(
    code('access.password_wrong'),
  );
  await expect(setup.call.output(changePassword, actor, { currentPassword: PASSWORD, newPassword: 'short' })).rejects.toEqual(
    code('access.password_too_short'),
  );
  const next = 'another long passphrase';
  await setup.call.output(changePassword, actor, { currentPassword: PASSWORD, newPassword: next });
  await expect(renew(there.cookie)).rejects.toEqual(code('access.session_ended'));
  await renew(here.cookie);
  await expect(signIn(email)).rejects.toEqual(code('access.bad_credentials'));
  await signIn(email, next);
});

test('a new signing key is published before it signs, and tokens of the old one stay good', async () => {
  const { email } = await newUser();
  const before = await signIn(email);
  const kids = async () => (await setup.call.output(jwks, nobody, {})).keys.map((key) => key.kid);
  const [first] = await kids();
  setup.clock.advance(31 * 86_400_000);
  await runJob(setup.access, 'access.rotate_signing_keys');
  expect(await kids()).toHaveLength(2);
  const old = await signIn(email);
  expect(kidOf(old.accessToken)).toBe(first);
  setup.clock.advance(14 * 60_000);
  expect(await setup.access.authenticate(old.accessToken)).toMatchObject({ name: email });
  setup.clock.advance(46 * 60_000);
  const fresh = await signIn(email);
  expect(kidOf(fresh.accessToken)).not.toBe(first);
  expect(await setup.access.authenticate(fresh.accessToken)).toMatchObject({ name: email });
  setup.clock.advance(61 * 60_000);
  await runJob(setup.access, 'access.rotate_signing_keys');
  expect(await kids()).toEqual([kidOf(fresh.accessToken)]);
  await expect(setup.access.authenticate(before.accessToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('with another master key a process signs with a new key and still verifies the old ones', async () => {
  const { email } = await newUser();
  const session = await signIn(email);
  const other = await createTestAccess(setup.database.db, { clock: setup.clock });
  expect(await other.access.authenticate(session.accessToken)).toMatchObject({ name: email });
  const { output } = await other.call.reply(login, nobody, { email, password: PASSWORD });
  expect(kidOf(output.accessToken)).not.toBe(kidOf(session.accessToken));
  await other.access.close();
});

test('refresh tokens, passwords and private keys are not in the database', async () => {
  const { email } = await newUser();
  const { cookie } = await signIn(email);
  const rows = await setup.database.admin<{ text: string }>(
    `select t::text as text from access.refresh_token t union all select u::text from access.user u union all select k::text from access.signing_key k`,
  );
  const all = rows.map((row) => row.text).join('\n');
  for (const secret of [cookie, Buffer.from(cookie).toString('hex'), PASSWORD, 'PRIVATE KEY', Buffer.from('PRIVATE KEY').toString('hex')]) {
    expect(all).not.toContain(secret);
  }
});

function kidOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
}
