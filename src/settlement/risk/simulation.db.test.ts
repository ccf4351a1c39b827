import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { idFloor, type Uuid } from '../../base/id.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { addDays, dayOf, manualClock } from '../../base/time.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { loadRates } from '../fx/load-rates.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { rejectPayment, releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { paymentsNamed } from '../payment/store.ts';
import { cancelQueued, runQueue } from '../queue/manage-queue.ts';
import type { Work } from '../screening/rescreening/examine.ts';
import { holdPayments } from '../screening/rescreening/hold-payments.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { bookOf, type Line } from './limit-lines.ts';
import { LIMIT_NAMES } from './limits.ts';
import { activateLimits, proposeLimits, simulateLimits } from './manage-limits.ts';
import { startSimulation } from './simulate.ts';
import { trafficOf } from './traffic-store.ts';

const ASSETS = ['EUR/2', 'USD/2'] as const;
const LISTED = { name: 'Viktor Baranovski', account: 'X1' };
/** The database counts days by its own clock, so the day is today. */
const DAY = dayOf(Date.now());
const MIDNIGHT = Date.parse(`${DAY}T00:00:00Z`);
const clock = manualClock(MIDNIGHT - 3_600_000);
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

/** What was decided on each payment when limits were asked, and why. */
const decided = new Map<Uuid, boolean>();
const seen = new Set<string>();
const open = {
  held: [] as Uuid[],
  queued: [] as Uuid[],
  netted: [] as Uuid[],
  taken: [] as Uuid[],
  ahead: [] as Uuid[],
  again: [] as Uuid[],
};

const lines = (): Line[] => [
  {
    participant: '*',
    asset: 'EUR/2',
    perPayment: 2_600n,
    perDay: 35_000n,
    netSenderCap: 7_000n,
    bilateralCaps: [{ counterparty: '*', cap: 5_500n }],
    concentration: { percent: 75, from: 6_000n },
  },
  { participant: '*', asset: 'USD/2', netSenderCap: 9_000n, concentration: { percent: 70, from: 4_000n } },
];

/** A payment at the door, of which limits may have been asked. */
async function send(from: Bank, to: Bank, change: object): Promise<void> {
  const { id, status, reason } = await sendPayment(deps(), house.ctx, orderOf(from, to, change));
  seen.add(status === 'rejected' ? reason!.code : status);
  if (status === 'held') open.held.push(id);
  else if (status === 'queued') open.queued.push(id);
  else if (status === 'reserved') ('valueDate' in change ? open.ahead : open.taken).push(id);
  // Of one that had no cover it is not kept what limits said.
  if (status !== 'held' && reason?.code !== 'AM04') decided.set(id, status !== 'rejected');
  if (status === 'queued') decided.set(id, true);
}

async function release(): Promise<void> {
  const [id] = open.held;
  if (id === undefined) return;
  const refused = await releasePayment(deps(), house.ctx, { id, comment: 'Looked at' }).then(
    ({ status }) => {
      if (status === 'rejected') return undefined;
      if (status === 'queued') open.queued.push(id);
      decided.set(id, true);
      return undefined;
    },
    (error: { code?: string }) => error.code,
  );
  if (refused !== 'settlement.limit_reached') open.held.shift();
}

/** Holds what was taken before, as screening again does when a list names a party of it; in a window that was cut off it stays. */
async function holdAgain(random: Random): Promise<void> {
  const ids = random.chance(0.3) && open.ahead.length > 0 ? open.ahead : open.taken.slice(-12);
  if (ids.length === 0) return;
  const id = random.pick(ids);
  const payments = await deps().db.read({ tenantId: house.tenantId }, (tx) => paymentsNamed(tx, house.tenantId, [id]));
  const work = { deps: deps(), tenantId: house.tenantId, run: { toSet: 1 } } as Work;
  const held = await holdPayments(
    work,
    payments.map((payment) => ({ payment, hits: [] })),
  );
  if (held > 0) open.again.push(id);
}

const FATES =
  'reserved settled queued held AM13 AM23 release cancel exclude exchange ahead cancelAhead holdAgain releaseAgain rejectAgain'.split(' ');

/** What changes limits behind the door's back, so that it has to look again before it judges. */
const LOOKED_AT = new Set(['closeMain', 'closeDollar', 'settleDollar', 'exclude', 'cancelAhead', 'rejectAgain']);

/** How many limits have refused a payment on the day. */
async function limitsHit(): Promise<number> {
  const rows = await house.database.admin(
    `select distinct l ->> 'limit' as name from settlement.payment p, jsonb_array_elements(p.findings -> 'limits') l
      where p.decision = 'rejected' and p.id >= '${idFloor(MIDNIGHT)}'`,
  );
  return rows.length;
}

const takeOne = (ids: Uuid[]) => ids.splice(0, 1)[0];

/** One act of a random day; a refusal is as good as any. Answers with how long to wait, so that what is known is looked at anew. */
async function act(random: Random, assets: readonly string[] = ASSETS): Promise<number> {
  const [a, b] = random.shuffle(banks) as [Bank, Bank];
  const asset = random.pick(assets);
  const order = { asset, units: BigInt(random.int(1, 3_000)) };
  const dollarWindow = async () => {
    const { id } = await closeWindow(deps(), house.ctx, { group: 'dollar' });
    open.netted.push(id);
  };
  const acts: Record<string, () => Promise<unknown>> = {
    window: () => send(a, b, order),
    instant: () => send(a, b, { ...order, priority: 'instant' }),
    held: () => send(a, b, { ...order, creditor: LISTED, ...(random.chance(0.4) && { priority: 'instant' }) }),
    release,
    refuse: async () => {
      const id = takeOne(open.held);
      if (id) await rejectPayment(deps(), house.ctx, { id, comment: 'No' });
    },
    ahead: () => send(a, b, { ...order, valueDate: addDays(dayOf(clock.now()), 2) }),
    cancelAhead: async () => {
      if (open.ahead.length > 0) await cancelQueued(deps(), house.ctx, { id: takeOne(open.ahead)! });
    },
    holdAgain: () => holdAgain(random),
    releaseAgain: async () => {
      if (open.again.length > 0) await releasePayment(deps(), house.ctx, { id: takeOne(open.again)!, comment: 'Looked at' });
    },
    rejectAgain: async () => {
      if (open.again.length > 0) await rejectPayment(deps(), house.ctx, { id: takeOne(open.again)!, comment: 'No' });
    },
    run: () => runQueue(deps(), house.ctx),
    cancel: async () => {
      const id = takeOne(open.queued);
      if (id) await cancelQueued(deps(), house.ctx, { id });
    },
    closeMain: () => closeWindow(deps(), house.ctx),
    closeDollar: dollarWindow,
    settleDollar: async () => {
      const id = takeOne(open.netted);
      if (id) await settleNetted(deps(), house.ctx, { id });
    },
    exclude: async () => {
      const id = open.netted.at(-1);
      if (id)
        await excludeParticipant(deps(), house.ctx, {
          id,
          participantId: a.id,
          fate: random.pick(['return', 'carry']),
          reason: 'Moratorium',
        });
    },
    fund: () => fundParticipant(deps(), house.ctx, { id: a.id, ...order, reference: 'IN' }),
    exchange: async () => {
      const quote = await createQuote(deps(), house.ctx, {
        participant: a.bic,
        fromAsset: 'EUR/2',
        toAsset: 'USD/2',
        payUnits: order.units,
      });
      await acceptQuote(deps(), house.ctx, { id: quote.id });
    },
  };
  const names = Object.keys(acts);
  const weights = names.map((name) => ({ window: 10, instant: 4, held: 2, holdAgain: 4, ahead: 2, exclude: 0.5 })[name] ?? 1);
  const name = random.weighted(names, weights);
  const done = await acts[name]!().then(
    () => true,
    (error: { code?: string }) => {
      if (error.code === undefined) throw error;
      return false;
    },
  );
  if (done) seen.add(name);
  if (!LOOKED_AT.has(name)) return random.int(60, 40_000);
  // Whoever judges next looks at the windows: what is released before that counts in the one before.
  clock.advance(11_000);
  if (name.startsWith('close')) await send(a, b, { asset, units: 1n });
  return random.int(60, 40_000);
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  const rich = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 30_000n, 'USD/2': 30_000n });
  // One has to wait for money before any limit holds it back.
  const poor = await admitBanks(house, ['CCCCDEFF'], { 'EUR/2': 3_000n, 'USD/2': 3_000n });
  banks = [...rich, ...poor] as typeof banks;
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue' } });
  const byHand = { mode: 'by_hand', settles: 'by_hand' } as const;
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'dollar', name: 'Dollar', ...byHand, assets: ['USD/2'] });
  const list = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: list });
  const rate = { source: 'desk', validUntil: clock.now() + 2 * 86_400_000 };
  const firm = { fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.1' };
  for (const { bic } of banks) await loadRates(deps(), house.ctx, { ...rate, provider: bic, rates: [firm] });
  const random = seededRandom('limits on a day');
  // What is owed from the day before: some of it is final when the day begins, some later.
  // The limit for a day counts by the clock of the database, whose day has begun: it is on euros, of which nothing is sent before.
  const { number } = await proposeLimits(deps(), house.ctx, { lines: lines(), note: 'for a test' });
  await activateLimits(deps(), house.ctx, { number });
  for (let i = 0; i < 80; i++) clock.advance(await act(random, ['USD/2']));
  if (clock.now() >= MIDNIGHT) throw new Error('the day before took too long');
  clock.set(MIDNIGHT + 1_000);
  decided.clear();
  seen.clear();
  // As many acts as it takes until every kind of them, every fate and every limit was there; what runs beside them is not the same each time.
  for (let i = 0; i < 380 || (i < 1_500 && (FATES.some((fate) => !seen.has(fate)) || (await limitsHit()) < LIMIT_NAMES.length)); i++)
    clock.advance(await act(random));
  clock.advance(1_000);
}, 600_000);
afterAll(() => house.close());

test('a day under the limits in force is decided in the simulation as it was at the door and on release', async () => {
  const book = bookOf(lines(), await deps().directory.of(house.tenantId));
  const simulation = startSimulation(book, book);
  const simulated = new Map<Uuid, boolean>();
  for await (const step of trafficOf(deps().db, house.tenantId, DAY)) {
    const said = simulation.take(step);
    if (said && step.kind === 'payment') simulated.set(step.payment.id, said.before);
  }
  expect(Object.fromEntries(simulated)).toEqual(Object.fromEntries(decided));
  const { before } = simulation.result();
  for (const payments of Object.values(before.byLimit)) expect(payments).toBeGreaterThan(0);
});

test('the day had acts of every kind, and payments of every fate', () => {
  expect(FATES.filter((fate) => !seen.has(fate))).toEqual([]);
});

test('the operation counts all of them, and the same limits change nothing', async () => {
  const same = await simulateLimits(deps(), house.ctx, { lines: lines(), day: DAY });
  expect(same).toMatchObject({ payments: decided.size, newlyRefusedCount: 0, newlyAcceptedCount: 0 });
  expect(same.before.refused).toBe([...decided.values()].filter((went) => !went).length);
  const none = await simulateLimits(deps(), house.ctx, { lines: [], day: DAY });
  expect(none.after).toMatchObject({ accepted: decided.size, refused: 0 });
});
