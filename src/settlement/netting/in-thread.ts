import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Runs one piece of work in a thread of its own and answers with what it posts. */
export function inThread<T>(file: URL, options: Pick<WorkerOptions, 'workerData' | 'transferList'>): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, options);
    worker.once('message', resolve);
    worker.once('error', reject);
    // After a message this changes nothing.
    worker.once('exit', (code) => reject(new Error(`A thread ended with ${code} and no answer: ${file.pathname}.`)));
  });
}
