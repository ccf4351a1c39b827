import { Worker } from 'node:worker_threads';
import type { Simulation } from './simulate.ts';
import type { News, Task } from './worker.ts';

/** How a simulation is followed. */
export type Watch = { onProgress(share: number): void; onEnd(end: { simulation: Simulation } | { failure: string }): void };

/** Replays days in threads, one after the other; a thread ends with its day. */
export type Simulations = {
  /** How many run or wait. */
  busy(): number;
  run(task: Task, watch: Watch): void;
  /** Ends what runs; it is told as failed. */
  close(): Promise<void>;
};

const MEMORY_MB = 1_024;

export function createSimulations(): Simulations {
  const waiting: { task: Task; watch: Watch }[] = [];
  let current: Worker | undefined;
  let closed = false;

  const next = () => {
    const job = closed || current ? undefined : waiting.shift();
    if (!job) return;
    let ended = false;
    const end: Watch['onEnd'] = (outcome) => {
      if (ended) return;
      ended = true;
      job.watch.onEnd(outcome);
    };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: job.task,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    current = worker;
    worker.unref();
    worker.on('message', (news: News) => ('progress' in news ? job.watch.onProgress(news.progress) : end(news)));
    worker.on('error', () => end({ failure: 'The simulation ended unexpectedly.' }));
    worker.on('exit', () => {
      end({ failure: 'It was interrupted.' });
      current = undefined;
      next();
    });
  };

  return {
    busy: () => waiting.length + (current ? 1 : 0),
    run(task, watch) {
      waiting.push({ task, watch });
      next();
    },
    async close() {
      closed = true;
      for (const { watch } of waiting.splice(0)) watch.onEnd({ failure: 'It was interrupted.' });
      await current?.terminate();
    },
  };
}
