import type { Millis } from '../../base/time.ts';
import { bandKey, type Band, type Window } from './rules.ts';

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

/** Number and sum of payments. */
export type Tally = { count: number; sum: bigint };

/** What happened within one stretch of time: all payments, and those of each band. */
type Cell = { slot: number; all: Tally; bands: Record<string, Tally> };

type PartyState = {
  firstAt: Millis;
  lastAt: Millis;
  /** By length of slot, the slots that still matter, oldest first. */
  cells: Record<Slots, Cell[]>;
  /** Earlier payments by counterparty, the one paid last at the end. */
  counterparties: Map<string, number>;
};

type Slots = 'minutes' | 'hours' | 'days';
const SLOT_MS: Record<Slots, Millis> = { minutes: 300_000, hours: 3_600_000, days: 86_400_000 };
const WINDOW: Record<Window, { slots: Slots; ms: Millis }> = {
  '1h': { slots: 'minutes', ms: 3_600_000 },
  '24h': { slots: 'hours', ms: 86_400_000 },
  '7d': { slots: 'days', ms: 7 * 86_400_000 },
  '30d': { slots: 'days', ms: 30 * 86_400_000 },
};
const KEPT_MS: Record<Slots, Millis> = { minutes: 3_600_000, hours: 86_400_000, days: 30 * 86_400_000 };
const COUNTERPARTIES = 2_000;

/** What is remembered of all parties. Changed only by `advance`; taken out and brought back by `snapshot` and `restore`. */
export type FeatureState = { readonly bands: readonly Band[]; readonly parties: Map<string, PartyState> };

export function emptyState(bands: readonly Band[]): FeatureState {
  return { bands, parties: new Map() };
}

/** What the rules may ask of a payment, before it is counted. */
export type Features = {
  tally(window: Window, band?: string): Tally;
  counterpartyPayments: number;
  /** Undefined when the party has not paid before. */
  daysIdle: number | undefined;
  daysKnown: number;
  timesMean: number | undefined;
  roundDigits: number;
};

const NOTHING: Tally = { count: 0, sum: 0n };
const DAY_MS = 86_400_000;

/**
 * The features of a payment given what came before. A window reaches back at least its length, and up to one slot further
 * (five minutes of an hour, an hour of a day, a day of a month): what is old counts rather a little too long.
 */
export function featuresOf(state: FeatureState, payment: Observed): Features {
  const party = state.parties.get(payment.party);
  const before = (window: Window, band?: string) => (party ? tallyOf(party, payment.at, window, band) : NOTHING);
  const bands = new Set(state.bands.filter((band) => within(payment.value, band)).map(bandKey));
  const month = before('30d');
  return {
    tally(window, band) {
      const earlier = before(window, band);
      if (band !== undefined && !bands.has(band)) return earlier;
      return { count: earlier.count + 1, sum: earlier.sum + payment.value };
    },
    counterpartyPayments: party?.counterparties.get(payment.counterparty) ?? 0,
    daysIdle: party && Math.max(0, (payment.at - party.lastAt) / DAY_MS),
    daysKnown: party ? Math.max(0, (payment.at - party.firstAt) / DAY_MS) : 0,
    timesMean: month.sum > 0n ? (Number(payment.value) * month.count) / Number(month.sum) : undefined,
    roundDigits: roundDigits(payment.units, payment.scale),
  };
}

const within = (value: bigint, { from, to }: Band) => value >= from && value < to;

function tallyOf({ cells }: PartyState, at: Millis, window: Window, band: string | undefined): Tally {
  const { slots, ms } = WINDOW[window];
  const oldest = Math.floor((at - ms) / SLOT_MS[slots]);
  const newest = Math.floor(at / SLOT_MS[slots]);
  let [count, sum] = [0, 0n];
  for (const cell of cells[slots]) {
    if (cell.slot < oldest || cell.slot > newest) continue;
    const tally = band === undefined ? cell.all : cell.bands[band];
    if (!tally) continue;
    count += tally.count;
    sum += tally.sum;
  }
  return { count, sum };
}

/** Zeros at the end of an amount in whole units of its currency; none when it has cents. */
export function roundDigits(units: bigint, scale: number): number {
  const whole = 10n ** BigInt(scale);
  if (units === 0n || units % whole !== 0n) return 0;
  return /0*$/.exec((units / whole).toString())![0].length;
}

/** Counts a payment. Payments come in about their order of time; one that is late is counted where it belongs, if that still matters. */
export function advance(state: FeatureState, payment: Observed): void {
  const { at, value } = payment;
  let party = state.parties.get(payment.party);
  if (!party) {
    party = { firstAt: at, lastAt: at, cells: { minutes: [], hours: [], days: [] }, counterparties: new Map() };
    state.parties.set(payment.party, party);
  }
  const bands = state.bands.filter((band) => within(value, band)).map(bandKey);
  party.firstAt = Math.min(party.firstAt, at);
  party.lastAt = Math.max(party.lastAt, at);
  for (const slots of ['minutes', 'hours', 'days'] as const) {
    const cell = cellAt(party.cells[slots], Math.floor(at / SLOT_MS[slots]));
    add(cell.all, value);
    for (const band of bands) add((cell.bands[band] ??= { count: 0, sum: 0n }), value);
    const oldest = Math.floor((party.lastAt - KEPT_MS[slots]) / SLOT_MS[slots]);
    while (party.cells[slots].length > 0 && party.cells[slots][0]!.slot < oldest) party.cells[slots].shift();
  }
  const paid = party.counterparties.get(payment.counterparty) ?? 0;
  party.counterparties.delete(payment.counterparty);
  party.counterparties.set(payment.counterparty, paid + 1);
  if (party.counterparties.size > COUNTERPARTIES) party.counterparties.delete(party.counterparties.keys().next().value!);
}

function add(tally: Tally, value: bigint): void {
  tally.count++;
  tally.sum += value;
}

function cellAt(cells: Cell[], slot: number): Cell {
  let at = cells.length;
  while (at > 0 && cells[at - 1]!.slot > slot) at--;
  const known = cells[at - 1];
  if (known?.slot === slot) return known;
  const cell: Cell = { slot, all: { count: 0, sum: 0n }, bands: {} };
  cells.splice(at, 0, cell);
  return cell;
}

/** The whole state as one JSON text; bigints as digits. */
export function snapshot(state: FeatureState): string {
  const parties = [...state.parties].map(([key, party]) => [key, { ...party, counterparties: [...party.counterparties] }]);
  return JSON.stringify({ bands: state.bands, parties }, (_, value: unknown) =>
    typeof value === 'bigint' ? { n: value.toString() } : value,
  );
}

/** The state that a snapshot was taken of. */
export function restore(text: string): FeatureState {
  type Stored = { bands: Band[]; parties: [string, Omit<PartyState, 'counterparties'> & { counterparties: [string, number][] }][] };
  const { bands, parties } = JSON.parse(text, (_, value: unknown) => {
    const isUnits = typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'string';
    return isUnits ? BigInt(value.n as string) : value;
  }) as Stored;
  return { bands, parties: new Map(parties.map(([key, party]) => [key, { ...party, counterparties: new Map(party.counterparties) }])) };
}
