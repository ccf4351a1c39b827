import type { Network } from './network.ts';
import type { Positions } from './positions.ts';
import type { Queues } from './queues.ts';
import { largestSet } from './removal-loop.ts';

/** Bundles that settle at the same moment, and which of the three steps found them. */
export type Settlement = { step: 'direct' | 'bilateral' | 'multilateral'; bundles: number[] };

/** The queues of a network under its positions. What settles leaves the queues and stays in the positions. */
export type Waiting<T> = { network: Network<T>; positions: Positions<T>; queues: Queues };

/**
 * What settles now, in the order in which real-time systems look for it: (1) whatever is first in its queues and passes all
 * tests by itself; (2) the first bundles of two participants that pay each other, together; back to (1) as long as something
 * moves; (3), when asked for, the largest set of all that waits.
 *
 * `stirred` names the participants for whom something has changed; nobody else can have become able to pay.
 */
export function runQueues<T>(
  waiting: Waiting<T>,
  stirred: Iterable<number>,
  steps: { bilateral: boolean; multilateral: boolean },
): Settlement[] {
  const settled = settleHeads(waiting, stirred, steps.bilateral);
  if (!steps.multilateral || waiting.queues.size() === 0) return settled;
  const { network, positions, queues } = waiting;
  const bundles = largestSet(
    network,
    positions,
    network.participants.map((_, participant) => queues.list(participant)),
  );
  for (const bundle of bundles) queues.leave(bundle);
  return bundles.length === 0 ? settled : [...settled, { step: 'multilateral', bundles }];
}

/** Steps 1 and 2, until nothing moves. */
function settleHeads<T>(waiting: Waiting<T>, stirred: Iterable<number>, bilateral: boolean): Settlement[] {
  const settled: Settlement[] = [];
  const agenda = createAgenda(waiting.network.participants.length);
  for (const participant of stirred) agenda.add(participant);
  for (let participant = agenda.next(); participant >= 0; participant = agenda.next()) {
    const head = waiting.queues.head(participant);
    if (head < 0 || !isFirstEverywhere(waiting, head)) continue;
    const bundles = trySettle(waiting, [head]) ?? (bilateral ? offset(waiting, head) : undefined);
    if (!bundles) continue;
    settled.push({ step: bundles.length === 1 ? 'direct' : 'bilateral', bundles });
    for (const bundle of bundles) stirAll(waiting.network, bundle, agenda);
  }
  return settled;
}

/** Who is still to be looked at, each once at a time, first come first. */
function createAgenda(participants: number) {
  const noted = new Uint8Array(participants);
  let [now, later]: number[][] = [[], []];
  return {
    add(participant: number) {
      if (noted[participant] === 1) return;
      noted[participant] = 1;
      later!.push(participant);
    },
    next(): number {
      if (now!.length === 0) [now, later] = [later!.reverse(), now!];
      const participant = now!.pop() ?? -1;
      if (participant >= 0) noted[participant] = 0;
      return participant;
    },
  };
}

function isFirstEverywhere<T>({ network: { firstPayer, payer }, queues }: Waiting<T>, bundle: number): boolean {
  for (let at = firstPayer[bundle]!; at < firstPayer[bundle + 1]!; at++) if (queues.head(payer[at]!) !== bundle) return false;
  return true;
}

/** Settles bundles together when nobody who pays fails a test afterwards; else leaves everything as it is. */
function trySettle<T>({ network, positions, queues }: Waiting<T>, bundles: number[]): number[] | undefined {
  for (const bundle of bundles) positions.take(bundle);
  if (bundles.every((bundle) => nobodyFails(network, positions, bundle))) {
    for (const bundle of bundles) queues.leave(bundle);
    return bundles;
  }
  for (const bundle of bundles) positions.giveBack(bundle);
  return undefined;
}

function nobodyFails<T>({ firstPayer, payer }: Network<T>, { failing }: Positions<T>, bundle: number): boolean {
  for (let at = firstPayer[bundle]!; at < firstPayer[bundle + 1]!; at++) if (failing[payer[at]!]! > 0) return false;
  return true;
}

/** A bundle that cannot settle alone, together with the first one of somebody it pays, when that one pays back. */
function offset<T>(waiting: Waiting<T>, bundle: number): number[] | undefined {
  const { network, queues } = waiting;
  for (let leg = network.firstLeg[bundle]!; leg < network.firstLeg[bundle + 1]!; leg++) {
    const other = queues.head(network.creditor[leg]!);
    if (other < 0 || other === bundle || !isFirstEverywhere(waiting, other) || !pays(network, other, network.debtor[leg]!)) continue;
    const settled = trySettle(waiting, [bundle, other]);
    if (settled) return settled;
  }
  return undefined;
}

function pays<T>({ firstLeg, creditor }: Network<T>, bundle: number, participant: number): boolean {
  for (let leg = firstLeg[bundle]!; leg < firstLeg[bundle + 1]!; leg++) if (creditor[leg] === participant) return true;
  return false;
}

/** Whoever has paid has a new first bundle, whoever was paid has more money; and a neighbour in a shared queue may be first now. */
function stirAll<T>({ firstLeg, debtor, creditor }: Network<T>, bundle: number, agenda: { add(participant: number): void }): void {
  for (let leg = firstLeg[bundle]!; leg < firstLeg[bundle + 1]!; leg++) {
    agenda.add(debtor[leg]!);
    agenda.add(creditor[leg]!);
  }
}

/** When step 3 is worth its while: so long after the last time, or once so many bundles wait. */
export type LoopRule = { everyMs: number; queued: number };

/** Whether step 3 is due. */
export function isLoopDue(rule: LoopRule, now: { sinceLastMs: number; queued: number }): boolean {
  return now.queued > 0 && (now.sinceLastMs >= rule.everyMs || now.queued >= rule.queued);
}
