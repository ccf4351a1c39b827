import { expect, test } from 'vitest';
import { nobody, PASSWORD, visitor } from '../../test/support/access.ts';
import { createTestDatabase } from '../../test/support/database.ts';
import { newId } from '../base/id.ts';
import { manualClock } from '../base/time.ts';
import type { RequestExtras } from '../infra/http/route.ts';
import { beginAttempt, judge } from './attempt.ts';
import { disableUser, listUsers, login, logout, me, stepUp } from './contract.ts';
import { ensureOperator } from './ensure-operator.ts';
import { trimAttempts } from './jobs.ts';
import { inTurn, laneOf } from './password.ts';
import { scopesOf } from './role.ts';
import { useSessions } from '../../test/support/sessions.ts';

const { setup, newUser, signIn } = useSessions();
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
  await setup.call.output(disableUser, setup.admin, { id: disabledId });
  const refusals = [signIn(`nobody-${newId()}@rialto.test`), signIn(email, 'not this password'), signIn(disabled)];
  const answers = await Promise.all(
    refusals.map((refusal) => refusal.then(String, (error: Error & { code: string }) => `${error.code} ${error.message}`)),
  );
  expect(new Set(answers)).toEqual(new Set(['access.bad_credentials E-mail address or password is wrong.']));
  expect(
    (await setup.call.output(listUsers, setup.admin, { limit: 500 })).items.find((user) => user.id === id)?.disabledAt,
  ).toBeUndefined();
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

const attempts = async (kind: string) =>
  (await setup.database.admin('select from access.login_attempt where key like $1', [`${kind}/%`])).length;

test('who is locked leaves no row however many addresses it goes on from', async () => {
  const deps = { db: setup.database.db, clock: setup.clock };
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
  const deps = { db: setup.database.db, clock: setup.clock };
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
    await beginAttempt({ db: setup.database.db, clock: setup.clock }, `nobody-${newId()}@rialto.test`, `198.21.${i}.1`);
  }
  const accounts = await attempts('account');
  await trimAttempts({ db: setup.database.db }, 10);
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

test('strangers of more networks than places keep nobody waiting who is in, or has signed in at this place before', async () => {
  const { email } = await newUser();
  const home = from('198.51.100.78');
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
