import type { Day } from './day.ts';

/** How far the day has come at an instant. Shares are of the day's value, each currency with its own share. */
export type Snapshot = { atMs: number; settledShare: number; queuedShare: number; settledPayments: number; queuedPayments: number };

/** What one currency came to in a run, in minor units. */
export type CurrencyRun = { asset: string; liquidity: bigint; liquidityUsed: bigint; settled: bigint; unsettled: bigint; delay: number };

/** What a run came to. See the README for the meaning of the figures. */
export type Outcome = {
  liquidity: number;
  liquidityUsed: number;
  delay: number;
  settledShare: number;
  settledPayments: number;
  unsettledPayments: number;
  queue: { longest: number; mean: number };
  currencies: CurrencyRun[];
  series: Snapshot[];
};

/** Listens to a run: instants must not go back. */
export type Recorder = {
  enter(payment: number, atMs: number): void;
  /** Part or all of a payment is discharged; it leaves the queue when nothing is left of it. */
  settle(payment: number, units: number, atMs: number): void;
  /** Money moves: first all that moves at one moment, then `checkpoint` for those who paid. */
  move(cell: number, units: number): void;
  checkpoint(cell: number): void;
  finish(): Outcome;
};

/** A recorder for a run that starts with so much liquidity in each cell. */
export function recorderOf(day: Day, liquidity: Float64Array, binMs: number): Recorder {
  const { network, asset } = day;
  const left = Float64Array.from(network.units);
  const waited = new Float64Array(day.currencies.length);
  const settled = new Float64Array(day.currencies.length);
  const entered = new Float64Array(day.currencies.length);
  const money = moneyOf(liquidity);
  const clock = clockOf(day, binMs, { settled, entered });
  return {
    enter(payment, atMs) {
      clock.advance(atMs);
      entered[asset[payment]!]! += network.units[payment]!;
      clock.queued++;
    },
    settle(payment, units, atMs) {
      clock.advance(atMs);
      if (units > left[payment]!) throw new Error(`payment ${payment} is discharged by more than it is of`);
      left[payment]! -= units;
      settled[asset[payment]!]! += units;
      waited[asset[payment]!]! += units * (atMs - day.atMs[payment]!);
      if (left[payment]! > 0) return;
      clock.queued--;
      clock.settled++;
    },
    move: money.move,
    checkpoint: money.checkpoint,
    finish() {
      clock.finish();
      left.forEach((units, payment) => (waited[asset[payment]!]! += units * (day.endMs - day.atMs[payment]!)));
      return outcomeOf(day, { liquidity, used: money.used(), settled, waited, clock });
    },
  };
}

/** Balances, kept apart from those of the algorithms, so that none of them can spend what is not there unseen. */
function moneyOf(liquidity: Float64Array) {
  const balance = liquidity.slice();
  const least = liquidity.slice();
  return {
    move(cell: number, units: number) {
      balance[cell]! += units;
    },
    checkpoint(cell: number) {
      if (balance[cell]! < 0) throw new Error(`account ${cell} is overdrawn by ${-balance[cell]!}`);
      least[cell] = Math.min(least[cell]!, balance[cell]!);
    },
    used: () => liquidity.map((units, cell) => units - least[cell]!),
  };
}

type Clock = {
  queued: number;
  settled: number;
  longest: number;
  weighted: number;
  series: Snapshot[];
  advance(atMs: number): void;
  finish(): void;
};

/** Writes a snapshot at the end of each stretch of time, and keeps the length of the queue. */
function clockOf(day: Day, binMs: number, sums: { settled: Float64Array; entered: Float64Array }): Clock {
  let [now, next] = [day.openMs, day.openMs];
  const shareOf = (units: Float64Array) =>
    day.currencies.reduce((sum, { share, gross }, i) => sum + share * (units[i]! / Number(gross / day.quantum[i]!)), 0);
  /** What holds once everything of that instant is done. */
  const snapshot = () => {
    const settledShare = shareOf(sums.settled);
    clock.series.push({
      atMs: next,
      settledShare,
      queuedShare: Math.max(0, shareOf(sums.entered) - settledShare),
      settledPayments: clock.settled,
      queuedPayments: clock.queued,
    });
  };
  const clock: Clock = {
    queued: 0,
    settled: 0,
    longest: 0,
    weighted: 0,
    series: [],
    advance(atMs) {
      if (atMs > now) clock.longest = Math.max(clock.longest, clock.queued);
      for (; next < atMs; next = Math.min(next + binMs, day.endMs)) snapshot();
      clock.weighted += clock.queued * (atMs - now);
      now = atMs;
    },
    finish() {
      clock.advance(day.endMs);
      snapshot();
    },
  };
  return clock;
}

type Sums = { liquidity: Float64Array; used: Float64Array; settled: Float64Array; waited: Float64Array; clock: Clock };

function outcomeOf(day: Day, { liquidity, used, settled, waited, clock }: Sums): Outcome {
  const { network, quantum } = day;
  const bounds = new Float64Array(day.currencies.length);
  network.units.forEach((units, i) => (bounds[day.asset[i]!]! += units * (day.endMs - day.atMs[i]!)));
  const total = (cells: Float64Array, of: number) =>
    cells.reduce((sum, units, cell) => (cell % network.assets.length === of ? sum + units : sum), 0);
  const currencies = day.currencies.map(({ asset, gross }, i): CurrencyRun => ({
    asset,
    liquidity: BigInt(total(liquidity, i)) * quantum[i]!,
    liquidityUsed: BigInt(total(used, i)) * quantum[i]!,
    settled: BigInt(settled[i]!) * quantum[i]!,
    unsettled: gross - BigInt(settled[i]!) * quantum[i]!,
    delay: waited[i]! / bounds[i]!,
  }));
  const weighted = (figure: (run: CurrencyRun, i: number) => number) =>
    currencies.reduce((sum, run, i) => sum + day.currencies[i]!.share * figure(run, i), 0);
  const ofUpper = (units: bigint, i: number) => (day.currencies[i]!.upper === 0n ? 0 : Number(units) / Number(day.currencies[i]!.upper));
  return {
    liquidity: weighted((run, i) => ofUpper(run.liquidity, i)),
    liquidityUsed: weighted((run, i) => ofUpper(run.liquidityUsed, i)),
    delay: weighted((run) => run.delay),
    settledShare: weighted((run, i) => Number(run.settled) / Number(day.currencies[i]!.gross)),
    settledPayments: clock.settled,
    unsettledPayments: network.units.length - clock.settled,
    queue: { longest: clock.longest, mean: clock.weighted / (day.endMs - day.openMs) },
    currencies,
    series: clock.series,
  };
}
