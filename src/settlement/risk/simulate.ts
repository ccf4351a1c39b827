import type { Millis } from '../../base/time.ts';
import { checkLimits, LIMIT_NAMES, type LimitBook, type LimitName } from './limits.ts';
import {
  cutOff,
  emptyPositions,
  owe,
  positionOf,
  sendInWindow,
  sendToday,
  take,
  type LimitedPayment,
  type Owed,
  type Positions,
} from './positions.ts';
import { createAgenda, type Agenda } from './agenda.ts';

/**
 * What happened on a day, as far as limits see it, in order of time.
 * - `owed`: from before the day and not final when it began; `isSent`: in the window that was open then.
 * - `payment`: one that was taken, or that only limits refused. `way`: into a window, or alone (at once, or through the queue);
 *   of one that was refused it is not known, and a window is supposed. `from`: the door, where all limits are asked, or a
 *   release from review, where the caps are that the database keeps watch over.
 * - `left`, `back`: a payment of a window was held, or cancelled, and it was released. What is held is sent in no window, though it keeps
 *   its part of the caps. Payments that do so bear their ids (`moves`).
 * - `cut_off`: of the currencies of a group, and when what was in the window became final.
 */
export type Traffic =
  | { kind: 'owed'; at: Millis; owed: Owed; freedAt: Millis | null; isSent?: boolean; id?: string }
  | {
      kind: 'payment';
      at: Millis;
      payment: LimitedPayment;
      way: 'window' | 'alone' | 'unknown';
      from: 'door' | 'review';
      /** When it was owed no longer. */
      freedAt: Millis | null;
      /** When what waited came to nothing, on the same day. */
      givenBackAt: Millis | null;
      moves?: boolean;
    }
  | { kind: 'left'; at: Millis; payment: LimitedPayment }
  | { kind: 'back'; at: Millis; payment: LimitedPayment }
  | { kind: 'cut_off'; at: Millis; assets: readonly string[]; freedAt: Millis | null };

type Payment = Extract<Traffic, { kind: 'payment' }>;

type Side = { accepted: number; refused: number; refusedUnits: Map<string, bigint>; byLimit: Record<LimitName, number> };

/** What a change of limits would have done to traffic. Units by asset. */
export type LimitSimulation = {
  payments: number;
  before: Side;
  after: Side;
  /** Ids of payments that only the new limits refuse, and that only the old ones refused; at most 1,000 each. */
  newlyRefused: string[];
  newlyAccepted: string[];
  newlyRefusedCount: number;
  newlyAcceptedCount: number;
  /** Highest net debt that was not final, by participant and asset, under the old and the new limits. */
  peaks: { participant: string; asset: string; before: bigint; after: bigint }[];
};

const LISTED = 1_000;

type Run = Side & {
  book: LimitBook;
  positions: Positions;
  agenda: Agenda;
  peaks: Map<string, bigint>;
  /** Cut-offs of each currency so far. */
  windows: Map<string, number>;
  /** Of payments that are held or cancelled some time: in which window each counts as sent; `NOWHERE` while it does not. */
  sentIn: Map<string, number>;
};

const NOWHERE = -1;

/** A simulation under way: traffic is handed to it piece by piece, so that a day need not lie in memory. */
export type Simulation = {
  /** Of a payment: whether each set of limits lets it go. */
  take(step: Traffic): { before: boolean; after: boolean } | undefined;
  result(): LimitSimulation;
};

/** Runs the same traffic under two sets of limits, each with positions of its own: what one refuses does not count there. */
export function startSimulation(before: LimitBook, after: LimitBook): Simulation {
  const [old, fresh] = [runOf(before), runOf(after)];
  const [refused, accepted]: [string[], string[]] = [[], []];
  let [payments, refusedCount, acceptedCount] = [0, 0, 0];
  return {
    take(step) {
      for (const run of [old, fresh]) run.agenda.advance(run.positions, step.at);
      if (step.kind !== 'payment') {
        for (const run of [old, fresh]) note(run, step);
        return undefined;
      }
      payments++;
      const [was, is] = [passes(old, step), passes(fresh, step)];
      if (was && !is && ++refusedCount <= LISTED) refused.push(step.payment.id);
      if (!was && is && ++acceptedCount <= LISTED) accepted.push(step.payment.id);
      return { before: was, after: is };
    },
    result: () => ({
      payments,
      before: sideOf(old),
      after: sideOf(fresh),
      newlyRefused: refused,
      newlyAccepted: accepted,
      newlyRefusedCount: refusedCount,
      newlyAcceptedCount: acceptedCount,
      peaks: peaksOf(old.peaks, fresh.peaks),
    }),
  };
}

function runOf(book: LimitBook): Run {
  const byLimit = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 0])) as Record<LimitName, number>;
  const none = { accepted: 0, refused: 0, refusedUnits: new Map(), byLimit };
  return { ...none, book, positions: emptyPositions(), agenda: createAgenda(), peaks: new Map(), windows: new Map(), sentIn: new Map() };
}

const windowOf = ({ windows }: Run, asset: string): number => windows.get(asset) ?? 0;

function note(run: Run, step: Exclude<Traffic, Payment>): void {
  const { positions, agenda, windows, sentIn } = run;
  if (step.kind === 'left') return leave(run, step.payment);
  if (step.kind === 'back') return comeBack(run, step.payment);
  if (step.kind === 'cut_off') {
    cutOff(positions, new Set(step.assets));
    for (const asset of step.assets) windows.set(asset, windowOf(run, asset) + 1);
    agenda.settleWithWindow(step.assets, step.freedAt);
    return;
  }
  owe(positions, step.owed);
  if (step.isSent) sendInWindow(positions, step.owed);
  if (step.id !== undefined) sentIn.set(step.id, step.isSent ? windowOf(run, step.owed.asset) : NOWHERE);
  if (step.freedAt !== null) agenda.freeAt(step.freedAt, step.owed);
}

/** What is held or cancelled is no longer sent in the window that is open; what was sent in one before went with its cut-off. */
function leave(run: Run, payment: LimitedPayment): void {
  if (run.sentIn.get(payment.id) !== windowOf(run, payment.asset)) return;
  sendInWindow(run.positions, { ...payment, units: -payment.units });
  run.sentIn.set(payment.id, NOWHERE);
}

/** What is released is sent in the window that is open, unless it is so already; nothing of what this run refused. */
function comeBack(run: Run, payment: LimitedPayment): void {
  const known = run.sentIn.get(payment.id);
  const window = windowOf(run, payment.asset);
  if (known === undefined || known === window) return;
  sendInWindow(run.positions, payment);
  run.sentIn.set(payment.id, window);
}

/** What is asked of a payment that people release: the judgement at the door is over, the database keeps its caps. */
const CAPS: Readonly<Record<Payment['way'], readonly LimitName[]>> = {
  window: ['per_day', 'net_sender_cap', 'bilateral_cap'],
  alone: ['per_day'],
  unknown: LIMIT_NAMES,
};

function passes(run: Run, step: Payment): boolean {
  const { payment, way } = step;
  const refusals = checkLimits(run.book, run.positions, payment, step.from === 'door' ? LIMIT_NAMES : CAPS[way]);
  if (refusals.length > 0) {
    run.refused++;
    run.refusedUnits.set(payment.asset, (run.refusedUnits.get(payment.asset) ?? 0n) + payment.units);
    for (const { limit } of refusals) run.byLimit[limit]++;
    return false;
  }
  run.accepted++;
  count(run, step);
  if (step.moves) run.sentIn.set(payment.id, windowOf(run, payment.asset));
  return true;
}

function count({ positions, agenda, peaks }: Run, { payment, way, freedAt, givenBackAt }: Payment): void {
  if (way === 'alone') {
    sendToday(positions, payment);
    if (givenBackAt !== null) agenda.giveBackAt(givenBackAt, payment);
    return;
  }
  take(positions, payment);
  if (givenBackAt !== null) agenda.giveBackAt(givenBackAt, payment);
  if (way === 'unknown') agenda.freeWithWindow(payment);
  else if (freedAt !== null) agenda.freeAt(freedAt, payment);
  const key = `${payment.debtor}\n${payment.asset}`;
  const { net } = positionOf(positions, payment.debtor, payment.asset);
  if (net > (peaks.get(key) ?? 0n)) peaks.set(key, net);
}

const sideOf = ({ accepted, refused, refusedUnits, byLimit }: Run): Side => ({ accepted, refused, refusedUnits, byLimit });

function peaksOf(before: ReadonlyMap<string, bigint>, after: ReadonlyMap<string, bigint>): LimitSimulation['peaks'] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((key) => {
    const [participant = '', asset = ''] = key.split('\n');
    return { participant, asset, before: before.get(key) ?? 0n, after: after.get(key) ?? 0n };
  });
}
