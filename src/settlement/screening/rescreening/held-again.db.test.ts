import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../../test/support/house.ts';
import type { Uuid } from '../../../base/id.ts';
import { manualClock } from '../../../base/time.ts';
import { createCaseOpener } from '../../compliance/open-cases.ts';
import { decideCase } from '../../compliance/decide-case.ts';
import { listCases } from '../../compliance/read-cases.ts';
import { DEFAULT_POLICY } from '../../liquidity/route.ts';
import { setPolicy } from '../../liquidity/manage-policy.ts';
import { getOverview } from '../../overview/get-overview.ts';
import { fundParticipant } from '../../participant/move-funds.ts';
import { getParticipant } from '../../participant/read-participants.ts';
import { getPayment, listPayments } from '../../payment/read-payments.ts';
import { rejectPayment, releasePayment } from '../../payment/review-payment.ts';
import { sendPayment } from '../../payment/send-payment.ts';
import { cancelQueued, runQueue } from '../../queue/manage-queue.ts';
import { listQueue } from '../../queue/read-queue.ts';
import { setWindowGroup } from '../../window/manage-groups.ts';
import { closeWindow } from '../../window/close-window.ts';
import { verifyWindow } from '../../verify-window/verify.ts';
import { windowFileBytes } from '../../window/read-file.ts';
import { loadScreeningList } from '../manage-lists.ts';
import { listRescreeningFindings, listRescreenings } from './read-rescreenings.ts';
import { rescreenJob } from './rescreen.ts';

let clock: ReturnType<typeof manualClock>;
let house: TestHouse;
let a: Bank;
let b: Bank;
const deps = () => house.settlement.deps;
const MONDAY = Date.UTC(2026, 10, 23, 9);
const comment = 'Not the listed one';

beforeEach(async () => {
  clock = manualClock(MONDAY);
  house = await createTestHouse({ clock });
  [a, b] = (await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 1_000n })) as [Bank, Bank];
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
  await load('Somebody Else');
  await screenAgain();
});
afterEach(() => house.close());

async function load(...names: string[]): Promise<void> {
  const rows = names.map((name, i) => `${i + 1},${name.split('*')[0]!},${name.split('*')[1] ?? ''}`).join('\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(`id,name,born\n${rows}\n`) });
}

const turn = (of = deps()) => rescreenJob(of, { settledDays: 5 }).run(new AbortController().signal);

/** Runs the job until the run is done, as it would over a minute and more. */
async function screenAgain(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await turn();
    if ((await listRescreenings(deps(), house.ctx)).items[0]?.stage === 'done') return;
    clock.advance(35_000);
  }
  throw new Error('the run does not end');
}

const pay = async (units: bigint, creditor = 'Gregor Listedlater', change = {}): Promise<Uuid> =>
  (await sendPayment(deps(), house.ctx, orderOf(a, b, { units, creditor: { name: creditor }, ...change }))).id;
const status = async (id: Uuid) => (await getPayment(deps(), house.ctx, { id })).status;
const fund = (units: bigint) =>
  fundParticipant(deps(), house.ctx, { id: a.id, asset: 'EUR/2', units, reference: `F${clock.now()}-${units}` });
const run = () => runQueue(deps(), house.ctx);
async function money(bank: Bank): Promise<[bigint, bigint]> {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: bank.id });
  const { available, reserved } = accounts.find(({ asset }) => asset === 'EUR/2')!;
  return [available, reserved];
}
async function cases() {
  const open = createCaseOpener(deps());
  for (let i = 0; i < 2; i++) await open(house.tenantId);
  return (await listCases(deps(), house.ctx, { state: 'active' })).items;
}
const findings = async () => (await listRescreeningFindings(deps(), house.ctx, { limit: 500 })).items;

describe('a payment that waits in the queue for a party that is listed meanwhile', () => {
  test('does not settle, is held with a case, and its bank sees it as held', async () => {
    const id = await pay(5_000n);
    const clean = await pay(5_010n, 'Meridian Foods Ltd');
    await load('Somebody Else', 'Gregor Listedlater');
    await fund(20_000n);
    await run();
    expect([await status(id), await status(clean)]).toEqual(['queued', 'queued']);
    await turn();
    await run();
    expect([await status(id), await status(clean)]).toEqual(['held', 'settled']);
    expect(await money(a)).toEqual([15_990n, 0n]);
    expect(await cases()).toMatchObject([{ kind: 'payment', state: 'open', paymentId: id, title: 'Gregor Listedlater' }]);
    expect(await findings()).toMatchObject([{ kind: 'open', paymentId: id, entryId: '2' }]);
    expect(await getPayment(deps(), house.memberCtx(a.id), { id })).toMatchObject({
      status: 'held',
      reason: { text: 'Held for compliance review.' },
      screening: { hits: [] },
    });
    await expect(getPayment(deps(), house.memberCtx(b.id), { id })).rejects.toMatchObject({ code: 'settlement.payment_not_found' });
    expect((await listPayments(deps(), house.ctx, { status: 'held' })).items.map((one) => one.id)).toEqual([id]);
    expect((await listQueue(deps(), house.ctx, {})).total).toBe(0);
    await expect(cancelQueued(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.payment_not_queued' });
  });

  test('goes back to its place when its case is released, and is not held again for what was decided', async () => {
    const id = await pay(5_000n);
    await load('Somebody Else', 'Gregor Listedlater');
    await turn();
    const [first] = await cases();
    expect(await decideCase(deps(), house.ctx, { id: first!.id, decision: 'release', comment })).toMatchObject({ state: 'closed' });
    expect(await status(id)).toBe('queued');
    await load('Somebody Else', 'Gregor Listedlater', 'And One More');
    await screenAgain();
    expect([await status(id), await cases()]).toEqual(['queued', []]);
    await load('Somebody Else', 'Gregor Listedlater*1970', 'And One More');
    await screenAgain();
    expect(await status(id)).toBe('held');
    const [second] = await cases();
    expect(second!.id).not.toBe(first!.id);
    await decideCase(deps(), house.ctx, { id: second!.id, decision: 'release', comment });
    await fund(10_000n);
    await run();
    expect(await status(id)).toBe('settled');
    const { timeline } = await getPayment(deps(), house.ctx, { id });
    expect(timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'queued', 'held', 'released', 'settled']);
  });

  test('is rejected once for good, whoever decides', async () => {
    const id = await pay(5_000n);
    await load('Somebody Else', 'Gregor Listedlater');
    await turn();
    const decided = await Promise.allSettled([
      rejectPayment(deps(), house.ctx, { id, comment }),
      releasePayment(deps(), house.ctx, { id, comment }),
      rejectPayment(deps(), house.ctx, { id, comment }),
    ]);
    expect(decided.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    await load('Somebody Else');
    const other = await pay(4_000n, 'Oskar Lindqvist');
    await load('Oskar Lindqvist');
    await turn();
    expect(await rejectPayment(deps(), house.ctx, { id: other, comment })).toMatchObject({ status: 'rejected', reason: { code: 'RR04' } });
    await fund(20_000n);
    await run();
    expect(await status(other)).toBe('rejected');
  });

  test('that was held at the door is released, and held again, by what came since', async () => {
    await load('Gregor Listedlater');
    await screenAgain();
    const id = await pay(5_000n);
    expect(await status(id)).toBe('held');
    await load('Gregor Listedlater', 'Aurora Shipping AS');
    await expect(releasePayment(deps(), house.ctx, { id, comment })).rejects.toMatchObject({ code: 'settlement.payment_listed' });
    expect(await status(id)).toBe('held');
    await turn();
    await releasePayment(deps(), house.ctx, { id, comment });
    await load('Gregor Listedlater*1970', 'Aurora Shipping AS');
    await fund(10_000n);
    await run();
    expect(await status(id)).toBe('queued');
    await turn();
    expect(await status(id)).toBe('held');
    await releasePayment(deps(), house.ctx, { id, comment });
    await run();
    expect(await status(id)).toBe('settled');
  });

  test('is held however often the process dies between telling and holding', async () => {
    const id = await pay(5_000n);
    await load('Somebody Else', 'Gregor Listedlater');
    const dying = { ...deps(), ledger: { ...deps().ledger, enact: () => Promise.reject(new Error('the process died')) } };
    await turn(dying as never);
    expect([await status(id), (await findings()).length]).toEqual(['queued', 1]);
    await turn();
    expect([await status(id), (await findings()).length]).toEqual(['held', 1]);
    expect(await cases()).toMatchObject([{ kind: 'payment' }]);
  });
});

describe('a payment that waits for its window', () => {
  test('leaves it with its money free, and the window settles without it', async () => {
    const id = await pay(300n);
    const clean = await pay(200n, 'Meridian Foods Ltd');
    expect(await money(a)).toEqual([500n, 500n]);
    await load('Somebody Else', 'Gregor Listedlater');
    await screenAgain();
    expect([await status(id), await money(a)]).toEqual(['held', [800n, 200n]]);
    for (const filter of [{}, { status: 'reserved' as const }, { status: 'held' as const }]) {
      expect((await listPayments(deps(), house.memberCtx(b.id), filter)).items.map((one) => one.id)).not.toContain(id);
    }
    expect((await getOverview(deps(), house.ctx, {})).payments).toMatchObject({ held: 1 });
    const window = await closeWindow(deps(), house.ctx);
    expect([await status(id), await status(clean), await money(a)]).toEqual(['held', 'settled', [800n, 0n]]);
    expect(await verifyWindow(await windowFileBytes(deps(), house.tenantId, window.id))).toMatchObject({ ok: true });
    const [mine] = await cases();
    await decideCase(deps(), house.ctx, { id: mine!.id, decision: 'release', comment });
    expect([await status(id), await money(a)]).toEqual(['reserved', [500n, 300n]]);
    await closeWindow(deps(), house.ctx);
    expect([await status(id), await money(a), await money(b)]).toEqual(['settled', [500n, 0n], [1_500n, 0n]]);
  });

  test('is held while it waits for its value date, and settles on its day when it was released before', async () => {
    const euro = { id: 'euro', name: 'Euro', mode: 'schedule' as const, assets: ['EUR/2'], settles: 'at_once' as const };
    const times = { zone: 'Europe/Berlin', cutOffs: ['12:00'], calendars: ['EUR'], valueDates: true };
    await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { ...euro, schedule: times });
    const [waits, early] = [await pay(300n, undefined, { valueDate: '2026-11-25' }), await pay(100n, 'Meridian Foods Ltd')];
    clock.advance(4 * 3_600_000);
    await closeWindow(deps(), house.ctx, { group: 'euro' });
    expect([await status(waits), await status(early), await money(a)]).toEqual(['reserved', 'settled', [600n, 300n]]);
    const inRange = await pay(200n, undefined, { valueDate: '2026-11-25' });
    await load('Somebody Else', 'Gregor Listedlater');
    await screenAgain();
    expect([await status(waits), await status(inRange), await money(a)]).toEqual(['held', 'held', [900n, 0n]]);
    for (const id of [waits, inRange]) await releasePayment(deps(), house.ctx, { id, comment });
    await pay(50n, 'Meridian Foods Ltd');
    clock.advance(24 * 3_600_000);
    await closeWindow(deps(), house.ctx, { group: 'euro' });
    expect([await status(waits), await status(inRange), await money(a)]).toEqual(['reserved', 'reserved', [350n, 500n]]);
    clock.advance(24 * 3_600_000);
    await closeWindow(deps(), house.ctx, { group: 'euro' });
    expect([await status(waits), await status(inRange), await money(a)]).toEqual(['settled', 'settled', [350n, 0n]]);
  });

  test('comes to nothing when it is rejected, and is rejected when the money is gone', async () => {
    const [rejected, short] = [await pay(300n), await pay(400n)];
    await load('Somebody Else', 'Gregor Listedlater');
    await screenAgain();
    await expect(closeWindow(deps(), house.ctx)).rejects.toMatchObject({ code: 'settlement.window_empty' });
    expect(await rejectPayment(deps(), house.ctx, { id: rejected, comment })).toMatchObject({
      status: 'rejected',
      reason: { code: 'RR04' },
    });
    await pay(900n, 'Meridian Foods Ltd');
    expect(await releasePayment(deps(), house.ctx, { id: short, comment })).toMatchObject({ status: 'rejected', reason: { code: 'AM04' } });
    await closeWindow(deps(), house.ctx);
    expect([await status(rejected), await status(short), await money(a), await money(b)]).toEqual([
      'rejected',
      'rejected',
      [100n, 0n],
      [1_900n, 0n],
    ]);
  });

  test('that was cut off already settles with it, and is told with a case', async () => {
    const id = await pay(300n);
    await load('Somebody Else', 'Gregor Listedlater');
    await house.database.admin(
      `update settlement.netting_window set state = 'netted', to_seq = 1000000, cut_off_at = now() where state = 'open'`,
    );
    await screenAgain();
    expect(await status(id)).toBe('clearing');
    expect(await cases()).toMatchObject([{ kind: 'rescreening', paymentId: id }]);
  });
});

test('no run of the queue settles a payment whose party is on the list in force', async () => {
  const people = ['Gregor Listedlater', 'Oskar Lindqvist', 'Ingrid Marklund', 'Viktor Baranovski'];
  const round = fc.record({
    pays: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
    listed: fc.subarray(people, { minLength: 1 }),
    born: fc.integer({ min: 1950, max: 1952 }),
    order: fc.shuffledSubarray(['list', 'screen', 'release', 'fund'] as const, { minLength: 2 }),
    units: fc.integer({ min: 1, max: 30_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), async (rounds) => {
      /** What the list in force says of whom it names. */
      let entries = new Map<string, string>();
      const names = new Map<Uuid, string>();
      /** The entry that a person had before them who released a payment; it counts as long as the list says the same. */
      const cleared = new Map<Uuid, string | undefined>();
      const settledBefore = new Set<Uuid>();
      const inForce = async (next: readonly string[], born = 1950) => {
        entries = new Map(next.map((name, i) => [name, `${i} ${born}`]));
        await load('Somebody Else', ...next.map((name) => `${name}*${born}`));
      };
      const look = async () => {
        await run();
        const exits = await house.database.admin<{ id: Uuid }>(
          `select entry_id as id from settlement.queue_exit where outcome = 'settled'`,
        );
        for (const { id } of exits) {
          if (settledBefore.has(id) || !names.has(id)) continue;
          settledBefore.add(id);
          const entry = entries.get(names.get(id)!);
          expect(entry === undefined || cleared.get(id) === entry).toBe(true);
        }
      };
      await inForce([]);
      await turn();
      for (const { pays, listed: next, born, order, units } of rounds) {
        for (const who of pays) names.set(await pay(5_000n, people[who], { priority: 'urgent' }), people[who]!);
        for (const step of order) {
          clock.advance(1_000);
          if (step === 'list') await inForce(next, born);
          else if (step === 'screen') await turn();
          else if (step === 'fund') await fund(BigInt(units));
          else {
            const [first] = (await listPayments(deps(), house.ctx, { status: 'held' })).items.filter((one) => names.has(one.id));
            const done = first && releasePayment(deps(), house.ctx, { id: first.id, comment });
            // Refused when a list names somebody new, of whom screening again has not told yet.
            if (first && (await done!.catch(() => undefined))) cleared.set(first.id, entries.get(names.get(first.id)!));
          }
          await look();
        }
      }
      // What nobody holds comes to its end as soon as it was screened again.
      await fund(1_000_000n);
      await turn();
      await look();
      for (const id of names.keys()) expect(await status(id)).not.toBe('queued');
      await drain();
    }),
    // A failure is told as it came: to make it smaller would take longer than a test may.
    { numRuns: 8, endOnFailure: true },
  );
}, 240_000);

/** Leaves the next try nothing to spend. */
async function drain(): Promise<void> {
  const [available] = await money(a);
  if (available > 0n) await pay(available, 'Meridian Foods Ltd', { priority: 'instant' });
}
