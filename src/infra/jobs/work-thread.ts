import { Worker } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import type { Order, Report, WorkData } from './serve-work.ts';

/** A thread beside the one that answers callers, with connections of its own; started when first needed. */
export type WorkThread = {
  /** Does the work of that name there and answers when it is done. Errors: its own, and `jobs.thread_ended` when the thread dies. */
  run(name: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

type Running = { done(): void; failed(error: unknown): void };

export type WorkThreadOptions = { file: URL; url: Secret; data?: unknown };

/** The thread for a process's background work. `file` serves it by `serveWork`; `url` is the application's login; `data` what else the file needs. */
export function createWorkThread({ file, url, data }: WorkThreadOptions): WorkThread {
  let worker: Worker | undefined;
  let lastId = 0;
  const running = new Map<number, Running>();

  const start = (): Worker => {
    const started = new Worker(file, { workerData: { url: url.reveal(), data } satisfies WorkData, execArgv: [] });
    started.on('message', (report: Report) => settle(report));
    started.on('error', (error) => bury(started, error));
    started.on('exit', () => bury(started));
    // It has nothing to do of its own: whether the process lives is for the others to say.
    started.unref();
    return started;
  };

  const settle = ({ id, failure }: Report) => {
    const work = running.get(id);
    running.delete(id);
    if (failure) work?.failed(errorOf(failure));
    else work?.done();
  };

  const bury = (dead: Worker, why?: unknown) => {
    if (worker === dead) worker = undefined;
    for (const [id, work] of running) {
      running.delete(id);
      work.failed(new AppError('unavailable', 'jobs.thread_ended', 'The thread for background work ended.', why));
    }
  };

  return {
    run: (name, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        worker ??= start();
        const id = ++lastId;
        const thread = worker;
        const stop = () => thread.postMessage({ id, stop: true } satisfies Order);
        signal.addEventListener('abort', stop, { once: true });
        const ended = () => signal.removeEventListener('abort', stop);
        running.set(id, {
          done: () => (ended(), resolve()),
          failed: (error) => (ended(), reject(error as Error)),
        });
        thread.postMessage({ id, name } satisfies Order);
      }),
    async close() {
      await worker?.terminate();
    },
  };
}

/** What was thrown there, as far as it crosses threads: not the class, but all that it says. */
function errorOf({ message, ...said }: NonNullable<Report['failure']>): Error {
  return Object.assign(new Error(message), said);
}
