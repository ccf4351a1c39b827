import type { Network } from './network.ts';

/**
 * Who waits for what: one queue for each participant over all its currencies, with every bundle in which it pays. A bundle
 * stands in the queue of each of its payers.
 */
export type Queues = {
  /** Puts a bundle behind the others of its class, with each of its payers. */
  enter(bundle: number): void;
  /** Takes a bundle out, wherever it stands. */
  leave(bundle: number): void;
  /** The bundle that is first with a participant; −1 when it has none. */
  head(participant: number): number;
  /** All of a participant's bundles, the first first. */
  list(participant: number): number[];
  /** How many bundles wait. */
  size(): number;
};

/** Empty queues, each in order of class and arrival. */
export function createQueues<T>({ participants, classes, priority, firstPayer, payer }: Network<T>): Queues {
  const lines = Array.from({ length: participants.length * classes }, () => ({ bundles: [] as number[], from: 0 }));
  const waits = new Uint8Array(priority.length);
  let size = 0;
  const skip = (line: { bundles: number[]; from: number }) => {
    while (line.from < line.bundles.length && waits[line.bundles[line.from]!] === 0) line.from++;
    // What has left is let go in one go, so that a queue does not grow for ever.
    if (line.from > 1024 && line.from * 2 > line.bundles.length) {
      line.bundles = line.bundles.slice(line.from);
      line.from = 0;
    }
    return line.from < line.bundles.length;
  };
  return {
    enter(bundle) {
      if (waits[bundle] === 1) return;
      waits[bundle] = 1;
      size++;
      for (let at = firstPayer[bundle]!; at < firstPayer[bundle + 1]!; at++) {
        lines[payer[at]! * classes + priority[bundle]!]!.bundles.push(bundle);
      }
    },
    leave(bundle) {
      size -= waits[bundle]!;
      waits[bundle] = 0;
    },
    head(participant) {
      for (let p = 0; p < classes; p++) {
        const line = lines[participant * classes + p]!;
        if (skip(line)) return line.bundles[line.from]!;
      }
      return -1;
    },
    list(participant) {
      const all: number[] = [];
      for (let p = 0; p < classes; p++) {
        const line = lines[participant * classes + p]!;
        skip(line);
        for (let i = line.from; i < line.bundles.length; i++) if (waits[line.bundles[i]!] === 1) all.push(line.bundles[i]!);
      }
      return all;
    },
    size: () => size,
  };
}

/** Queues in an order that somebody chose: a fixed list for each participant. */
export function fixedQueues(lists: readonly (readonly number[])[]): Queues {
  const from = new Int32Array(lists.length);
  const waits = new Set(lists.flat());
  const head = (participant: number) => {
    const list = lists[participant]!;
    while (from[participant]! < list.length && !waits.has(list[from[participant]!]!)) from[participant]! += 1;
    return list[from[participant]!] ?? -1;
  };
  return {
    enter: () => {
      throw new Error('a chosen order takes nobody in');
    },
    leave: (bundle) => void waits.delete(bundle),
    head,
    list: (participant) => lists[participant]!.filter((bundle) => waits.has(bundle)),
    size: () => waits.size,
  };
}
