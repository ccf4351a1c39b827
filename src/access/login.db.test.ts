import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess, nobody, PASSWORD, runJob, visitor } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor } from '../base/context.ts';
import { newId } from '../base/id.ts';
import type { RequestExtras } from '../infra/http/route.ts';
import { beginAttempt, judge } from './attempt.ts';
import { changePassword, createUser, disableUser, jwks, listUsers, login, logout, me, refresh, setUserRoles, stepUp } from './contract.ts';
import { ensureOperator } from './ensure-operator.ts';
import { manualClock } from '../base/time.ts';
import type { Admitted } from './authenticate.ts';
import { trimAttempts } from './jobs.ts';
import { inTurn, laneOf } from './password.ts';
import { scopes, scopesOf } from './role.ts';
import { GRACE_MS } from './session.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let admin: Actor;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
  const { operator } = setup;
  admin = actorWith(operator.tenantId, scopes, { id: operator.userId, name: operator.email });
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const newUser = async (roles: Parameters<typeof scopesOf>[0] = ['viewer']) => {
  const email = `user-${newId()}@rialto.test`;
  const user = await setup.call.output(createUser, admin, { email, name: 'Ada Lovelace', password: PASSWORD, roles: [...roles] });
  return { email, id: user.id };
};
const signIn = async (email: string, password = PASSWORD, from: RequestExtras = visitor) => {
  const { output, extras } = await setup.call.reply(login, nobody, { email, password }, from);
  return { ...output, cookie: extras.cookies![0]!.value };
};
const renew = async (cookie: string) => {
  const { output, extras } = await setup.call.reply(refresh, nobody, {}, { ...visitor, cookies: { rialto_refresh: cookie } });
  return { ...output, cookie: extras.cookies![0]!.value };
};
const from = (address: string): RequestExtras => ({ ...visitor, remoteAddress: address });
const code = (expected: string) => expect.objectContaining({ code: expected });

test('a user signs in by e-mail in any case, and the token opens what its roles allow', async () => {
  const { email, id } = await newUser(['compliance']);
  const session = await signIn(email.toUpperCase());
  expect(session).toMatchObject({
    user: { id, email, roles: ['compliance'] },
    tenant: { id: setup.operator.tenantId },
    scopes: scopesOf(['compliance']),
  });
  const actor = await setup.access.authenticate(session.accessToken);
  expect(actor).toMatchObject({ kind: 'user', id, name: email, tenantId: setup.operator.tenantId });
  expect([...actor.scopes]).toEqual(scopesOf(['compliance']));
  expect(await setup.call.output(me, actor, {})).toMatchObject({ kind: 'user', email, name: 'Ada Lovelace', roles: ['compliance'] });
});

test('the refresh cookie goes to the auth paths only and lives no longer than the session', async () => {
  const { email } = await newUser();
  const { extras } = await setup.call.reply(login, nobody, { email, password: PASSWORD });
  expect(extras.cookies).toEqual([
    {
      name: 'rialto_refresh',
      value: expect.stringMatching(/^[0-9A-Za-z]{43}\.[0-9a-f]{32}\.[\w-]{43}$/),
      path: '/v1/auth',
      maxAgeSeconds: 14 * 86_400,
    },
  ]);
});

test('an unknown address, a wrong password and a disabled user are answered alike', async () => {
  const { email, id } = await newUser();
  const { email: disabled, id: disabledId } = await newUser();
  await setup.call.output(disableUser, admin, { id: disabledId });
  const refusals = [signIn(`nobody-${newId()}@rialto.test`), signIn(email, 'not this password'), signIn(disabled)];
  const answers = await Promise.all(
    refusals.map((refusal) => refusal.then(String, (error: Error & { code: string }) => `${error.code} ${error.message}`)),
  );
  expect(new Set(answers)).toEqual(new Set(['access.bad_credentials E-mail address or password is wrong.']));
  expect((await setup.call.output(listUsers, admin, { limit: 500 })).items.find((user) => user.id === id)?.disabledAt).toBeUndefined();
});

test('after five failures an account is locked, longer each time, even for the right password, and the lock ends', async () => {
  const { email } = await newUser();
  const fail = () => signIn(email, 'not this password');
  for (let i = 0; i < 5; i++) await expect(fail()).rejects.toEqual(code('access.bad_credentials'));
  await expect(fail()).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email)).rejects.toMatchObject({ code: 'access.locked', retryAfterSeconds: 2 });
  setup.clock.advance(2_000);
  await expect(fail()).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email)).rejects.toMatchObject({ code: 'access.locked', retryAfterSeconds: 4 });
  setup.clock.advance(4_000);
  await signIn(email);
  await expect(fail()).rejects.toEqual(code('access.bad_credentials'));
  await signIn(email);
});

test('an address that does not exist is locked in the same way as one that does', async () => {
  const email = `nobody-${newId()}@rialto.test`;
  for (let i = 0; i < 6; i++) await expect(signIn(email)).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email)).rejects.toMatchObject({ code: 'access.locked', retryAfterSeconds: 2 });
});

const attempts = async (kind: string) => (await database.admin('select from access.login_attempt where key like $1', [`${kind}/%`])).length;

test('who is locked leaves no row however many addresses it goes on from', async () => {
  const deps = { db: database.db, clock: setup.clock };
  for (const email of [(await newUser()).email, `nobody-${newId()}@rialto.test`]) {
    for (let i = 0; i < 101; i++) await beginAttempt(deps, email, `198.18.${i}.1`);
    const rows = async () => (await attempts('account')) + (await attempts('nobody')) + (await attempts('address'));
    const before = await rows();
    for (let i = 0; i < 20; i++)
      await expect(signIn(email, 'not this password', from(`198.19.${i}.1`))).rejects.toEqual(code('access.locked'));
    expect(await rows()).toBe(before);
  }
});

test('a password that could not be looked at has not failed', async () => {
  const deps = { db: database.db, clock: setup.clock };
  const { email } = await newUser();
  for (let i = 0; i < 20; i++) {
    const attempt = await beginAttempt(deps, email, '198.22.0.1');
    await expect(judge(deps, attempt, () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
  }
  await signIn(email, PASSWORD, from('198.22.0.1'));
});

test('counts of what nobody has are kept to a number, those of accounts all', async () => {
  const { email } = await newUser();
  for (let i = 0; i < 5; i++)
    await expect(signIn(email, 'not this password', from('198.20.0.1'))).rejects.toEqual(code('access.bad_credentials'));
  for (let i = 0; i < 12; i++) {
    setup.clock.advance(1);
    await beginAttempt({ db: database.db, clock: setup.clock }, `nobody-${newId()}@rialto.test`, `198.21.${i}.1`);
  }
  const accounts = await attempts('account');
  await trimAttempts({ db: database.db }, 10);
  expect([await attempts('account'), await attempts('nobody'), await attempts('address')]).toEqual([accounts, 10, 10]);
  await expect(signIn(email, 'not this password', from('198.20.0.1'))).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email, 'not this password', from('198.20.0.1'))).rejects.toEqual(code('access.locked'));
});

test('guesses made at once count one by one', async () => {
  const { email } = await newUser();
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => signIn(email, 'not this password')));
  const codes = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'let in'));
  expect(codes.filter((one) => one === 'access.bad_credentials')).toHaveLength(6);
  expect(codes.filter((one) => one === 'access.locked')).toHaveLength(14);
});

test('many who give the right password at once are let in, all of them', async () => {
  const { email } = await newUser();
  const sessions = await Promise.all(Array.from({ length: 20 }, () => signIn(email)));
  expect(sessions.map(({ user }) => user.email)).toEqual(Array.from({ length: 20 }, () => email));
});

test('an address that guesses at many accounts is locked for all of them, others are not', async () => {
  const { email } = await newUser();
  const thief = from('2001:db8:1:2:3::4');
  for (let i = 0; i < 51; i++)
    await expect(signIn(`victim-${i}@rialto.test`, PASSWORD, thief)).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email, PASSWORD, from('2001:db8:1:2:ffff::1'))).rejects.toEqual(code('access.locked'));
  await signIn(email);
});

test('a stranger who fails elsewhere locks nobody out who signs in from another address', async () => {
  const { email } = await newUser();
  const thief = from('203.0.113.66');
  for (let i = 0; i < 6; i++) await expect(signIn(email, 'not this password', thief)).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email, 'not this password', thief)).rejects.toEqual(code('access.locked'));
  await signIn(email, PASSWORD, from('198.51.100.8'));
});

test('many strangers lock the account for everybody but who has signed in from the same place before', async () => {
  const { email } = await newUser();
  const home = from('2001:db8:7:7::1');
  await signIn(email, PASSWORD, home);
  for (let i = 0; i < 101; i++)
    await expect(signIn(email, 'not this password', from(`203.0.113.${i}`))).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email, PASSWORD, from('198.51.100.9'))).rejects.toEqual(code('access.locked'));
  await signIn(email, PASSWORD, from('2001:db8:7:7::2'));
});

test('an address that guessed at others is open to who has signed in from it before, and to nobody new', async () => {
  const [{ email }, { email: other }] = [await newUser(), await newUser()];
  const office = from('198.51.100.77');
  const { cookie } = await signIn(email, PASSWORD, office);
  await setup.call.reply(logout, nobody, {}, { ...office, cookies: { rialto_refresh: cookie } });
  for (let i = 0; i < 51; i++)
    await expect(signIn(`nobody-${i}@rialto.test`, PASSWORD, office)).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(other, PASSWORD, office)).rejects.toEqual(code('access.locked'));
  await signIn(email, PASSWORD, office);
});

test('where somebody signs in every day, a guesser is locked as anywhere', async () => {
  const { email } = await newUser();
  await signIn(email);
  for (let i = 0; i < 6; i++) await expect(signIn(email, 'not this password')).rejects.toEqual(code('access.bad_credentials'));
  await expect(signIn(email)).rejects.toEqual(code('access.locked'));
});

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
  await database.admin('update access.refresh_token set hash = $1 where hash = $2', [hashOf(old), hashOf(cookie)]);
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
  const other = await createTestAccess(database.db, { clock: setup.clock, masterKey: setup.masterKey });
  const session = await signIn(email);
  const socket = await other.access.authenticate(session.accessToken);
  const closed: Admitted[] = [];
  other.access.onRevoked((ends) => void (ends(socket) && closed.push(socket)));
  await setup.call.output(disableUser, admin, { id });
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
  await setup.call.output(setUserRoles, admin, { id, roles: ['auditor'] });
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
  const other = await createTestAccess(database.db, { clock: setup.clock });
  expect(await other.access.authenticate(session.accessToken)).toMatchObject({ name: email });
  const { output } = await other.call.reply(login, nobody, { email, password: PASSWORD });
  expect(kidOf(output.accessToken)).not.toBe(kidOf(session.accessToken));
  await other.access.close();
});

test('refresh tokens, passwords and private keys are not in the database', async () => {
  const { email } = await newUser();
  const { cookie } = await signIn(email);
  const rows = await database.admin<{ text: string }>(
    `select t::text as text from access.refresh_token t union all select u::text from access.user u union all select k::text from access.signing_key k`,
  );
  const all = rows.map((row) => row.text).join('\n');
  for (const secret of [cookie, Buffer.from(cookie).toString('hex'), PASSWORD, 'PRIVATE KEY', Buffer.from('PRIVATE KEY').toString('hex')]) {
    expect(all).not.toContain(secret);
  }
});

test('the first start makes the operator once, whoever asks, and it stands in the log', async () => {
  expect(await setup.access.ensureOperator()).toBeUndefined();
  const empty = await createTestDatabase({ modules: ['access'] });
  const clock = manualClock();
  const made = await Promise.all(Array.from({ length: 4 }, () => ensureOperator({ db: empty.db, clock }, { email: 'Root@rialto.test' })));
  const operators = made.filter((one) => one !== undefined);
  expect(operators).toMatchObject([{ email: 'root@rialto.test' }]);
  expect(operators[0]!.password.reveal()).toMatch(/^[0-9A-Za-z]{24}$/);
  expect(await empty.admin('select action, actor_kind, detail from access.audit')).toEqual([
    { action: 'access.create_tenant', actor_kind: 'system', detail: { admin: 'root@rialto.test' } },
  ]);
  await empty.drop();
});

function kidOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
}

test('strangers of more networks than places keep nobody waiting who is in, or has signed in at this place before', async () => {
  const { email } = await newUser();
  const home = from('198.51.100.77');
  const session = await signIn(email, PASSWORD, home);
  const user = await setup.access.authenticate(session.accessToken);
  const gate = Promise.withResolvers<void>();
  const crowd = Array.from({ length: 300 }, (_, i) => inTurn(laneOf({ address: `10.${i >> 8}.${i & 255}.1` }), () => gate.promise));
  const ends = Promise.allSettled(crowd);
  await signIn(email, PASSWORD, home);
  await expect(signIn(email, PASSWORD, from('192.0.2.99'))).rejects.toEqual(code('access.busy'));
  await setup.call.reply(stepUp, user, { password: PASSWORD }, home);
  gate.resolve();
  expect((await ends).some(({ status }) => status === 'rejected')).toBe(true);
});
