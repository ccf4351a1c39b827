import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt056, textsOf, valid } from '../../../test/support/messages.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { addDays, dayOf, manualClock } from '../../base/time.ts';
import { getOverview } from '../overview/get-overview.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { paymentsNamed } from '../payment/store.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { cancelQueued } from '../queue/manage-queue.ts';
import { activateLimits, proposeLimits } from '../risk/manage-limits.ts';
import { readExposures } from '../risk/exposure-store.ts';
import type { Work } from '../screening/rescreening/examine.ts';
import { holdPayments } from '../screening/rescreening/hold-payments.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { misplaced } from '../window/places.ts';
import { getWindow } from '../window/read-windows.ts';
import { setAsideDifferences } from '../window/set-aside.ts';
import { listRecalls } from './list-recalls.ts';

/** Limits count days by the clock of the database, so the day is today. */
const clock = manualClock(Date.parse(`${dayOf(Date.now())}T00:00:00Z`) + 1_000);
let house: TestHouse;
let a: Bank, b: Bank;
let made = 0;
const deps = () => house.settlement.deps;
const inDays = (days: number) => addDays(dayOf(clock.now()), days);
const pay = (days: number, change: object = {}) =>
  sendPayment(deps(), house.ctx, orderOf(a, b, { units: 100n, valueDate: inDays(days), ...change }));
const paymentOf = (id: Uuid) => getPayment(deps(), house.ctx, { id });
const statusOf = async (id: Uuid) => (await paymentOf(id)).status;
const cancel = (id: Uuid, ctx = house.memberCtx(a.id)) => cancelQueued(deps(), ctx, { id });
async function money({ id }: Bank) {
  const { available, reserved } = (await getParticipant(deps(), house.ctx, { id })).accounts.find(({ asset }) => asset === 'EUR/2')!;
  return [available, reserved];
}
async function recall(uetr: string, from: Bank = a): Promise<string[]> {
  const document = camt056(`RECALL-${++made}`, from, b, [{ id: `R${made}`, uetr }]);
  return textsOf(valid(await submitIso20022(deps(), house.memberCtx(from.id), {}, { document })), 'TxCxlSts');
}
async function soundness(): Promise<void> {
  expect(await setAsideDifferences(deps(), house.tenantId)).toEqual([]);
  expect(await deps().db.read({ tenantId: house.tenantId }, (tx) => misplaced(tx, house.tenantId))).toEqual([]);
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  await admitBanks(house, ['ZZZZFIHH'], { 'EUR/2': 0n });
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', mode: 'by_hand' });
});
afterAll(() => house.close());
beforeEach(async () => {
  const letters = [...String(++made).padStart(3, '0')].map((digit) => 'ABCDEFGHIJ'[Number(digit)]).join('');
  [a, b] = (await admitBanks(house, [`A${letters}FIHH`, `B${letters}NOKK`], { 'EUR/2': 1_000n })) as [Bank, Bank];
});

describe('a payment that waits for its value date in a currency with windows', () => {
  test('counts for no limit any more once it is cancelled, also where limits are counted anew', async () => {
    const lines = [{ participant: a.id, asset: 'EUR/2', perDay: 250n, netSenderCap: 250n }];
    const activate = async () =>
      activateLimits(deps(), house.ctx, {
        number: (await proposeLimits(deps(), house.ctx, { lines, note: `for a test ${newId()}` })).number,
      });
    const used = async () => {
      const all = await deps().db.read({ tenantId: house.tenantId }, (tx) => readExposures(tx, house.tenantId));
      const { net, sent } = all.find(({ participantId }) => participantId === a.id)!;
      return [net, sent];
    };
    await activate();
    const { id } = await pay(1);
    await pay(1, { units: 50n });
    expect(await used()).toEqual([150n, 150n]);
    await cancel(id);
    expect(await used()).toEqual([50n, 50n]);
    await activate();
    expect(await used()).toEqual([50n, 50n]);
  });

  test.each(['in the window in which it was taken', 'having left one that was cut off'])(
    'is cancelled by a recall at once, %s',
    async (where) => {
      const payment = await pay(2);
      const now = await pay(0, { units: 10n });
      if (where.startsWith('having')) await closeWindow(deps(), house.ctx);
      expect(await statusOf(payment.id)).toBe('reserved');
      expect(await recall(payment.uetr)).toEqual(['ACCR']);
      const seen = await paymentOf(payment.id);
      expect(seen).toMatchObject({ status: 'rejected', reason: { code: 'DS02' } });
      expect(seen.timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'reserved', 'rejected']);
      // The bank that would have been paid knew of it, and sees what has become of it; nobody is asked anything.
      expect(await getPayment(deps(), house.memberCtx(b.id), { id: payment.id })).toMatchObject({ status: 'rejected' });
      expect((await listRecalls(deps(), house.memberCtx(b.id), { limit: 10 })).items).toEqual([]);
      expect((await money(a))[1]).toBe(where.startsWith('having') ? 0n : 10n);
      expect(await recall(payment.uetr)).toEqual(['RJCR']);
      await soundness();
      await pay(0, { units: 1n });
      const window = await closeWindow(deps(), house.ctx);
      expect(await getWindow(deps(), house.ctx, { id: window.id })).toMatchObject({ payments: where.startsWith('having') ? 1 : 2 });
      clock.advance(3 * 86_400_000);
      await pay(0, { units: 1n });
      await closeWindow(deps(), house.ctx);
      expect([await statusOf(payment.id), await statusOf(now.id)]).toEqual(['rejected', 'settled']);
      expect([await money(a), await money(b)]).toEqual([
        [988n, 0n],
        [1_012n, 0n],
      ]);
      await soundness();
    },
  );

  test('is cancelled by the bank that sent it, once under one key, and by no other', async () => {
    const [one, two] = [await pay(1), await pay(1)];
    await expect(cancel(one.id, house.memberCtx(b.id))).rejects.toMatchObject({ code: 'settlement.payment_not_queued' });
    const ctx = { ...house.memberCtx(a.id), idempotency: house.keyed(`cancel-${one.id}`).idempotency };
    const answers = await Promise.all([1, 2, 3].map(() => cancel(one.id, ctx)));
    expect(answers).toEqual([1, 2, 3].map(() => ({ id: one.id, status: 'rejected' })));
    const tries = await Promise.allSettled([1, 2, 3].map(() => cancel(two.id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await money(a)).toEqual([1_000n, 0n]);
    const rejected = (await listPayments(deps(), house.memberCtx(a.id), { status: 'rejected', limit: 10 })).items;
    expect(rejected.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    const { failures } = await getOverview(deps(), house.ctx, {});
    expect(failures).toContainEqual(expect.objectContaining({ code: 'DS02' }));
    await soundness();
  });

  test('is so no more on its day, nor is one of today: the bank that is paid decides', async () => {
    const [ahead, today] = [await pay(1), await pay(0)];
    expect(await recall(today.uetr)).toEqual(['PDCR']);
    await expect(cancel(today.id)).rejects.toMatchObject({ code: 'settlement.payment_not_queued' });
    clock.advance(86_400_000);
    expect(await recall(ahead.uetr)).toEqual(['PDCR']);
    await expect(cancel(ahead.id)).rejects.toMatchObject({ code: 'settlement.payment_not_queued' });
    await closeWindow(deps(), house.ctx);
    expect([await statusOf(ahead.id), await statusOf(today.id)]).toEqual(['settled', 'settled']);
  });

  test('is held or cancelled when both are tried at once, never both', async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await pay(1);
      const [payment] = await deps().db.read({ tenantId: house.tenantId }, (tx) => paymentsNamed(tx, house.tenantId, [id]));
      const work = { deps: deps(), tenantId: house.tenantId, run: { toSet: 1 } } as Work;
      const [held, cancelled] = await Promise.all([
        holdPayments(work, [{ payment: payment!, hits: [] }]),
        cancel(id).then(
          () => 1,
          () => 0,
        ),
      ]);
      expect([held + cancelled, await statusOf(id)]).toEqual([1, held ? 'held' : 'rejected']);
      expect(await money(a)).toEqual([1_000n, 0n]);
      await soundness();
      if (!held) continue;
      // Released it waits for its day again, and may be cancelled.
      await releasePayment(deps(), house.ctx, { id, comment: 'Looked at' });
      await cancel(id);
      expect([await statusOf(id), await money(a)]).toEqual(['rejected', [1_000n, 0n]]);
    }
  });
});
