import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { DEFAULT_POLICY, type Policy } from '../liquidity/route.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getStatement } from '../participant/get-statement.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { cancelQueued, moveQueued, runQueue } from './manage-queue.ts';
import { listQueue, listReleases } from './read-queue.ts';
import { createQueueRunner } from './runner.ts';

let house: TestHouse;
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const deps = () => house.settlement.deps;
const QUEUEING: Policy = { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 };

let made = 0;
/** Banks of their own for a test, each with so much. */
async function banksWith(...units: bigint[]): Promise<Bank[]> {
  const banks: Bank[] = [];
  for (const each of units) {
    const letters = [...String(++made).padStart(4, '0')].map((digit) => 'ABCDEFGHIJ'[Number(digit)]).join('');
    banks.push(...(await admitBanks(house, [`${letters}FIHH`], { 'EUR/2': each, 'USD/2': 0n })));
  }
  return banks;
}

async function free(bank: Bank, asset = 'EUR/2'): Promise<bigint> {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: bank.id });
  return accounts.find((account) => account.asset === asset)!.available;
}

const send = (from: Bank, to: Bank, units: bigint, change = {}) => sendPayment(deps(), house.ctx, orderOf(from, to, { units, ...change }));
const status = async (id: string) => (await getPayment(deps(), house.ctx, { id })).status;
const fund = (bank: Bank, units: bigint, asset = 'EUR/2') =>
  fundParticipant(deps(), house.ctx, { id: bank.id, asset, units, reference: `FUND-${++made}` });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  await setPolicy(deps(), house.ctx, { policy: QUEUEING });
  await loadScreeningList(
    deps(),
    house.ctx,
    { id: 'house' },
    { document: Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n') },
  );
});
afterAll(() => house.close());

describe('a payment without cover', () => {
  test('waits, moves nothing, and is not seen by the bank it is for', async () => {
    const [a, b] = (await banksWith(100n, 0n)) as [Bank, Bank];
    const payment = await send(a, b, 5_000n);
    expect(payment).toMatchObject({ status: 'queued', reason: { code: 'AM04' } });
    expect(await free(a)).toBe(100n);
    expect(await getPayment(deps(), house.memberCtx(a.id), { id: payment.id })).toMatchObject({ status: 'queued' });
    await expect(getPayment(deps(), house.memberCtx(b.id), { id: payment.id })).rejects.toMatchObject({
      code: 'settlement.payment_not_found',
    });
    expect((await listPayments(deps(), house.ctx, { status: 'queued' })).items.map(({ id }) => id)).toContain(payment.id);
  });

  test('settles as soon as money has come in, and is final for both banks', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const { id } = await send(a, b, 5_000n);
    await fund(a, 7_000n);
    await deps().queue.run(house.ctx);
    expect(await getPayment(deps(), house.memberCtx(b.id), { id })).toMatchObject({ status: 'settled', transferIds: [expect.any(String)] });
    expect([await free(a), await free(b)]).toEqual([2_000n, 5_000n]);
  });

  test('waits behind what its bank sent before, whatever fits the money', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const first = await send(a, b, 900n);
    const second = await send(a, b, 100n);
    await fund(a, 500n);
    await runQueue(deps(), house.ctx);
    expect([await status(first.id), await status(second.id)]).toEqual(['queued', 'queued']);
    await fund(a, 400n);
    await runQueue(deps(), house.ctx);
    expect([await status(first.id), await status(second.id)]).toEqual(['settled', 'queued']);
  });

  test('that was held for review waits after its release', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const held = await send(a, b, 300n, { creditor: { name: 'Viktor Baranovski' } });
    expect(held.status).toBe('held');
    expect(await releasePayment(deps(), house.ctx, { id: held.id, comment: 'Not the listed one' })).toMatchObject({ status: 'queued' });
    await fund(a, 300n);
    await runQueue(deps(), house.ctx);
    expect(await getPayment(deps(), house.memberCtx(b.id), { id: held.id })).toMatchObject({ status: 'settled' });
  });
});

test('a payment asked for at once that was held settles at once when it is released, or waits before normal ones', async () => {
  const [a, b] = (await banksWith(300n, 0n)) as [Bank, Bank];
  const suspect = { creditor: { name: 'Viktor Baranovski' }, priority: 'instant' as const };
  const [first, second] = [await send(a, b, 300n, suspect), await send(a, b, 200n, suspect)];
  const comment = 'Not the listed one';
  expect(await releasePayment(deps(), house.ctx, { id: first.id, comment })).toMatchObject({
    status: 'settled',
    settledAt: clock.now(),
    route: { kind: 'instant', priority: 'instant' },
  });
  expect([await free(a), await free(b)]).toEqual([0n, 300n]);
  const normal = await send(a, b, 100n);
  expect(await releasePayment(deps(), house.ctx, { id: second.id, comment })).toMatchObject({ status: 'queued' });
  await fund(a, 200n);
  await runQueue(deps(), house.ctx);
  expect([await status(second.id), await status(normal.id)]).toEqual(['settled', 'queued']);
});

describe('gridlock', () => {
  test('of two who pay each other dissolves by offsetting, with the difference moved only', async () => {
    const [a, b] = (await banksWith(10n, 0n)) as [Bank, Bank];
    const there = await send(a, b, 1_000n);
    const back = await send(b, a, 995n);
    await deps().queue.run(house.ctx);
    expect([await status(there.id), await status(back.id)]).toEqual(['settled', 'settled']);
    expect([await free(a), await free(b)]).toEqual([5n, 5n]);
  });

  test('of a ring dissolves in one act, and the statement of each bank adds up', async () => {
    const banks = (await banksWith(0n, 0n, 50n)) as [Bank, Bank, Bank];
    const ring = [await send(banks[0], banks[1], 1_000n), await send(banks[1], banks[2], 1_000n), await send(banks[2], banks[0], 1_050n)];
    const report = await runQueue(deps(), house.ctx);
    expect(report.settled).toContainEqual({ step: 'multilateral', entries: 3 });
    for (const { id } of ring) expect(await status(id)).toBe('settled');
    expect(await Promise.all(banks.map((bank) => free(bank)))).toEqual([50n, 0n, 0n]);
    const { items } = await listReleases(deps(), house.ctx, {});
    expect(items).toContainEqual(
      expect.objectContaining({ step: 'multilateral', entries: 3, totals: [{ asset: 'EUR/2', entries: 3, gross: 3_050n, net: 50n }] }),
    );
    clock.advance(5_000);
    for (const bank of banks) {
      const statement = await getStatement(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', day: '2026-11-23' });
      expect(statement).toContain('<Stmt>');
    }
  });

  test('found by two processes at once is settled once', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const payments = [];
    for (let i = 0; i < 10; i++) payments.push(await send(a, b, 100n), await send(b, a, 100n));
    const other = createQueueRunner(deps());
    await fund(a, 10_000n);
    await Promise.all([deps().queue.run(house.ctx, { loop: true }), other.run(house.ctx, { loop: true })]);
    for (const { id } of payments) expect(await status(id)).toBe('settled');
    expect([await free(a), await free(b)]).toEqual([10_000n, 0n]);
    await other.close();
  });
});

describe('who owns a payment that waits', () => {
  test('cancels it once; then it is rejected, and nothing lets it go any more', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const { id } = await send(a, b, 100n);
    const ctx = { ...house.memberCtx(a.id), idempotency: { key: 'cancel', bodyHash: 'a'.repeat(64) } };
    expect(await cancelQueued(deps(), ctx, { id })).toEqual({ id, status: 'rejected' });
    expect(await cancelQueued(deps(), ctx, { id })).toEqual({ id, status: 'rejected' });
    await expect(cancelQueued(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.payment_not_queued' });
    await fund(a, 100n);
    await runQueue(deps(), house.ctx);
    expect(await getPayment(deps(), house.ctx, { id })).toMatchObject({ status: 'rejected', reason: { code: 'DS02' } });
    expect(await free(a)).toBe(100n);
  });

  test('puts it before others; nobody else can', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const ids = [];
    for (const units of [300n, 200n, 100n]) ids.push((await send(a, b, units)).id);
    const last = ids[2]!;
    await expect(moveQueued(deps(), house.memberCtx(b.id), { id: last, to: 'front' })).rejects.toMatchObject({
      code: 'settlement.payment_not_queued',
    });
    expect(await moveQueued(deps(), house.memberCtx(a.id), { id: last, to: 'front' })).toEqual({ id: last, priority: 'normal', place: 1 });
    expect(await moveQueued(deps(), house.memberCtx(a.id), { id: ids[1]!, priority: 'urgent' })).toMatchObject({
      priority: 'urgent',
      place: 1,
    });
    expect(await moveQueued(deps(), house.memberCtx(a.id), { id: ids[1]!, priority: 'normal', before: ids[0]! })).toMatchObject({
      place: 2,
    });
    const { items } = await listQueue(deps(), house.memberCtx(a.id), {});
    expect(items.map(({ paymentId }) => paymentId)).toEqual([last, ids[1], ids[0]]);
    await fund(a, 100n);
    await runQueue(deps(), house.ctx);
    expect(await status(last)).toBe('settled');
  });
});

describe('the queue', () => {
  test('lets urgent payments go before normal ones', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const normal = await send(a, b, 100n);
    const urgent = await send(a, b, 100n, { priority: 'urgent' });
    await fund(a, 100n);
    await runQueue(deps(), house.ctx);
    expect([await status(normal.id), await status(urgent.id)]).toEqual(['queued', 'settled']);
  });

  test('rejects what has waited to the end of its time', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const { id } = await send(a, b, 100n);
    clock.advance(60 * 60_000);
    await deps().queue.run(house.ctx);
    expect(await getPayment(deps(), house.ctx, { id })).toMatchObject({ status: 'rejected', reason: { code: 'AB03' } });
  });

  test('neither pays nor is paid for who is suspended, until it is let in again', async () => {
    const [a, b] = (await banksWith(0n, 0n)) as [Bank, Bank];
    const { id } = await send(a, b, 100n);
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'suspended' });
    await fund(a, 100n);
    await runQueue(deps(), house.ctx);
    expect(await status(id)).toBe('queued');
    await setParticipantState(deps(), house.ctx, { id: b.id, state: 'active' });
    await runQueue(deps(), house.ctx);
    expect(await status(id)).toBe('settled');
  });

  test('shows a bank what it waits to pay, and not what others wait to pay it', async () => {
    const [a, b] = (await banksWith(7n, 0n)) as [Bank, Bank];
    await send(a, b, 100n);
    const own = await listQueue(deps(), house.memberCtx(a.id), {});
    expect(own.banks).toEqual([
      { participant: expect.objectContaining({ bic: a.bic }), asset: 'EUR/2', available: 7n, outgoing: 100n, outgoingCount: 1 },
    ]);
    expect(await listQueue(deps(), house.memberCtx(b.id), {})).toMatchObject({ items: [], total: 0, banks: [] });
    expect((await listQueue(deps(), house.ctx, { participantId: a.id })).banks).toContainEqual(expect.objectContaining({ incoming: 100n }));
  });
});

describe('a payment asked for at once', () => {
  test('is final in its own act, before both banks’ eyes, and enters no window', async () => {
    const [a, b] = (await banksWith(1_000n, 0n)) as [Bank, Bank];
    const payment = await send(a, b, 400n, { priority: 'instant' });
    expect(payment).toMatchObject({ status: 'settled', settledAt: clock.now(), route: { kind: 'instant', rule: 'Asked for at once' } });
    expect([await free(a), await free(b)]).toEqual([600n, 400n]);
    const seen = await getPayment(deps(), house.memberCtx(b.id), { id: payment.id });
    expect(seen.status).toBe('settled');
    expect(seen.window).toBeUndefined();
    expect(seen.route).toBeUndefined();
  });

  test('goes behind what its bank has waiting, and is settled with it', async () => {
    const [a, b] = (await banksWith(50n, 0n)) as [Bank, Bank];
    await send(a, b, 100n, { priority: 'urgent' });
    const later = await send(a, b, 50n, { priority: 'instant' });
    expect(later).toMatchObject({ status: 'queued', route: { kind: 'queue', rule: 'First in, first out' } });
    await fund(a, 100n);
    await runQueue(deps(), house.ctx);
    expect(await status(later.id)).toBe('settled');
  });

  test('repeated under its UETR answers as the first time', async () => {
    const [a, b] = (await banksWith(1_000n, 0n)) as [Bank, Bank];
    const order = orderOf(a, b, { units: 10n, priority: 'instant', uetr: '0f0e4827-7b6f-4491-a06f-b548d5a7512d' });
    const first = await sendPayment(deps(), house.ctx, order);
    expect(await sendPayment(deps(), house.ctx, order)).toEqual(first);
    expect(await free(b)).toBe(10n);
  });
});
