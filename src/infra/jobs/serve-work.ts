import { parentPort, workerData } from 'node:worker_threads';
import { AppError, type Kind } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import { systemClock } from '../../base/time.ts';
import type { ApartWork } from '../module.ts';
import { openPool } from '../postgres/pool.ts';

/** What a work thread is told: to begin some work, or to stop it. */
export type Order = { id: number; name: string } | { id: number; stop: true };

/** That a work has ended, and how. */
export type Report = { id: number; failure?: { kind?: Kind; code?: string; message: string; internal?: unknown } };

/** As many works as may wait for the database at a time. */
const CONNECTIONS = 2;

/** What the thread was given at its start: the application's login, and what its file asked for. */
export type WorkData = { url: string; data: unknown };

/** What the starter of this thread handed over for it. */
export const handedOver = (): unknown => (workerData as WorkData).data;

/** The inside of a work thread: does what it is told, each with a signal of its own, on connections of its own. */
export function serveWork(works: Readonly<Record<string, ApartWork>>): void {
  const db = openPool({ url: new Secret((workerData as WorkData).url), maxConnections: CONNECTIONS, applicationName: 'rialto-background' });
  const ground = { db, clock: systemClock };
  const stops = new Map<number, AbortController>();
  const work = async (id: number, name: string): Promise<Report> => {
    const stop = new AbortController();
    stops.set(id, stop);
    try {
      if (!works[name]) throw new Error(`there is no work named ${name}`);
      await works[name](ground, stop.signal);
      return { id };
    } catch (error) {
      return { id, failure: failureOf(error) };
    } finally {
      stops.delete(id);
    }
  };
  parentPort?.on('message', (order: Order) => {
    if ('stop' in order) stops.get(order.id)?.abort();
    else void work(order.id, order.name).then((report) => parentPort!.postMessage(report));
  });
}

function failureOf(error: unknown): NonNullable<Report['failure']> {
  if (error instanceof AppError) return { kind: error.kind, code: error.code, message: error.message, internal: error.internal };
  return error instanceof Error ? { message: error.message, internal: error.stack } : { message: String(error) };
}
