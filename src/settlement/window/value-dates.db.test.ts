import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt056, textsOf, valid } from '../../../test/support/messages.ts';
import { addDays, dayOf, manualClock, type Millis } from '../../base/time.ts';
import { wallClock } from '../calendar/zone.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { listLiquidity } from '../liquidity/list-liquidity.ts';
import { DEFAULT_POLICY, type Policy } from '../liquidity/route.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getPayment } from '../payment/read-payments.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { listQueue } from '../queue/read-queue.ts';
import { activateLimits, proposeLimits } from '../risk/manage-limits.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeAllWindows, closeWindow } from './close-window.ts';
import { cutOffByInterval, cutOffDue } from './cut-off-due.ts';
import { setWindowGroup } from './manage-groups.ts';
import { getWindow, listWindows } from './read-windows.ts';
import { settleNetted } from './settle-netted.ts';

/** Each test has a week of its own, since a book's time does not go back; its payments are dated on Wednesday. */
let [monday, tuesday, wednesday, thursday] = ['2026-11-16', '', '', ''];
const clock = manualClock(Date.parse(`${monday}T08:00:00Z`));
const at = (day: string, time: string) => Date.parse(`${day}T${time}:00Z`);
const SCHEDULE = { zone: 'Europe/Berlin', cutOffs: ['10:00', '16:30'], calendars: ['EUR'] };

let house: TestHouse;
let banks: [Bank, Bank, Bank];
let made = 0;
const deps = () => house.settlement.deps;
const pay = (from: number, to: number, change: object = {}) =>
  sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, { units: 100n, ...change }));
const paymentOf = (id: string) => getPayment(deps(), house.ctx, { id });
const statusOf = async (id: string) => (await paymentOf(id)).status;
const setMain = (change: { mode: 'interval' | 'by_hand' | 'schedule'; settles?: 'at_once' | 'by_hand'; schedule?: typeof SCHEDULE }) =>
  setWindowGroup({ ...deps(), windowSeconds: 30 }, house.ctx, { id: 'main', name: 'All', ...change });
const policy = (change: Partial<Policy>) => setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, ...change } });
const fund = (bank: number, units: bigint) =>
  fundParticipant(deps(), house.ctx, { id: banks[bank]!.id, asset: 'EUR/2', units, reference: `FUND-${++made}` });

async function money(bank: number) {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: banks[bank]!.id });
  const { available, reserved } = accounts.find(({ asset }) => asset === 'EUR/2')!;
  return { available, reserved };
}

/** All that could make a payment final: every window is closed, and the queues are run. */
async function settleAll(): Promise<void> {
  await cutOffDue(deps(), house.ctx);
  await cutOffByInterval(deps(), house.ctx);
  await closeAllWindows(deps(), house.ctx);
  await runQueue(deps(), house.ctx);
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  const listed = { document: Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n') };
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, listed);
});
afterAll(() => house.close());

beforeEach(async () => {
  monday = addDays(monday, 7);
  [tuesday, wednesday, thursday] = [addDays(monday, 1), addDays(monday, 2), addDays(monday, 3)];
  // 09:00 in Berlin.
  clock.set(at(monday, '08:00'));
  const letter = String.fromCharCode(65 + made++);
  const bics = ['AAA', 'BBB', 'CCC'].map((name) => `${letter}${name}DEFF`);
  banks = (await admitBanks(house, bics, { 'EUR/2': 10_000n })) as [Bank, Bank, Bank];
  await setMain({ mode: 'by_hand' });
  await policy({});
});

describe('a payment that is dated ahead is set aside at once and settles in the first window of its day', () => {
  /** Sends one dated ahead and one of today, and closes windows in between by `cutOff`. What the first has become on its day. */
  async function throughWindows(cutOff: () => Promise<unknown>, dayBegins: Millis): Promise<string> {
    const [later, now] = [await pay(0, 1, { valueDate: wednesday }), await pay(1, 0)];
    expect(later).toMatchObject({
      status: 'reserved',
      route: { kind: 'window', reason: expect.stringContaining('waits for its value date') },
    });
    expect(await money(0)).toEqual({ available: 9_900n, reserved: 100n });
    for (const when of [at(monday, '09:00'), at(monday, '15:30'), at(tuesday, '15:30'), dayBegins - 1]) {
      clock.set(when);
      await cutOff();
      expect(await statusOf(later.id)).toBe('reserved');
    }
    expect(await statusOf(now.id)).toBe('settled');
    clock.set(Math.max(dayBegins, at(wednesday, '09:00')));
    await cutOff();
    const settled = await paymentOf(later.id);
    expect(settled).toMatchObject({ status: 'settled', valueDate: wednesday });
    expect(await getWindow(deps(), house.ctx, { id: settled.window!.id })).toMatchObject({ payments: 1, businessDay: wednesday });
    // What only waits makes no window without payments.
    const { items } = await listWindows(deps(), house.ctx, {});
    expect(items.filter(({ state, payments }) => state === 'settled' && payments === 0)).toEqual([]);
    return settled.status;
  }

  test('by interval: at midnight UTC', async () => {
    await setMain({ mode: 'interval' });
    expect(await throughWindows(() => cutOffByInterval(deps(), house.ctx), at(wednesday, '00:00'))).toBe('settled');
  });

  test('by hand: at midnight UTC', async () => {
    expect(await throughWindows(() => closeAllWindows(deps(), house.ctx), at(wednesday, '00:00'))).toBe('settled');
  });

  test('by schedule: with the first cut-off of its business day', async () => {
    await setMain({ mode: 'schedule', schedule: SCHEDULE });
    expect(await throughWindows(() => cutOffDue(deps(), house.ctx), at(wednesday, '09:00'))).toBe('settled');
  });

  test('by schedule, closed by hand in the evening before: not in that window, though it belongs to the day', async () => {
    await setMain({ mode: 'schedule', schedule: SCHEDULE });
    clock.set(at(tuesday, '20:00'));
    await setMain({ mode: 'schedule', schedule: SCHEDULE });
    const [later, now] = [await pay(0, 1, { valueDate: wednesday }), await pay(1, 0)];
    expect(await closeWindow(deps(), house.ctx)).toMatchObject({ businessDay: wednesday, payments: 1 });
    expect([await statusOf(later.id), await statusOf(now.id)]).toEqual(['reserved', 'settled']);
    // Midnight in Berlin, where the group keeps its days.
    clock.set(at(tuesday, '23:00'));
    expect(await closeWindow(deps(), house.ctx)).toMatchObject({ businessDay: wednesday, payments: 1 });
    expect(await statusOf(later.id)).toBe('settled');
  });

  test('also when a currency has changed to a group of another kind meanwhile', async () => {
    const { id } = await pay(0, 1, { valueDate: wednesday });
    await pay(1, 0);
    await closeWindow(deps(), house.ctx);
    const group = { id: 'euro', name: 'Euro', mode: 'schedule' as const, schedule: SCHEDULE };
    await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { ...group, assets: ['EUR/2'] });
    await settleAll();
    for (const [when, status] of [
      [at(tuesday, '15:30'), 'reserved'],
      [at(wednesday, '08:59'), 'reserved'],
      [at(wednesday, '09:00'), 'settled'],
    ] as const) {
      clock.set(when);
      await cutOffDue(deps(), house.ctx);
      expect(await statusOf(id)).toBe(status);
    }
    await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { ...group, assets: [] });
  });
});

describe('a payment that is dated ahead and would not go through a window', () => {
  test.each<[string, Partial<Policy>, object]>([
    ['asked for at once', {}, { priority: 'instant' }],
    ['sent at once by the policy', { otherwise: 'instant' }, {}],
    ['queued by the policy', { otherwise: 'queue' }, {}],
    ['queued for want of money', { withoutCover: 'queue' }, { units: 15_000n }],
  ])('%s: waits in the queue with its reason, sets nothing aside, and goes on its day', async (_name, rules, change) => {
    await policy(rules);
    const { id, status, reason } = await pay(0, 1, { valueDate: wednesday, ...change });
    expect({ status, reason }).toMatchObject({ status: 'queued', reason: { text: expect.stringContaining(`value date is ${wednesday}`) } });
    await fund(0, 5_000n);
    expect(await money(0)).toEqual({ available: 15_000n, reserved: 0n });
    expect((await listQueue(deps(), house.ctx, { participantId: banks[0].id })).items).toMatchObject([
      { due: wednesday, expiresAt: at(thursday, '00:00') },
    ]);
    clock.set(at(wednesday, '00:00') - 1);
    await settleAll();
    expect(await statusOf(id)).toBe('queued');
    clock.set(at(wednesday, '00:00'));
    await settleAll();
    expect(await paymentOf(id)).toMatchObject({ status: 'settled', settledAt: clock.now() });
  });

  test('holds up nothing of its bank before its day, and counts for no money that is needed', async () => {
    await policy({ withoutCover: 'queue' });
    await pay(0, 1, { valueDate: wednesday, priority: 'instant', units: 50_000n });
    const now = await pay(0, 1, { priority: 'instant', units: 10_000n });
    expect(now).toMatchObject({ status: 'settled' });
    const behind = await pay(0, 1, { priority: 'urgent', units: 7_000n });
    expect(await pay(0, 1, { priority: 'instant' })).toMatchObject({ status: 'queued', route: { reason: expect.stringMatching(/^1 of/) } });
    const { items } = await listQueue(deps(), house.ctx, { participantId: banks[0].id });
    expect(items.map(({ paymentId, place }) => [paymentId === behind.id, place])).toContainEqual([true, 1]);
    const { items: needs } = await listLiquidity(deps(), house.ctx, { participantId: banks[0].id });
    expect(needs.find(({ asset }) => asset === 'EUR/2')).toMatchObject({ queuedOut: 7_100n });
  });

  test('is rejected at the end of its day, not of the day on which it came', async () => {
    await policy({ withoutCover: 'queue', queueMinutes: 60 });
    const { id } = await pay(0, 1, { valueDate: wednesday, units: 20_000n });
    clock.set(at(wednesday, '00:59'));
    await settleAll();
    expect(await statusOf(id)).toBe('queued');
    clock.set(at(wednesday, '01:00'));
    await settleAll();
    expect(await paymentOf(id)).toMatchObject({ status: 'rejected', reason: { code: 'AB03' } });
  });
});

describe('whatever else happens to it', () => {
  test('without money for its window it is rejected at once where the policy lets nothing wait', async () => {
    expect(await pay(0, 1, { valueDate: wednesday, units: 20_000n })).toMatchObject({ status: 'rejected', reason: { code: 'AM04' } });
  });

  test('released from review before its day it waits all the same, on its day or later it goes at once', async () => {
    const suspect = { valueDate: wednesday, priority: 'instant', creditor: { name: 'Viktor Baranovski' } };
    const [first, second] = [await pay(0, 1, suspect), await pay(0, 1, suspect)];
    const comment = 'Not the listed one';
    clock.set(at(tuesday, '10:00'));
    expect(await releasePayment(deps(), house.ctx, { id: first.id, comment })).toMatchObject({ status: 'queued' });
    clock.set(at(wednesday, '00:00'));
    expect(await releasePayment(deps(), house.ctx, { id: second.id, comment })).toMatchObject({ status: 'settled' });
    await settleAll();
    expect(await statusOf(first.id)).toBe('settled');
  });

  test('a recall cancels what waits for its day, in the queue and with its money set aside', async () => {
    const [queued, reserved] = [crypto.randomUUID(), crypto.randomUUID()];
    const ids = [
      await pay(0, 1, { valueDate: wednesday, uetr: queued, priority: 'instant' }),
      await pay(0, 1, { valueDate: wednesday, uetr: reserved }),
    ].map(({ id }) => id);
    const document = camt056(`RECALL-${made}`, banks[0], banks[1], [
      { id: 'R1', uetr: queued },
      { id: 'R2', uetr: reserved },
    ]);
    const answer = valid(await submitIso20022(deps(), house.memberCtx(banks[0].id), {}, { document }));
    expect(textsOf(answer, 'TxCxlSts')).toEqual(['ACCR', 'ACCR']);
    clock.set(at(wednesday, '09:00'));
    await settleAll();
    expect(await Promise.all(ids.map(statusOf))).toEqual(['rejected', 'rejected']);
  });

  test('a bank that is taken out of a window takes what waits for a later day along into no window but its own', async () => {
    await setMain({ mode: 'by_hand', settles: 'by_hand' });
    const [later, now] = [await pay(0, 1, { valueDate: wednesday }), await pay(0, 1)];
    await pay(1, 2);
    const window = await closeWindow(deps(), house.ctx);
    const reason = 'Moratorium ordered by the court';
    await excludeParticipant(deps(), house.ctx, { id: window.id, participantId: banks[0].id, fate: 'return', reason });
    await settleNetted(deps(), house.ctx, { id: window.id });
    expect([await statusOf(later.id), await statusOf(now.id)]).toEqual(['reserved', 'rejected']);
    clock.set(at(wednesday, '09:00'));
    const second = await closeWindow(deps(), house.ctx);
    await excludeParticipant(deps(), house.ctx, { id: second.id, participantId: banks[0].id, fate: 'return', reason });
    expect(await statusOf(later.id)).toBe('rejected');
    expect(await money(0)).toEqual({ available: 10_000n, reserved: 0n });
    await settleNetted(deps(), house.ctx, { id: second.id });
  });

  test('a limit for a day counts it on the day on which it is taken', async () => {
    const lines = [{ participant: banks[0].id, asset: 'EUR/2', perDay: 250n }];
    const { number } = await proposeLimits(deps(), house.ctx, { lines, note: 'for a day' });
    await activateLimits(deps(), house.ctx, { number });
    expect(await pay(0, 1, { valueDate: wednesday })).toMatchObject({ status: 'reserved' });
    expect(await pay(0, 1, { valueDate: wednesday, priority: 'instant' })).toMatchObject({ status: 'queued' });
    expect(await pay(0, 1)).toMatchObject({ status: 'rejected' });
    await activateLimits(deps(), house.ctx, { number: (await proposeLimits(deps(), house.ctx, { lines: [], note: 'none again' })).number });
  });

  test('a date of yesterday is taken as today’s, an earlier one and one too far ahead are refused', async () => {
    expect(await pay(0, 1, { valueDate: addDays(monday, -1), priority: 'instant' })).toMatchObject({ status: 'settled' });
    for (const valueDate of [addDays(monday, -2), addDays(monday, 31)]) {
      await expect(pay(0, 1, { valueDate })).rejects.toMatchObject({ code: 'settlement.value_date_invalid' });
    }
  });
});

describe('no payment is final before its value date', () => {
  const HOUR = 3_600_000;
  type Action =
    | { kind: 'pay'; from: number; to: number; units: bigint; days: number; priority: 'normal' | 'urgent' | 'instant'; suspect: boolean }
    | { kind: 'wait'; hours: number }
    | { kind: 'release' }
    | { kind: 'settle' }
    | { kind: 'close' }
    | { kind: 'fund'; bank: number }
    | { kind: 'group'; mode: 'interval' | 'by_hand' | 'schedule' }
    | { kind: 'policy'; otherwise: Policy['otherwise']; withoutCover: Policy['withoutCover'] };
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('pay' as const),
        from: fc.nat(2),
        to: fc.integer({ min: 1, max: 2 }),
        units: fc.bigInt({ min: 1n, max: 6_000n }),
        days: fc.integer({ min: -1, max: 3 }),
        priority: fc.constantFrom('normal' as const, 'urgent' as const, 'instant' as const),
        suspect: fc.boolean(),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 6, arbitrary: fc.constantFrom<Action>({ kind: 'release' }, { kind: 'settle' }, { kind: 'close' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fund' as const), bank: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('group' as const),
        mode: fc.constantFrom('interval' as const, 'by_hand' as const, 'schedule' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('policy' as const),
        otherwise: fc.constantFrom('window' as const, 'queue' as const, 'instant' as const),
        withoutCover: fc.constantFrom('reject' as const, 'queue' as const),
      }),
    },
  );

  /** The day it is where a payment becomes final: of a window by schedule in its zone, else in UTC. */
  const dayHere = (inBerlin: boolean) => (inBerlin ? wallClock(SCHEDULE.zone, clock.now()).day : dayOf(clock.now()));

  async function perform(one: Action, open: Map<string, string>): Promise<void> {
    if (one.kind === 'pay') {
      const { from, units, priority } = one;
      const change = { units, priority, valueDate: addDays(dayOf(clock.now()), one.days) };
      const suspect = one.suspect && { creditor: { name: 'Viktor Baranovski' } };
      const { id, status } = await pay(from, (from + one.to) % 3, { ...change, ...suspect });
      if (status === 'settled') expect(change.valueDate <= dayOf(clock.now())).toBe(true);
      else open.set(id, change.valueDate);
    } else if (one.kind === 'release') {
      for (const id of open.keys())
        if ((await statusOf(id)) === 'held') await releasePayment(deps(), house.ctx, { id, comment: 'Not the listed one' });
    } else if (one.kind === 'close') await closeAllWindows(deps(), house.ctx);
    else if (one.kind === 'settle') await settleAll();
    else if (one.kind === 'fund') await fund(one.bank, 5_000n);
    else if (one.kind === 'group') await setMain({ mode: one.mode, ...(one.mode === 'schedule' && { schedule: SCHEDULE }) });
    else if (one.kind === 'policy') await policy({ otherwise: one.otherwise, withoutCover: one.withoutCover });
    else clock.advance(one.hours * HOUR);
  }

  /** Looks at what has become final since the last look, which is forgotten then. */
  async function lookAt(open: Map<string, string>, inBerlin: boolean): Promise<void> {
    for (const [id, valueDate] of open) {
      const { status, window } = await paymentOf(id);
      if (status !== 'settled' && status !== 'rejected') continue;
      open.delete(id);
      if (status === 'settled') expect(valueDate <= dayHere(inBerlin && window !== undefined), `${id} of ${valueDate}`).toBe(true);
    }
  }

  test('whatever its priority, the policy, the mode of the windows and the hour are; and all come to their end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 40 }), async (actions) => {
        const open = new Map<string, string>();
        let inBerlin = false;
        await setMain({ mode: 'by_hand' });
        for (const one of actions) {
          await perform(one, open);
          if (one.kind === 'group') inBerlin = one.mode === 'schedule';
          await lookAt(open, inBerlin);
        }
        await perform({ kind: 'release' }, open);
        for (let day = 0; day < 6; day++) {
          clock.advance(24 * HOUR);
          await settleAll();
          await lookAt(open, inBerlin);
        }
        expect(open.size).toBe(0);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});
