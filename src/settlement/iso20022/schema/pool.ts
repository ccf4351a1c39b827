import { Worker } from 'node:worker_threads';
import { AppError } from '../../../base/error.ts';
import type { Fault } from './check-piece.ts';
import type { Answer, Question } from './worker.ts';

/** Questions that a thread has at a time: one to work on and one to go on with. */
const AT_ONCE = 2;

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
type Thread = { worker: Worker; jobs: Map<number, Job>; timer?: NodeJS.Timeout; retiring: boolean; slow: boolean };

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
    const thread: Thread = { worker, jobs: new Map(), retiring: false, slow: false };
    worker.on('message', (answer: Answer) => settle(thread, answer));
    worker.on('error', () => undefined);
    worker.on('exit', () => bury(thread));
    worker.unref();
    threads.add(thread);
    return thread;
  };

  const settle = (thread: Thread, answer: Answer) => {
    const job = thread.jobs.get(answer.id);
    thread.jobs.delete(answer.id);
    watch(thread);
    if (job && 'faults' in answer) job.done(answer.faults);
    else if (job) job.failed(checkFailed(job.message, (answer as { failure: string }).failure));
    if (thread.jobs.size === 0) {
      thread.worker.unref();
      if (thread.retiring) void thread.worker.terminate();
    }
    hand();
  };

  /** What a dead thread had in hand is tried once more; what it died of twice, or was too slow with, has failed. */
  const bury = (thread: Thread) => {
    clearTimeout(thread.timer);
    threads.delete(thread);
    let first = true;
    for (const job of thread.jobs.values()) {
      if (closed || job.tries > 0 || (thread.slow && first))
        job.failed(checkFailed(job.message, thread.slow ? 'too slow' : 'thread ended'));
      else waiting.unshift({ ...job, tries: job.tries + 1 });
      first = false;
    }
    thread.jobs.clear();
    hand();
  };

  const watch = (thread: Thread) => {
    clearTimeout(thread.timer);
    if (thread.jobs.size === 0) return;
    thread.timer = setTimeout(() => {
      thread.slow = true;
      void thread.worker.terminate();
    }, options.timeoutMs);
  };

  const hand = () => {
    if (closed) return;
    while (waiting.length > 0) {
      let thread = [...threads]
        .filter(({ retiring, jobs }) => !retiring && jobs.size < AT_ONCE)
        .sort((a, b) => a.jobs.size - b.jobs.size)[0];
      if ((!thread || thread.jobs.size > 0) && threads.size < options.threads) thread = start();
      if (!thread) return;
      give(thread, waiting.shift()!);
    }
  };

  const give = (thread: Thread, job: Job) => {
    const question: Question = { id: ++lastId, message: job.message, xml: job.xml, depth: job.depth };
    thread.jobs.set(question.id, job);
    thread.retiring ||= job.xml.length > RETIRING_LENGTH;
    thread.worker.ref();
    if (thread.jobs.size === 1) watch(thread);
    thread.worker.postMessage(question);
  };

  return {
    room: options.threads * (AT_ONCE + 1),
    check: (message, xml, depth) =>
      new Promise((done, failed) => {
        if (closed) return failed(checkFailed(message, 'closed'));
        waiting.push({ message, xml, depth, tries: 0, done, failed });
        hand();
      }),
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.failed(checkFailed(job.message, 'closed'));
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

function checkFailed(message: string, why: string): AppError {
  return new AppError(
    'unavailable',
    'iso20022.schema_check_failed',
    `The message could not be held against the schema of ${message}. Try again in a moment.`,
    why,
  );
}
