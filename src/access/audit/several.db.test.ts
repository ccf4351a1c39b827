import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor, runJob } from '../../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { openEarlierDatabase } from '../../../test/support/earlier-database.ts';
import type { Actor } from '../../base/context.ts';
import { newId, toWireId } from '../../base/id.ts';
import { listAudit, listUsers } from '../contract.ts';
import { scopes } from '../role.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const tenant = async (): Promise<Actor> => {
  const id = newId();
  await database.admin('insert into access.tenant values ($1, $2, false, now())', [id, 'A tenant']);
  return actorWith(id, scopes);
};
/** So many ids that were made in one instant, in order. */
const payments = (count: number, made = setup.clock.now()) => Array.from({ length: count }, () => toWireId('pay', newId(made)));
/** One transaction of one request; an entry's outcome is told by its place. */
const write = (actor: Actor, subjects: readonly string[], outcomeOf: (place: number) => string = () => 'reserved') => {
  const ctx = ctxFor(actor);
  const entryOf = (subject: string, i: number) => setup.access.port.auditEntry(ctx, listUsers, { subject, outcome: outcomeOf(i) });
  const rows = subjects.map((subject, i) => ({ seq: 0n, atMs: setup.clock.now(), value: entryOf(subject, i) }));
  return database.db.write({ role: 'rialto_writer' }, (tx) => setup.access.port.rows.audit.write(tx, rows));
};
/** Until nothing waits: transactions of other tests on the same server keep the horizon back. */
const chain = async () => {
  const waits = `select exists (select from access.audit a left join access.audit_chain c using (tenant_id)
    where c.tenant_id is null or (a.xid, a.id) > (c.xid, c.id)) as waits`;
  do await runJob(setup.access, 'access.chain_audit');
  while ((await database.admin<{ waits: boolean }>(waits))[0]!.waits);
};
const list = async (actor: Actor, query: object = {}) => (await setup.call.output(listAudit, actor, query)).items;
const countRows = async ({ tenantId }: Actor) =>
  Number((await database.admin<{ n: bigint }>('select count(*) as n from access.audit where tenant_id = $1', [tenantId]))[0]!.n);

describe('acts of one commit that differ only in what they were done to', () => {
  test('are few rows, and each subject finds the one that says what became of it', async () => {
    const actor = await tenant();
    const all = payments(300);
    const outcomeOf = (i: number) => (i % 50 === 0 ? 'rejected' : 'reserved');
    // In no order, as answers of a busy house come.
    const mixed = all.toSorted((a, b) => a.slice(-4).localeCompare(b.slice(-4)));
    await write(actor, mixed, (i) => outcomeOf(all.indexOf(mixed[i]!)));
    expect(await countRows(actor)).toBe(3);
    for (const [i, subject] of all.entries()) {
      const items = await list(actor, { subject, subjects: 'all' });
      expect(items.map(({ outcome }) => outcome)).toEqual([outcomeOf(i)]);
      expect(items[0]!.subjects).toContain(subject);
    }
    for (const other of [...payments(1), all[0]!.replace(/.$/, 'x'), all[0]!.toUpperCase(), 'pay_', ''])
      expect(await list(actor, { subject: other })).toEqual([]);
  });

  test('are counted in the list and told in full when that is asked for; a row with one subject has neither', async () => {
    const actor = await tenant();
    const [alone, ...together] = payments(4);
    await write(actor, [alone!]);
    await write(actor, together);
    expect((await list(actor)).map(({ subject, subjectCount, subjects }) => ({ subject, subjectCount, subjects }))).toEqual([
      { subject: together[0], subjectCount: 3, subjects: undefined },
      { subject: alone, subjectCount: undefined, subjects: undefined },
    ]);
    expect((await list(actor, { subjects: 'all' })).map(({ subject, subjects }) => ({ subject, subjects }))).toEqual([
      { subject: together[0], subjects: together },
      { subject: alone, subjects: undefined },
    ]);
  });

  test('are found page by page among rows that name the subject alone, newest first, with every other filter', async () => {
    const actor = await tenant();
    const all = payments(6);
    const wanted = all[3]!;
    for (let i = 0; i < 5; i++) {
      await write(actor, i % 2 === 0 ? all : [wanted], () => `step ${i}`);
      setup.clock.advance(1_000);
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await setup.call.output(listAudit, actor, { subject: wanted, limit: 2, ...(after && { after }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ outcome }) => outcome));
      after = page.next;
    } while (after);
    expect(seen).toEqual(['step 4', 'step 3', 'step 2', 'step 1', 'step 0']);
    expect(await list(actor, { subject: wanted, outcome: 'step 2' })).toHaveLength(1);
    expect(await list(actor, { subject: wanted, from: setup.clock.now() - 2_000 })).toHaveLength(2);
    expect(await list(actor, { subject: wanted, actor: 'somebody else' })).toEqual([]);
  });

  test('a page that tells all subjects has at most 100 rows, and the next follows', async () => {
    const actor = await tenant();
    for (let i = 0; i < 101; i++) await write(actor, payments(2));
    const page = await setup.call.output(listAudit, actor, { subjects: 'all', limit: 500 });
    expect(page.items).toHaveLength(100);
    expect(await list(actor, { subjects: 'all', limit: 500, after: page.next! })).toHaveLength(1);
  });

  test("are not found by another tenant's users, nor by users of a member", async () => {
    const [actor, other] = [await tenant(), await tenant()];
    const all = payments(3);
    await write(actor, all);
    for (const subject of all) {
      expect(await list(other, { subject })).toEqual([]);
      expect(await list({ ...actor, memberId: newId() }, { subject })).toEqual([]);
    }
  });
});

describe('a log of rows with one subject and with several', () => {
  /** As someone with the superuser's rights over the tables would. */
  const tamper = (sql: string, { tenantId }: Actor) =>
    database.admin(
      `do $$ begin set local session_replication_role = replica; ${sql} where tenant_id = '${tenantId}' and outcome = 'reserved' and subjects is not null; end $$`,
    );
  const differencesOf = async ({ tenantId }: Actor) =>
    (await setup.access.verifyAudit()).differences.filter((one) => one.tenantId === tenantId);

  test.each([
    ['a changed subject', `update access.audit set subjects[2] = subject || 'x'`],
    ['a subject that was taken out', `update access.audit set subjects = subjects[1:2]`],
    ['a subject that was put in', `update access.audit set subjects = subjects || array['pay_ffffffffffffffffffffffffffffffff']`],
    ['subjects in another order', `update access.audit set subjects = subjects[1:1] || subjects[3:3] || subjects[2:2]`],
    ['subjects that were all taken out', `update access.audit set subjects = null`],
    ['another first subject', `update access.audit set subject = subjects[2], subjects = subjects[2:2] || subjects[1:1] || subjects[3:3]`],
  ])('is sound as it was chained, and verification finds %s and where', async (_, sql) => {
    const actor = await tenant();
    const [alone, ...together] = payments(4);
    await write(actor, [alone!], () => 'alone');
    await chain();
    await write(actor, together);
    await write(actor, payments(2), () => 'others');
    await chain();
    expect(await differencesOf(actor)).toEqual([]);
    await tamper(sql, actor);
    expect(await differencesOf(actor)).toMatchObject([{ what: 'row', position: 1n }]);
  });

  test('refuses a row whose first subject is another than it says, or that has only one', async () => {
    const insert = `insert into access.audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail, subjects)
      values ($1, $2, now(), 'user', $2, '', '', 'a', '', '', '{}', $3)`;
    const actor = await tenant();
    for (const subjects of [[], ['a'], ['b', 'c']])
      await expect(
        database.db.write({ tenantId: actor.tenantId }, (tx) => tx.query(insert, [actor.tenantId, newId(), subjects])),
      ).rejects.toThrow(/audit_subjects/);
  });
});

test('a process of an earlier version, which knows rows with one subject only, makes no head any more', async () => {
  const { tenantId } = await tenant();
  const head = `insert into access.audit_head (tenant_id, size, root, at, number, signature) values ($1, 1, sha256('x'), now(), 1, sha256('y'))`;
  await expect(database.db.write({ role: 'rialto_relay' }, (tx) => tx.query(head, [tenantId]))).rejects.toThrow(
    /null value in column "form"/,
  );
});

test('rows and heads of an earlier version stay as they are', async () => {
  const { client, upgrade } = await openEarlierDatabase('access', '0007');
  await client.query(
    `insert into access.audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail)
     select gen_random_uuid(), gen_random_uuid(), now(), 'user', gen_random_uuid(), '', 'test.pay', 'pay ' || i, '', '', '{}' from generate_series(1, 3) i`,
  );
  await client.query(`insert into access.audit_head (tenant_id, size, root, at) values (gen_random_uuid(), 1, sha256('x'), now())`);
  const rows = async () =>
    (
      await client.query(
        `select to_jsonb(a) - 'subjects' as row, to_jsonb(h) - 'form' as head from access.audit a, access.audit_head h order by a.id`,
      )
    ).rows;
  const before = await rows();
  const file = async () => (await client.query(`select pg_relation_filenode('access.audit') as file`)).rows;
  const [stored] = await file();
  await upgrade();
  expect(await rows()).toEqual(before);
  expect(await file()).toEqual([stored]);
});
