import { parentPort, workerData } from 'node:worker_threads';
import { levelsOf } from './prove-task.ts';

const levels = levelsOf(workerData as Uint8Array);
parentPort!.postMessage(
  levels,
  levels.map((level) => level.buffer as ArrayBuffer),
);
