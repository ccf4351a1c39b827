import { exactNumbers, repeated } from '../amounts/arithmetic.ts';
import { positionsOf } from '../gridlock/positions.ts';
import { createQueues } from '../gridlock/queues.ts';
import { runQueues, type LoopRule, type Waiting } from '../gridlock/run-order.ts';
import type { Day } from './day.ts';
import type { Recorder } from './recorder.ts';

/** How payments settle in a run that goes through queues. `loop`: when all that waits is looked at together; never when left out. */
export type QueueRegime = { direct: boolean; bilateral: boolean; loop?: LoopRule };

/**
 * Replays a day through queues: payments settle as they come, as far as the regime looks, and when the loop is due the
 * largest set of all that waits does. The loop is due at fixed times from the opening on, at the end of the day, and in
 * between when the queues are long.
 */
export function runThroughQueues(day: Day, liquidity: Float64Array, regime: QueueRegime, recorder: Recorder): void {
  const { network } = day;
  const waiting = waitingOf(day, liquidity);
  const loop = loopOf(day, waiting, regime, recorder);
  for (let payment = 0; payment < network.units.length; payment++) {
    const atMs = day.atMs[payment]!;
    loop.advance(atMs);
    recorder.enter(payment, atMs);
    waiting.queues.enter(payment);
    loop.arrived(atMs, network.debtor[payment]!);
  }
  loop.close();
}

function waitingOf({ network }: Day, liquidity: Float64Array): Waiting<number> {
  const cells = liquidity.length;
  const tests = {
    balance: Array.from(liquidity),
    floor: repeated(0, cells),
    sentFloor: repeated(undefined, cells),
    reserved: undefined,
    limits: { participant: new Int32Array(), limit: [], netSent: [] },
    risk: undefined,
  };
  return { network, positions: positionsOf(network, tests, exactNumbers), queues: createQueues(network) };
}

function loopOf(day: Day, waiting: Waiting<number>, { direct, bilateral, loop }: QueueRegime, recorder: Recorder) {
  let nextMs = loop ? day.openMs + loop.everyMs : Infinity;
  let arrivals = 0;
  const run = (atMs: number, stirred: number[], multilateral: boolean) => {
    for (const { bundles } of runQueues(waiting, stirred, { bilateral, multilateral })) record(day, bundles, atMs, recorder);
    if (multilateral) arrivals = 0;
  };
  /** The loop at its next time, if that has come; without new payments it would find nothing. */
  const advance = (atMs: number) => {
    if (!loop || atMs < nextMs) return;
    if (arrivals > 0) run(nextMs, [], true);
    nextMs = day.openMs + (Math.floor((atMs - day.openMs) / loop.everyMs) + 1) * loop.everyMs;
  };
  return {
    advance,
    arrived(atMs: number, participant: number) {
      arrivals++;
      // What was there at the last loop could not settle and waits for more; so it is what has come since that counts.
      const due = loop !== undefined && Math.min(arrivals, waiting.queues.size()) >= loop.queued;
      if (direct || due) run(atMs, direct ? [participant] : [], due);
    },
    close() {
      advance(day.endMs);
      if (arrivals > 0 && loop) run(day.endMs, [], true);
    },
  };
}

/** What settles at one moment: all money moves, and only then must every payer have had it. */
function record({ network }: Day, bundles: readonly number[], atMs: number, recorder: Recorder): void {
  for (const payment of bundles) {
    recorder.move(network.debtorCell[payment]!, -network.units[payment]!);
    recorder.move(network.creditorCell[payment]!, network.units[payment]!);
    recorder.settle(payment, network.units[payment]!, atMs);
  }
  for (const payment of bundles) recorder.checkpoint(network.debtorCell[payment]!);
}
