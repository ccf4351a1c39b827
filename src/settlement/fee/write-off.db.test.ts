import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bankDocument } from '../../../test/support/bank-document.ts';
import { approve, openCustodyAccount } from '../../../test/support/custody.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { proposeMint } from '../custody/propose.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { matchNew } from '../reconciliation/match-entries.ts';
import { readStatement } from '../reconciliation/read-statement.ts';
import { takeStatement } from '../reconciliation/take-statement.ts';
import { listBreaks, proposeWriteOff } from '../reconciliation/work-breaks.ts';
import { closeWindow } from '../window/close-window.ts';
import { issueInvoices } from './issue-invoices.ts';
import { listInvoices } from './read-invoices.ts';
import { setFeeSchedule } from './set-schedule.ts';
import { collectOpen } from './settle-invoice.ts';

const clock = manualClock(Date.UTC(2026, 0, 5, 9));
let house: TestHouse;
let [a, b, c]: Bank[] = [];
const deps = () => house.settlement.deps;

async function receivableOf(participantId: Uuid): Promise<Uuid> {
  const rows = await house.database.admin<{ id: Uuid }>(
    `select account_id as id from settlement.fee_account where asset = 'EUR/2' and participant_id = $1`,
    [participantId],
  );
  return rows[0]!.id;
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [a, b, c] = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000n });
  const content = { items: [{ item: 'payments' as const, kind: 'per_payment' as const, text: 'Payments', tiers: [{ units: 400n }] }] };
  await setFeeSchedule(deps(), house.ctx, { name: 'Standard', asset: 'EUR/2', validFrom: '2026-01-01', content });
  for (const bank of [a!, c!]) await sendPayment(deps(), house.ctx, orderOf(bank, b!, { units: 900n }));
  await closeWindow(deps(), house.ctx);
  clock.advance(31 * 86_400_000);
  await issueInvoices(deps(), house.ctx, { month: '2026-01' });
});
afterAll(() => house.close());

test('a break is not written off to what a bank owes in fees', async () => {
  const account = await openCustodyAccount(house, { number: 'FEE0001' });
  const entries = [{ units: 300n, day: '2026-02-05' }];
  const statement = bankDocument('camt.053', { id: 'S', account: 'FEE0001', day: '2026-02-05', opening: 0n, entries });
  await takeStatement(deps(), house.ctx, readStatement([statement]));
  await matchNew(deps(), house.ctx);
  const { items } = await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: account });
  const { id } = items.find(({ kind }) => kind === 'entry')!;
  await expect(proposeWriteOff(deps(), house.ctx, { id, accountId: await receivableOf(a!.id), reason: 'Interest' })).rejects.toMatchObject({
    code: 'settlement.write_off_account_invalid',
  });
});

test('an invoice that cannot be collected leaves those behind it to be collected, and is told', async () => {
  for (const { id } of [a!, c!]) {
    await approve(house, proposeMint(deps(), house.ctx, { id, asset: 'EUR/2', units: 5_000n, reference: 'MORE', reason: 'By telephone' }));
  }
  const failing = vi.spyOn(deps().access, 'command').mockRejectedValueOnce(new Error('the book is closed'));
  await expect(collectOpen(deps(), house.ctx)).rejects.toThrow('the book is closed');
  failing.mockRestore();
  const { items } = await listInvoices(deps(), house.ctx, {});
  // 100 of each were there when it was issued.
  expect(items.map(({ open }) => open).toSorted((x, y) => Number(x - y))).toEqual([0n, 300n]);
});
