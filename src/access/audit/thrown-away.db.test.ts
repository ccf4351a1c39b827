import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor, runJob } from '../../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { testHeads } from '../../../test/support/heads.ts';
import type { Actor } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import { listUsers } from '../contract.ts';
import { scopes } from '../role.ts';
import type { NotedHead } from './verify.ts';

const heads = testHeads();
let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
/** A tenant of the test's own, with two heads over 320 rows. */
let actor: Actor;
let outside: { noted: NotedHead[]; keys: typeof heads.keys };

const write = (subject: string, count = 1) =>
  database.db.write({ role: 'rialto_writer' }, (tx) =>
    setup.access.port.rows.audit.write(
      tx,
      Array.from({ length: count }, () => ({
        seq: 0n,
        atMs: setup.clock.now(),
        value: setup.access.port.auditEntry(ctxFor(actor), listUsers, { subject }),
      })),
    ),
  );
/** Until nothing of the tenant waits: transactions of other tests on the same server keep the horizon back. */
const chain = async () => {
  const waits = `select exists (select from access.audit a left join access.audit_chain c using (tenant_id)
    where tenant_id = '${actor.tenantId}' and (c.tenant_id is null or (a.xid, a.id) > (c.xid, c.id))) as waits`;
  do await runJob(setup.access, 'access.chain_audit');
  while ((await database.admin<{ waits: boolean }>(waits))[0]!.waits);
};
/** Tries until the job has come to the row and refused the chain. */
const refused = async (): Promise<string> => {
  for (;;) {
    const code = await runJob(setup.access, 'access.chain_audit').then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    if (code) return code;
  }
};
const asOwner = (sql: string) =>
  database.admin(`do $$ begin set local session_replication_role = replica; ${sql.replaceAll('$1', `'${actor.tenantId}'`)}; end $$`);
const found = async (against = outside) =>
  (await setup.access.verifyAudit(against)).differences.filter((one) => one.tenantId === actor.tenantId).map(({ what }) => what);
const THROW_AWAY = ['chain', 'head', 'tile'].map((table) => `delete from access.audit_${table} where tenant_id = $1`).join('; ');
const FORGE = `update access.audit set actor_name = 'somebody else' where tenant_id = $1 and subject = 'first'`;

beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db, { heads });
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});
beforeEach(async () => {
  const id = newId();
  await database.admin('insert into access.tenant values ($1, $2, false, now())', [id, 'A tenant']);
  actor = actorWith(id, scopes);
  await write('first', 300);
  await chain();
  await write('second', 20);
  await chain();
  const { size, root } = (await heads.read('audit', id))!;
  outside = { noted: [{ tenantId: id, size, root: Buffer.from(root).toString('hex'), source: 'the data folder' }], keys: heads.keys };
  const before = await found();
  if (before.length > 0) throw new Error(`the log is not sound before it is forged: ${before.join(', ')}`);
});
const finish = async () => {
  // What a test forged must not make the job fail for those behind it.
  await asOwner(`delete from access.audit where tenant_id = $1; ${THROW_AWAY}`);
};

test('heads are numbered from 1 and signed', async () => {
  const rows = await database.admin(
    'select number, length(signature) as length from access.audit_head where tenant_id = $1 order by size',
    [actor.tenantId],
  );
  expect(rows.map((row) => row['length'])).toEqual(rows.map(() => 64));
  expect(rows.map((row) => row['number'])).toEqual(rows.map((_, i) => BigInt(i + 1)));
});

test('a chain that was thrown away behind a forged row is not built anew, and both are found', async () => {
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  expect(await refused()).toBe('heads.log_lost');
  expect(await database.admin('select from access.audit_head where tenant_id = $1', [actor.tenantId])).toEqual([]);
  expect(await found()).toEqual(['noted']);
  await finish();
});

test('rows without a chain are found where nothing was noted, once they are older than any lag', async () => {
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  heads.forget();
  setup.clock.advance(86_400_001);
  expect(await found({ noted: [], keys: [] })).toEqual([]);
  await write('third');
  expect(await found({ noted: [], keys: [] })).toEqual(['not_chained']);
  expect(await refused()).toBe('heads.log_lost');
  await finish();
});

test('the head that an auditor noted tells a whole chain that was made anew', async () => {
  await asOwner(`${THROW_AWAY}; ${FORGE}`);
  heads.forget();
  await chain();
  expect(await found({ noted: [], keys: heads.keys })).toEqual([]);
  expect(await found()).toEqual(['noted']);
});

test.each([
  ['the place from which it goes on was set back', `update access.audit_chain set xid = 0, size = 0, peaks = '' where tenant_id = $1`],
  ['its edge makes another root', `update access.audit_chain set peaks = sha256(peaks) || substring(peaks from 33) where tenant_id = $1`],
  ['its edge is none', `update access.audit_chain set peaks = '' where tenant_id = $1`],
  ['its last heads have another root', `update access.audit_head set root = sha256(root) where tenant_id = $1`],
  ['its heads are without signature', 'update access.audit_head set number = null, signature = null where tenant_id = $1'],
])('a chain does not go on when %s', async (_, sql) => {
  await asOwner(sql);
  await write('third');
  expect(await refused()).toMatch(/^heads\.log_/);
  await finish();
});

test('a signature of somebody else is found, and ends the chain where nothing was noted', async () => {
  await asOwner(`update access.audit_head set signature = sha256(signature) || sha256(root) where tenant_id = $1`);
  expect(await found({ noted: [], keys: heads.keys })).toEqual(['signature']);
  heads.forget();
  await write('third');
  expect(await refused()).toBe('heads.log_changed');
  await finish();
});

test('a head between others that is gone is found by its number', async () => {
  await asOwner('delete from access.audit_head where tenant_id = $1 and number = 1');
  expect(await found()).toEqual(['head_number']);
});

test('rows that are gone with their chain are found by what was noted of them', async () => {
  await finish();
  expect(await found()).toEqual(['noted']);
});

test('the chains of others go on, and the check says whose does not', async () => {
  const forged = actor.tenantId;
  await asOwner(`update access.audit_head set root = sha256(root) where tenant_id = $1`);
  await write('third');
  const id = newId();
  await database.admin('insert into access.tenant values ($1, $2, false, now())', [id, 'Another']);
  actor = actorWith(id, scopes);
  await write('other');
  do await refused();
  while ((await database.admin('select from access.audit_head where tenant_id = $1', [id])).length === 0);
  setup.clock.advance(60_001);
  const check = setup.access.checks.find(({ name }) => name === 'access.audit_chain')!;
  expect(await check.run()).toMatchObject({ ok: false, detail: expect.stringContaining(forged) });
});
