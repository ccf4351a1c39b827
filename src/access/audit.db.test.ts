import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor, runJob } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import { rootOfLeaves } from '../base/merkle.ts';
import { leafOf } from './audit/leaf.ts';
import { auditHead, createTenant, listAudit, listUsers } from './contract.ts';
import { scopes } from './role.ts';
import { AUDIT_COLUMNS, type AuditRow } from './store/audit.ts';

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

const chainOnce = () => runJob(setup.access, 'access.chain_audit');
/** Until nothing waits: transactions of other tests on the same server keep the horizon back. */
const chain = async () => {
  const waits = `select exists (select from access.audit a left join access.audit_chain c using (tenant_id)
    where c.tenant_id is null or (a.xid, a.id) > (c.xid, c.id)) as waits`;
  do await chainOnce();
  while ((await database.admin<{ waits: boolean }>(waits))[0]!.waits);
};
const tenant = async (): Promise<Actor> => {
  const id = newId();
  await database.admin('insert into access.tenant values ($1, $2, false, now())', [id, 'A tenant']);
  return actorWith(id, scopes);
};
const write = (actor: Actor, subjects: readonly string[]) =>
  database.db.write({ role: 'rialto_writer' }, (tx) =>
    setup.access.port.rows.audit.write(
      tx,
      subjects.map((subject, i) => ({
        seq: 0n,
        atMs: setup.clock.now() + i,
        value: setup.access.port.auditEntry(ctxFor(actor), listUsers, { subject, detail: { i } }),
      })),
    ),
  );
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `row ${from + i}`);
const differencesOf = async (tenantId: Uuid) => (await setup.access.verifyAudit()).differences.filter((one) => one.tenantId === tenantId);
/** As someone with the superuser's rights over the tables would. */
const tamper = async (sql: string, values: readonly unknown[] = []) => {
  await database.admin(
    `do $$ begin set local session_replication_role = replica; ${sql.replace(/\$(\d)/g, (_, n: string) => quote(values[Number(n) - 1]))}; end $$`,
  );
};
const quote = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`;

test.each([
  'update access.audit set outcome = outcome',
  'delete from access.audit',
  'truncate access.audit',
  'delete from access.audit_head',
  'truncate access.audit_tile',
])('the database refuses: %s', async (sql) => {
  await write(admin, ['a row']);
  await chain();
  await expect(database.admin(sql)).rejects.toThrow(/append-only/);
  await expect(database.db.write({ tenantId: admin.tenantId }, (tx) => tx.query(sql))).rejects.toThrow(/permission denied/);
});

test('a tile only grows', async () => {
  await write(admin, ['a row']);
  await chain();
  await expect(database.admin(`update access.audit_tile set hashes = sha256('x')`)).rejects.toThrow(/only grows/);
});

test('the application cannot choose where its row stands', async () => {
  const insert = `insert into access.audit (tenant_id, xid, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail)
    values ($1, 1, $2, now(), 'user', $2, '', '', '', '', '', '{}')`;
  await expect(database.db.write({ tenantId: admin.tenantId }, (tx) => tx.query(insert, [admin.tenantId, newId()]))).rejects.toThrow(
    /permission denied/,
  );
});

test('the head is the RFC 6962 root over all rows, however they were chained, tenant by tenant', async () => {
  const [one, two] = [await tenant(), await tenant()];
  for (const [i, count] of [1, 254, 1, 1, 300, 0, 700].entries()) {
    await write(one, many(count, i * 1000));
    await write(two, many(i));
    await chain();
  }
  const rows = await database.admin<AuditRow>(`select ${AUDIT_COLUMNS} from access.audit where tenant_id = $1 order by xid, id`, [
    one.tenantId,
  ]);
  const head = await setup.call.output(auditHead, one, {});
  expect(head).toMatchObject({ size: 1257, root: Buffer.from(rootOfLeaves(Buffer.concat(rows.map(leafOf)))).toString('hex') });
  expect((await setup.call.output(auditHead, two, {})).size).toBe(21);
  expect((await setup.access.verifyAudit()).differences).toEqual([]);
  const tiles = await database.admin<{ level: number; hashes: number }>(
    'select level, sum(length(hashes) / 32)::int as hashes from access.audit_tile where tenant_id = $1 group by level order by level',
    [one.tenantId],
  );
  expect(tiles).toEqual([
    { level: 0, hashes: 1257 },
    { level: 1, hashes: 4 },
  ]);
});

test('a row of a transaction that commits late gets its place behind, and no place ever moves', async () => {
  const actor = await tenant();
  await write(actor, ['first']);
  await chain();
  const { port } = setup.access;
  await database.db.write({ role: 'rialto_writer' }, async (tx) => {
    const value = port.auditEntry(ctxFor(actor), listUsers, { subject: 'slow' });
    await port.rows.audit.write(tx, [{ seq: 0n, atMs: setup.clock.now(), value }]);
    await write(actor, ['quick']);
    await chainOnce();
    expect((await setup.call.output(auditHead, actor, {})).size).toBe(1);
  });
  await chain();
  expect((await setup.call.output(auditHead, actor, {})).size).toBe(3);
  expect(await differencesOf(actor.tenantId)).toEqual([]);
});

test('rows that are not chained yet are counted as waiting, not as wrong', async () => {
  await chain();
  const actor = await tenant();
  await write(actor, ['chained']);
  await chain();
  await write(actor, ['waiting', 'waiting too']);
  expect(await setup.access.verifyAudit()).toMatchObject({ waiting: 2n, differences: [] });
});

test.each([
  ['a changed row', 'update access.audit set outcome = $9 where tenant_id = $1 and subject = $2', { what: 'row', position: 300n }],
  [
    'a changed detail',
    `update access.audit set detail = '{"i":301}' where tenant_id = $1 and subject = $2`,
    { what: 'row', position: 300n },
  ],
  ['a removed row', 'delete from access.audit where tenant_id = $1 and subject = $2', { what: 'row', position: 300n }],
  ['a removed last row', `delete from access.audit where tenant_id = $1 and subject = 'row 599'`, { what: 'row_missing', position: 599n }],
  [
    'a row put in',
    `insert into access.audit select tenant_id, 0, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail from access.audit where tenant_id = $1 and subject = $2`,
    { what: 'row', position: 0n },
  ],
  [
    'two rows that change places',
    `update access.audit set id = case subject when 'row 300' then gen_random_uuid() else id end where tenant_id = $1`,
    { what: 'row' },
  ],
  [
    'a changed leaf',
    `update access.audit_tile set hashes = overlay(hashes placing sha256('x') from 32 * 44 + 1) where tenant_id = $1 and level = 0 and index = 1`,
    { what: 'row', position: 300n },
  ],
  [
    'a changed tile above',
    `update access.audit_tile set hashes = sha256('x') || substring(hashes from 33) where tenant_id = $1 and level = 1`,
    { what: 'tile', position: 0n },
  ],
  ['a removed tile above', 'delete from access.audit_tile where tenant_id = $1 and level = 1', { what: 'tile', position: 0n }],
  [
    'a changed root',
    `update access.audit_head set root = sha256('x') where tenant_id = $1 and size = 600`,
    { what: 'root', position: 599n },
  ],
  ['a removed head', 'delete from access.audit_head where tenant_id = $1 and size = 600', { what: 'head_missing' }],
])('verification finds %s and where', async (_, sql, found) => {
  const actor = await tenant();
  for (const from of [0, 200, 400]) {
    await write(actor, many(200, from));
    await chain();
  }
  expect(await differencesOf(actor.tenantId)).toEqual([]);
  await tamper(sql.replace('$9', `'forged'`), [actor.tenantId, 'row 300']);
  const [difference] = await differencesOf(actor.tenantId);
  expect(difference).toMatchObject({ tenantId: actor.tenantId, ...found });
});

test('a log that was moved to a server with lower transaction numbers is not chained in the wrong order', async () => {
  const clone = await createTestDatabase({ modules: ['access'] });
  const { access, operator } = await createTestAccess(clone.db);
  const ctx = access.port.systemCtx('a job', operator.tenantId);
  const row = () =>
    clone.db.write({ tenantId: operator.tenantId }, (tx) =>
      access.port.rows.audit.write(tx, [{ seq: 0n, atMs: 0, value: access.port.auditEntry(ctx, listUsers, { subject: 'x' }) }]),
    );
  await runJob(access, 'access.chain_audit');
  await clone.admin(`update access.audit_chain set xid = 1::bigint << 60`);
  await row();
  await expect(runJob(access, 'access.chain_audit')).rejects.toMatchObject({ code: 'access.audit_order_lost' });
  await access.close();
  await clone.drop();
});

const refusal = (code: string) => new AppError('forbidden', code, 'no');

test('refused calls add one line for each actor, code and minute, however many there are', async () => {
  const actor = await tenant();
  for (let i = 0; i < 1_000; i++) setup.access.onDenied({ remoteAddress: '192.0.2.1', actor }, listUsers, refusal('request.scope_missing'));
  setup.access.onDenied({ remoteAddress: '192.0.2.1', actor }, auditHead, refusal('request.scope_missing'));
  setup.access.onDenied({ remoteAddress: '192.0.2.1', actor }, auditHead, refusal('access.operator_only'));
  setup.clock.advance(60_000);
  await setup.access.tick();
  const { items } = await setup.call.output(listAudit, actor, { action: 'access.denied' });
  expect(items.map(({ subject, detail, actor: by }) => [subject, detail.count, detail.operations, by.name])).toEqual([
    ['access.operator_only', 1, ['access.audit_head'], actor.name],
    ['request.scope_missing', 1_001, ['access.list_users', 'access.audit_head'], actor.name],
  ]);
});

test("strangers with many addresses add a bounded number of lines to the operator's log, and every call is counted", async () => {
  const start = setup.clock.now();
  for (let i = 0; i < 5_000; i++)
    setup.access.onDenied({ remoteAddress: `10.0.${i >> 8}.${i & 255}` }, listUsers, refusal('access.token_forged'));
  setup.clock.advance(60_000);
  await setup.access.tick();
  const { items } = await setup.call.output(listAudit, admin, { subject: 'access.token_forged', from: start, limit: 500 });
  expect(items).toHaveLength(201);
  expect(items.reduce((sum, item) => sum + Number(item.detail.count), 0)).toBe(5_000);
});

test('the log is read newest first, page by page, and by actor, action, subject, outcome and time', async () => {
  const actor = await tenant();
  const start = setup.clock.now();
  await write(actor, many(7));
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await setup.call.output(listAudit, actor, { limit: 3, ...(after && { after }) });
    seen.push(...page.items.map((item) => item.subject));
    after = page.next;
  } while (after);
  expect(seen).toEqual(many(7).toReversed());
  const list = async (filter: object) => (await setup.call.output(listAudit, actor, filter)).items.map((item) => item.subject);
  expect(await list({ subject: 'row 4' })).toEqual(['row 4']);
  expect(await list({ from: start + 5 })).toEqual(['row 6', 'row 5']);
  expect(await list({ to: start })).toEqual(['row 0']);
  expect(await list({ actor: toWireId('usr', actor.id), outcome: 'done', action: 'access.list_users' })).toHaveLength(7);
  expect(await list({ actor: actor.name })).toHaveLength(7);
  expect(await list({ actor: 'someone else' })).toEqual([]);
  expect(await list({ outcome: 'refused' })).toEqual([]);
  await expect(setup.call.output(listAudit, actor, { after: 'no cursor' })).rejects.toMatchObject({ code: 'request.cursor_invalid' });
});

test("opening a tenant stands in the operator's log and tells it to the modules", async () => {
  const input = { name: 'Nordfjord', admin: { email: `a-${newId()}@rialto.test`, name: 'Ada', password: 'correct horse battery staple' } };
  const made = await setup.call.output(createTenant, admin, input);
  const { items } = await setup.call.output(listAudit, admin, { action: 'access.create_tenant' });
  expect(items[0]).toMatchObject({ subject: toWireId('ten', made.id), outcome: 'done', detail: { name: 'Nordfjord' } });
  expect(JSON.stringify(items)).not.toContain('correct horse');
  const [row] = await database.admin<{ n: bigint }>(
    `select count(*) as n from infra.event_segment where types @> '{access.tenant_created}'`,
  );
  expect(row!.n).toBe(1n);
  await expect(
    setup.call.output(createTenant, actorWith(made.id, scopes), { ...input, admin: { ...input.admin, email: 'b@rialto.test' } }),
  ).rejects.toMatchObject({ code: 'access.operator_only' });
});
