import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId } from '../../base/id.ts';
import { createDirect } from '../lease/direct.ts';
import type { Direct } from '../lease/port.ts';
import { silentLog } from '../log/log.ts';
import type { Job } from '../module.ts';
import { createJobs, type JobsDeps } from './index.ts';
import { migrateJobs } from './boss.ts';
import type { Jobs, RunOutcome } from './port.ts';

const WAIT = { timeout: 60_000, interval: 10 };

let database: TestDatabase;
let name: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
  await migrateJobs(database.urls.admin, silentLog);
});
beforeEach(() => {
  name = `test.${newId()}`;
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => database.drop());

/** The jobs of one process, with a session of its own. */
async function start(deps: Partial<JobsDeps>): Promise<{ jobs: Jobs; direct: Direct; outcomes: RunOutcome[] }> {
  const direct = await createDirect({ url: database.urls.admin, log: silentLog, tryEveryMs: 20 });
  const outcomes: RunOutcome[] = [];
  const onRun = (outcome: RunOutcome) => void outcomes.push(outcome);
  const jobs = await createJobs({ adminUrl: database.urls.admin, direct, log: silentLog, jobs: [], pollSeconds: 0.5, onRun, ...deps });
  closing.push(
    () => direct.close(),
    () => jobs.close(),
  );
  return { jobs, direct, outcomes };
}

const everyFewMs = (run: Job['run']): Job => ({ name, everyMs: 1, run });

test('a timed job runs again and again, also after it failed', async () => {
  let runs = 0;
  const { outcomes } = await start({
    jobs: [
      everyFewMs(async () => {
        runs += 1;
        if (runs === 2) throw new Error('once');
      }),
    ],
  });
  await vi.waitFor(() => expect(runs).toBeGreaterThan(4), WAIT);
  expect(outcomes.slice(0, 3).map(({ job, ok }) => [job, ok])).toEqual([
    [name, true],
    [name, false],
    [name, true],
  ]);
});

test('a job that is apart runs in another thread, where there is one', async () => {
  let here = 0;
  const thread = { file: new URL('../../../test/support/apart.ts', import.meta.url), url: database.urls.app };
  const job = { ...everyFewMs(async () => void (here += 1)), apart: true, name: 'tell' };
  await start({ jobs: [job], thread });
  const told = () => database.admin(`select from pg_stat_activity where application_name like 'told from %'`);
  await vi.waitFor(async () => expect(await told()).not.toEqual([]), WAIT);
  expect(here).toBe(0);
  await start({ jobs: [{ ...job, name: `${name}.here` }] });
  await vi.waitFor(() => expect(here).toBeGreaterThan(0), WAIT);
});

test('a timed job never runs in two processes at once', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const job = everyFewMs(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    runs += 1;
  });
  await start({ jobs: [job] });
  await start({ jobs: [job] });
  await vi.waitFor(() => expect(runs).toBeGreaterThan(50), WAIT);
  expect(most).toBe(1);
});

test('another process takes a timed job over when its process ends', async () => {
  const by: string[] = [];
  const jobOf = (who: string) => everyFewMs(async () => void by.push(who));
  const first = await start({ jobs: [jobOf('first')] });
  await vi.waitFor(() => expect(by).toContain('first'), WAIT);
  await start({ jobs: [jobOf('second')] });
  await first.jobs.close();
  await vi.waitFor(() => expect(by).toContain('second'), WAIT);
});

test('closing aborts the run that is under way and waits for it', async () => {
  const entered = Promise.withResolvers<void>();
  let ended = false;
  const { jobs } = await start({
    jobs: [
      everyFewMs(async (signal) => {
        entered.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended = true;
      }),
    ],
  });
  await entered.promise;
  await jobs.close();
  expect(ended).toBe(true);
});

test('closing does not wait for ever for a job that ignores its signal', async () => {
  const [entered, hang] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const warn = vi.fn<(message: string) => void>();
  const { jobs } = await start({ graceMs: 1, log: { ...silentLog, warn }, jobs: [everyFewMs(() => (entered.resolve(), hang.promise))] });
  await entered.promise;
  await jobs.close();
  expect(warn.mock.calls.map(([message]) => message)).toContain('jobs still run and are left behind');
  hang.resolve();
});

test('a cron job is in the schedule and runs in one process at a time when triggered', async () => {
  let runs = 0;
  const job: Job = { name, cron: '5 4 * * *', run: async () => void (runs += 1) };
  const { jobs } = await start({ jobs: [job] });
  await start({ jobs: [job] });
  const schedule = await database.admin(`select cron, timezone from jobs.schedule where name = $1`, [name]);
  expect(schedule).toEqual([{ cron: '5 4 * * *', timezone: 'UTC' }]);
  await Promise.all([jobs.trigger(name), jobs.trigger(name)]);
  await vi.waitFor(() => expect(runs).toBe(1), WAIT);
});

test('a cron job that throws is counted as failed and runs the next time', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    if (runs === 1) throw new Error('once');
  };
  const { jobs, outcomes } = await start({ jobs: [{ name, cron: '5 4 * * *', run }] });
  await jobs.trigger(name);
  await vi.waitFor(() => expect(outcomes).toMatchObject([{ job: name, ok: false }]), WAIT);
  await vi.waitFor(async () => {
    const [row] = await database.admin<{ state: string }>(`select state::text from jobs.job where name = $1`, [name]);
    expect(row?.state).toBe('failed');
  }, WAIT);
  await jobs.trigger(name);
  await vi.waitFor(() => expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]), WAIT);
});

test('a queued job is tried again until it succeeds, with its data', async () => {
  const seen: object[] = [];
  const run = async (data: object) => {
    seen.push(data);
    if (seen.length < 3) throw new Error('not yet');
  };
  const { jobs, outcomes } = await start({ queues: [{ name, attempts: 3, pauseSeconds: 0, run }] });
  expect(await jobs.send(name, { user: 7 })).toBe(true);
  await vi.waitFor(() => expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true]), WAIT);
  expect(seen).toEqual([{ user: 7 }, { user: 7 }, { user: 7 }]);
});

test('a queued job that was sent before a restart runs after it', async () => {
  const never = { name, run: async () => undefined };
  const { jobs } = await start({ queues: [never] });
  await jobs.send(name, { late: true }, { startAfter: new Date(Date.now() + 1_000) });
  await jobs.close();
  const seen: object[] = [];
  await start({ queues: [{ name, run: async (data) => void seen.push(data) }] });
  await vi.waitFor(() => expect(seen).toEqual([{ late: true }]), WAIT);
});

test('of one key only one waits', async () => {
  const { jobs } = await start({ queues: [{ name, run: async () => undefined }] });
  const later = new Date(Date.now() + 3_600_000);
  expect(await jobs.send(name, {}, { key: 'a', startAfter: later })).toBe(true);
  expect(await jobs.send(name, {}, { key: 'a', startAfter: later })).toBe(false);
  expect(await jobs.send(name, {}, { key: 'b', startAfter: later })).toBe(true);
});

test('jobs that cannot be are refused by name', async () => {
  const run = async () => undefined;
  const base = { adminUrl: database.urls.admin, direct: {} as Direct, log: silentLog };
  const invalid = { code: 'jobs.invalid' };
  await expect(createJobs({ ...base, jobs: [{ name, run }] })).rejects.toMatchObject(invalid);
  await expect(createJobs({ ...base, jobs: [{ name, everyMs: 5, cron: '* * * * *', run }] })).rejects.toMatchObject(invalid);
  await expect(createJobs({ ...base, jobs: [{ name, everyMs: 5, run }], queues: [{ name, run }] })).rejects.toMatchObject(invalid);
  const { jobs } = await start({});
  await expect(jobs.send('nobody', {})).rejects.toMatchObject({ code: 'jobs.unknown' });
  await expect(jobs.trigger('nobody')).rejects.toMatchObject({ code: 'jobs.unknown' });
});

test('the job tables belong to the owner of all tables, and the application cannot reach them', async () => {
  const rows = await database.admin<{ owner: string }>(
    `select distinct tableowner::text as owner from pg_tables where schemaname = 'jobs'`,
  );
  expect(rows).toEqual([{ owner: 'rialto_owner' }]);
  await expect(database.db.read({}, (tx) => tx.query(`select * from jobs.job`))).rejects.toThrow(/permission denied/);
});
