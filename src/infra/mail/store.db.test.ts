import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import type { Tx } from '../postgres/db.ts';
import { dueMail, insertMail, letterOf, recordTry } from './store.ts';

const RELAY = { role: 'rialto_relay' } as const;
const NOW = 1_800_000_000_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

test('what is due names the eldest of each tenant first, however many one has, and nothing that waits no longer', async () => {
  const [flood, ada] = [newId(), newId()];
  const put = async (tenantId: typeof flood, at: number) => {
    const letter = { id: newId(), recipient: 'ada@rialto.test', subject: 's', plain: 'p', html: 'h' };
    await database.db.write(RELAY, (tx) => insertMail(tx, tenantId, letter, at));
    return { tenantId, id: letter.id };
  };
  const floods = [];
  for (let i = 0; i < 30; i++) floods.push(await put(flood, NOW - 1_000 + i));
  const [first, second] = [await put(ada, NOW - 10), await put(ada, NOW - 5)];
  await put(newId(), NOW + 1);
  const due = () => database.db.read(RELAY, (tx) => dueMail(tx, NOW));
  expect((await due()).slice(0, 4)).toEqual([floods[0], first, floods[1], second]);
  await database.db.write(RELAY, (tx) => recordTry(tx, first, { state: 'sent', at: NOW }));
  expect((await due()).slice(0, 3)).toEqual([floods[0], second, floods[1]]);
  expect(await database.db.read(RELAY, (tx) => letterOf(tx, first))).toBeUndefined();
});

test('of a tenant with much that waits no more is read than is read ahead', async () => {
  const [flood, ada] = [newId(), newId()];
  await database.admin(
    `insert into infra.mail (tenant_id, id, recipient, subject, plain, html, state, next_at, created_at)
     select $1::uuid, gen_random_uuid(), 'a@b', 's', 'p', 'h', 'pending', now() - i * interval '1 second', now() from generate_series(1, 5000) i
     union all select $2::uuid, gen_random_uuid(), 'a@b', 's', 'p', 'h', 'pending', now(), now()`,
    [flood, ada],
  );
  await database.admin('analyze infra.mail');
  let plan: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = [];
  await database.db.read(RELAY, async (tx) => {
    const query: Tx['query'] = async (text, values) => {
      plan = await tx.query(`explain (analyze, format json) ${text}`, values);
      return tx.query(text, values);
    };
    const due = await dueMail({ query }, Date.now() + 1_000);
    expect(due.filter(({ tenantId }) => tenantId === flood)).toHaveLength(20);
    expect(due.filter(({ tenantId }) => tenantId === ada)).toHaveLength(1);
  });
  expect(readBy(plan[0]!['QUERY PLAN'][0].Plan)).toBeLessThan(200);
});

type PlanNode = {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
};

/** Rows that a plan has read from tables. */
function readBy({ Plans = [], ...node }: PlanNode): number {
  const isScan = /^(Seq|Index|Bitmap)/.test(node['Node Type']);
  const own = isScan ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'] : 0;
  return own + Plans.reduce((sum, below) => sum + readBy(below), 0);
}
