import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess, PASSWORD } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor } from '../base/context.ts';
import type { AppError } from '../base/error.ts';
import { newId, toWireId } from '../base/id.ts';
import { createApiKey, createTenant, listApiKeys, listAudit, revokeApiKey, rotateApiKey } from './contract.ts';
import { memberScopes, scopes } from './role.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let admin: Actor;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
  admin = actorWith(setup.operator.tenantId, scopes);
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const code = (expected: string) => expect.objectContaining({ code: expected });
const newKey = (more: { expiresAt?: number; memberId?: string } = {}) =>
  setup.call.output(createApiKey, admin, { name: 'Gateway', scopes: ['ledger:read'], ...more });
const opened = () => ({ name: 'Nordfjord', admin: { email: `a-${newId()}@rialto.test`, name: 'Ada', password: PASSWORD } });
const find = async (id: string) => (await setup.call.output(listApiKeys, admin, { limit: 500 })).items.find((key) => key.id === id)!;

test('a key opens what its scopes allow, is shown once and is stored only as a hash', async () => {
  const memberId = newId();
  const made = await newKey({ memberId });
  const actor = await setup.access.authenticate(made.key);
  expect(actor).toMatchObject({ kind: 'key', id: made.id, name: 'Gateway', tenantId: admin.tenantId, memberId });
  expect([...actor.scopes]).toEqual(['ledger:read']);
  expect(made.key).toMatch(new RegExp(`^rlt_${made.prefix}_[0-9A-Za-z]{43}$`));
  expect(await find(made.id)).not.toHaveProperty('key');
  const rows = await database.admin<{ text: string }>(
    'select k::text as text from access.api_key k union all select a::text from access.audit a union all select k::text from access.kept_answer k',
  );
  const secret = made.key.slice(-43);
  expect(rows.map((row) => row.text).join('\n')).not.toContain(secret);
});

test('a secret that does not fit is refused, and so is a key that does not exist', async () => {
  const made = await newKey();
  const wrong = made.key.slice(0, -1) + (made.key.endsWith('a') ? 'b' : 'a');
  await expect(setup.access.authenticate(wrong)).rejects.toEqual(code('access.key_unknown'));
  await expect(setup.access.authenticate(`rlt_${'x'.repeat(12)}_${'y'.repeat(43)}`)).rejects.toEqual(code('access.key_unknown'));
  await expect(setup.access.authenticate('rlt_')).rejects.toEqual(code('access.token_malformed'));
});

test('nobody makes a key with more than it has', async () => {
  const limited = actorWith(admin.tenantId, ['access:write', 'ledger:read']);
  const input = { name: 'Too much', scopes: ['ledger:write' as const] };
  await expect(setup.call.output(createApiKey, limited, input)).rejects.toEqual(code('access.scope_exceeded'));
  const strong = await setup.call.output(createApiKey, admin, { name: 'Strong', scopes: ['ledger:write'] });
  await expect(setup.call.output(rotateApiKey, limited, { id: strong.id, overlapSeconds: 0 })).rejects.toEqual(
    code('access.scope_exceeded'),
  );
});

test('an actor bound to a member makes keys for that member only, and no key of a member reaches the whole tenant', async () => {
  const memberId = newId();
  const bank = actorWith(admin.tenantId, ['access:write', ...memberScopes], { memberId });
  const made = await setup.call.output(createApiKey, bank, { name: 'Bank', scopes: ['payments:write'] });
  expect(made.memberId).toBe(memberId);
  const other = { name: 'Other bank', scopes: ['payments:write' as const], memberId: newId() };
  await expect(setup.call.output(createApiKey, bank, other)).rejects.toEqual(code('access.member_exceeded'));
  const wide = { name: 'Wide', scopes: ['audit:read' as const], memberId };
  await expect(setup.call.output(createApiKey, admin, wide)).rejects.toEqual(code('access.scope_not_for_member'));
});

test('a key ends when it expires, also one that is remembered', async () => {
  const made = await newKey({ expiresAt: setup.clock.now() + 30_000 });
  await setup.access.authenticate(made.key);
  setup.clock.advance(30_000);
  await expect(setup.access.authenticate(made.key)).rejects.toEqual(code('access.key_expired'));
  await expect(newKey({ expiresAt: setup.clock.now() })).rejects.toEqual(code('access.expiry_past'));
});

test('after a rotation both secrets work for the overlap, then only the new one', async () => {
  const made = await newKey();
  await setup.access.authenticate(made.key);
  const rotated = await setup.call.output(rotateApiKey, admin, { id: made.id, overlapSeconds: 3600 });
  expect(rotated.prefix).toBe(made.prefix);
  expect(await setup.access.authenticate(made.key)).toMatchObject({ id: made.id });
  expect(await setup.access.authenticate(rotated.key)).toMatchObject({ id: made.id });
  setup.clock.advance(3_600_000);
  await expect(setup.access.authenticate(made.key)).rejects.toEqual(code('access.key_expired'));
  expect(await setup.access.authenticate(rotated.key)).toMatchObject({ id: made.id });
});

test('a rotation without overlap ends the old secret at once, here and elsewhere', async () => {
  const made = await newKey();
  const other = await createTestAccess(database.db, { clock: setup.clock, masterKey: setup.masterKey });
  await Promise.all([setup.access.authenticate(made.key), other.access.authenticate(made.key)]);
  await setup.call.output(rotateApiKey, admin, { id: made.id, overlapSeconds: 0 });
  await expect(setup.access.authenticate(made.key)).rejects.toEqual(code('access.key_unknown'));
  await other.access.tick();
  await expect(other.access.authenticate(made.key)).rejects.toEqual(code('access.key_unknown'));
  await other.access.close();
});

test('a revoked key is out at once, here and elsewhere, and cannot be rotated back', async () => {
  const made = await newKey();
  const other = await createTestAccess(database.db, { clock: setup.clock, masterKey: setup.masterKey });
  await Promise.all([setup.access.authenticate(made.key), other.access.authenticate(made.key)]);
  const revoked = await setup.call.output(revokeApiKey, admin, { id: made.id });
  expect(await setup.call.output(revokeApiKey, admin, { id: made.id })).toEqual(revoked);
  await expect(setup.access.authenticate(made.key)).rejects.toEqual(code('access.key_revoked'));
  await other.access.tick();
  await expect(other.access.authenticate(made.key)).rejects.toEqual(code('access.key_revoked'));
  await expect(setup.call.output(rotateApiKey, admin, { id: made.id, overlapSeconds: 60 })).rejects.toEqual(code('access.api_key_ended'));
  await other.access.close();
});

/** As a door does: what is refused is told to the log. */
const tryKey = async (key: string) => {
  const error = await setup.access.authenticate(key).then(
    () => undefined,
    (refused: AppError) => refused,
  );
  if (error) setup.access.onDenied({ remoteAddress: '203.0.113.66' }, listApiKeys, error);
  return error?.code;
};

test('a key that was revoked, has expired or was replaced stands in the log of its own tenant when it is tried', async () => {
  const tenantAdmin = actorWith((await setup.call.output(createTenant, admin, opened())).id, scopes);
  const make = (more: object = {}) => setup.call.output(createApiKey, tenantAdmin, { name: 'Bank', scopes: ['ledger:read'], ...more });
  const [revoked, expiring, replaced] = [await make(), await make({ expiresAt: setup.clock.now() + 1_000 }), await make()];
  await setup.call.output(revokeApiKey, tenantAdmin, { id: revoked.id });
  await setup.call.output(rotateApiKey, tenantAdmin, { id: replaced.id, overlapSeconds: 1 });
  setup.clock.advance(1_000);
  expect([await tryKey(revoked.key), await tryKey(expiring.key), await tryKey(replaced.key)]).toEqual([
    'access.key_revoked',
    'access.key_expired',
    'access.key_expired',
  ]);
  setup.clock.advance(60_000);
  await setup.access.tick();
  const { items } = await setup.call.output(listAudit, tenantAdmin, { action: 'access.denied' });
  expect(new Set(items.map(({ subject, actor }) => `${subject} ${actor.id}`))).toEqual(
    new Set([
      `access.key_revoked ${toWireId('key', revoked.id)}`,
      `access.key_expired ${toWireId('key', expiring.id)}`,
      `access.key_expired ${toWireId('key', replaced.id)}`,
    ]),
  );
});

test('a key that opens nothing any more is looked up once a minute, however often it is tried', async () => {
  let lookedUp = 0;
  const counting: typeof database.db = {
    ...database.db,
    read: (scope, work) =>
      database.db.read(scope, (tx) =>
        work({
          query(text, values) {
            if (text.includes('access.api_key')) lookedUp += 1;
            return tx.query(text, values);
          },
        }),
      ),
  };
  const other = await createTestAccess(counting, { clock: setup.clock, masterKey: setup.masterKey });
  const made = await setup.call.output(createApiKey, admin, { name: 'old', scopes: ['audit:read'] });
  await setup.call.output(revokeApiKey, admin, { id: made.id });
  const tried = () => expect(other.access.authenticate(made.key)).rejects.toEqual(code('access.key_revoked'));
  for (let i = 0; i < 100; i++) await tried();
  expect(lookedUp).toBe(1);
  setup.clock.advance(60_000);
  await tried();
  expect(lookedUp).toBe(2);
  await other.access.close();
});

test('what was made here is recognised without the database, what is made up is not', async () => {
  const made = await newKey();
  const madeUp = `${made.key.slice(0, -1)}${made.key.endsWith('x') ? 'y' : 'x'}`;
  for (const asked of ['before it has let anybody in', 'afterwards', 'revoked']) {
    expect(await setup.access.recognises(made.key)).toBe(true);
    expect(await setup.access.recognises(madeUp)).toBe(false);
    if (asked === 'before it has let anybody in') await setup.access.authenticate(made.key);
    else if (asked === 'afterwards') await setup.call.output(revokeApiKey, admin, { id: made.id });
  }
  expect(await setup.access.recognises('made.up.token')).toBe(false);
});

test('the last use is written, at most once a minute', async () => {
  const made = await newKey();
  expect((await find(made.id)).lastUsedAt).toBeUndefined();
  const first = setup.clock.now();
  await setup.access.authenticate(made.key);
  await setup.access.tick();
  expect((await find(made.id)).lastUsedAt).toBe(first);
  setup.clock.advance(59_000);
  await setup.access.authenticate(made.key);
  await setup.access.tick();
  expect((await find(made.id)).lastUsedAt).toBe(first);
  setup.clock.advance(1_000);
  await setup.access.tick();
  expect((await find(made.id)).lastUsedAt).toBe(first + 59_000);
});
