import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../test/support/ledger.ts';
import { balancesAtSeq, entriesOf, listTransfers } from './store/transfers.ts';
import { highestId, readAccounts } from './store/book.ts';
import type { Tx } from '../infra/postgres/db.ts';

let ledger: TestLedger;
let [busy, other, rare]: string[] = [];
beforeAll(async () => {
  ledger = await createTestLedger();
  [busy, other, rare] = await ledger.open({}, {}, {});
  const { port, tenantId, database } = ledger;
  await port.enact({ tenantId, transfers: [ledger.draft(rare!, busy!)] });
  await port.enact({ tenantId, transfers: Array.from({ length: 3_000 }, () => ledger.draft(busy!, other!)) });
  await database.admin('analyze');
});
afterAll(() => ledger.close());

/** Runs work on a transaction that asks for the plan of every statement first, and answers with the plans. */
async function plansOf(work: (tx: Tx) => Promise<unknown>): Promise<string> {
  let plans = '';
  await ledger.database.db.read({ tenantId: ledger.tenantId }, async (tx) => {
    await tx.query(`select set_config('plan_cache_mode', 'force_generic_plan', true)`);
    const query: Tx['query'] = async (text, values) => {
      const plan = await tx.query<Record<string, string>>(`explain (analyze, costs off, timing off, summary off) ${text}`, values);
      plans += plan.map((row) => row['QUERY PLAN']).join('\n');
      return tx.query(text, values);
    };
    await work({ query });
  });
  return plans;
}

test.each([
  ['its balance', (tx: Tx) => readAccounts(tx, ledger.tenantId, [rare!])],
  ['its balance at a past time', (tx: Tx) => balancesAtSeq(tx, ledger.tenantId, [rare!], 2_000n)],
  ['its transfers', (tx: Tx) => listTransfers(tx, ledger.tenantId, { accountId: rare!, limit: 10 })],
  ['its transfers further on', (tx: Tx) => listTransfers(tx, ledger.tenantId, { accountId: rare!, limit: 10, before: 2_500n })],
  ['its statement', (tx: Tx) => entriesOf(tx, ledger.tenantId, { accountId: rare!, fromSeq: 0n, toSeq: 3_001n, limit: 10 })],
])('of an account that has not moved for long, %s is found without walking the book', async (_, work) => {
  const plans = await plansOf(work);
  expect(plans).toMatch(/transfer_debit/);
  expect(plans).toMatch(/transfer_credit/);
  expect(plans).not.toMatch(/transfer_pkey|Seq Scan on transfer/);
});

test('where the ids of a book end is found by the index on ids', async () => {
  const plans = await plansOf((tx) => highestId(tx, ledger.tenantId, 'ffffffff-ffff-ffff-ffff-ffffffffffff'));
  expect(plans).toMatch(/Backward using transfer_id/);
  expect(plans).not.toMatch(/Seq Scan on transfer/);
});
