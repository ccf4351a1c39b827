import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { toWireId } from '../base/id.ts';
import { getOverview } from './overview/get-overview.ts';
import { getPayment, listPayments } from './payment/read-payments.ts';
import { rejectPayment, releasePayment } from './payment/review-payment.ts';
import { sendPayment } from './payment/send-payment.ts';
import { loadScreeningList } from './screening/manage-lists.ts';
import { closeWindow } from './window/close-window.ts';
import { getWindow, listWindows } from './window/read-windows.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;
const [PAYER, PAYEE, THIRD] = [0, 1, 2] as const;
const of = (index: 0 | 1 | 2) => house.memberCtx(banks[index].id);

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n })) as [Bank, Bank, Bank];
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
});
afterAll(() => house.close());

const held = () => sendPayment(deps(), house.ctx, orderOf(banks[PAYER], banks[PAYEE], { creditor: { name: 'Viktor Baranovski' } }));
const short = () => sendPayment(deps(), house.ctx, orderOf(banks[PAYER], banks[PAYEE], { units: 10n ** 15n }));

async function expectUnseen(id: string, by: 0 | 1 | 2): Promise<void> {
  await expect(getPayment(deps(), of(by), { id })).rejects.toMatchObject({ code: 'settlement.payment_not_found' });
  for (const filter of [{}, { status: 'held' as const }, { status: 'rejected' as const }, { participantId: banks[by].id }]) {
    const { items } = await listPayments(deps(), of(by), { limit: 500, ...filter });
    expect(items.map((payment) => payment.id)).not.toContain(id);
  }
}

/** The banks that each event on the payment is for, from the outbox. */
async function heardBy(id: string): Promise<string[][]> {
  const rows = await house.database.admin<{ members: string }>(
    `select e.members from infra.event_segment o cross join lateral unnest(o.subjects, o.members) as e (subject, members) where e.subject = $1`,
    [toWireId('pay', id)],
  );
  return rows.map(({ members }) => members.slice(1, -1).split(',').sort());
}

describe("a payment's creditor agent", () => {
  test('does not learn of one that is held, nor that one was held when it comes after all', async () => {
    const { id } = await held();
    expect(await getPayment(deps(), of(PAYER), { id })).toMatchObject({ status: 'held' });
    await expectUnseen(id, PAYEE);
    await expectUnseen(id, THIRD);
    await releasePayment(deps(), house.ctx, { id, comment: 'another person' });
    const seen = await getPayment(deps(), of(PAYEE), { id });
    expect(seen.status).toBe('reserved');
    expect(seen.timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'reserved']);
    expect(JSON.stringify(seen, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
      /held|releas|review/i,
    );
    const own = await getPayment(deps(), of(PAYER), { id });
    expect(own.timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'held', 'released']);
  });

  test('does not learn of one that was rejected after review, nor of one that its bank had no money for', async () => {
    const reviewed = await held();
    await rejectPayment(deps(), house.ctx, { id: reviewed.id, comment: 'the listed person' });
    const uncovered = await short();
    expect(uncovered.reason?.code).toBe('AM04');
    for (const { id } of [reviewed, uncovered]) {
      await expectUnseen(id, PAYEE);
      expect(await getPayment(deps(), of(PAYER), { id })).toMatchObject({ status: 'rejected' });
    }
  });

  test('finds no trace of them in the figures of its day', async () => {
    await held();
    await short();
    const day = await getOverview(deps(), of(PAYEE), {});
    expect(day.payments).toMatchObject({ held: 0, rejected: 0 });
    expect(day.failures).toEqual([]);
    expect((await getOverview(deps(), of(PAYER), {})).payments.rejected).toBeGreaterThan(0);
  });

  test('hears of no event about them', async () => {
    expect(await heardBy((await held()).id)).toEqual([[banks[PAYER].id]]);
    expect(await heardBy((await short()).id)).toEqual([[banks[PAYER].id]]);
  });

  test('hears of one that is reserved', async () => {
    const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[PAYER], banks[PAYEE]));
    expect(await heardBy(id)).toEqual([[banks[PAYER].id, banks[PAYEE].id].sort()]);
  });
});

describe("a window's totals", () => {
  test('are shown to the operator; a bank sees its own positions and what it paid itself', async () => {
    await closeWindow(deps(), house.ctx).catch(() => {});
    const before = (await getOverview(deps(), of(PAYER), {})).currencies[0] ?? { payments: 0, gross: 0n, net: 0n };
    await sendPayment(deps(), house.ctx, orderOf(banks[PAYER], banks[PAYEE], { units: 700n }));
    await sendPayment(deps(), house.ctx, orderOf(banks[PAYEE], banks[PAYER], { units: 200n }));
    await sendPayment(deps(), house.ctx, orderOf(banks[PAYEE], banks[THIRD], { units: 4_000n }));
    const { id } = await closeWindow(deps(), house.ctx);
    expect((await getWindow(deps(), house.ctx, { id })).currencies).toMatchObject([{ gross: 4_900n, payments: 3 }]);
    const seen = await getWindow(deps(), of(PAYER), { id });
    expect(seen.currencies).toEqual([]);
    expect(seen.positions).toMatchObject([{ participantId: banks[PAYER].id, outgoing: 700n, incoming: 200n, net: -500n }]);
    for (const window of (await listWindows(deps(), of(PAYER), {})).items) expect(window.currencies).toEqual([]);
    expect((await getOverview(deps(), of(PAYER), {})).currencies).toMatchObject([
      { asset: 'EUR/2', payments: before.payments + 1, gross: before.gross + 700n, net: before.net + 500n },
    ]);
    expect((await getOverview(deps(), of(THIRD), {})).currencies).toEqual([]);
  });

  test('are told to the operator, and to each bank its own positions alone', async () => {
    await sendPayment(deps(), house.ctx, orderOf(banks[PAYER], banks[PAYEE], { units: 300n }));
    const { id } = await closeWindow(deps(), house.ctx);
    const told = await house.database.admin<{ type: string; members: string; data: { positions?: object[] } }>(
      `select e.type, e.members, e.data::jsonb as data
         from infra.event_segment o cross join lateral unnest(o.types, o.members, o.data) as e (type, members, data)
        where e.data::jsonb ->> 'windowId' = $1 and e.type <> 'settlement.window_cut_off'`,
      [toWireId('win', id)],
    );
    const own = (bank: Bank, net: string) => ({
      type: 'settlement.position_settled',
      members: `{${bank.id}}`,
      data: expect.objectContaining({ positions: [expect.objectContaining({ asset: 'EUR/2', net })] }) as object,
    });
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'settlement.window_settled', members: '{}' }) as object,
        own(banks[PAYER], '-300'),
        own(banks[PAYEE], '300'),
      ]),
    );
  });
});
