import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../../../../test/support/database.ts';
import { connectionConfig } from '../../../infra/postgres/connection.ts';
import type { Target } from '../check.ts';
import { bareProbe } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { sql } from './sql.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(() => database.drop());

/** With the rights of the superuser: what is refused is refused by the check, not for want of rights. */
const target = (): Target => ({ name: 'db', url: new URL(database.url.reveal()), shown: 'postgresql://db' });
const found = async (params: object) => {
  const { result, output } = await runCheck(sql, { target: 'db', ...params }, bareProbe({ target }));
  return { ...result, output };
};

describe('sql on a real PostgreSQL', () => {
  test('passes on numbers, words, truth, versions, nothing and counts', async () => {
    const holding = [
      { query: "select current_setting('server_version_num')::int", op: '>=', value: 150_000 },
      { query: 'show server_version;', op: '>=', value: '15' },
      { query: 'select true', op: '=', value: true },
      { query: 'select null::int', op: '=', value: null },
      { query: 'select 12345678901234567890::numeric', op: '>', value: 5 },
      { query: 'select * from generate_series(1, 7)', rows: { op: '=', value: 7 } },
      { query: 'select generate_series(1, 7) -- counted', op: '<=', value: 7, every: true },
      { query: 'with a as (select 1 as x) select x, x from a', op: '=', value: 1 },
      { query: 'explain select 1', rows: { op: '>', value: 0 } },
    ];
    for (const params of holding) expect(await found(params)).toMatchObject({ state: 'pass' });
  });

  test('fails on a value or a number of rows that is not demanded, also when there are more rows than are read', async () => {
    expect((await found({ query: 'select 3', op: '<', value: 3 })).summary).toBe('it is "3", demanded < 3.');
    expect((await found({ query: 'select generate_series(1, 7)', op: '<', value: 7, every: true })).state).toBe('fail');
    expect((await found({ query: 'select null', op: '!=', value: 1 })).state).toBe('fail');
    expect((await found({ query: 'select 1 where false', op: '!=', value: 1 })).state).toBe('fail');
    expect((await found({ query: 'select * from generate_series(1, 5000)', rows: { op: '<', value: 2_000 } })).state).toBe('fail');
    expect((await found({ query: 'select * from generate_series(1, 5000)', rows: { op: '>', value: 900 } })).state).toBe('pass');
  });

  test('cannot write, not even as superuser and through a function that the words do not show', async () => {
    const own = new pg.Client(connectionConfig(database.url));
    await own.connect();
    await own.query(
      "create table notes (text text); create function look() returns int language sql as $$ insert into notes values ('x') returning 1 $$",
    );
    const hidden = await found({ query: 'select look()', op: '=', value: 1 });
    expect(hidden.state).toBe('error');
    expect(hidden.summary).toContain('read-only transaction');
    expect((await own.query('select * from notes')).rows).toEqual([]);
    await own.end();
    expect((await found({ query: 'create table a ()', op: '=', value: 1 })).summary).toContain('The statement was not sent');
  });

  test('ends at its time', async () => {
    const slow = await found({ query: 'select count(*) from generate_series(1, 1000000000)', op: '>', value: 0, timeoutMs: 30 });
    expect(slow.state).toBe('error');
    expect(slow.summary).toContain('statement timeout');
  });

  test('demands something, reaches somebody, and keeps the login to itself', async () => {
    expect((await found({ query: 'select 1' })).summary).toContain('demands nothing');
    expect((await found({ query: 'select nothing_there', op: '=', value: 1 })).state).toBe('error');
    const nobody = () => ({ ...target(), url: new URL('postgresql://me:hunter2-long@127.0.0.1:1/x') });
    const { result } = await runCheck(sql, { target: 'db', query: 'select 1', op: '=', value: 1 }, bareProbe({ target: nobody }));
    expect(result.state).toBe('unreachable');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
