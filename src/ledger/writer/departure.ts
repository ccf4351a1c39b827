import type { Millis } from '../../base/time.ts';

/** `paceMs`: among many callers a batch leaves so long after the one before; `enough`: unless so much waits; `most`: what a batch may hold. */
export type DepartureBounds = { paceMs: Millis; enough: number; most: number };

/** What a commit takes beside its rows, about. */
const COMMIT_MS = 1;
/** Of the time that a batch is expected to take; behind one that is back sooner nothing is ready. */
const SURELY = 0.85;
/** How much of an expectation the last batch makes up. */
const LATEST = 0.3;

/**
 * When a batch should leave. Who calls alone never waits. Among many, a transaction costs much the same for one act as for
 * thirty, so batches keep a pace. And while one is being written the next has nothing to gain from leaving before it could
 * just be ready when the database is: until then it takes along whoever comes. What writing and getting ready take is
 * learnt from the batches before.
 */
export class Departure {
  readonly #bounds: DepartureBounds;
  #leftAt = -Infinity;
  #wasShared = false;
  /** Milliseconds a unit of weight; unknown at first. */
  #writing: number | undefined;
  #preparing = 0;
  #freeAt = -Infinity;

  constructor(bounds: DepartureBounds) {
    this.#bounds = bounds;
  }

  /** A batch has left, with more than one act when it is `shared`. */
  left(now: Millis, shared: boolean): void {
    this.#leftAt = now;
    this.#wasShared = shared;
  }

  /** A batch of this weight was got ready behind another in so many milliseconds. */
  prepared(weight: number, ms: Millis): void {
    this.#preparing = blend(this.#preparing || undefined, ms / weight);
  }

  /** The database has begun to write a batch. */
  begun(now: Millis, weight: number): void {
    if (this.#writing !== undefined) this.#freeAt = now + SURELY * (COMMIT_MS + weight * this.#writing);
  }

  /** The database is free again; where it has committed, this is what it wrote and how long that took. */
  free(written?: { weight: number; ms: Millis }): void {
    this.#freeAt = -Infinity;
    if (written) this.#writing = blend(this.#writing, Math.max(0, written.ms - COMMIT_MS) / written.weight);
  }

  /** How long what waits should go on waiting, at most; not at all when it is not above 0. */
  waitMs(now: Millis, queued: number): Millis {
    const { paceMs, enough, most } = this.#bounds;
    if (queued >= most) return 0;
    const paced = this.#wasShared && queued < enough ? this.#leftAt + paceMs - now : 0;
    return Math.max(paced, this.#freeAt - queued * this.#preparing - now);
  }
}

const blend = (before: number | undefined, latest: number): number => (before === undefined ? latest : before + LATEST * (latest - before));
