import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import type { LedgerMetrics } from '../metrics.ts';
import type { Outcome } from '../port.ts';
import { type BookHead, lockBook, writeChange } from '../store/book.ts';
import { BookMemory, type Evaluation } from './book-memory.ts';
import { type Answer, type BookAct, isEmpty } from './plan.ts';

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

/** A batch, and what it comes to when it could be evaluated before its turn. */
type Batch = { waiting: readonly Waiting[]; ahead?: Evaluation | undefined };

/**
 * The one writer of a book within this process. It takes whatever has queued up, evaluates it in memory, writes it in one
 * transaction and answers; while the database writes one batch, the next is evaluated on top of it. Its memory is
 * checked against the book's version behind the row lock, so that another process, `inTx` or a failed commit can slow it
 * down but never mislead it.
 */
export class BookWriter {
  readonly #deps: WriterDeps;
  readonly #tenantId: Uuid;
  readonly #memory: BookMemory;
  #queue: Waiting[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;

  constructor(deps: WriterDeps, tenantId: Uuid) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#memory = new BookMemory(tenantId, deps.cachedAccounts);
  }

  /** Answers when the act is durable. Errors: `ledger.overloaded`, and those of the commit. */
  enqueue(act: BookAct): Promise<Outcome> {
    const weight = Math.max(1, act.transfers.length);
    if (this.#queued > 0 && this.#queued + weight > this.#deps.maxQueueWeight) {
      this.#deps.metrics.overloaded();
      const text = 'Too much is waiting for the ledger. Nothing was changed; try again in a moment.';
      return Promise.reject(new AppError('unavailable', 'ledger.overloaded', text));
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
    return this.#memory.size;
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
    let next: Batch | undefined;
    while (next || this.#queue.length > 0) {
      const batch: Batch = next ?? { waiting: this.#take() };
      const sent = Promise.withResolvers<void>();
      const done = this.#process(batch, sent.resolve);
      await sent.promise;
      next = this.#queue.length > 0 ? await this.#lookAhead(this.#take()) : undefined;
      await done;
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
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#queued -= weight;
    return batch;
  }

  /** Reads and evaluates a batch while the one before it is being written. When that cannot be done, its turn will come. */
  async #lookAhead(waiting: readonly Waiting[]): Promise<Batch> {
    const acts = waiting.map(({ act }) => act);
    const scope = { tenantId: this.#tenantId, role: 'rialto_writer' as const };
    const ahead = await this.#deps.db
      .read(scope, (tx) => this.#memory.evaluateAhead(tx, acts, this.#deps.clock.now()))
      .catch(() => undefined);
    return { waiting, ahead };
  }

  /** Commits a batch and answers it; calls `sent` when nothing but the database is waited for, at the latest at the end. */
  async #process({ waiting, ahead }: Batch, sent: () => void): Promise<void> {
    const started = performance.now();
    try {
      const answers = await this.#commit(
        waiting.map(({ act }) => act),
        ahead,
        sent,
      );
      waiting.forEach((one, i) => settle(one, answers[i]!));
      this.#deps.metrics.committed(answers, (performance.now() - started) / 1000);
    } catch (error) {
      await this.#recover(waiting, error);
    } finally {
      sent();
    }
  }

  /**
   * After a failure that is the batch's own, it is tried once more, since another transaction may have claimed a key in
   * the meantime, and then by halves, until the one act at fault stands alone.
   */
  async #recover(batch: readonly Waiting[], error: unknown, again = true): Promise<void> {
    if (isOutside(error)) return batch.forEach((one) => one.reject(error));
    const middle = batch.length >> 1;
    if (!again && middle === 0) return batch[0]!.reject(error);
    for (const part of again ? [batch] : [batch.slice(0, middle), batch.slice(middle)]) {
      try {
        const answers = await this.#commit(part.map(({ act }) => act));
        part.forEach((one, i) => settle(one, answers[i]!));
      } catch (next) {
        await this.#recover(part, next, false);
      }
    }
  }

  async #commit(acts: readonly BookAct[], ahead?: Evaluation, sent?: () => void): Promise<readonly Answer[]> {
    let usable = ahead;
    const { evaluation, version } = await this.#deps.db.write({ tenantId: this.#tenantId, role: 'rialto_writer' }, async (tx) => {
      const head = await lockBook(tx, this.#tenantId);
      const current = this.#memory.confirm(head, usable) ?? (await this.#memory.evaluate(tx, acts, head, this.#deps.clock.now()));
      // A second run of this work, after a deadlock, begins from the tables.
      usable = undefined;
      if (isEmpty(current.plan)) return { evaluation: current, version: head.version };
      await this.#write(tx, head, current, sent);
      return { evaluation: current, version: head.version + 1n };
    });
    this.#memory.committed(evaluation, version);
    return evaluation.plan.answers;
  }

  async #write(tx: Tx, head: BookHead, { plan, known }: Evaluation, sent?: () => void): Promise<void> {
    const { transfers, failed, rows, events, atMs } = plan;
    const written = writeChange(tx, this.#tenantId, head, { transfers, holds: known.holds, failed }, atMs);
    sent?.();
    await written;
    for (const [set, placed] of rows) await set.write(tx, placed);
    if (events.length > 0) await this.#deps.outbox.append(tx, events);
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
