const TWO_32 = 4_294_967_296;
/** One bucket for equal keys and one for each bit of a whole number below 2^53. */
const BUCKETS = 54;

/**
 * A priority queue for whole keys below 2^53 that never goes back: whatever is added must not lie below the key taken
 * last. That is how Dijkstra's algorithm asks, and then every entry moves down through at most 53 buckets (Ahuja,
 * Mehlhorn, Orlin, Tarjan, *Faster algorithms for the shortest path problem*, JACM 37(2), 1990).
 */
export type RadixHeap = {
  add(key: number, node: number): void;
  /** Moves to the entry with the smallest key; false when there is none. It then stands in `key` and `node`. */
  take(): boolean;
  key: number;
  node: number;
};

/** An empty heap whose keys start at zero. */
export function radixHeap(): RadixHeap {
  const keys = Array.from({ length: BUCKETS }, (): number[] => []);
  const nodes = Array.from({ length: BUCKETS }, (): number[] => []);
  const heap: RadixHeap = {
    key: 0,
    node: -1,
    add(key, node) {
      const bucket = bucketOf(key, heap.key);
      keys[bucket]!.push(key);
      nodes[bucket]!.push(node);
    },
    take() {
      if (keys[0]!.length === 0 && !refill()) return false;
      heap.key = keys[0]!.pop()!;
      heap.node = nodes[0]!.pop()!;
      return true;
    },
  };

  /** Spreads the first bucket that holds anything over the ones below it, so that its smallest keys come to lie in the lowest. */
  function refill(): boolean {
    const from = keys.findIndex((bucket) => bucket.length > 0);
    if (from < 0) return false;
    const [movedKeys, movedNodes] = [keys[from]!, nodes[from]!];
    heap.key = movedKeys.reduce((least, key) => Math.min(least, key), Infinity);
    [keys[from], nodes[from]] = [[], []];
    movedKeys.forEach((key, i) => heap.add(key, movedNodes[i]!));
    return true;
  }

  return heap;
}

/** One more than the place of the highest bit in which two whole numbers differ; 0 when they are equal. */
function bucketOf(key: number, last: number): number {
  const [high, lastHigh] = [Math.floor(key / TWO_32), Math.floor(last / TWO_32)];
  return high === lastHigh ? 32 - Math.clz32((key ^ last) >>> 0) : 64 - Math.clz32(high ^ lastHigh);
}
