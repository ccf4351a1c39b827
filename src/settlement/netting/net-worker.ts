import { parentPort, workerData } from 'node:worker_threads';
import type { ObligationColumns } from './columns.ts';
import { netTask } from './net-task.ts';

const { columns, withPairs } = workerData as { columns: ObligationColumns; withPairs: boolean };
parentPort!.postMessage(netTask(columns, withPairs));
