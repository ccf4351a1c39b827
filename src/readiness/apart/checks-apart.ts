import { fork, type ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CheckKind, CheckProvider, Outcome, Probe } from '../check/check.ts';
import type { CheckGround, FromProcess, ToProcess } from './protocol.ts';

/** Kinds of checks that are made in processes of their own. */
export type ChecksApart = {
  provider: CheckProvider;
  /** Starts the processes and waits until they can work, so that this takes no time from the first checks. */
  warm(): Promise<void>;
  close(): Promise<void>;
};

type Options = {
  /** What checks may use now. Errors of it become the check's. */
  ground: () => CheckGround;
  /** Checks at the same moment, one in each process; more wait for a free one. */
  processes: number;
  /** How long a check that was told to stop has to do so before its process is ended. */
  graceMs?: number;
  idleMs?: number;
  /** What a process runs; `check-process.ts` unless told. */
  file?: URL;
};

/** What of a probe is used on this side: the rest is made anew in the process. */
type Watching = Pick<Probe, 'signal' | 'note'>;

const GRACE_MS = 400;
const IDLE_MS = 15_000;
const FILE = new URL('check-process.ts', import.meta.url);

/**
 * The same kinds of checks, each made in a process beside the one that answers callers. A check that does not stop when it is
 * told to, because it keeps its processor busy or hangs, ends with its process. Processes that nobody needs are let go.
 */
export function checksApart({ name, kinds }: CheckProvider, options: Options): ChecksApart {
  const pool = createPool(options);
  const apart = (kind: CheckKind): CheckKind => ({
    ...kind,
    run: (params, probe) => pool.make({ say: 'check', kind: kind.name, params, ground: options.ground() }, probe),
  });
  return { provider: { name, kinds: kinds.map(apart) }, warm: pool.warm, close: pool.close };
}

function createPool({ processes, graceMs = GRACE_MS, idleMs = IDLE_MS, file = FILE }: Options) {
  const free: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const waiting: ((worker: ChildProcess) => void)[] = [];
  let idle: NodeJS.Timeout | undefined;

  function open(): ChildProcess {
    const worker = fork(fileURLToPath(file), {
      execArgv: [],
      env: environment(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // It must not keep a process alive that has nothing else to do.
    worker.unref();
    worker.channel?.unref();
    // One that could not be started, or is gone while it is written to, ends; that is told below.
    worker.on('error', () => worker.kill('SIGKILL'));
    all.add(worker);
    worker.once('exit', () => leave(worker));
    return worker;
  }

  function leave(worker: ChildProcess): void {
    all.delete(worker);
    const at = free.indexOf(worker);
    if (at >= 0) free.splice(at, 1);
    // Whoever waits for a process gets a new one in its place.
    if (waiting.length > 0 && all.size < processes) waiting.shift()!(open());
  }

  function take(): Promise<ChildProcess> {
    clearTimeout(idle);
    const worker = free.pop() ?? (all.size < processes ? open() : undefined);
    return worker ? Promise.resolve(worker) : new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(worker: ChildProcess): void {
    if (!all.has(worker)) return;
    const next = waiting.shift();
    if (next) return next(worker);
    free.push(worker);
    if (free.length === all.size) idle = setTimeout(() => void endAll(), idleMs).unref();
  }

  async function endAll(): Promise<void> {
    clearTimeout(idle);
    await Promise.all([...all].map(ended));
  }

  return {
    async make(check: ToProcess, probe: Watching): Promise<Outcome> {
      const worker = await take();
      try {
        return await makeIn(worker, check, { signal: probe.signal, graceMs, note: (text) => probe.note?.(text) });
      } finally {
        giveBack(worker);
      }
    },
    async warm(): Promise<void> {
      const workers = await Promise.all(Array.from({ length: processes }, take));
      await Promise.all(workers.map(isReady));
      workers.forEach(giveBack);
    },
    close: endAll,
  };
}

/** What it needs to find programs and their settings; what checks may read comes with each of them. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, LD_LIBRARY_PATH } = process.env;
  const compiled = getCompileCacheDir();
  return {
    ...(PATH && { PATH }),
    ...(HOME && { HOME }),
    ...(LANG && { LANG }),
    ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }),
    ...(compiled && { NODE_COMPILE_CACHE: compiled }),
  };
}

/** Nothing is heard by a process that is gone; its end answers for it. */
function tell(worker: ChildProcess, message: ToProcess): void {
  if (worker.connected) worker.send(message, () => undefined);
}

function ended(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
    worker.once('exit', () => resolve());
    worker.kill('SIGKILL');
  });
}

function isReady(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      worker.off('message', done).off('exit', done);
      resolve();
    };
    worker.on('message', done).on('exit', done);
    tell(worker, { say: 'ping' } satisfies ToProcess);
  });
}

type Making = { signal: AbortSignal; graceMs: number; note(text: string): void };

/** One check in one process. A process that ends on the way is an error of the check, never a pass; what it noted until then is kept. */
function makeIn(worker: ChildProcess, check: ToProcess, { signal, graceMs, note }: Making): Promise<Outcome> {
  return new Promise((resolve) => {
    let grace: NodeJS.Timeout | undefined;
    const stop = (): void => {
      tell(worker, { say: 'stop' } satisfies ToProcess);
      grace = setTimeout(() => worker.kill('SIGKILL'), graceMs);
    };
    const end = (outcome: Outcome): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', stop);
      worker.off('message', answered).off('exit', gone);
      resolve(outcome);
    };
    const answered = (message: FromProcess): void => {
      if ('noted' in message) note(message.noted);
      if ('outcome' in message) end(message.outcome);
    };
    const gone = (): void => end({ state: 'error', summary: 'The check did not stop when told, and was ended with its process.' });
    worker.on('message', answered).on('exit', gone);
    signal.addEventListener('abort', stop, { once: true });
    tell(worker, check);
    if (signal.aborted) stop();
  });
}
