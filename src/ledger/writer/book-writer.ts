import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import type { Hold } from '../evaluate.ts';
import type { Outcome } from '../port.ts';
import { lockBook, writeChange } from '../store/book.ts';
import type { LedgerMetrics } from '../metrics.ts';
import { AccountCache } from './account-cache.ts';
import { Claims } from './claims.ts';
import { load } from './load.ts';
import { type Answer, type BookAct, isEmpty, type Plan, planBatch } from './plan.ts';

/** What a book's writer needs, and its bounds; weights count transfers, and one for an act without. */
export type WriterDeps = {
  db: Db;
  outbox: Outbox;
  clock: Clock;
  metrics: LedgerMetrics;
  maxBatchWeight: number;
  maxQueueWeight: number;
  cachedAccounts: number;
};

type Waiting = { act: BookAct; weight: number; resolve(outcome: Outcome): void; reject(error: unknown): void };

/**
 * The one writer of a book within this process. It takes whatever has queued up, evaluates it in memory, writes it in one
 * transaction and answers; meanwhile the next batch gathers. Its memory of accounts is checked against the book's version
 * behind the row lock, so that another process, or `inTx`, can slow it down but never mislead it.
 */
export class BookWriter {
  readonly #deps: WriterDeps;
  readonly #tenantId: Uuid;
  readonly #cache: AccountCache;
  /** The book's version of which the cache is a true picture; undefined when it may not be. */
  #version: bigint | undefined;
  #queue: Waiting[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;

  constructor(deps: WriterDeps, tenantId: Uuid) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#cache = new AccountCache(deps.cachedAccounts);
  }

  /** Answers when the act is durable. Errors: `ledger.overloaded`, and those of the commit. */
  enqueue(act: BookAct): Promise<Outcome> {
    const weight = Math.max(1, act.transfers.length);
    if (this.#queued > 0 && this.#queued + weight > this.#deps.maxQueueWeight) {
      this.#deps.metrics.overloaded();
      return Promise.reject(
        new AppError('unavailable', 'ledger.overloaded', 'Too much is waiting for the ledger. Nothing was changed; try again in a moment.'),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ act, weight, resolve, reject });
      this.#queued += weight;
      this.#running ??= this.#run();
    });
  }

  get queuedWeight(): number {
    return this.#queued;
  }

  get cachedAccounts(): number {
    return this.#cache.size;
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  /** When all that was queued has been answered. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Lets everything of this turn of the event loop queue up first.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch = this.#take();
      await this.#process(batch);
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let weight = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && weight + waiting.weight > this.#deps.maxBatchWeight) break;
      weight += waiting.weight;
      count++;
    }
    const batch = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = batch === this.#queue ? [] : this.#queue.slice(count);
    this.#queued -= weight;
    return batch;
  }

  /**
   * Commits a batch and answers it. When the database refuses it, the batch is tried once more, since another
   * transaction may have claimed a key in the meantime, and then by halves, until the one act at fault stands alone.
   */
  async #process(batch: readonly Waiting[], attempts = 2): Promise<void> {
    const started = performance.now();
    try {
      const answers = await this.#commit(batch.map((waiting) => waiting.act));
      batch.forEach((waiting, i) => settle(waiting, answers[i]!));
      this.#deps.metrics.committed(answers, (performance.now() - started) / 1000);
    } catch (error) {
      if (isOutside(error)) return batch.forEach((waiting) => waiting.reject(error));
      if (attempts > 1) return this.#process(batch, attempts - 1);
      if (batch.length === 1) return batch[0]!.reject(error);
      const middle = batch.length >> 1;
      await this.#process(batch.slice(0, middle), 1);
      await this.#process(batch.slice(middle), 1);
    }
  }

  async #commit(acts: readonly BookAct[]): Promise<readonly Answer[]> {
    let version: bigint | undefined;
    const plan = await this.#deps.db.write({ tenantId: this.#tenantId, role: 'rialto_writer' }, async (tx) => {
      const head = await lockBook(tx, this.#tenantId);
      if (head.version !== this.#version) this.#cache.clear();
      // Until the commit is certain, memory is ahead of the tables.
      this.#version = undefined;
      this.#cache.age();
      const atMs = Math.max(head.recordedAt, this.#deps.clock.now());
      const planned = await this.#plan(tx, acts, head.seq, atMs);
      version = isEmpty(planned.plan) ? head.version : head.version + 1n;
      if (isEmpty(planned.plan)) return planned.plan;
      const { transfers, moved, failed, rows, events } = planned.plan;
      await writeChange(tx, this.#tenantId, head, { transfers, accounts: [...moved], holds: planned.holds, failed }, atMs);
      for (const [set, placed] of rows) await set.write(tx, placed);
      if (events.length > 0) await this.#deps.outbox.append(tx, events);
      return planned.plan;
    });
    this.#version = version;
    return plan.answers;
  }

  async #plan(tx: Tx, acts: readonly BookAct[], seq: bigint, atMs: number): Promise<{ plan: Plan; holds: Map<Uuid, Hold> }> {
    const drafts = acts.flatMap((act) => act.transfers);
    const known = await load(tx, this.#tenantId, drafts, this.#cache);
    const claims = new Claims();
    await claims.ask(
      tx,
      acts.flatMap((act) => act.rows ?? []),
    );
    const book = { seq, accounts: this.#cache, ...known };
    const plan = await planBatch({ book, claims, atMs, askMore: (rows) => claims.ask(tx, rows) }, acts);
    return { plan, holds: known.holds };
  }
}

function settle(waiting: Waiting, answer: Answer): void {
  if ('error' in answer) waiting.reject(answer.error);
  else waiting.resolve(answer.outcome);
}

/** Failures that say nothing about the acts: no connection, no time, commit unknown. */
function isOutside(error: unknown): boolean {
  return error instanceof AppError && (error.kind === 'unavailable' || error.kind === 'timeout');
}
