import { parentPort, workerData } from 'node:worker_threads';
import { AppError, type Kind } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import { systemClock } from '../../base/time.ts';
import type { ApartGround } from '../module.ts';
import { openPool } from '../postgres/pool.ts';

/** The inside of the work thread: does what it is told, each with a signal of its own. */

/** What the thread is told: to begin some work, or to stop it. */
export type Order = { id: number; file: string; name: string } | { id: number; stop: true };

/** That a work has ended, and how. */
export type Report = { id: number; failure?: { kind?: Kind; code?: string; message: string; internal?: unknown } };

/** As many works as may wait for the database at a time. */
const CONNECTIONS = 2;

const db = openPool({ url: new Secret(workerData as string), maxConnections: CONNECTIONS, applicationName: 'rialto-background' });
const ground: ApartGround = { db, clock: systemClock };
const stops = new Map<number, AbortController>();

async function work(order: Extract<Order, { file: string }>): Promise<Report> {
  const { id, file, name } = order;
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    const { [name]: run } = (await import(file)) as Record<string, (ground: ApartGround, signal: AbortSignal) => Promise<void>>;
    await run!(ground, stop.signal);
    return { id };
  } catch (error) {
    return { id, failure: failureOf(error) };
  } finally {
    stops.delete(id);
  }
}

function failureOf(error: unknown): NonNullable<Report['failure']> {
  if (error instanceof AppError) return { kind: error.kind, code: error.code, message: error.message, internal: error.internal };
  return error instanceof Error ? { message: error.message, internal: error.stack } : { message: String(error) };
}

parentPort?.on('message', (order: Order) => {
  if ('stop' in order) stops.get(order.id)?.abort();
  else void work(order).then((report) => parentPort!.postMessage(report));
});
