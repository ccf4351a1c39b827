import { threadId } from 'node:worker_threads';
import { AppError } from '../../src/base/error.ts';
import type { ApartGround } from '../../src/infra/module.ts';

/** Work for a thread of its own: tells the database in which thread it runs. */
export async function tell({ db }: ApartGround): Promise<void> {
  await db.read({}, (tx) => tx.query(`select set_config('application_name', $1, false)`, [`told from ${threadId}`]));
}

/** Fails with a named error. */
export async function refuse(): Promise<void> {
  throw new AppError('conflict', 'test.refused', 'No.', 'inside');
}

/** Fails with whatever. */
export async function fall(): Promise<void> {
  throw new TypeError('fallen');
}

/** Ends its thread. */
export async function die(): Promise<void> {
  process.exit(3);
}

/** Works until it is told to stop. */
export function last(_: ApartGround, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
