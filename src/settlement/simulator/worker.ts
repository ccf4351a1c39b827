import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../base/error.ts';
import { demoTraffic } from './demo-traffic.ts';
import { simulate, type Regime, type Simulation } from './simulate.ts';
import type { TrafficPayment } from './traffic.ts';

/** What a thread is given: a day, or how to invent one. */
export type Task = {
  traffic?: readonly TrafficPayment[];
  seed?: string;
  payments?: number;
  regimes?: readonly Regime[];
  levels: number;
  windowMs: number;
  queues: 'account' | 'participant';
};

/** What a thread tells. */
export type News = { progress: number } | { simulation: Simulation } | { failure: string };

const { traffic, seed = 'rialto', payments, ...options } = workerData as Task;

try {
  const simulation = await simulate(traffic ?? demoTraffic(seed, payments), {
    levels: options.levels,
    windowMs: options.windowMs,
    queues: options.queues,
    ...(options.regimes && { regimes: options.regimes }),
    onProgress: ({ done, total }) => parentPort!.postMessage({ progress: done / total } satisfies News),
  });
  parentPort!.postMessage({ simulation } satisfies News);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  parentPort!.postMessage({ failure: error.message } satisfies News);
}
