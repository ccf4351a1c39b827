import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import { TASKS, type Tasks } from './tasks.ts';

/** What the thread is to do. */
export type Order = { task: keyof Tasks; given: never };

/** What came of it. What is a fault of the program ends the thread instead. */
export type Reply = { answer: unknown } | { refused: string };

const { task, given } = workerData as Order;
try {
  parentPort!.postMessage({ answer: TASKS[task](given) } satisfies Reply);
} catch (error) {
  // A checklist is read whatever it says; only bindings can be refused.
  if (!(error instanceof AppError)) throw error;
  parentPort!.postMessage({ refused: error.message } satisfies Reply);
}
