import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt029, camt056, pacs004, textsOf, valid } from '../../../test/support/messages.ts';
import { addDays, dayOf } from '../../base/time.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { getParticipant } from '../participant/read-participants.ts';
import type { PaymentOrder } from '../payment/payment.ts';
import { getPayment } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { listRecalls } from './list-recalls.ts';
import { tellOverdue } from './tell-overdue.ts';

let house: TestHouse;
let a: Bank, b: Bank;
let made = 0;
const deps = () => house.settlement.deps;
const setMain = () =>
  setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'All', mode: 'by_hand', settles: 'by_hand' });

beforeAll(async () => {
  house = await createTestHouse();
  const document = Buffer.from('id,name\n1,Viktor Baranovski\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document });
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue' } });
  await admitBanks(house, ['ZZZZFIHH'], { 'EUR/2': 0n, 'JPY/0': 0n });
  await setMain();
});
afterAll(() => house.close());

beforeEach(async () => {
  const letters = [...String(++made).padStart(3, '0')].map((digit) => 'ABCDEFGHIJ'[Number(digit)]).join('');
  [a, b] = (await admitBanks(house, [`A${letters}FIHH`, `B${letters}NOKK`], { 'EUR/2': 1_000_000n, 'JPY/0': 1_000_000n })) as [Bank, Bank];
});

const pay = (change: Partial<PaymentOrder> = {}) => sendPayment(deps(), house.ctx, orderOf(a, b, change));
const send = async (document: Uint8Array, from?: Bank) =>
  valid(await submitIso20022(deps(), from ? house.memberCtx(from.id) : house.ctx, {}, { document }));
const back = (uetr: string, amount = '100.00', id = `R-${++made}`) =>
  pacs004(`BACK-${++made}`, { id, uetr, from: b, original: '100.00', amount });
const statusOf = async ({ id }: { id: string }) => (await getPayment(deps(), house.ctx, { id })).status;
const exclude = (window: string, { id }: Bank, fate: 'return' | 'carry') =>
  excludeParticipant(deps(), house.ctx, { id: window, participantId: id, fate, reason: 'Moratorium' });
async function funds({ id }: Bank) {
  const { available, reserved } = (await getParticipant(deps(), house.ctx, { id })).accounts.find(({ asset }) => asset === 'EUR/2')!;
  return [available, reserved];
}

/** Refused with its code, the element that names the payment, and words that say what to do; nothing has moved. */
async function isRefused(uetr: string, words: string, from: Bank | undefined = b): Promise<void> {
  const before = [await funds(a), await funds(b)];
  const answer = await send(back(uetr), from);
  expect(textsOf(answer, 'TxSts')).toEqual(['RJCT']);
  expect(textsOf(answer, 'Cd')).toEqual(['AG01']);
  expect(textsOf(answer, 'AddtlInf').join('')).toContain(words);
  expect(textsOf(answer, 'AddtlInf').join('')).toContain('(TxInf[1]/OrgnlUETR)');
  expect([await funds(a), await funds(b)]).toEqual(before);
}

describe('a return of a payment that is not final', () => {
  test('is refused until the payment is final, and taken then, under the same id', async () => {
    const payment = await pay();
    const again = () => back(payment.uetr, '100.00', 'SAME');
    await isRefused(payment.uetr, 'once it is settled');
    expect(textsOf(await send(again(), b), 'TxSts')).toEqual(['RJCT']);
    const { id } = await closeWindow(deps(), house.ctx);
    expect(await statusOf(payment)).toBe('clearing');
    await isRefused(payment.uetr, 'once it is settled');
    await settleNetted(deps(), house.ctx, { id });
    expect(textsOf(await send(again(), b), 'TxSts')).toEqual(['ACSP']);
    expect([await funds(a), await funds(b)]).toEqual([
      [990_000n, 0n],
      [1_000_000n, 10_000n],
    ]);
    await settleNetted(deps(), house.ctx, { id: (await closeWindow(deps(), house.ctx)).id });
    expect([await funds(a), await funds(b)]).toEqual([
      [1_000_000n, 0n],
      [1_000_000n, 0n],
    ]);
  });

  test('costs the bank that returns nothing when the payer is then taken out of the window, whatever becomes of its payments', async () => {
    const policy = { ...DEFAULT_POLICY, withoutCover: 'queue' as const };
    const payment = await pay();
    const { id } = await closeWindow(deps(), house.ctx);
    // A return would be final at once.
    await setPolicy(deps(), house.ctx, { policy: { ...policy, otherwise: 'instant' } });
    await isRefused(payment.uetr, 'once it is settled');
    await exclude(id, a, 'return');
    expect(await statusOf(payment)).toBe('rejected');
    await isRefused(payment.uetr, 'its money never left');
    expect([await funds(a), await funds(b)]).toEqual([
      [1_000_000n, 0n],
      [1_000_000n, 0n],
    ]);
    await setPolicy(deps(), house.ctx, { policy });
  });

  test('waits with a payment that is carried into the next window', async () => {
    const payment = await pay();
    const { id } = await closeWindow(deps(), house.ctx);
    await exclude(id, a, 'carry');
    await isRefused(payment.uetr, 'once it is settled');
    const next = await closeWindow(deps(), house.ctx);
    await isRefused(payment.uetr, 'once it is settled');
    await settleNetted(deps(), house.ctx, { id: next.id });
    expect(textsOf(await send(back(payment.uetr), b), 'TxSts')).toEqual(['ACSP']);
  });

  test('is refused while the payment waits for its day', async () => {
    const schedule = { zone: 'UTC', cutOffs: ['23:59'], calendars: ['JPY'], valueDates: true };
    const groupDeps = { ...deps(), windowSeconds: 0 };
    await setWindowGroup(groupDeps, house.ctx, { id: 'yen', name: 'Yen', mode: 'schedule', schedule, assets: ['JPY/0'] });
    const later = await pay({ asset: 'JPY/0', units: 100n, valueDate: addDays(dayOf(Date.now()), 20) });
    await pay({ asset: 'JPY/0', units: 1n });
    await closeWindow(deps(), house.ctx, { group: 'yen' });
    const currency = { original: '100', amount: '100', currency: 'JPY' };
    const answer = await send(pacs004(`BACK-${++made}`, { id: `R-${made}`, uetr: later.uetr, from: b, ...currency }), b);
    expect(textsOf(answer, 'Cd')).toEqual(['AG01']);
    expect(await statusOf(later)).not.toBe('settled');
  });

  test('is refused while it is held or queued: the bank that is paid does not know of it, the operator is told what may be done', async () => {
    const held = await pay({ creditor: { name: 'Viktor Baranovski' } });
    const queued = await pay({ units: 2_000_000n, priority: 'instant' });
    expect([held.status, queued.status]).toEqual(['held', 'queued']);
    for (const { uetr } of [held, queued]) {
      const unknown = await send(back(uetr), b);
      expect([textsOf(unknown, 'Cd'), textsOf(unknown, 'AddtlInf').join('')]).toEqual([['NARR'], 'There is no such payment. (TxInf[1])']);
      const answer = await send(back(uetr));
      expect([textsOf(answer, 'Cd'), textsOf(answer, 'AddtlInf').join('')]).toEqual([['AG01'], expect.stringContaining('camt.056')]);
    }
  });

  test('names the element by which the payment was named', async () => {
    const { uetr, endToEndId } = await pay();
    const named = back(uetr)
      .toString()
      .replace(/<OrgnlUETR>.*<\/OrgnlUETR>/, `<OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId>`);
    const answer = await send(Buffer.from(named), b);
    expect(textsOf(answer, 'AddtlInf').join('')).toContain('(TxInf[1]/OrgnlEndToEndId)');
  });
});

describe('returns of one payment', () => {
  /** A payment of 100.00 that is final. */
  async function final() {
    const payment = await pay({ priority: 'instant' });
    expect(payment.status).toBe('settled');
    return payment;
  }

  test('however many come at once are all taken as long as something is left', async () => {
    const { uetr } = await final();
    const answers = await Promise.all(Array.from({ length: 13 }, () => send(back(uetr, '8.00'), b)));
    const codes = answers.map((answer) => textsOf(answer, 'Cd')[0] ?? textsOf(answer, 'TxSts')[0] ?? '').sort();
    expect(codes).toEqual([...Array<string>(12).fill('ACSP'), 'AM09']);
  });

  test('that were taken out of their window gave nothing back: the money is still to be returned, and still recalled', async () => {
    const { uetr } = await final();
    await send(camt056(`CXL-${++made}`, a, b, [{ id: `CX-${made}`, uetr, reason: 'FRAD' }]), a);
    expect(textsOf(await send(back(uetr), b), 'TxSts')).toEqual(['ACSP']);
    const recall = async () => (await listRecalls(deps(), house.ctx, {})).items.find((one) => one.uetr === uetr)!;
    expect(await recall()).toMatchObject({ state: 'returned', returnedUnits: 10_000n });
    const { id } = await closeWindow(deps(), house.ctx);
    await exclude(id, b, 'return');
    expect(await recall()).toMatchObject({ state: 'pending', returnedUnits: 0n });
    expect([await funds(a), await funds(b)]).toEqual([
      [990_000n, 0n],
      [1_010_000n, 0n],
    ]);
    expect(textsOf(await send(back(uetr), b), 'TxSts')).toEqual(['ACSP']);
  });
});

describe('a recall', () => {
  const recall = (uetr: string, from = a, to = b) => camt056(`CXL-${++made}`, from, to, [{ id: `CX-${made}`, uetr, reason: 'FRAD' }]);
  const later = () => ({ ...deps(), clock: { now: () => Date.now() + 60 * 86_400_000 } });
  const told = async () =>
    (await house.database.admin<{ n: bigint }>(`select count(*) as n from settlement.recall where overdue_told_at is not null`))[0]!.n;

  test('of a payment that is then taken out of its window waits for no answer: the money is free', async () => {
    await tellOverdue(later(), house.tenantId);
    const before = await told();
    const { uetr } = await pay();
    expect(textsOf(await send(recall(uetr), a), 'TxCxlSts')).toEqual(['PDCR']);
    // The bank that is paid agrees; it has nothing to give yet.
    expect(textsOf(await send(camt029(`RES-${++made}`, b, a, { uetr, status: 'PDCR' }), b), 'TxSts')).toEqual(['ACTC']);
    await isRefused(uetr, 'once it is settled');
    const { id } = await closeWindow(deps(), house.ctx);
    await exclude(id, a, 'return');
    const { items } = await listRecalls(deps(), house.ctx, { state: 'returned' });
    expect(items.find((one) => one.uetr === uetr)).toMatchObject({ returnedUnits: 10_000n, isOverdue: false });
    await tellOverdue(later(), house.tenantId);
    expect(await told()).toBe(before);
    expect(textsOf(await send(recall(uetr), a), 'Cd')).toEqual(['ARDT']);
  });

  test('of a return that is on its way is answered no, since nobody could give its money back; one that waits is cancelled', async () => {
    const { uetr } = await pay({ priority: 'instant', creditor: { name: 'Meridian Foods Ltd' } });
    await send(back(uetr, '40.00'), b);
    const returned = async (units: bigint) =>
      (
        await house.database.admin<{ uetr: string }>(
          `select uetr from settlement.payment where debtor_agent_id = '${b.id}' and units = ${units}`,
        )
      )[0]!.uetr;
    const answer = await send(recall(await returned(4_000n), b, a), b);
    expect([textsOf(answer, 'TxCxlSts'), textsOf(answer, 'Cd')]).toEqual([['RJCR'], ['NARR']]);
    await loadScreeningList(deps(), house.ctx, { id: 'more' }, { document: Buffer.from('id,name\n1,Meridian Foods Ltd\n') });
    expect(textsOf(await send(back(uetr, '50.00'), b), 'TxSts')).toEqual(['PDNG']);
    expect(textsOf(await send(recall(await returned(5_000n), b, a), b), 'TxCxlSts')).toEqual(['ACCR']);
    await loadScreeningList(deps(), house.ctx, { id: 'more' }, { document: Buffer.from('id,name\n1,Nobody At All\n') });
    expect(textsOf(await send(back(uetr, '60.00'), b), 'TxSts')).toEqual(['ACSP']);
  });

  test.each(['held', 'queued'] as const)('of a %s payment that moves on in that moment is decided by what it has become', async (state) => {
    const order = state === 'held' ? { creditor: { name: 'Viktor Baranovski' } } : { units: 2_000_000n, priority: 'instant' as const };
    const { uetr, id, status } = await pay(order);
    expect(status).toBe(state);
    const document = recall(uetr);
    const answers = await Promise.all([send(document, a), send(recall(uetr), a)]);
    expect(answers.map((answer) => textsOf(answer, 'TxCxlSts')[0] ?? '').sort()).toEqual(['ACCR', 'RJCR']);
    expect(await statusOf({ id })).toBe('rejected');
    // The bank that was to be paid never hears of it.
    expect((await listRecalls(deps(), house.ctx, {})).items.find((one) => one.uetr === uetr)).toBeUndefined();
  });
});
