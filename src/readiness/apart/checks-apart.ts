import { Worker } from 'node:worker_threads';
import type { CheckKind, CheckProvider, Outcome } from '../check/check.ts';
import type { CheckGround, FromThread, ToThread } from './protocol.ts';

/** Kinds of checks that are made in threads of their own. */
export type ChecksApart = {
  provider: CheckProvider;
  /** Opens the threads and waits until they can work, so that this takes no time from the first checks. */
  warm(): Promise<void>;
  close(): Promise<void>;
};

type Options = {
  /** What checks may use now. Errors of it become the check's. */
  ground: () => CheckGround;
  /** Checks at the same moment, one in each thread; more wait for a free one. */
  threads: number;
  /** How long a check that was told to stop has to do so before its thread is ended. */
  graceMs?: number;
  idleMs?: number;
  /** What a thread runs; `check-thread.ts` unless told. */
  file?: URL;
};

const GRACE_MS = 400;
const IDLE_MS = 15_000;
const FILE = new URL('check-thread.ts', import.meta.url);

/**
 * The same kinds of checks, each made in a thread beside the one that answers callers. A check that does not stop when it is
 * told to, because it keeps its processor busy or hangs, ends with its thread. Threads that nobody needs are let go.
 */
export function checksApart({ name, kinds }: CheckProvider, options: Options): ChecksApart {
  const pool = createPool(options);
  const apart = (kind: CheckKind): CheckKind => ({
    ...kind,
    run: (params, { signal }) => pool.make({ say: 'check', kind: kind.name, params, ground: options.ground() }, signal),
  });
  return { provider: { name, kinds: kinds.map(apart) }, warm: pool.warm, close: pool.close };
}

function createPool({ threads, graceMs = GRACE_MS, idleMs = IDLE_MS, file = FILE }: Options) {
  const free: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: ((worker: Worker) => void)[] = [];
  let idle: NodeJS.Timeout | undefined;

  function open(): Worker {
    const worker = new Worker(file, { execArgv: [] });
    // It must not keep a process alive that has nothing else to do.
    worker.unref();
    all.add(worker);
    worker.once('exit', () => leave(worker));
    return worker;
  }

  function leave(worker: Worker): void {
    all.delete(worker);
    const at = free.indexOf(worker);
    if (at >= 0) free.splice(at, 1);
    // Whoever waits for a thread gets a new one in its place.
    if (waiting.length > 0 && all.size < threads) waiting.shift()!(open());
  }

  function take(): Promise<Worker> {
    clearTimeout(idle);
    const worker = free.pop() ?? (all.size < threads ? open() : undefined);
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(worker: Worker): void {
    if (!all.has(worker)) return;
    const next = waiting.shift();
    if (next) return next(worker);
    free.push(worker);
    if (free.length === all.size) idle = setTimeout(() => void endAll(), idleMs).unref();
  }

  async function endAll(): Promise<void> {
    clearTimeout(idle);
    await Promise.all([...all].map((worker) => worker.terminate()));
  }

  return {
    async make(check: ToThread, signal: AbortSignal): Promise<Outcome> {
      const worker = await take();
      try {
        return await makeIn(worker, check, { signal, graceMs });
      } finally {
        giveBack(worker);
      }
    },
    async warm(): Promise<void> {
      const workers = await Promise.all(Array.from({ length: threads }, take));
      await Promise.all(workers.map(isReady));
      workers.forEach(giveBack);
    },
    close: endAll,
  };
}

function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      worker.off('message', done).off('exit', done);
      resolve();
    };
    worker.on('message', done).on('exit', done);
    worker.postMessage({ say: 'ping' } satisfies ToThread);
  });
}

/** One check in one thread. A thread that ends on the way is an error of the check, never a pass. */
function makeIn(worker: Worker, check: ToThread, { signal, graceMs }: { signal: AbortSignal; graceMs: number }): Promise<Outcome> {
  return new Promise((resolve) => {
    let grace: NodeJS.Timeout | undefined;
    const stop = (): void => {
      worker.postMessage({ say: 'stop' } satisfies ToThread);
      grace = setTimeout(() => void worker.terminate(), graceMs);
    };
    const end = (outcome: Outcome): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', stop);
      worker.off('message', answered).off('error', failed).off('exit', ended);
      resolve(outcome);
    };
    const answered = (message: FromThread): void => void ('outcome' in message && end(message.outcome));
    const failed = (error: Error): void => end({ state: 'error', summary: `The thread of the check failed: ${error.message}` });
    const ended = (): void => end({ state: 'error', summary: 'The check did not stop when told, and was ended with its thread.' });
    worker.on('message', answered).on('error', failed).on('exit', ended);
    signal.addEventListener('abort', stop, { once: true });
    worker.postMessage(check);
    if (signal.aborted) stop();
  });
}
