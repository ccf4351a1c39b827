import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstrate, runDemo } from '../src/app/demo.ts';
import { createProgress } from '../src/app/progress.ts';
import { verifyAudit } from '../src/access/audit/verify.ts';
import type { Route } from '../src/infra/http/route.ts';
import { silentLog } from '../src/infra/log/log.ts';
import { verifyLedger } from '../src/ledger/verify/verify.ts';
import type { BusinessDay } from '../src/settlement/demo/business-day.ts';
import { createTestHouse, type TestHouse } from './support/house.ts';

let house: TestHouse;
let day: BusinessDay;
const said: string[] = [];
beforeAll(async () => {
  house = await createTestHouse();
  const progress = { ...createProgress({ write: (text) => said.push(String(text)) > 0 }), part: () => {} };
  const beside = { isFirst: true, address: 'http://here', log: silentLog, progress, stop: new AbortController().signal, payments: 3_000 };
  // Everything comes to a bad end twice, once among the banks and once among the payments, before the day goes through.
  for (const calls of [70, 600]) await demonstrate(failingAfter(calls), house.tenantId, beside);
  ({ day } = await runDemo(house, house.tenantId, { progress: { part: () => {} }, payments: 3_000 }));
});
afterAll(() => house.close());

/** The house, whose operations fail for good after so many calls. */
function failingAfter(calls: number): Pick<TestHouse, 'access' | 'settlement'> {
  let left = calls;
  const routes = house.settlement.routes.map(({ operation, handle }): Route => ({
    operation,
    handle: (...args) => (left-- > 0 ? handle(...args) : Promise.reject(new Error('the disk is full'))),
  }));
  return { access: house.access, settlement: { ...house.settlement, routes } };
}

test('a day that fails is told with its reason and what goes on with it, and nothing is thrown', () => {
  expect(said).toHaveLength(2);
  for (const text of said) expect(text).toMatch(/stopped: the disk is full\nEverything else goes on at http:\/\/here; .*rialto -- demo/);
});

test('a day that failed half-way admits and funds every bank once when it goes on', async () => {
  const [row] = await house.database.admin<{ banks: number; fundings: number }>(
    'select (select count(*)::int from settlement.participant) as banks, (select count(*)::int from settlement.funding) as fundings',
  );
  expect(row).toEqual({ banks: day.participants.length, fundings: day.fundings.length });
});

test('a day that is over is not gone through again, whatever was admitted since', async () => {
  const before = await counts();
  const again = await runDemo(failingAfter(0), house.tenantId, { progress: { part: () => {} }, payments: 3_000 });
  expect(again.finished).toBe(true);
  expect(await counts()).toEqual(before);
});

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
