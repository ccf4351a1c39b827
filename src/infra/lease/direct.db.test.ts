import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { silentLog } from '../log/log.ts';
import { createDirect } from './direct.ts';
import type { Direct } from './port.ts';

const WAIT = { timeout: 60_000, interval: 5 };

let database: TestDatabase;
let name: string;
const opened: Direct[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
beforeEach(() => {
  name = newId();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((direct) => direct.close()));
});
afterAll(() => database.drop());

async function open(): Promise<Direct> {
  const direct = await createDirect({ url: database.urls.admin, log: silentLog, tryEveryMs: 10 });
  opened.push(direct);
  return direct;
}

/** Work that holds on until its signal aborts. */
function holding(log: string[], who: string): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    log.push(`${who} begins`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    log.push(`${who} ends`);
  };
}

const endSessions = () =>
  database.admin(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rialto direct' and datname = current_database()`,
  );

test('of many sessions one leads, and when it gives up the next one does, never two at once', async () => {
  const log: string[] = [];
  const leads = await Promise.all(['a', 'b', 'c'].map(async (who) => ({ who, lead: (await open()).lead(name, holding(log, who)) })));
  for (let round = 1; round <= 3; round++) {
    await vi.waitFor(() => expect(log).toHaveLength(2 * round - 1), WAIT);
    const leader = leads.find(({ lead }) => lead.held())!;
    await leader.lead.end();
    // The next one may have begun by now, but only behind it.
    expect(log[2 * round - 1]).toBe(`${leader.who} ends`);
  }
  const order = log.map((line) => line.split(' ')[1]);
  expect(order).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
});

test('a session that is lost aborts its work and another session leads', async () => {
  const log: string[] = [];
  const first = await open();
  first.lead(name, holding(log, 'first'));
  await vi.waitFor(() => expect(log).toEqual(['first begins']), WAIT);
  await endSessions();
  await vi.waitFor(() => expect(log.slice(0, 2)).toEqual(['first begins', 'first ends']), WAIT);
  await vi.waitFor(() => expect(log.at(-1)).toBe('first begins'), WAIT);
});

test('work that throws is led again, work that returns is not', async () => {
  const direct = await open();
  let runs = 0;
  const lead = direct.lead(name, async () => {
    runs += 1;
    if (runs < 3) throw new Error('again');
  });
  await vi.waitFor(() => expect(runs).toBe(3), WAIT);
  await vi.waitFor(() => expect(lead.held()).toBe(false), WAIT);
  const log: string[] = [];
  (await open()).lead(name, holding(log, 'other'));
  await vi.waitFor(() => expect(log).toEqual(['other begins']), WAIT);
  expect(runs).toBe(3);
});

test('closing waits for the work', async () => {
  const log: string[] = [];
  const direct = await open();
  direct.lead(name, holding(log, 'a'));
  await vi.waitFor(() => expect(log).toEqual(['a begins']), WAIT);
  await direct.close();
  expect(log).toEqual(['a begins', 'a ends']);
});

test('notifications are heard, also those of channels added later and after a lost session', async () => {
  const direct = await open();
  const heard = vi.fn<() => void>();
  direct.listen(`a_${name}`, heard);
  const later = vi.fn<() => void>();
  direct.listen(`b_${name}`, later);
  await vi.waitFor(() => expect(later).toHaveBeenCalled(), WAIT);
  const before = heard.mock.calls.length;
  await database.admin(`select pg_notify($1, '')`, [`a_${name}`]);
  await vi.waitFor(() => expect(heard.mock.calls.length).toBeGreaterThan(before), WAIT);
  const beforeLoss = later.mock.calls.length;
  await endSessions();
  await vi.waitFor(() => expect(later.mock.calls.length).toBeGreaterThan(beforeLoss), WAIT);
  const afterLoss = later.mock.calls.length;
  await database.admin(`select pg_notify($1, '')`, [`b_${name}`]);
  await vi.waitFor(() => expect(later.mock.calls.length).toBeGreaterThan(afterLoss), WAIT);
});

test('a lease is led once in a process', async () => {
  const direct = await open();
  direct.lead(name, holding([], 'a'));
  expect(() => direct.lead(name, holding([], 'b'))).toThrow(expect.objectContaining({ code: 'lease.name_taken' }));
});

test('a database that cannot be reached fails the start', async () => {
  await expect(createDirect({ url: new Secret('postgres://nobody:x@127.0.0.1:1/none'), log: silentLog })).rejects.toThrow();
});
