import { AppError } from '../../base/error.ts';
import { dayOf, type CurrencyDay, type Day, type QueuesBy } from './day.ts';
import { recorderOf, type Outcome } from './recorder.ts';
import { runThroughQueues, type QueueRegime } from './regimes.ts';
import { runThroughSetOff } from './set-off-regime.ts';
import type { TrafficPayment } from './traffic.ts';

/** How payments settle: one by one; with gridlock resolution; net in windows; by obligation set-off in windows. */
export const REGIMES = ['rtgs', 'rtgs_gridlock', 'windows', 'set_off'] as const;
export type Regime = (typeof REGIMES)[number];

/** All have a usual value. Levels run from 0 (the lower bound of liquidity) to 1 (the upper). */
export type SimulationOptions = {
  regimes?: readonly Regime[];
  /** How many levels, evenly spread from 0 to 1 (8), or the levels themselves. */
  levels?: number | readonly number[];
  /** Time between two netting windows and between two set-offs (30 minutes). */
  windowMs?: number;
  /** Time between two runs of gridlock resolution (1 minute), and the number of new payments that brings one forward (500). */
  gridlockMs?: number;
  gridlockQueued?: number;
  /** One queue for each account, as with a system of its own for each currency (the usual), or one for each participant over all its currencies. */
  queues?: QueuesBy;
  /** Time between two points of a series (15 minutes). */
  binMs?: number;
  /** End of the day; the full hour after the last payment when left out. */
  endMs?: number;
  /** Value of one minor unit of each asset in any common unit, for figures over all currencies. */
  rates?: ReadonlyMap<string, number>;
  /** Told before each run and after the last; waited for, so that others get their turn. What it throws ends the simulation. */
  onProgress?: (progress: Progress) => void | Promise<void>;
};

export type Progress = { done: number; total: number; regime?: Regime; level?: number };

/** One regime at one level of liquidity. */
export type SimulationRun = { regime: Regime; level: number } & Outcome;

/** A day through every regime at every level, in this order. Times count from midnight. */
export type Simulation = {
  openMs: number;
  endMs: number;
  payments: number;
  participants: number;
  currencies: CurrencyDay[];
  runs: SimulationRun[];
};

const MINUTE_MS = 60_000;
const MAX_LEVELS = 101;

/**
 * Replays a day of payments under every regime and level of liquidity. Each account starts with
 * lower + level × (upper − lower). The same traffic and options give the same figures.
 *
 * Errors: `settlement.traffic_empty`, `settlement.traffic_too_large`, `settlement.traffic_ends_early`, `settlement.rate_missing`,
 * `settlement.simulation_options`.
 */
export async function simulate(traffic: readonly TrafficPayment[], options: SimulationOptions = {}): Promise<Simulation> {
  const settings = settingsOf(options);
  const day = dayOf(traffic, settings);
  const plan = settings.regimes.flatMap((regime) => settings.levels.map((level) => ({ regime, level })));
  const runs: SimulationRun[] = [];
  for (const step of plan) {
    await options.onProgress?.({ done: runs.length, total: plan.length, ...step });
    runs.push({ ...step, ...runOnce(day, step, settings) });
  }
  await options.onProgress?.({ done: runs.length, total: plan.length });
  const people = new Set(traffic.flatMap(({ debtor, creditor }) => [debtor, creditor]));
  const { openMs, endMs, currencies } = day;
  return { openMs, endMs, payments: traffic.length, participants: people.size, currencies, runs };
}

type Settings = ReturnType<typeof settingsOf>;

function settingsOf(options: SimulationOptions) {
  const { levels = 8, regimes = REGIMES, windowMs = 30 * MINUTE_MS, gridlockMs = MINUTE_MS, gridlockQueued = 500 } = options;
  const { binMs = 15 * MINUTE_MS, queues = 'account', endMs, rates } = options;
  const chosen = typeof levels === 'number' ? Array.from({ length: levels }, (_, i) => (levels === 1 ? 1 : i / (levels - 1))) : levels;
  const wrong = [
    !(chosen.length >= 1 && chosen.length <= MAX_LEVELS && chosen.every((level) => level >= 0 && level <= 1)) &&
      `there must be 1 to ${MAX_LEVELS} levels, each from 0 to 1`,
    (regimes.length === 0 || regimes.some((regime) => !REGIMES.includes(regime))) && `regimes are ${REGIMES.join(', ')}`,
    !(windowMs >= 1_000 && gridlockMs >= 1_000 && binMs >= 1_000) && 'times between two runs must be a second or more',
    !(gridlockQueued >= 1) && 'gridlock resolution needs a queue of at least one',
  ].find((problem) => problem !== false);
  if (wrong) throw new AppError('invalid', 'settlement.simulation_options', `The simulation cannot run: ${wrong}.`);
  return {
    regimes: [...new Set(regimes)],
    levels: chosen,
    windowMs,
    gridlock: { everyMs: gridlockMs, queued: gridlockQueued },
    binMs,
    queues,
    ...(endMs !== undefined && { endMs }),
    ...(rates && { rates }),
  };
}

function runOnce(day: Day, { regime, level }: { regime: Regime; level: number }, settings: Settings): Outcome {
  const liquidity = day.lower.map((least, cell) => least + Math.floor((day.upper[cell]! - least) * level));
  const recorder = recorderOf(day, liquidity, settings.binMs);
  if (regime === 'set_off') runThroughSetOff(day, liquidity, settings.windowMs, recorder);
  else runThroughQueues(day, liquidity, queueRegimeOf(regime, settings), recorder);
  return recorder.finish();
}

function queueRegimeOf(regime: Exclude<Regime, 'set_off'>, { gridlock, windowMs }: Settings): QueueRegime {
  switch (regime) {
    case 'rtgs':
      return { direct: true, bilateral: false };
    case 'rtgs_gridlock':
      return { direct: true, bilateral: true, loop: gridlock };
    case 'windows':
      return { direct: false, bilateral: false, loop: { everyMs: windowMs, queued: Infinity } };
  }
}
