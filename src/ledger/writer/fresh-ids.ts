import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { highestId } from '../store/book.ts';
import type { Plan } from './plan.ts';

/** How far ahead of the clock ids still count: random ones, nearly all of which are far above, are no bar to those made by time. */
const AHEAD_MS = 86_400_000;

/**
 * Which ids a book cannot know: those between the highest that it knows and tomorrow's. Ids made by time (UUID v7) come
 * nearly in order, so that of a new transfer the tables need not be asked whether its id stands in them already. As exact as
 * the memory that holds it: it is read behind the book's lock and moved on with every batch.
 */
export class FreshIds {
  readonly #below: Uuid;
  readonly #untilMs: Millis;
  #highest: Uuid;

  private constructor(highest: Uuid, nowMs: Millis) {
    this.#highest = highest;
    this.#below = idFloor(nowMs + AHEAD_MS);
    this.#untilMs = nowMs + AHEAD_MS / 2;
  }

  /** Behind the lock: reads where the book's ids end. */
  static async read(tx: Tx, tenantId: Uuid, nowMs: Millis): Promise<FreshIds> {
    return new FreshIds(await highestId(tx, tenantId, idFloor(nowMs + AHEAD_MS)), nowMs);
  }

  /** Whether it is of no use any more, because its range is nearly over. */
  isOver(nowMs: Millis): boolean {
    return nowMs > this.#untilMs;
  }

  /** Whether the book certainly does not know the id. */
  has(id: Uuid): boolean {
    return id > this.#highest && id < this.#below;
  }

  /** The book now knows these ids too. */
  pass({ transfers, failed }: Pick<Plan, 'transfers' | 'failed'>): void {
    for (const { id } of transfers) this.#raise(id);
    for (const { id } of failed) this.#raise(id);
  }

  #raise(id: Uuid): void {
    if (this.has(id)) this.#highest = id;
  }
}
