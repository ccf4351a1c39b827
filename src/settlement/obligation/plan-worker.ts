import { parentPort, workerData } from 'node:worker_threads';
import { planRound, type RoundInput } from './plan.ts';

parentPort!.postMessage(planRound(workerData as RoundInput));
