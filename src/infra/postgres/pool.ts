import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg, { type PoolClient, type QueryConfig } from 'pg';
import { isUuid } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';
import type { Db, Tx, TxScope, WriteTx } from './db.ts';
import { commitUnknown, isConnectionLost, isRefusal, isSerializationFailure, named } from './failure.ts';
import { typeParsers } from './types.ts';

export type PoolOptions = {
  /** Logs in as `rialto_app`; may go through a pooler in transaction mode. */
  url: Secret;
  maxConnections?: number;
  /** Longest run of one statement. */
  statementTimeoutMs?: number;
  /** Longest pause between statements of a transaction. */
  idleInTransactionTimeoutMs?: number;
  /** Longest wait for a connection, time for a restart of the server included. */
  connectTimeoutMs?: number;
  /** Off for poolers that do not know prepared statements (pgbouncer before 1.21). */
  prepare?: boolean;
  applicationName?: string;
};

/** `Db` on a pool of connections. */
export type Pool = Db & {
  /** One round trip; throws `database.unavailable` when there is no answer. */
  ping(): Promise<void>;
  /** Connections in all, those idle, and callers waiting for one. */
  numbers(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
};

type Mode = 'read' | 'write';
type House = { pool: pg.Pool; settings: Required<Omit<PoolOptions, 'url' | 'applicationName'>> };

const READ_ATTEMPTS = 2;
const WRITE_ATTEMPTS = 3;

/** Opens the application's pool; connections are made when they are needed. */
export function openPool(options: PoolOptions): Pool {
  const settings = {
    maxConnections: options.maxConnections ?? 16,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 60_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    prepare: options.prepare ?? true,
  };
  const pool = new pg.Pool({
    ...connectionConfig(options.url),
    ...(options.applicationName && { application_name: options.applicationName }),
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    // The server ends long statements; this is for a network that swallows the answer.
    query_timeout: settings.statementTimeoutMs + 5_000,
    types: typeParsers,
    // Statements that need not wait for each other's answers share a round trip.
    pipeline: true,
  } as pg.PoolConfig);
  // An idle connection that breaks is dropped by the pool itself; without a listener it would end the process.
  pool.on('error', () => {});
  const house: House = { pool, settings };
  let closed: Promise<void> | undefined;
  return {
    read: (scope, work) => read(house, scope, work),
    write: (scope, work) => write(house, scope, work),
    ping: () => ping(house),
    numbers: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => (closed ??= pool.end()),
  };
}

async function read<T>(house: House, scope: TxScope, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(house, 'read', scope, work);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (attempt === READ_ATTEMPTS) throw named(error.cause);
    }
  }
}

async function write<T>(house: House, scope: TxScope, work: (tx: WriteTx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(house, 'write', scope, work);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (error.how === 'lost' || attempt === WRITE_ATTEMPTS) throw named(error.cause);
      await delay(Math.random() * 5 * 4 ** attempt);
    }
  }
}

async function ping(house: House): Promise<void> {
  await read(house, {}, (tx) => tx.query('select 1'));
}

/**
 * The server certainly did not commit, through no fault of the work: the connection was lost before the work began or
 * before `commit` was sent, or another transaction was in the way.
 */
class Broken extends Error {
  readonly how: 'not_begun' | 'lost' | 'in_the_way';

  constructor(how: Broken['how'], cause: unknown) {
    super(how, { cause });
    this.how = how;
  }
}

async function transaction<T>(house: House, mode: Mode, scope: TxScope, work: (tx: WriteTx) => Promise<T>): Promise<T> {
  const opening = openingOf(mode, scope, house.settings);
  const client = await connect(house);
  const watch = watchOver(client);
  try {
    const statements = statementsOf(client, house.settings.prepare, watch, () => commit(client, mode, watch));
    // The first statement of the work does not wait for it: were it to fail, the server would refuse what comes behind it.
    const opened = open(client, opening, watch, statements);
    const answer = await statements.run(work).catch(async (error: unknown) => {
      await opened;
      throw error;
    });
    await opened;
    await statements.commit();
    watch.release();
    return answer;
  } catch (error) {
    await rollback(client, watch);
    throw error;
  }
}

/** Sends the opening. Its failure is told by whoever waits for it, and is no unhandled rejection until then. */
function open(client: PoolClient, opening: string, watch: Watch, statements: Statements): Promise<unknown> {
  const opened = client.query(opening).catch(async (error: unknown) => {
    if (!isConnectionLost(error)) throw await statements.outcomeOf(named(error));
    watch.lose();
    throw await statements.outcomeOf(new Broken('not_begun', error));
  });
  opened.catch(() => undefined);
  return opened;
}

/**
 * Begins, takes the role and sets tenant, member and time limits in one round trip; all of it ends with the transaction,
 * so that a pooler may give the connection to someone else afterwards. Ids are checked, since they stand in the text.
 */
function openingOf(mode: Mode, scope: TxScope, settings: House['settings']): string {
  const { tenantId = '', memberId = '', role } = scope;
  for (const id of [tenantId, memberId])
    if (id !== '' && !isUuid(id)) throw new TypeError('the scope of a transaction holds something that is no uuid');
  if (role !== undefined && !/^rialto_[a-z]+$/.test(role)) throw new TypeError('no such role');
  const begin = mode === 'read' ? 'begin isolation level repeatable read read only' : 'begin';
  const values = [
    ['statement_timeout', settings.statementTimeoutMs],
    ['idle_in_transaction_session_timeout', settings.idleInTransactionTimeoutMs],
    ['rialto.tenant', tenantId],
    ['rialto.member', memberId],
    ...(role ? [['role', role]] : []),
  ];
  return `${begin};select ${values.map(([name, value]) => `set_config('${name}','${value}',true)`).join(',')}`;
}

/** A connection from the pool. Nothing has been sent yet, so trying again while the server restarts is always safe. */
async function connect({ pool, settings }: House): Promise<PoolClient> {
  const end = Date.now() + settings.connectTimeoutMs;
  for (let pause = 10; ; pause = Math.min(2 * pause, 500)) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isConnectionLost(error) || Date.now() + pause >= end) throw named(error);
      await delay(pause);
    }
  }
}

async function commit(client: PoolClient, mode: Mode, watch: Watch): Promise<void> {
  const result = await client.query('commit').catch((error: unknown) => {
    if (isRefusal(error)) throw isSerializationFailure(error) ? new Broken('in_the_way', error) : named(error);
    watch.lose();
    throw mode === 'read' ? new Broken('lost', error) : commitUnknown(error);
  });
  // The server answers a commit of a failed transaction with ROLLBACK: some work caught an SQL error and went on.
  if (result.command === 'ROLLBACK') throw new RolledBack();
}

/** The server undid what it was to commit. */
class RolledBack extends Error {
  constructor() {
    super('a statement of this transaction failed and its error was swallowed; nothing was committed');
  }
}

type Watch = { lose(): void; isLost(): boolean; release(error?: Error): void };

/** While a connection is out of the pool its errors come to us. */
function watchOver(client: PoolClient): Watch {
  let lost = false;
  const lose = (): void => void (lost = true);
  client.on('error', lose);
  return {
    lose,
    isLost: () => lost,
    release(error) {
      client.removeListener('error', lose);
      client.release(error);
    },
  };
}

/** Gives the connection back clean, or lets the pool drop it when it is lost or cannot be made clean. */
async function rollback(client: PoolClient, watch: Watch): Promise<void> {
  const rolledBack = (): Promise<boolean> =>
    client.query('rollback').then(
      () => true,
      () => false,
    );
  const clean = !watch.isLost() && (await rolledBack());
  watch.release(clean ? undefined : new Error('this connection is not to be used again'));
}

type Statements = {
  run<T>(work: (tx: WriteTx) => Promise<T>): Promise<T>;
  /** Commits, unless the work has asked for that itself: then this is the answer. */
  commit(): Promise<void>;
  /** What a failure comes to where the commit was on its way already: it undid everything, or nobody can tell. */
  outcomeOf(error: unknown): Promise<unknown>;
};

/**
 * Statements of one transaction, in the order in which they are asked for, and none after its end. Those that are asked for
 * without waiting for the ones before are sent at once, and when one fails the server refuses the rest. What broke the
 * transaction is remembered here, so that it decides even when the work wraps or swallows the error.
 */
function statementsOf(client: PoolClient, prepare: boolean, watch: Watch, sendCommit: () => Promise<void>): Statements {
  let last: Promise<unknown> = Promise.resolve();
  let broken: Broken | undefined;
  let ended = false;
  let committing: Promise<void> | undefined;
  const send = <R extends object>(query: QueryConfig): Promise<R[]> =>
    client.query<R>(query).then(
      (result) => result.rows,
      (error: unknown) => {
        if (isConnectionLost(error)) {
          watch.lose();
          broken ??= new Broken('lost', error);
        }
        if (isSerializationFailure(error)) broken ??= new Broken('in_the_way', error);
        throw named(error);
      },
    );
  const commit = (): Promise<void> => {
    ended = true;
    return (committing ??= sendCommit());
  };
  const tx: WriteTx = {
    query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
      if (ended) return Promise.reject(new Error('the transaction has ended'));
      const answer = send<R>(statement(text, values, prepare));
      // Answers come in the order of the questions: behind the last one nothing is under way.
      last = answer;
      return answer;
    },
    // Whoever waits for the transaction is told of its failure.
    commit: () => void commit().catch(() => undefined),
  };
  const end = (): Promise<unknown> => {
    ended = true;
    return last.catch(() => {});
  };
  const outcomeOf = async (error: unknown): Promise<unknown> => {
    if (!committing) return error;
    try {
      await committing;
      return commitUnknown(error);
    } catch (failure) {
      return failure instanceof RolledBack ? error : failure;
    }
  };
  return {
    commit,
    outcomeOf,
    async run(work) {
      const answer = await work(tx).catch(async (error: unknown) => {
        await end();
        throw await outcomeOf(broken ?? error);
      });
      await end();
      if (broken) throw await outcomeOf(broken);
      return answer;
    },
  };
}

const names = new Map<string, string>();
/** A text made anew for each call would fill the server's memory with prepared statements. */
const MOST_NAMES = 2_000;

function statement(text: string, values: readonly unknown[], prepare: boolean): QueryConfig {
  const query = { text, values: values as unknown[] };
  if (!prepare) return query;
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MOST_NAMES) return query;
    name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
    names.set(text, name);
  }
  return { ...query, name };
}
