import { parentPort, workerData } from 'node:worker_threads';
import { AppError, type Kind } from '../../base/error.ts';
import { TASKS, type Tasks } from './tasks.ts';

/** What the thread is to do. */
export type Order = { task: keyof Tasks; given: never };

/** What came of it. What is a fault of the program ends the thread instead. */
export type Reply = { answer: unknown } | { refused: { kind: Kind; code: string; message: string } };

const { task, given } = workerData as Order;
try {
  parentPort!.postMessage({ answer: await TASKS[task](given) } satisfies Reply);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  const { kind, code, message } = error;
  parentPort!.postMessage({ refused: { kind, code, message } } satisfies Reply);
}
