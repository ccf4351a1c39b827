import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import { TASKS, type Tasks } from './tasks.ts';

/** What the thread is to do. */
export type Order = { task: keyof Tasks; given: never };

/** What came of it. What is a fault of the program ends the thread instead. */
export type Reply = { answer: unknown } | { refused: { code: string; message: string } };

const { task, given } = workerData as Order;
try {
  parentPort!.postMessage({ answer: await TASKS[task](given) } satisfies Reply);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  const { code, message } = error;
  parentPort!.postMessage({ refused: { code, message } } satisfies Reply);
}
