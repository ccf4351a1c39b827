import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import type { Tx, WriteTx } from './db.ts';
import { createNotes, note, textsIn } from '../../../test/support/notes.ts';

const [one, two] = [newId(), newId()];
let database: TestDatabase;

beforeAll(async () => {
  database = await createNotes();
});
afterAll(() => database.drop());
beforeEach(() => database.admin('truncate probe.note'));

const texts = (): Promise<string[]> => textsIn(database);

test('a tenant sees and writes its own rows only', async () => {
  await database.db.write({ tenantId: one }, (tx) => note(tx, one, 'of one'));
  await database.db.write({ tenantId: two }, (tx) => note(tx, two, 'of two'));
  const seen = await database.db.read({ tenantId: one }, (tx) => tx.query('select text from probe.note'));
  expect(seen).toEqual([{ text: 'of one' }]);
  await expect(database.db.write({ tenantId: one }, (tx) => note(tx, two, 'smuggled'))).rejects.toMatchObject({ code: '42501' });
  expect(await texts()).toEqual(['of one', 'of two']);
});

test('without a tenant the application sees nothing', async () => {
  await database.db.write({ tenantId: one }, (tx) => note(tx, one, 'of one'));
  expect(await database.db.read({}, (tx) => tx.query('select text from probe.note'))).toEqual([]);
});

test('a named role sees the tables it was admitted to, of all tenants, and may do no more than was granted', async () => {
  await database.db.write({ tenantId: one }, (tx) => note(tx, one, 'of one'));
  await database.db.write({ tenantId: two }, (tx) => note(tx, two, 'of two'));
  const seen = await database.db.read({ role: 'rialto_relay' }, (tx) => tx.query('select text from probe.note'));
  expect(seen).toHaveLength(2);
  await expect(database.db.write({ role: 'rialto_relay' }, (tx) => note(tx, one, 'x'))).rejects.toMatchObject({ code: '42501' });
  await expect(database.db.read({ role: 'rialto_auth' }, (tx) => tx.query('select from probe.note'))).rejects.toMatchObject({
    code: '42501',
  });
});

test('role, tenant and member end with the transaction, also when it fails', async () => {
  const pool = database.open({ maxConnections: 1 });
  const who = (tx: Tx): Promise<object[]> =>
    tx.query('select current_user::text as role, infra.tenant_id() as tenant, infra.member_id() as member, pg_backend_pid() as pid');
  const [inside] = await pool.write({ tenantId: one, memberId: two, role: 'rialto_relay' }, who);
  expect(inside).toMatchObject({ role: 'rialto_relay', tenant: one, member: two });
  await expect(pool.write({ tenantId: one, role: 'rialto_relay' }, (tx) => tx.query('select 1/0'))).rejects.toMatchObject({
    code: '22012',
  });
  expect(await pool.read({}, who)).toEqual([{ ...inside, role: 'rialto_app', tenant: null, member: null }]);
  await pool.close();
});

test('a scope that holds something else than ids is refused before anything is sent', async () => {
  await expect(database.db.read({ tenantId: "x',true);drop schema infra;--" }, (tx) => tx.query('select 1'))).rejects.toThrow(TypeError);
  await expect(database.db.read({ role: "rialto_app'" as 'rialto_auth' }, (tx) => tx.query('select 1'))).rejects.toThrow(TypeError);
});

test('work that throws leaves nothing behind and its error arrives as it was', async () => {
  const work = async (tx: Tx): Promise<void> => {
    await note(tx, one, 'half done');
    throw new RangeError('changed my mind');
  };
  await expect(database.db.write({ tenantId: one }, work)).rejects.toThrow(new RangeError('changed my mind'));
  expect(await texts()).toEqual([]);
});

test('a read cannot write', async () => {
  await expect(database.db.read({ tenantId: one }, (tx) => note(tx, one, 'x'))).rejects.toMatchObject({ code: '25006' });
});

test('a read sees one moment of the database, however long it takes', async () => {
  const count = 'select count(*) from probe.note';
  await database.db.read({ tenantId: one }, async (tx) => {
    const before = await tx.query(count);
    await database.db.write({ tenantId: one }, (other) => note(other, one, 'meanwhile'));
    expect(await tx.query(count)).toEqual(before);
  });
});

const CONFLICT = `do $$ begin raise exception 'in the way' using errcode = '40001'; end $$`;

test('a serialization failure repeats the work, also when the work swallows or wraps it', async () => {
  for (const treat of ['throw', 'swallow', 'wrap'] as const) {
    let runs = 0;
    await database.db.write({ tenantId: one }, async (tx) => {
      if (++runs > 1) return note(tx, one, treat);
      const failing = tx.query(CONFLICT);
      if (treat === 'throw') return failing;
      return failing.catch((error: unknown) => {
        if (treat === 'wrap') throw new Error('wrapped', { cause: error });
      });
    });
    expect(runs).toBe(2);
  }
  expect(await texts()).toEqual(['swallow', 'throw', 'wrap']);
});

test('a write that others keep in the way of is given up after three times', async () => {
  let runs = 0;
  const work = (tx: Tx): Promise<unknown> => {
    runs += 1;
    return tx.query(CONFLICT);
  };
  await expect(database.db.write({}, work)).rejects.toMatchObject({ kind: 'unavailable', code: 'database.contended' });
  expect(runs).toBe(3);
});

test('two writers that lock each other out both succeed', async () => {
  await database.admin(`insert into probe.note values ($1, $1, 'a'), ($1, $2, 'b')`, [one, two]);
  await database.admin('grant update on probe.note to rialto_app');
  const bothHold = barrier(2);
  const cross = (first: string, second: string): Promise<void> => {
    let met = false;
    return database.db.write({ tenantId: one }, async (tx) => {
      await tx.query(`update probe.note set text = text || '+' where id = $1`, [first]);
      if (!met) await bothHold();
      met = true;
      await tx.query(`update probe.note set text = text || '+' where id = $1`, [second]);
    });
  };
  await Promise.all([cross(one, two), cross(two, one)]);
  expect(await texts()).toEqual(['a++', 'b++']);
});

function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    if (++arrived === parties) resolve();
    return promise;
  };
}

test('an error that the work swallowed is told, since nothing was committed', async () => {
  const work = async (tx: Tx): Promise<void> => {
    await note(tx, one, 'before');
    await tx.query('select 1/0').catch(() => undefined);
  };
  await expect(database.db.write({ tenantId: one }, work)).rejects.toThrow('nothing was committed');
  expect(await texts()).toEqual([]);
});

test('statements that nobody waited for are done before the commit, in order, and none is taken after it', async () => {
  let kept: Tx | undefined;
  await database.db.write({ tenantId: one }, async (tx) => {
    kept = tx;
    void note(tx, one, 'first');
    void tx.query(`insert into probe.note select tenant_id, gen_random_uuid(), 'second' from probe.note`);
  });
  expect(await texts()).toEqual(['first', 'second']);
  await expect(kept!.query('select 1')).rejects.toThrow('the transaction has ended');
});

describe('a commit sent right behind the statements', () => {
  test('holds them all, whatever else the work waits for, and nothing is taken behind it', async () => {
    await database.db.write({ tenantId: one }, async (tx) => {
      const written = [note(tx, one, 'first'), note(tx, one, 'second')];
      tx.commit();
      await expect(tx.query('select 1')).rejects.toThrow('the transaction has ended');
      await Promise.all(written);
    });
    expect(await texts()).toEqual(['first', 'second']);
  });

  test('undoes them all when one fails, which is told by that one even where nobody waited for it', async () => {
    const broken = (tx: WriteTx): Promise<unknown> => {
      const failed = tx.query('select 1/0');
      tx.commit();
      return failed;
    };
    await expect(
      database.db.write({ tenantId: one }, async (tx) => {
        void note(tx, one, 'before').catch(() => undefined);
        await broken(tx);
      }),
    ).rejects.toMatchObject({ code: '22012' });
    const forgotten = async (tx: WriteTx): Promise<void> => void broken(tx).catch(() => undefined);
    await expect(database.db.write({ tenantId: one }, forgotten)).rejects.toThrow('nothing was committed');
    expect(await texts()).toEqual([]);
  });

  test('of a work that others were in the way of is sent again with it', async () => {
    let runs = 0;
    await database.db.write({ tenantId: one }, async (tx) => {
      const written = ++runs > 1 ? note(tx, one, 'again') : tx.query(CONFLICT);
      tx.commit();
      await written;
    });
    expect([runs, await texts()]).toEqual([2, ['again']]);
  });

  test('is not undone by what the work throws behind it, and so that is told as unknown', async () => {
    const work = async (tx: WriteTx): Promise<void> => {
      const written = note(tx, one, 'did happen');
      tx.commit();
      await written;
      throw new Error('too late');
    };
    await expect(database.db.write({ tenantId: one }, work)).rejects.toMatchObject({ code: 'database.commit_unknown' });
    expect(await texts()).toEqual(['did happen']);
  });
});

test('a statement that takes too long is ended and named', async () => {
  const pool = database.open({ statementTimeoutMs: 20 });
  await expect(pool.read({}, (tx) => tx.query('select pg_sleep(60)'))).rejects.toMatchObject({ kind: 'timeout', code: 'database.timeout' });
  await pool.close();
});

test('a transaction that its work forgets is ended by the server', async () => {
  const pool = database.open({ idleInTransactionTimeoutMs: 20 });
  const work = async (tx: Tx): Promise<unknown> => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    for (let there = 1; there > 0;) there = (await database.admin('select from pg_stat_activity where pid = $1', [row?.pid])).length;
    return tx.query('select 1');
  };
  await expect(pool.write({}, work)).rejects.toMatchObject({ code: 'database.unavailable' });
  await pool.close();
});

test('a caller who gets no connection in time is told that the database is busy', async () => {
  const pool = database.open({ maxConnections: 1, connectTimeoutMs: 100 });
  // The limit counts for making the connection too, which a busy machine may need several attempts for.
  await expect
    .poll(
      () =>
        pool.ping().then(
          () => 'there',
          () => 'not yet',
        ),
      { interval: 10, timeout: 20_000 },
    )
    .toBe('there');
  await pool.read({}, async () => {
    const second = pool.read({}, (tx) => tx.query('select 1'));
    expect(pool.numbers()).toEqual({ total: 1, idle: 0, waiting: 1 });
    await expect(second).rejects.toMatchObject({ kind: 'unavailable', code: 'database.busy' });
  });
  expect(pool.numbers()).toEqual({ total: 1, idle: 1, waiting: 0 });
  await pool.close();
});

test('statements are prepared once per connection, or never when that is switched off', async () => {
  for (const prepare of [true, false]) {
    const pool = database.open({ maxConnections: 1, prepare });
    const read = (): Promise<object[]> => pool.read({}, (tx) => tx.query('select $1::int as x', [1]));
    await read();
    await read();
    const [kept] = await pool.read({}, (tx) =>
      tx.query(`select count(*) from pg_prepared_statements where statement = 'select $1::int as x'`),
    );
    expect(kept).toEqual({ count: prepare ? 1n : 0n });
    await pool.close();
  }
});
