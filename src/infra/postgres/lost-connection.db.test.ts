import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';
import type { Tx, WriteTx } from './db.ts';
import { createNotes, note, textsIn } from '../../../test/support/notes.ts';
import { openPool, type Pool } from './pool.ts';

const one = newId();
const STATEMENT_TIMEOUT_MS = 30_000;
const THROUGH_PROXY = 'rialto through a proxy';
let database: TestDatabase;

beforeAll(async () => {
  database = await createNotes();
});
afterAll(() => database.drop());
beforeEach(() => database.admin('truncate probe.note'));
afterEach(() => void vi.useRealTimers());

const texts = (): Promise<string[]> => textsIn(database);

/** Ends the transaction's own connection from outside, and returns when it is gone. */
async function cut(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
  await database.admin('select pg_terminate_backend($1, 5000)', [row?.pid]);
}

test('a read is repeated once when its connection is lost, and only once', async () => {
  let runs = 0;
  const answer = await database.db.read({}, async (tx) => {
    if (++runs === 1) await cut(tx);
    return tx.query('select 7 as seven');
  });
  expect([runs, answer]).toEqual([2, [{ seven: 7 }]]);
  const always = async (tx: Tx): Promise<unknown> => {
    runs += 1;
    await cut(tx);
    return tx.query('select 1');
  };
  await expect(database.db.read({}, always)).rejects.toMatchObject({ kind: 'unavailable', code: 'database.unavailable' });
  expect(runs).toBe(4);
});

test('a write whose connection is lost midway is not repeated and changes nothing', async () => {
  let runs = 0;
  const work = async (tx: Tx): Promise<void> => {
    runs += 1;
    await note(tx, one, 'lost');
    await cut(tx);
    await note(tx, one, 'lost too');
  };
  await expect(database.db.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.unavailable' });
  expect([runs, await texts()]).toEqual([1, []]);
});

test('a write that finds its idle connection dead takes another one', async () => {
  const pool = database.open({ maxConnections: 1 });
  const [row] = await pool.read({}, (tx) => tx.query<{ pid: number }>('select pg_backend_pid() as pid'));
  await database.admin('select pg_terminate_backend($1, 5000)', [row?.pid]);
  await pool.write({ tenantId: one }, (tx) => note(tx, one, 'arrived'));
  expect(await texts()).toEqual(['arrived']);
  await pool.close();
});

test('a connection that dies in the commit makes the outcome unknown, and the write is not repeated', async () => {
  let runs = 0;
  const work = (tx: Tx): Promise<unknown> => {
    runs += 1;
    return note(tx, one, 'die at commit');
  };
  await expect(database.db.write({ tenantId: one }, work)).rejects.toMatchObject({ kind: 'unavailable', code: 'database.commit_unknown' });
  expect(runs).toBe(1);
});

test('a commit whose answer is lost on the way is unknown to the caller although it happened', async () => {
  let runs = 0;
  await throughProxy({}, async (pool) => {
    const work = (tx: Tx): Promise<unknown> => {
      runs += 1;
      return note(tx, one, 'did happen');
    };
    await expect(pool.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.commit_unknown' });
  });
  expect([runs, await texts()]).toEqual([1, ['did happen']]);
});

test('a read has no outcome to be unknown: when the end of its transaction is lost it is repeated as any read', async () => {
  let runs = 0;
  await throughProxy({}, async (pool) => {
    const work = (tx: Tx): Promise<unknown> => {
      runs += 1;
      return tx.query('select 1');
    };
    await expect(pool.read({}, work)).rejects.toMatchObject({ code: 'database.unavailable' });
  });
  expect(runs).toBe(2);
});

const FATAL = serverError('FATAL', '57P04');

test.each([
  ['is none that the driver can read', Buffer.from([0x01, 0, 0, 0, 4])],
  ['is that the server has met with its end', FATAL],
  ['is that the server panicked', serverError('PANIC', 'XX000')],
  ['breaks off in a refusal', serverError('ERROR', '40001').subarray(0, 20)],
])('a commit whose answer %s is unknown to the caller, and is not told as refused', async (_, answer) => {
  await throughProxy({ onAnswer: (client) => client.end(answer) }, async (pool) => {
    const work = (tx: WriteTx): Promise<unknown> => note(tx, one, 'did happen');
    await expect(pool.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.commit_unknown' });
    const behind = writeAndCommit('did happen behind');
    await expect(pool.write({ tenantId: one }, behind)).rejects.toMatchObject({ code: 'database.commit_unknown' });
  });
  expect(await texts()).toEqual(['did happen', 'did happen behind']);
});

test('a commit whose answer never comes is waited for no longer than for a statement, and is unknown then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (const answer of [Buffer.alloc(0), FATAL]) {
    const swallowed = Promise.withResolvers<void>();
    const onAnswer: Fault = (client) => void client.write(answer, () => swallowed.resolve());
    await throughProxy({ onAnswer }, async (pool) => {
      const written = pool.write({ tenantId: one }, writeAndCommit('did happen'));
      await swallowed.promise;
      vi.advanceTimersByTime(STATEMENT_TIMEOUT_MS + 5_000);
      await expect(written).rejects.toMatchObject({ code: 'database.commit_unknown' });
    });
  }
  expect(await texts()).toEqual(['did happen', 'did happen']);
});

function writeAndCommit(text: string): (tx: WriteTx) => Promise<unknown> {
  return (tx) => {
    const written = note(tx, one, text);
    tx.commit();
    return written;
  };
}

function serverError(severity: string, code: string): Buffer {
  const fields = Buffer.from(`${[`S${severity}`, `V${severity}`, `C${code}`, 'Mit is over'].join('\0')}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}

type Fault = (client: Socket, upstream: Socket) => void;
/** What a proxy does when it has passed a commit on, and in the place of its answer. */
type Faults = { onCommit?: Fault; onAnswer?: Fault };

const hangUp: Fault = (client) => client.destroy();

/**
 * Passes everything between a pool and the server until a commit's answer. The server is heard to its end all the same: where it
 * finds nobody who takes its answers, it stops before statements that it has been sent. Returns when it has done them all.
 */
async function throughProxy({ onCommit, onAnswer = hangUp }: Faults, use: (pool: Pool) => Promise<void>): Promise<void> {
  const { host, port } = connectionConfig(database.urls.app);
  const done: Promise<void>[] = [];
  const proxy = createServer((client) => {
    const upstream = createConnection(`${host}/.s.PGSQL.${port}`);
    let step: 'before' | 'committing' | 'answered' = 'before';
    client.on('data', (data) => {
      upstream.write(data);
      if (step !== 'before' || !data.includes('commit\0')) return;
      step = 'committing';
      onCommit?.(client, upstream);
    });
    upstream.on('data', (data) => {
      if (step === 'before') return void client.write(data);
      if (step === 'committing') onAnswer(client, upstream);
      step = 'answered';
    });
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.end());
    done.push(new Promise((resolve) => upstream.on('close', () => resolve())));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(database.urls.app.reveal());
  url.search = '';
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const pool = openPool({ url: new Secret(url.href), statementTimeoutMs: STATEMENT_TIMEOUT_MS, applicationName: THROUGH_PROXY });
  try {
    await use(pool);
  } finally {
    await pool.close();
    await new Promise((resolve) => proxy.close(resolve));
    await Promise.all(done);
  }
}

describe('a commit sent right behind the statements', () => {
  test('makes the outcome unknown when no answer comes any more, not even that to the beginning, and nothing is repeated', async () => {
    let runs = 0;
    await throughProxy({}, async (pool) => {
      const work = async (tx: WriteTx): Promise<unknown> => {
        runs += 1;
        const written = note(tx, one, 'may have happened');
        tx.commit();
        return written;
      };
      await expect(pool.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.commit_unknown' });
    });
    expect(runs).toBe(1);
  });

  test('is undone where the server loses its client before it comes to it, which is told as unknown as well', async () => {
    const lock = 'select pg_advisory_xact_lock(7)';
    await database.db.write({}, async (holder) => {
      await holder.query(lock);
      const work = (tx: WriteTx): Promise<unknown> => {
        const written = note(tx, one, 'undone');
        const waits = tx.query(lock);
        tx.commit();
        return Promise.all([written, waits]);
      };
      const loseBoth: Fault = (client, upstream) => upstream.end(() => [client, upstream].map((socket) => socket.destroy()));
      await throughProxy({ onCommit: loseBoth }, async (pool) => {
        await expect(pool.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.commit_unknown' });
      });
    });
    const serving = 'select from pg_stat_activity where datname = current_database() and application_name = $1';
    await expect.poll(() => database.admin(serving, [THROUGH_PROXY])).toEqual([]);
    expect(await texts()).toEqual([]);
  });
});

test('a database that is not there is unavailable, not an error without a name', async () => {
  const pool = openPool({ url: new Secret('postgresql://nobody:nothing@localhost/none?host=/nonexistent'), connectTimeoutMs: 50 });
  await expect(pool.ping()).rejects.toMatchObject({ kind: 'unavailable', code: 'database.unavailable' });
  await expect(pool.write({}, (tx) => tx.query('select 1'))).rejects.toMatchObject({ code: 'database.unavailable' });
  await pool.close();
  await database.db.ping();
});
