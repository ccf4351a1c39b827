import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock, Millis } from '../../base/time.ts';
import type { Outbox } from '../../infra/outbox/port.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { turn } from '../../infra/turns.ts';
import type { LedgerMetrics } from '../metrics.ts';
import type { Outcome } from '../port.ts';
import { BookMovedOn, lockBook, lockBookBehind, type PreparedChange } from '../store/book.ts';
import { BookMemory, type Evaluation } from './book-memory.ts';
import { clockSkewed, type ClockWatch } from './clock-watch.ts';
import { Departure } from './departure.ts';
import { type Answer, type BookAct, isEmpty } from './plan.ts';
import { bookBefore, needsNoAnswer, prepareBatch, writeBatch } from './write-batch.ts';

/** What a book's writer needs, and its bounds; weights count transfers, and one for an act without. */
export type WriterDeps = {
  db: Db;
  outbox: Outbox;
  clock: Clock;
  clockWatch: ClockWatch;
  metrics: LedgerMetrics;
  maxBatchWeight: number;
  /** Among many callers a batch leaves this long after the one before, unless much waits already. */
  paceMs: Millis;
  maxQueueWeight: number;
  cachedAccounts: number;
};

type Waiting = { act: BookAct; weight: number; resolve(outcome: Outcome): void; reject(error: unknown): void };

/** A batch on its way: evaluated, written and committed, then answered. */
type Flight = {
  waiting: readonly Waiting[];
  /** What it comes to, when that was found while the batch before it was being written. */
  ahead?: Evaluation | undefined;
  prepared?: PreparedChange | undefined;
  before?: Flight | undefined;
  answers?: readonly Answer[];
  /** When it got the lock. */
  startedAt: number;
  /** When nothing but the database is waited for, at the latest at the end. */
  sent: PromiseWithResolvers<void>;
  /** Whether the first attempt committed. Of a batch that did not, the next must let go of the lock. */
  outcome: PromiseWithResolvers<boolean>;
  /** When it has come to its end, second attempts included. */
  done: PromiseWithResolvers<void>;
};

/** The batch before this one did not commit at once, and needs the lock that this one holds. */
class Overtaken extends Error {}

/** So much weight keeps no pace: more in a batch would save little. */
const ENOUGH = 256;

/** Stands for the tables where they are not to be asked. */
const MEMORY_ALONE: Tx = { query: () => Promise.reject(new Error('memory alone is not enough')) };

/** Answers that are given before others in the event loop have their turn. */
const ANSWERS_A_TURN = 64;

/** Milliseconds for which the answers of a batch wait until the next one is on its way. */
const ANSWER_PATIENCE_MS = 2;

/**
 * The one writer of a book within this process. It takes whatever has queued up, evaluates it in memory, writes it in one
 * transaction and answers. While the database writes one batch, the next is evaluated on top of it and already waits for
 * the book's lock, so that the database has always something to do. Its memory is checked against the book's version behind the row
 * lock, so that another process, `inTx` or a failed commit can slow it down but never mislead it.
 */
export class BookWriter {
  readonly #deps: WriterDeps;
  readonly #tenantId: Uuid;
  readonly #memory: BookMemory;
  readonly #departure: Departure;
  /** So much waiting may let a batch leave. */
  readonly #marks: readonly number[];
  #queue: Waiting[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;
  /** When the next batch should leave. */
  #leaving: Promise<void> | undefined;
  #arrived: (() => void) | undefined;

  constructor(deps: WriterDeps, tenantId: Uuid) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    const bounds = { paceMs: deps.paceMs, enough: Math.min(ENOUGH, deps.maxBatchWeight), most: deps.maxBatchWeight };
    this.#departure = new Departure(bounds);
    this.#marks = [1, bounds.enough, bounds.most];
    this.#memory = new BookMemory(tenantId, deps.cachedAccounts);
  }

  /** Answers when the act is durable. Errors: `ledger.overloaded`, `ledger.clock_skewed`, and those of the commit. */
  enqueue(act: BookAct): Promise<Outcome> {
    const weight = Math.max(1, act.transfers.length);
    if (this.#queued > 0 && this.#queued + weight > this.#deps.maxQueueWeight) {
      this.#deps.metrics.overloaded();
      const text = 'Too much is waiting for the ledger. Nothing was changed; try again in a moment.';
      return Promise.reject(new AppError('unavailable', 'ledger.overloaded', text));
    }
    return new Promise((resolve, reject) => {
      const before = this.#queued;
      this.#queue.push({ act, weight, resolve, reject });
      this.#queued += weight;
      if (this.#marks.some((mark) => before < mark && mark <= this.#queued)) this.#arrived?.();
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
    await turn();
    let flight: Flight | undefined;
    let answering: Promise<unknown> | undefined;
    while (flight || answering || this.#queue.length > 0) {
      if (!flight && this.#queue.length === 0) {
        // Whoever is answered may come again at once.
        await answering;
        answering = undefined;
        continue;
      }
      this.#leaving ??= this.#due();
      const isBack = await Promise.race([this.#leaving.then(() => false), ...(flight ? [flight.outcome.promise.then(() => true)] : [])]);
      const next = isBack ? undefined : await this.#launch(this.#take(), flight);
      if (flight) {
        if (!(await flight.outcome.promise)) await flight.done.promise;
        // First the next batch on its way to the database, then the answers, whose receivers may have much to do.
        else if (next) await Promise.race([next.sent.promise, delay(ANSWER_PATIENCE_MS)]);
        answering = Promise.all([answering, answer(flight)]);
      }
      await next?.sent.promise;
      flight = next;
    }
    this.#running = undefined;
  }

  /** Sets a batch off; behind another one it is evaluated ahead first, when that is possible. */
  async #launch(waiting: readonly Waiting[], before?: Flight): Promise<Flight> {
    const flight: Flight = {
      waiting,
      before,
      startedAt: performance.now(),
      sent: Promise.withResolvers(),
      outcome: Promise.withResolvers(),
      done: Promise.withResolvers(),
    };
    if (before) {
      flight.ahead = await this.#lookAhead(waiting);
      if (flight.ahead) flight.prepared = prepareBatch(this.#tenantId, flight.ahead);
      this.#departure.prepared(weightOf(waiting), performance.now() - flight.startedAt);
    }
    void this.#fly(flight);
    return flight;
  }

  /** Until a batch should leave. */
  async #due(): Promise<void> {
    for (;;) {
      const arrived = new Promise<void>((resolve) => (this.#arrived = resolve));
      const wait = this.#queue.length === 0 ? Infinity : this.#departure.waitMs(performance.now(), this.#queued);
      if (wait <= 0) return;
      await (wait === Infinity ? arrived : Promise.race([delay(wait), arrived]));
    }
  }

  #take(): Waiting[] {
    this.#leaving = undefined;
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
    this.#departure.left(performance.now(), count > 1);
    return batch;
  }

  /** Evaluates a batch while the one before it is being written, with a look at the tables if memory alone is not enough. */
  async #lookAhead(waiting: readonly Waiting[]): Promise<Evaluation | undefined> {
    const scope = { tenantId: this.#tenantId, role: 'rialto_writer' as const };
    const evaluate = (tx: Tx) => this.#memory.evaluateAhead(tx, actsOf(waiting), this.#deps.clock.now());
    // When neither can be done its turn will come.
    return evaluate(MEMORY_ALONE).catch(() => this.#deps.db.read(scope, evaluate).catch(() => undefined));
  }

  /** Commits a batch, and sees to it when that fails. Never throws. */
  async #fly(flight: Flight): Promise<void> {
    try {
      flight.answers = (await this.#commitBehind(flight)) ?? (await this.#commit(actsOf(flight.waiting), flight));
      flight.outcome.resolve(true);
    } catch (error) {
      flight.outcome.resolve(false);
      if (error instanceof Overtaken) await this.#flyAgain(flight);
      else await this.#recover(flight.waiting, error);
    } finally {
      const ms = performance.now() - flight.startedAt;
      this.#departure.free(flight.answers && { weight: weightOf(flight.waiting), ms });
      this.#arrived?.();
      if (flight.answers) this.#deps.metrics.committed(flight.answers, ms / 1000);
      flight.before = undefined;
      flight.sent.resolve();
      flight.done.resolve();
    }
  }

  /** The batch before goes first; then this one, from the tables. */
  async #flyAgain(flight: Flight): Promise<void> {
    await flight.before?.done.promise;
    try {
      flight.answers = await this.#commit(actsOf(flight.waiting));
    } catch (error) {
      await this.#recover(flight.waiting, error);
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

  /**
   * Sends all of a batch that was evaluated ahead, its commit included, while the batch before it is being written: when that one
   * is done the database goes on without waiting for us. Undefined when this batch has to be looked at on its way.
   */
  async #commitBehind(flight: Flight): Promise<readonly Answer[] | undefined> {
    const { ahead, prepared, before } = flight;
    const { behind } = ahead ?? {};
    if (!ahead || !prepared || !before || behind === undefined || this.#deps.clockWatch.isApart() || !needsNoAnswer(ahead, prepared))
      return undefined;
    let runs = 0;
    await this.#deps.db.write({ tenantId: this.#tenantId, role: 'rialto_writer' }, async (tx) => {
      // A second run of this work, after a deadlock: nobody may hold the lock on the strength of the first.
      if (runs++ > 0) flight.outcome.resolve(false);
      const { clockWatch } = this.#deps;
      const compare = clockWatch.begin();
      const locked = lockBookBehind(
        tx,
        this.#tenantId,
        { ...bookBefore(ahead), writer: behind },
        { atMs: ahead.plan.atMs, leewayMs: clockWatch.leewayMs },
      );
      const written = writeBatch(tx, this.#deps.outbox, ahead, prepared);
      // Heard of below, when the lock has been answered.
      written.catch(() => undefined);
      const head = await locked.catch((error: unknown) => {
        throw error instanceof BookMovedOn ? new Overtaken() : error;
      });
      // Nothing that is thrown from here on would undo anything; of clocks that are apart the next batch hears.
      try {
        compare(head.serverAt);
      } catch {}
      const isKnown = await before.outcome.promise;
      this.#begun(flight);
      this.#memory.confirm(head, isKnown ? ahead : undefined);
      flight.sent.resolve();
      await written;
    });
    this.#memory.committed(ahead, ahead.version + 1n);
    return ahead.plan.answers;
  }

  #begun(flight: Flight): void {
    flight.startedAt = performance.now();
    this.#departure.begun(flight.startedAt, weightOf(flight.waiting));
  }

  async #commit(acts: readonly BookAct[], flight?: Flight): Promise<readonly Answer[]> {
    let first = true;
    const { evaluation, version } = await this.#deps.db.write({ tenantId: this.#tenantId, role: 'rialto_writer' }, async (tx) => {
      // A second run of this work, after a deadlock, begins from the tables, and behind it nobody may hold the lock.
      const { ahead, prepared, before } = first && flight ? flight : {};
      if (!first) flight?.outcome.resolve(false);
      first = false;
      const compare = this.#deps.clockWatch.begin();
      const head = await lockBook(tx, this.#tenantId);
      const latest = compare(head.serverAt);
      if (before && !(await before.outcome.promise)) throw new Overtaken();
      if (flight) this.#begun(flight);
      const confirmed = this.#memory.confirm(head, ahead);
      const current = confirmed ?? (await this.#memory.evaluate(tx, acts, head, this.#deps.clock.now()));
      // Evaluated ahead, while the clock was wrong for a moment.
      if (current.plan.atMs > Math.max(head.recordedAt, latest)) throw clockSkewed(current.plan.atMs - latest);
      if (isEmpty(current.plan)) return { evaluation: current, version: head.version };
      const change = (confirmed && prepared) ?? prepareBatch(this.#tenantId, current);
      const writing = writeBatch(tx, this.#deps.outbox, current, change);
      flight?.sent.resolve();
      await writing;
      return { evaluation: current, version: head.version + 1n };
    });
    this.#memory.committed(evaluation, version);
    return evaluation.plan.answers;
  }
}

const weightOf = (waiting: readonly Waiting[]): number => waiting.reduce((sum, { weight }) => sum + weight, 0);
const actsOf = (waiting: readonly Waiting[]): readonly BookAct[] => waiting.map(({ act }) => act);

/** Some at a time, so that the database's answers for the next batch are not kept waiting by those who hear theirs. */
async function answer({ waiting, answers = [] }: Flight): Promise<void> {
  for (let i = 0; i < answers.length; i++) {
    if (i > 0 && i % ANSWERS_A_TURN === 0) await turn();
    settle(waiting[i]!, answers[i]!);
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
