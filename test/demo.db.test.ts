import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDemo } from '../src/app/demo.ts';
import { verifyAudit } from '../src/access/audit/verify.ts';
import { verifyLedger } from '../src/ledger/verify/verify.ts';
import type { BusinessDay } from '../src/settlement/demo/business-day.ts';
import { createTestHouse, type TestHouse } from './support/house.ts';

let house: TestHouse;
let day: BusinessDay;
beforeAll(async () => {
  house = await createTestHouse();
  day = await runDemo(house, house.tenantId, { progress: { part: () => {} }, payments: 3_000 });
});
afterAll(() => house.close());

/** Counts of payments as they stand, settled ones by the window that holds them. */
async function counts(): Promise<Record<string, bigint>> {
  const [row] = await house.database.admin<Record<string, bigint>>(
    `select count(*) filter (where decision = 'held') as held, count(*) filter (where decision = 'rejected' and reason_code = 'AM04') as short,
            count(*) filter (where decision = 'reserved') as reserved,
            count(*) filter (where decision = 'reserved' and exists (
              select from settlement.netting_window w where w.state = 'settled' and p.seq > w.from_seq and p.seq <= w.to_seq)) as settled
       from settlement.payment p`,
  );
  return row!;
}

test('every order of the day meets the fate that the generator gave it', async () => {
  const { reserved, held, insufficientFunds } = day.expectation;
  expect(await counts()).toEqual({
    held: BigInt(held),
    short: BigInt(insufficientFunds),
    reserved: BigInt(reserved),
    settled: BigInt(reserved),
  });
});

test('each currency comes to the gross that was ordered', async () => {
  const rows = await house.database.admin(
    'select asset, sum(payments)::int as payments, sum(gross)::numeric(38, 0) as gross from settlement.window_currency group by asset order by asset',
  );
  expect(rows).toEqual(day.expectation.currencies);
});

test('the books and the audit log are sound afterwards', async () => {
  const books = await house.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
  expect(books.findings).toEqual([]);
  expect(books.books[0]!.transfers).toBeGreaterThan(day.expectation.reserved);
  expect((await verifyAudit(house.database.db)).differences).toEqual([]);
});
