import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import type { Uuid } from '../../../base/id.ts';
import { addDays, dayOf, manualClock } from '../../../base/time.ts';
import { excludeParticipant } from '../../clearing/exclude-participant.ts';
import { createCaseOpener } from '../../compliance/open-cases.ts';
import { listCases } from '../../compliance/read-cases.ts';
import { getParticipant } from '../../participant/read-participants.ts';
import { getPayment, listPayments } from '../../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../../payment/review-payment.ts';
import { sendPayment } from '../../payment/send-payment.ts';
import { paymentsNamed, type StandingPayment } from '../../payment/store.ts';
import { closeWindow, finishWindows } from '../../window/close-window.ts';
import { setWindowGroup } from '../../window/manage-groups.ts';
import { misplaced } from '../../window/places.ts';
import { setAsideDifferences } from '../../window/set-aside.ts';
import { settleNetted } from '../../window/settle-netted.ts';
import { loadScreeningList } from '../manage-lists.ts';
import type { Work } from './examine.ts';
import { holdPayments } from './hold-payments.ts';
import { listRescreenings } from './read-rescreenings.ts';
import { rescreenJob } from './rescreen.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 7));
const comment = 'Looked at';
const PARTIES = ['Gregor Listedlater', 'Ottokar Wunderlich', 'Ximena Quintanilla', 'Baldur Thorvaldsen'];
const LISTED_FIRST = 'Somebody Else';

let house: TestHouse;
let banks: Bank[];
const deps = () => house.settlement.deps;
const statusOf = async (id: Uuid) => (await getPayment(deps(), house.ctx, { id })).status;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 10n ** 9n });
  const byHand = { mode: 'by_hand', settles: 'by_hand' } as const;
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', ...byHand });
  await list([]);
  await screenAgain();
});
afterAll(() => house.close());

async function list(names: readonly string[]): Promise<void> {
  const rows = [LISTED_FIRST, ...names].map((name, i) => `${i + 1},${name}`).join('\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(`id,name\n${rows}\n`) });
}

/** Runs the job until what waits was screened against the lists in force. */
async function screenAgain(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await rescreenJob(deps(), { settledDays: 0 }).run(new AbortController().signal);
    if ((await listRescreenings(deps(), house.ctx)).items[0]?.stage === 'done') return;
    clock.advance(35_000);
  }
  throw new Error('the run does not end');
}

let sum = 0n;
async function pay(from: number, to: number, creditor: string, days = 0): Promise<Uuid> {
  const order = { units: ++sum, creditor: { name: creditor }, valueDate: addDays(dayOf(clock.now()), days) };
  return (await sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, order))).id;
}

const exclude = (id: Uuid, bank: number, fate: 'return' | 'carry') =>
  excludeParticipant(deps(), house.ctx, { id, participantId: banks[bank]!.id, fate, reason: 'A default' });
const settle = (id: Uuid) => settleNetted(deps(), house.ctx, { id });
/** Cuts the main window off and dies before anybody is settled to be in it. */
const crash = () => closeWindow({ ...deps(), db: { ...deps().db, write: () => Promise.reject(new Error('died here')) } }, house.ctx);
async function reservedOf(bank: number): Promise<bigint> {
  return (await getParticipant(deps(), house.ctx, { id: banks[bank]!.id })).accounts.find(({ asset }) => asset === 'EUR/2')!.reserved;
}

async function soundness(): Promise<void> {
  expect(await setAsideDifferences(deps(), house.tenantId)).toEqual([]);
  expect(await deps().db.read({ tenantId: house.tenantId }, (tx) => misplaced(tx, house.tenantId))).toEqual([]);
}

describe('a payment whose party is listed after the cut-off of its window', () => {
  test('settles with it when nothing takes it out', async () => {
    const id = await pay(0, 1, PARTIES[0]!);
    const window = await closeWindow(deps(), house.ctx);
    await list([PARTIES[0]!]);
    await screenAgain();
    expect(await statusOf(id)).toBe('clearing');
    await settle(window.id);
    expect(await statusOf(id)).toBe('settled');
    expect(await house.database.admin('select from settlement.late_hold')).toEqual([]);
  });

  test('is held as soon as it is carried over, with its money free and a case; released it settles, rejected it does not', async () => {
    await list([]);
    await screenAgain();
    const [named, other, clean] = [await pay(0, 1, PARTIES[0]!), await pay(0, 2, PARTIES[0]!), await pay(0, 1, PARTIES[1]!)];
    const window = await closeWindow(deps(), house.ctx);
    await list([PARTIES[0]!]);
    await screenAgain();
    await exclude(window.id, 0, 'carry');
    expect([await statusOf(named), await statusOf(other), await statusOf(clean)]).toEqual(['held', 'held', 'reserved']);
    expect(await reservedOf(0)).toBe(sum);
    const shown = await getPayment(deps(), house.ctx, { id: named });
    expect(shown.timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'reserved', 'held']);
    expect(JSON.stringify(shown.screening)).toContain(PARTIES[0]);
    const open = createCaseOpener(deps());
    await open(house.tenantId);
    const cases = (await listCases(deps(), house.ctx, { state: 'active' })).items;
    expect(cases.filter(({ kind }) => kind === 'payment')).toHaveLength(2);
    await soundness();
    await settle(window.id);
    await settle((await closeWindow(deps(), house.ctx)).id);
    expect([await statusOf(named), await statusOf(clean)]).toEqual(['held', 'settled']);
    await releasePayment(deps(), house.ctx, { id: named, comment });
    await rejectPayment(deps(), house.ctx, { id: other, comment });
    expect([await statusOf(named), await statusOf(other)]).toEqual(['reserved', 'rejected']);
    await settle((await closeWindow(deps(), house.ctx)).id);
    expect([await statusOf(named), await statusOf(other)]).toEqual(['settled', 'rejected']);
    await soundness();
  });

  test('is rejected, and not held, when it is returned', async () => {
    await list([]);
    await screenAgain();
    const id = await pay(0, 1, PARTIES[0]!);
    const window = await closeWindow(deps(), house.ctx);
    await list([PARTIES[0]!]);
    await screenAgain();
    await exclude(window.id, 1, 'return');
    expect(await statusOf(id)).toBe('rejected');
    await settle(window.id);
    await soundness();
  });

  test('is held when it leaves a window that was cut off, being dated ahead, before its members were settled', async () => {
    await list([]);
    await screenAgain();
    const [ahead, clean] = [await pay(0, 1, PARTIES[0]!, 2), await pay(0, 1, PARTIES[1]!)];
    await expect(crash()).rejects.toThrow('died here');
    expect(await statusOf(ahead)).toBe('clearing');
    await list([PARTIES[0]!]);
    await screenAgain();
    await finishWindows(deps(), house.ctx);
    expect([await statusOf(ahead), await statusOf(clean)]).toEqual(['held', 'clearing']);
    await soundness();
    await rejectPayment(deps(), house.ctx, { id: ahead, comment });
    const { window } = await getPayment(deps(), house.ctx, { id: clean });
    await settle(window!.id);
    await soundness();
  });

  test('is held although it moves on between being looked at and being held', async () => {
    await list([]);
    await screenAgain();
    const standing = async (id: Uuid) =>
      (await deps().db.read({ tenantId: house.tenantId }, (tx) => paymentsNamed(tx, house.tenantId, [id])))[0]!;
    const hold = (payment: StandingPayment) =>
      holdPayments({ deps: deps(), tenantId: house.tenantId, run: { toSet: 1 } } as Work, [{ payment, hits: [] }]);
    const id = await pay(0, 1, PARTIES[0]!);
    const open = await standing(id);
    const first = await closeWindow(deps(), house.ctx);
    expect([await hold(open), await statusOf(id)]).toEqual([0, 'clearing']);
    await exclude(first.id, 0, 'carry');
    expect(await statusOf(id)).toBe('held');
    // Holds of a payment follow one another by their time.
    clock.advance(1_000);
    await releasePayment(deps(), house.ctx, { id, comment });
    await settle(first.id);
    const second = await closeWindow(deps(), house.ctx);
    const fixed = await standing(id);
    await exclude(second.id, 0, 'carry');
    expect([await hold(fixed), await statusOf(id)]).toEqual([1, 'held']);
    await rejectPayment(deps(), house.ctx, { id, comment });
    await settle(second.id);
    expect(await hold(fixed)).toBe(0);
    await soundness();
  });

  test('is held by every list that names it, once', async () => {
    await list([]);
    await screenAgain();
    const id = await pay(0, 1, PARTIES[0]!);
    const window = await closeWindow(deps(), house.ctx);
    for (const names of [[PARTIES[0]!], [PARTIES[0]!, 'Gregor P. Listedlater'], [PARTIES[0]!, 'Gregor P. Listedlater', PARTIES[2]!]]) {
      await list(names);
      await screenAgain();
    }
    await exclude(window.id, 0, 'carry');
    const [hold] = await house.database.admin<{ hits: { entryId: string }[] }>(
      `select hits from settlement.payment_hold where payment_id = '${id}'`,
    );
    expect(hold!.hits.map(({ entryId }) => entryId).toSorted()).toEqual(['2', '3']);
    await rejectPayment(deps(), house.ctx, { id, comment });
    await settle(window.id);
  });
});

type Action =
  | { kind: 'pay'; from: number; to: number; party: number; days: number }
  | { kind: 'list'; party: number }
  | { kind: 'screen' | 'close' | 'crash' | 'finish' }
  | { kind: 'settle'; window: number }
  | { kind: 'release' | 'reject'; which: number }
  | { kind: 'exclude'; window: number; bank: number; fate: 'return' | 'carry' }
  | { kind: 'wait'; days: number };

const kind = <T extends string>(value: T) => fc.constant(value);
const bank = fc.nat(2);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: kind('pay'), from: bank, to: fc.integer({ min: 1, max: 2 }), party: fc.nat(3), days: fc.nat(2) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('list'), party: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('screen') }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('close') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('crash') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('finish') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('settle'), window: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'reject' as const), which: fc.nat(20) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('exclude'), window: fc.nat(3), bank, fate: fc.constantFrom('return' as const, 'carry' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('wait'), days: fc.nat(2) }) },
);

const foreseen =
  /settlement\.(window_empty|participant_not_in_window|participant_excluded|window_final|window_not_netted|payment_not_held|payment_listed)/;
const attempt = (work: Promise<unknown>) =>
  work.then(
    () => true,
    (error: { code?: string; message: string }) => {
      if (error.message !== 'died here' && !foreseen.test(error.code ?? '')) throw error;
      return false;
    },
  );

/** A run of acts, with when everything was: acts are counted. */
function newDay() {
  const parties = new Map<Uuid, number>();
  const named = new Set<number>();
  const [screenedAt, releasedAt, cutOffAt] = [new Map<number, number>(), new Map<Uuid, number>(), new Map<Uuid, number>()];
  let at = 0;
  const unsettled = async () =>
    house.database.admin<{ id: Uuid }>(`select id from settlement.netting_window where state in ('cut_off', 'netted') order by number`);
  const perform = async (one: Action): Promise<unknown> => {
    const windows = await unsettled();
    const window = 'window' in one ? windows[one.window % (windows.length || 1)] : undefined;
    const held = [...parties.keys()].at(-1 - ('which' in one ? one.which : 0));
    switch (one.kind) {
      case 'pay':
        return parties.set(await pay(one.from, (one.from + one.to) % 3, PARTIES[one.party]!, one.days), one.party);
      case 'list':
        named.add(one.party);
        return await list([...named].map((party) => PARTIES[party]!));
      case 'screen':
        await screenAgain();
        for (const party of named) if (!screenedAt.has(party)) screenedAt.set(party, at);
        return undefined;
      case 'close':
        return await attempt(closeWindow(deps(), house.ctx));
      case 'crash':
        return await attempt(crash());
      case 'finish':
        return await finishWindows(deps(), house.ctx);
      case 'wait':
        return clock.advance(one.days * 86_400_000);
      case 'settle':
        return window && (await attempt(settle(window.id)));
      case 'exclude':
        return window && (await attempt(exclude(window.id, one.bank, one.fate)));
      case 'reject':
        return held && (await attempt(rejectPayment(deps(), house.ctx, { id: held, comment })));
      default:
        if (held && (await attempt(releasePayment(deps(), house.ctx, { id: held, comment })))) releasedAt.set(held, at);
        return undefined;
    }
  };
  return {
    async act(one: Action): Promise<void> {
      at++;
      await perform(one);
      for (const { id } of await unsettled()) if (!cutOffAt.has(id)) cutOffAt.set(id, at);
    },
    /** Nothing that was named before the cut-off of the window in which it settled has settled there but what somebody released. */
    async look(): Promise<void> {
      for (const [id, party] of parties) {
        const { status, window } = await getPayment(deps(), house.ctx, { id });
        if (status !== 'settled' || (screenedAt.get(party) ?? Infinity) >= cutOffAt.get(window!.id)!) continue;
        expect([id, releasedAt.has(id)]).toEqual([id, true]);
      }
      await soundness();
    },
  };
}

test('whatever the order of lists, cut-offs, crashes, exclusions, releases and settlements: nobody who was named before the cut-off is paid unseen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 60 }), async (actions) => {
      await list([]);
      await screenAgain();
      const day = newDay();
      for (const one of actions) await day.act(one);
      await day.look();
      await day.act({ kind: 'finish' });
      // Everything that nobody holds comes to its end.
      for (let i = 0; i < 4; i++) {
        await day.act({ kind: 'close' });
        for (let n = 0; n < 8; n++) await day.act({ kind: 'settle', window: 0 });
        await day.act({ kind: 'wait', days: 1 });
      }
      await day.look();
      for (const status of ['reserved', 'clearing'] as const) {
        expect((await listPayments(deps(), house.ctx, { status })).items).toEqual([]);
      }
      for (const { id } of (await listPayments(deps(), house.ctx, { status: 'held', limit: 500 })).items) {
        await rejectPayment(deps(), house.ctx, { id, comment });
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
}, 300_000);
