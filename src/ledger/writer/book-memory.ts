import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Account } from '../account.ts';
import { bookTime } from '../book-time.ts';
import type { RowOf } from '../port.ts';
import type { Known, LockedBook, TxNumber } from '../store/book.ts';
import { AccountCache } from './account-cache.ts';
import { Claims } from './claims.ts';
import { FreshIds } from './fresh-ids.ts';
import { load } from './load.ts';
import { type BookAct, isEmpty, type Plan, planAtOnce, planBatch } from './plan.ts';

/**
 * A batch evaluated in memory: what it will write, what it knew, and of which version of the book that is true. One that was made
 * on top of a batch still being written is true `behind` that batch's transaction, where that one writes anything.
 */
export type Evaluation = {
  plan: Plan;
  known: Known;
  claims: Claims;
  version: bigint;
  seqAfter: bigint;
  epoch: number;
  behind?: TxNumber | undefined;
  /** The transaction that writes it, once there is one. */
  writer?: TxNumber;
};

/**
 * What a writer remembers of its book: accounts, and where its ids end. That is exact as of one version of the book, plus the
 * effects of the evaluations since; `epoch` counts how often it was forgotten, which voids every evaluation made before.
 */
export class BookMemory {
  readonly #tenantId: Uuid;
  readonly #accounts: AccountCache;
  /** Ids that the book does not know; undefined until it was asked. */
  #fresh: FreshIds | undefined;
  /** The version that memory is exact for; undefined while a batch is being written, or when in doubt. */
  #version: bigint | undefined;
  /** The batch that is being written, on top of which the next may be evaluated. */
  #writing: Evaluation | undefined;
  /** The evaluation that the accounts already carry though it is not being written; it may never be, when its connection is lost. */
  #ahead: Evaluation | undefined;
  #epoch = 0;

  constructor(tenantId: Uuid, capacity: number) {
    this.#tenantId = tenantId;
    this.#accounts = new AccountCache(capacity);
  }

  get size(): number {
    return this.#accounts.size;
  }

  /**
   * Behind the lock: the evaluation made ahead, if the book is exactly as it assumed. Everything is forgotten when it is not,
   * and when memory carries an evaluation other than the one to be written.
   */
  confirm(head: LockedBook, ahead: Evaluation | undefined): Evaluation | undefined {
    const exact = head.version === this.#version && ahead === this.#ahead;
    this.#version = undefined;
    this.#ahead = undefined;
    if (!exact || (ahead && (ahead.epoch !== this.#epoch || ahead.version !== head.version))) this.#forget();
    else if (ahead) {
      ahead.writer = head.lockedBy;
      return (this.#writing = ahead);
    }
    return undefined;
  }

  /** Behind the lock: evaluates acts on what the tables say, as far as memory does not hold it. */
  async evaluate(tx: Tx, acts: readonly BookAct[], head: LockedBook, nowMs: Millis): Promise<Evaluation> {
    this.#writing = undefined;
    this.#accounts.age();
    const claims = new Claims();
    if (!this.#fresh || this.#fresh.isOver(nowMs)) this.#fresh = await FreshIds.read(tx, this.#tenantId, nowMs);
    const fresh = this.#fresh;
    const [known] = await Promise.all([load(tx, this.#tenantId, acts, this.#accounts, { fresh }), claims.ask(tx, rowsOf(acts))]);
    const book = { seq: head.seq, accounts: this.#accounts, ...known };
    const time = bookTime(head.recordedAt, nowMs);
    const plan = await planBatch({ book, claims, time, askMore: (rows) => claims.ask(tx, rows) }, acts);
    fresh.pass(plan);
    const at = { version: head.version, seqAfter: book.seq, epoch: this.#epoch, writer: head.lockedBy };
    return (this.#writing = { plan, known, claims, ...at });
  }

  /**
   * While a batch is being written: evaluates the next as if that one had committed. Reads happen without the lock;
   * `confirm` finds out whether anything came in between. Undefined when it cannot be done this time.
   */
  async evaluateAhead(tx: Tx, acts: readonly BookAct[], nowMs: Millis): Promise<Evaluation | undefined> {
    const before = this.#writing;
    const fresh = this.#fresh;
    if (!before || before.epoch !== this.#epoch || !fresh || fresh.isOver(nowMs)) return undefined;
    // What is read here reaches memory only when it is certain that memory was not forgotten meanwhile.
    const read = new Map<Uuid, Account>();
    const accounts = {
      get: (id: Uuid) => this.#accounts.get(id) ?? read.get(id),
      put: (account: Account) => void read.set(account.id, account),
    };
    const claims = new Claims(before.claims);
    const beforehand = { fresh, before: before.known };
    const [known] = await Promise.all([load(tx, this.#tenantId, acts, accounts, beforehand), claims.ask(tx, rowsOf(acts))]);
    if (before.epoch !== this.#epoch) return undefined;
    // Carried already by a run before this one, whose connection was lost: nothing may be put on top of it.
    if (this.#ahead) {
      this.#forget();
      return undefined;
    }
    this.#accounts.age();
    for (const account of read.values()) this.#accounts.put(account);
    const book = { seq: before.seqAfter, accounts: this.#accounts, ...known };
    const time = bookTime(before.plan.atMs, nowMs);
    const { version, behind } = isEmpty(before.plan)
      ? { version: before.version, behind: undefined }
      : { version: before.version + 1n, behind: before.writer };
    const plan = planAtOnce({ book, claims, time }, acts);
    if (plan) {
      fresh.pass(plan);
      return (this.#ahead = { plan, known, claims, version, behind, seqAfter: book.seq, epoch: this.#epoch });
    }
    this.#forget();
    return undefined;
  }

  /** The batch is durable; memory is exact for this version of the book. */
  committed(evaluation: Evaluation, version: bigint): void {
    evaluation.claims.standAlone();
    if (evaluation.epoch === this.#epoch) this.#version = version;
  }

  #forget(): void {
    this.#accounts.clear();
    this.#fresh = undefined;
    this.#ahead = undefined;
    this.#epoch++;
  }
}

const rowsOf = (acts: readonly BookAct[]): RowOf[] => acts.flatMap((act) => act.rows ?? []);
