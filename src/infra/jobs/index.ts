import type { PgBoss } from 'pg-boss';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { Secret } from '../../base/secret.ts';
import { pause } from '../bus/latch.ts';
import type { Direct } from '../lease/port.ts';
import type { Job } from '../module.ts';
import { startBoss } from './boss.ts';
import type { Jobs, QueuedJob } from './port.ts';
import { runEvery, runOnce, type RunDeps } from './timed.ts';
import { createWorkThread, type WorkThread, type WorkThreadOptions } from './work-thread.ts';

export type JobsDeps = RunDeps & {
  /** The direct address (DATABASE_ADMIN_URL). */
  adminUrl: Secret;
  /** The thread for jobs that are apart. Without it they run here. */
  thread?: WorkThreadOptions;
  direct: Direct;
  /** Each has `everyMs` or `cron` (five fields, UTC). */
  jobs: readonly Job[];
  queues?: readonly QueuedJob[];
  /** How often queues are looked at, in seconds; at least 0.5. */
  pollSeconds?: number;
  /** How long `close` waits for what runs. */
  graceMs?: number;
};

/** A crashed process is noticed after so long and its queued job given to another. */
const HEARTBEAT_SECONDS = 30;
/** A run that takes longer than this is taken for hung. */
const EXPIRE_SECONDS = 6 * 3_600;

/**
 * Starts the background work of this process. Creates or upgrades the job tables when needed.
 * Errors: `jobs.invalid` for a job without a time, with two, or with a name that is taken.
 */
export async function createJobs(deps: JobsDeps): Promise<Jobs> {
  const { queues = [], graceMs = 10_000, pollSeconds = 2 } = deps;
  const thread = deps.thread && createWorkThread(deps.thread);
  const jobs = thread ? deps.jobs.map((job) => runApart(job, thread)) : deps.jobs;
  checkJobs(jobs, queues);
  const { boss, close } = await startBoss(deps.adminUrl, deps.log, 'run');
  const closing = new AbortController();
  const crons = new Set<string>();
  try {
    for (const job of jobs) {
      if (job.cron === undefined) continue;
      crons.add(job.name);
      await startCron(boss, deps, { ...job, cron: job.cron }, closing.signal);
    }
    for (const queue of queues) await startQueue(boss, deps, { queue, pollSeconds }, closing.signal);
  } catch (error) {
    await close(0);
    throw error;
  }
  const leads = jobs.flatMap((job) => (job.everyMs === undefined ? [] : [runEvery(deps, { ...job, everyMs: job.everyMs })]));
  const queued = new Set(queues.map((queue) => queue.name));

  return {
    async send(name, data, { key, startAfter } = {}) {
      if (!queued.has(name)) throw unknown(name);
      const id = await boss.send(name, data, { singletonKey: key ?? newId(), ...(startAfter && { startAfter }) });
      return id !== null;
    },
    async trigger(name) {
      if (!crons.has(name)) throw unknown(name);
      await boss.send(name);
    },
    async close() {
      closing.abort();
      const ended = Promise.all([close(graceMs), ...leads.map((lead) => lead.end())]).then(() => true);
      const enough = new AbortController();
      const inTime = await Promise.race([ended, pause(graceMs + 1_000, enough.signal).then(() => false)]);
      enough.abort();
      if (!inTime) deps.log.warn('jobs still run and are left behind', { graceMs });
      await thread?.close();
    },
  };
}

function runApart(job: Job, thread: WorkThread): Job {
  return job.apart ? { ...job, run: (signal) => thread.run(job.name, signal) } : job;
}

/** One waits or runs at a time, so a run that outlasts its interval skips the next. A failed one waits for the next time. */
async function startCron(boss: PgBoss, deps: JobsDeps, job: Job & { cron: string }, closing: AbortSignal): Promise<void> {
  await boss.createQueue(job.name, {
    policy: 'exclusive',
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
    deleteAfterSeconds: 86_400,
  });
  await boss.work(job.name, { pollingIntervalSeconds: deps.pollSeconds ?? 10 }, async ([run]) => {
    const failure = await runOnce(deps, job.name, () => job.run(AbortSignal.any([run!.signal, closing])));
    if (failure) throw failure;
  });
  await boss.schedule(job.name, job.cron, null, { tz: 'UTC' });
}

type QueueStart = { queue: QueuedJob; pollSeconds: number };

async function startQueue(boss: PgBoss, deps: JobsDeps, { queue, pollSeconds }: QueueStart, closing: AbortSignal): Promise<void> {
  const { name, attempts = 5, pauseSeconds = 5 } = queue;
  const settings = {
    retryLimit: attempts - 1,
    retryDelay: pauseSeconds,
    retryBackoff: pauseSeconds > 0,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
  };
  // `short`: one of a key waits at a time; what was sent without a key gets one of its own.
  await boss.createQueue(name, { policy: 'short', ...settings });
  await boss.updateQueue(name, { retryLimit: settings.retryLimit, retryDelay: settings.retryDelay, retryBackoff: settings.retryBackoff });
  await boss.work<object>(name, { pollingIntervalSeconds: pollSeconds }, async ([run]) => {
    const failure = await runOnce(deps, name, () => queue.run(run!.data, AbortSignal.any([run!.signal, closing])));
    if (failure) throw failure;
  });
}

function checkJobs(jobs: readonly Job[], queues: readonly QueuedJob[]): void {
  const names = new Set<string>();
  for (const { name } of [...jobs, ...queues]) {
    if (names.has(name)) throw new AppError('invalid', 'jobs.invalid', `Two jobs are named ${name}.`);
    names.add(name);
  }
  for (const { name, everyMs, cron } of jobs) {
    if ((everyMs === undefined) === (cron === undefined))
      throw new AppError('invalid', 'jobs.invalid', `The job ${name} needs everyMs or cron.`);
  }
}

function unknown(name: string): AppError {
  return new AppError('not_found', 'jobs.unknown', `There is no such job: ${name}.`);
}
