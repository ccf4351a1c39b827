import type { Millis } from '../../base/time.ts';
import { WINDOWS, type Band, type Window } from './rules.ts';

/** A payment as the rules see it. `value` is its amount in minor units of the reference currency. */
export type Observed = {
  id: string;
  at: Millis;
  /** Who pays: an account or a party, by whatever key the caller keeps them apart. */
  party: string;
  counterparty: string;
  /** Amount in the currency of the payment, and its number of decimals. */
  units: bigint;
  scale: number;
  value: bigint;
  /** ISO 3166 codes of the two ends. */
  from?: string;
  to?: string;
};

/**
 * What is remembered of one party. `cells` holds stretches of time one behind the other, oldest first, each as its start,
 * count and sum, and then count and sum of each band: flat, since there are very many. A stretch is five minutes long
 * within the last hour, an hour within the last day, and a day before that.
 */
type PartyState = {
  firstAt: Millis;
  lastAt: Millis;
  cells: number[];
  /** Earlier payments by counterparty, the one paid last at the end. */
  counterparties: Map<string, number>;
};

const SLOT: Millis = 300_000;
const HOUR: Millis = 3_600_000;
const DAY: Millis = 86_400_000;
const MONTH: Millis = 30 * DAY;
const COUNTERPARTIES = 2_000;
/** How many parties are remembered, in each of two generations. */
const MOST_PARTIES = 150_000;

const floor = (at: Millis, slot: Millis) => Math.floor(at / slot) * slot;

/** Where each window begins, to the slot. */
const BEGINS: Readonly<Record<Window, (at: Millis) => Millis>> = {
  '1h': (at) => floor(at - HOUR, SLOT),
  '24h': (at) => floor(at - DAY, HOUR),
  '7d': (at) => floor(at - 7 * DAY, DAY),
  '30d': (at) => floor(at - MONTH, DAY),
};

/**
 * What is remembered of all parties, in bounded number: two generations, the elder dropped when the younger is full, so
 * that the parties go that have not paid for longest. Changed only by `advance`; taken out by `snapshot`.
 */
export type FeatureState = {
  readonly bands: readonly Band[];
  readonly most: number;
  younger: Map<string, PartyState>;
  elder: Map<string, PartyState>;
};

export function emptyState(bands: readonly Band[], most = MOST_PARTIES): FeatureState {
  return { bands, most, younger: new Map(), elder: new Map() };
}

/** How many parties are remembered. */
export const partiesIn = ({ younger, elder }: FeatureState): number => younger.size + elder.size;

/** Where each feature stands in the vector that `look` fills; counts and sums stand by window, those of bands behind. */
export const AT = {
  amount: 0,
  roundDigits: 1,
  counterpartyPayments: 2,
  daysIdle: 3,
  daysKnown: 4,
  timesMean: 5,
  corridor: 6,
  tallies: 7,
} as const;

/** Place of the count of a window in the vector, of all payments or of a band; the sum stands behind it. */
export function tallyAt(window: Window, band = -1): number {
  return AT.tallies + 2 * (WINDOWS.length * (band + 1) + WINDOWS.indexOf(window));
}

/** A vector for features of so many bands. */
export const vectorFor = (bands: number): Float64Array => new Float64Array(AT.tallies + 2 * WINDOWS.length * (bands + 1));

/**
 * The features of a payment given what came before, this payment itself counted in. What is not known is NaN, so that no
 * comparison holds. A window reaches back at least its length, and up to one slot further (five minutes of an hour, an
 * hour of a day, a day of a week or month): what is old counts rather a little too long. Sums are exact up to 2^53.
 */
export function look(state: FeatureState, payment: Observed, into: Float64Array): void {
  const party = partyOf(state, payment.party);
  const value = Number(payment.value);
  into.fill(0);
  into[AT.amount] = value;
  into[AT.roundDigits] = roundDigits(payment.units, payment.scale);
  into[AT.daysIdle] = Number.NaN;
  into[AT.timesMean] = Number.NaN;
  if (party) {
    into[AT.counterpartyPayments] = party.counterparties.get(payment.counterparty) ?? 0;
    into[AT.daysIdle] = Math.max(0, (payment.at - party.lastAt) / DAY);
    into[AT.daysKnown] = Math.max(0, (payment.at - party.firstAt) / DAY);
    sumUp(party.cells, payment.at, state.bands.length, into);
    const [count, sum] = [into[tallyAt('30d')]!, into[tallyAt('30d') + 1]!];
    if (sum > 0) into[AT.timesMean] = (value * count) / sum;
  }
  addSelf(state.bands, value, into);
}

function partyOf({ younger, elder }: FeatureState, key: string): PartyState | undefined {
  return younger.get(key) ?? elder.get(key);
}

/** One walk from the newest stretch back: what lies in a shorter window lies in the longer ones too. */
function sumUp(cells: readonly number[], at: Millis, bands: number, into: Float64Array): void {
  const stride = 3 + 2 * bands;
  let window = 0;
  let begin = BEGINS[WINDOWS[0]](at);
  for (let cell = cells.length - stride; cell >= 0; cell -= stride) {
    const start = cells[cell]!;
    if (start > at) continue;
    while (start < begin) {
      if (++window === WINDOWS.length) return;
      begin = BEGINS[WINDOWS[window]!](at);
    }
    for (let longer = window; longer < WINDOWS.length; longer++) {
      for (let band = 0; band <= bands; band++) {
        const to = AT.tallies + 2 * (WINDOWS.length * band + longer);
        into[to]! += cells[cell + 1 + 2 * band]!;
        into[to + 1]! += cells[cell + 2 + 2 * band]!;
      }
    }
  }
}

function addSelf(bands: readonly Band[], value: number, into: Float64Array): void {
  for (let band = -1; band < bands.length; band++) {
    if (band >= 0 && !within(value, bands[band]!)) continue;
    for (let window = 0; window < WINDOWS.length; window++) {
      const to = AT.tallies + 2 * (WINDOWS.length * (band + 1) + window);
      into[to]! += 1;
      into[to + 1]! += value;
    }
  }
}

const within = (value: number, { from, to }: Band) => value >= Number(from) && value < Number(to);

/** Zeros at the end of an amount in whole units of its currency; none when it has cents. */
export function roundDigits(units: bigint, scale: number): number {
  let rest: bigint | number = units;
  if (units <= Number.MAX_SAFE_INTEGER) rest = Number(units);
  return typeof rest === 'number' ? zerosOf(rest, scale) : zerosOfLarge(rest, scale);
}

function zerosOf(units: number, scale: number): number {
  if (units === 0) return 0;
  let zeros = -scale;
  for (let rest = units; rest % 10 === 0; rest /= 10) zeros++;
  return Math.max(0, zeros);
}

function zerosOfLarge(units: bigint, scale: number): number {
  return Math.max(0, /0*$/.exec(units.toString())![0].length - scale);
}

/** Counts a payment. Payments come in about their order of time; one that is late is counted where it belongs, if that still matters. */
export function advance(state: FeatureState, payment: Pick<Observed, 'at' | 'value' | 'party' | 'counterparty'>): void {
  const { at } = payment;
  const party = partyOf(state, payment.party) ?? { firstAt: at, lastAt: at, cells: [], counterparties: new Map<string, number>() };
  remember(state, payment.party, party);
  const before = party.lastAt;
  party.firstAt = Math.min(party.firstAt, at);
  party.lastAt = Math.max(before, at);
  if (floor(before, SLOT) !== floor(party.lastAt, SLOT)) party.cells = coarser(party.cells, party.lastAt, state.bands.length);
  count(party, at, Number(payment.value), state.bands);
  const paid = party.counterparties.get(payment.counterparty) ?? 0;
  party.counterparties.delete(payment.counterparty);
  party.counterparties.set(payment.counterparty, paid + 1);
  if (party.counterparties.size > COUNTERPARTIES) party.counterparties.delete(party.counterparties.keys().next().value!);
}

function remember(state: FeatureState, key: string, party: PartyState): void {
  if (state.younger.has(key)) return;
  if (state.younger.size >= state.most) {
    state.elder = state.younger;
    state.younger = new Map();
  }
  state.elder.delete(key);
  state.younger.set(key, party);
}

/** Where a payment is counted, seen from the party's last one; undefined when it is too old to matter. */
function startOf(at: Millis, lastAt: Millis): Millis | undefined {
  if (at >= BEGINS['1h'](lastAt)) return floor(at, SLOT);
  if (at >= BEGINS['24h'](lastAt)) return floor(at, HOUR);
  if (at >= BEGINS['30d'](lastAt)) return floor(at, DAY);
  return undefined;
}

function count({ cells, lastAt }: PartyState, at: Millis, value: number, bands: readonly Band[]): void {
  const start = startOf(at, lastAt);
  if (start === undefined) return;
  const stride = 3 + 2 * bands.length;
  let cell = cells.length;
  while (cell > 0 && cells[cell - stride]! > start) cell -= stride;
  if (cell > 0 && cells[cell - stride] === start) cell -= stride;
  else cells.splice(cell, 0, start, ...Array.from({ length: stride - 1 }, () => 0));
  cells[cell + 1]! += 1;
  cells[cell + 2]! += value;
  for (let band = 0; band < bands.length; band++) {
    if (!within(value, bands[band]!)) continue;
    cells[cell + 3 + 2 * band]! += 1;
    cells[cell + 4 + 2 * band]! += value;
  }
}

/** The same stretches as they look from a later payment: older ones joined, the oldest gone. */
function coarser(cells: readonly number[], lastAt: Millis, bands: number): number[] {
  const stride = 3 + 2 * bands;
  const joined: number[] = [];
  for (let cell = 0; cell < cells.length; cell += stride) {
    const start = startOf(cells[cell]!, lastAt);
    if (start === undefined) continue;
    const last = joined.length - stride;
    if (last >= 0 && joined[last] === start) for (let i = 1; i < stride; i++) joined[last + i]! += cells[cell + i]!;
    else {
      joined.push(start);
      for (let i = 1; i < stride; i++) joined.push(cells[cell + i]!);
    }
  }
  return joined;
}

type StoredParty = [key: string, firstAt: Millis, lastAt: Millis, cells: number[], counterparties: [string, number][]];

/** The whole state as JSON texts of so many parties each, the party that paid last at the end. */
export function* snapshot(state: FeatureState, partiesEach = 2_000): Generator<string> {
  let part: StoredParty[] = [];
  for (const generation of [state.elder, state.younger]) {
    for (const [key, { firstAt, lastAt, cells, counterparties }] of generation) {
      part.push([key, firstAt, lastAt, cells, [...counterparties]]);
      if (part.length < partiesEach) continue;
      yield JSON.stringify(part);
      part = [];
    }
  }
  if (part.length > 0) yield JSON.stringify(part);
}

/** The state that a snapshot was taken of, with the bands that it had then. */
export function restore(parts: Iterable<string>, bands: readonly Band[], most = MOST_PARTIES): FeatureState {
  const state = emptyState(bands, most);
  for (const part of parts) {
    for (const [key, firstAt, lastAt, cells, counterparties] of JSON.parse(part) as StoredParty[]) {
      remember(state, key, { firstAt, lastAt, cells, counterparties: new Map(counterparties) });
    }
  }
  return state;
}
