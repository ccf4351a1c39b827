import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createWorkThread, type WorkThread } from './work-thread.ts';

const file = new URL('../../../test/support/apart.ts', import.meta.url);
const never = new AbortController().signal;

let database: TestDatabase;
let thread: WorkThread;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
  thread = createWorkThread({ file, url: database.urls.app });
});
afterAll(async () => {
  await thread.close();
  await database.drop();
});

test('work is done in another thread, on a connection of its own as the application', async () => {
  await thread.run('tell', never);
  const told = await database.admin<{ application_name: string; usename: string }>(
    `select application_name, usename from pg_stat_activity where application_name like 'told from %' and datname = current_database()`,
  );
  expect(told).toEqual([{ application_name: expect.not.stringMatching(/ 0$/), usename: 'rialto_app' }]);
});

test('a named error stays what it is, any other keeps its message', async () => {
  await expect(thread.run('refuse', never)).rejects.toMatchObject({
    kind: 'conflict',
    code: 'test.refused',
    message: 'No.',
    internal: 'inside',
  });
  await expect(thread.run('fall', never)).rejects.toThrow('fallen');
});

test('work that nobody knows is told so', async () => {
  await expect(thread.run('nothing', never)).rejects.toThrow('there is no work named nothing');
});

test('work hears that it should stop, and ends when it has', async () => {
  const stop = new AbortController();
  const lasting = thread.run('last', stop.signal);
  await thread.run('tell', never);
  stop.abort();
  await expect(lasting).resolves.toBeUndefined();
  await expect(thread.run('last', stop.signal)).rejects.toThrow('aborted');
});

test('when the thread dies what it had in hand fails, and the next work gets another', async () => {
  const stop = new AbortController();
  const lasting = thread.run('last', stop.signal);
  const dying = thread.run('die', never);
  await expect(lasting).rejects.toMatchObject({ code: 'jobs.thread_ended' });
  await expect(dying).rejects.toMatchObject({ code: 'jobs.thread_ended' });
  await expect(thread.run('tell', never)).resolves.toBeUndefined();
});
