import { Worker } from 'node:worker_threads';
import { AppError } from '../../../base/error.ts';
import type { Fault } from './check-piece.ts';
import type { Answer, Parcel } from './worker.ts';

/** Parcels of questions that a thread has at a time: one to work on and one to go on with. */
const AT_ONCE = 2;

/** Short messages travel together, since waking a thread costs more than checking one of them: so many, of so much text. */
const PARCEL = 32;
const PARCEL_LENGTH = 1 << 18;

/** A thread that has held a document of so many characters gives its memory back by being replaced. */
const RETIRING_LENGTH = 4 << 20;

export type PoolOptions = { threads: number; timeoutMs: number };

type Job = {
  message: string;
  xml: string;
  depth: number;
  tries: number;
  done: (faults: Fault[]) => void;
  failed: (error: unknown) => void;
};
type Thread = { worker: Worker; parcels: Map<number, Job[]>; timer?: NodeJS.Timeout; retiring: boolean; slow: boolean };

/** Threads that hold documents against schemas. Started when first needed; they do not keep the process alive when idle. */
export type Pool = {
  /** `depth` is how many levels down the records are. Errors: `iso20022.schema_check_failed`. */
  check(message: string, xml: string, depth: number): Promise<Fault[]>;
  readonly room: number;
  close(): Promise<void>;
};

/** Opens a pool. `files`: message → path of its schema. */
export function openPool(files: ReadonlyMap<string, string>, options: PoolOptions): Pool {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let closed = false;
  let lastId = 0;

  const start = (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: files, execArgv: [] });
    const thread: Thread = { worker, parcels: new Map(), retiring: false, slow: false };
    worker.on('message', (answer: Answer) => settle(thread, answer));
    worker.on('error', () => undefined);
    worker.on('exit', () => bury(thread));
    worker.unref();
    threads.add(thread);
    return thread;
  };

  const settle = (thread: Thread, { id, answers }: Answer) => {
    const jobs = thread.parcels.get(id) ?? [];
    thread.parcels.delete(id);
    watch(thread);
    jobs.forEach((job, i) => {
      const answer = answers[i]!;
      if ('faults' in answer) job.done(answer.faults);
      else job.failed(checkFailed(job.message, answer.failure));
    });
    if (thread.parcels.size === 0) {
      thread.worker.unref();
      if (thread.retiring) void thread.worker.terminate();
    }
    hand();
  };

  /** What a dead thread had in hand is tried once more, each by itself; what it died of twice, or was too slow with, has failed. */
  const bury = (thread: Thread) => {
    clearTimeout(thread.timer);
    threads.delete(thread);
    let first = true;
    for (const jobs of thread.parcels.values()) {
      const isSlow = thread.slow && first && jobs.length === 1;
      for (const job of jobs.toReversed()) {
        if (closed || job.tries > 0 || isSlow) job.failed(checkFailed(job.message, thread.slow ? 'too slow' : 'thread ended'));
        else waiting.unshift({ ...job, tries: job.tries + 1 });
      }
      first = false;
    }
    thread.parcels.clear();
    hand();
  };

  const watch = (thread: Thread) => {
    clearTimeout(thread.timer);
    if (thread.parcels.size === 0) return;
    thread.timer = setTimeout(() => {
      thread.slow = true;
      void thread.worker.terminate();
    }, options.timeoutMs);
  };

  const hand = () => {
    if (closed) return;
    while (waiting.length > 0) {
      let thread = [...threads]
        .filter(({ retiring, parcels }) => !retiring && parcels.size < AT_ONCE)
        .sort((a, b) => a.parcels.size - b.parcels.size)[0];
      if ((!thread || thread.parcels.size > 0) && threads.size < options.threads) thread = start();
      if (!thread) return;
      give(thread, nextParcel(waiting));
    }
  };

  const give = (thread: Thread, jobs: Job[]) => {
    const parcel: Parcel = { id: ++lastId, questions: jobs.map(({ message, xml, depth }) => ({ message, xml, depth })) };
    thread.parcels.set(parcel.id, jobs);
    thread.retiring ||= jobs.some(({ xml }) => xml.length > RETIRING_LENGTH);
    thread.worker.ref();
    if (thread.parcels.size === 1) watch(thread);
    thread.worker.postMessage(parcel);
  };

  return {
    room: options.threads * (AT_ONCE + 1),
    check: (message, xml, depth) =>
      new Promise((done, failed) => {
        if (closed) return failed(checkFailed(message, 'closed'));
        waiting.push({ message, xml, depth, tries: 0, done, failed });
        // Not at once: what comes in the same turn travels together.
        if (waiting.length === 1) setImmediate(hand);
      }),
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.failed(checkFailed(job.message, 'closed'));
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

/** The next questions that go to a thread together. What a thread has died of before goes alone. */
function nextParcel(waiting: Job[]): Job[] {
  let length = 0;
  let count = 0;
  for (const { xml, tries } of waiting) {
    if (count > 0 && (tries > 0 || count === PARCEL || length + xml.length > PARCEL_LENGTH)) break;
    count++;
    length += xml.length;
    if (tries > 0) break;
  }
  return waiting.splice(0, count);
}

function checkFailed(message: string, why: string): AppError {
  return new AppError(
    'unavailable',
    'iso20022.schema_check_failed',
    `The message could not be held against the schema of ${message}. Try again in a moment.`,
    why,
  );
}
