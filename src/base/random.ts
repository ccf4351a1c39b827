/** Repeatable randomness for demonstrations, simulations and tests. Never for secrets. */
export type Random = {
  /** Uniform in [0, 1) with 53 bits. */
  next(): number;
  /** Whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks by weights, none negative and one above zero. */
  weighted<T>(items: readonly T[], weights: readonly number[]): T;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
  /** Standard normal. */
  normal(): number;
  /** e^(μ + σ·normal): its median is e^μ. */
  lognormal(mu: number, sigma: number): number;
  exponential(mean: number): number;
  /** An independent stream under a name; drawing from it does not move this one. */
  fork(name: string): Random;
};

/** The generator for a seed: same seed, same numbers, on every machine with the same engine. */
export function seededRandom(seed: string | number): Random {
  const bits = sfc32(...spread(String(seed)));
  const next = () => (bits() * 0x200000 + (bits() >>> 11)) / 2 ** 53;
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    int,
    normal,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(0, items.length - 1)]!,
    weighted: (items, weights) => items[weightedIndex(weights, next())]!,
    shuffle: (items) => shuffled(items, int),
    lognormal: (mu, sigma) => Math.exp(mu + sigma * normal()),
    exponential: (mean) => -mean * Math.log(1 - next()),
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}

function weightedIndex(weights: readonly number[], at: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError('one weight must be above zero');
  let left = at * total;
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  // Rounding may leave a rest behind the last weight.
  return found >= 0 ? found : weights.findLastIndex((weight) => weight > 0);
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], int: (min: number, max: number) => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = int(0, i);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** Chris Doty-Humphrey's sfc32 (PractRand): 32 bits a call, unsigned. */
function sfc32(a: number, b: number, c: number, counter: number): () => number {
  const step = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) step();
  return step;
}

/** Four words from a text: FNV-1a from four starts, each stirred by the end of MurmurHash3. */
function spread(text: string): [number, number, number, number] {
  const word = (start: number) => {
    let h = start;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x243f6a88), word(0xb7e15162)];
}
