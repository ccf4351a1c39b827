import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread was ended because it had no answer within its time. */
export class OutOfTime extends Error {}

type Options = Pick<WorkerOptions, 'workerData' | 'transferList'> & { withinMs?: number };

/** Runs one piece of work in a thread of its own and answers with what it posts. Throws `OutOfTime` when it takes longer than `withinMs`. */
export function inThread<T>(file: URL, { withinMs, ...options }: Options): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const worker = new Worker(file, options);
    const end = () => {
      reject(new OutOfTime(`A thread had no answer within ${withinMs} ms: ${file.pathname}.`));
      void worker.terminate();
    };
    const timer = withinMs === undefined ? undefined : setTimeout(end, withinMs);
    worker.once('message', resolve);
    worker.once('error', reject);
    // After an answer this changes nothing.
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`A thread ended with ${code} and no answer: ${file.pathname}.`));
    });
  });
}
