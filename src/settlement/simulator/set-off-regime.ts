import { exactNumbers } from '../amounts/arithmetic.ts';
import { largestSetOff } from '../set-off/largest-set-off.ts';
import type { Day } from './day.ts';
import type { Recorder } from './recorder.ts';

/** What is open between one debtor and one creditor: payments by class, each class first come first discharged. */
type Pair = { debtor: number; creditor: number; open: number; classes: number[][] };

/**
 * Replays a day through obligation set-off with liquidity: every `everyMs`, and at the end of the day, as much as possible of
 * what is open is discharged within each currency, at most with the money that participants then have. Payments may be
 * discharged in parts.
 */
export function runThroughSetOff(day: Day, liquidity: Float64Array, everyMs: number, recorder: Recorder): void {
  const run = { day, balance: Array.from(liquidity), left: Array.from(day.network.units), pairs: new Map<number, Pair>(), recorder };
  let next = day.openMs + everyMs;
  for (let payment = 0; payment < day.network.units.length; payment++) {
    const atMs = day.atMs[payment]!;
    for (; next <= atMs; next += everyMs) setOffAll(run, next);
    recorder.enter(payment, atMs);
    open(run, payment);
  }
  for (; next < day.endMs; next += everyMs) setOffAll(run, next);
  setOffAll(run, day.endMs);
}

type Run = { day: Day; balance: number[]; left: number[]; pairs: Map<number, Pair>; recorder: Recorder };

/** Pairs are numbered by currency, debtor and creditor. */
function open({ day: { network, asset }, left, pairs }: Run, payment: number): void {
  const size = network.participants.length;
  const [debtor, creditor] = [network.debtor[payment]!, network.creditor[payment]!];
  const key = (asset[payment]! * size + debtor) * size + creditor;
  let pair = pairs.get(key);
  if (!pair) pairs.set(key, (pair = { debtor, creditor, open: 0, classes: Array.from({ length: network.classes }, () => []) }));
  pair.open += left[payment]!;
  pair.classes[network.priority[payment]!]!.push(payment);
}

function setOffAll(run: Run, atMs: number): void {
  const { participants, assets } = run.day.network;
  const byAsset = assets.map((): Pair[] => []);
  for (const [key, pair] of [...run.pairs].sort(([a], [b]) => a - b)) {
    if (pair.open > 0) byAsset[Math.floor(key / participants.length ** 2)]!.push(pair);
  }
  byAsset.forEach((pairs, asset) => pairs.length > 0 && setOffOne(run, asset, pairs, atMs));
}

function setOffOne(run: Run, asset: number, pairs: readonly Pair[], atMs: number): void {
  const { participants, assets } = run.day.network;
  const cellOf = (participant: number) => participant * assets.length + asset;
  const { cleared, drawn, received } = largestSetOff(
    {
      participants: participants.length,
      debtor: pairs.map(({ debtor }) => debtor),
      creditor: pairs.map(({ creditor }) => creditor),
      weight: pairs.map(() => 1),
      units: pairs.map(({ open }) => open),
      line: participants.map((_, participant) => run.balance[cellOf(participant)]!),
    },
    exactNumbers,
  );
  pairs.forEach((pair, i) => discharge(run, pair, cleared[i]!, atMs));
  participants.forEach((_, participant) => {
    const [cell, moved] = [cellOf(participant), received[participant]! - drawn[participant]!];
    if (moved === 0) return;
    run.balance[cell]! += moved;
    run.recorder.move(cell, moved);
    run.recorder.checkpoint(cell);
  });
}

function discharge({ left, recorder }: Run, pair: Pair, units: number, atMs: number): void {
  let rest = units;
  pair.open -= units;
  for (const payments of pair.classes) {
    let done = 0;
    for (; rest > 0 && done < payments.length; done++) {
      const payment = payments[done]!;
      const part = Math.min(rest, left[payment]!);
      left[payment]! -= part;
      rest -= part;
      recorder.settle(payment, part, atMs);
      if (left[payment]! > 0) break;
    }
    payments.splice(0, done);
  }
}
