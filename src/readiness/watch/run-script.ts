import { spawn } from 'node:child_process';

/** A script exactly as somebody reviewed it. `env` is all that it gets of the environment, beside PATH and the language. */
export type Script = { argv: readonly [string, ...string[]]; cwd: string; env?: Readonly<Record<string, string>>; timeoutMs: number };

/** What became of it. Exit code 124 says that it was stopped for taking too long, 127 that it could not be started, 128 and more a signal. */
export type ScriptEnd = { exitCode: number; output: string; ms: number };

const MOST_OUTPUT_BYTES = 1 << 20;
/** All of the environment that a script has beside its own settings. */
const PLAIN = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
const TIMED_OUT = 124;
const NOT_STARTED = 127;
const SIGNAL = 128;

/** Runs a script without a shell and keeps what it printed, up to a megabyte. It is stopped with all that it started when its time is over. */
export function runScript({ argv: [file, ...args], cwd, env = {}, timeoutMs }: Script): Promise<ScriptEnd> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let kept = 0;
    const end = (exitCode: number, problem = ''): void => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString('utf8').toWellFormed() + problem;
      resolve({ exitCode, output, ms: Math.round(performance.now() - startedAt) });
    };
    // A group of its own, so that what it started ends with it.
    const child = spawn(file, args, {
      cwd,
      env: { ...PLAIN, ...env },
      detached: true,
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => {
      stop(child.pid);
      // What has left the group may hold the pipes open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      end(TIMED_OUT, `\nstopped after ${timeoutMs} ms`);
    }, timeoutMs);
    const keep = (chunk: Buffer): void => {
      const room = MOST_OUTPUT_BYTES - kept;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      kept += chunk.length;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => end(NOT_STARTED, error.message));
    child.on('close', (code) => end(code ?? SIGNAL));
  });
}

function stop(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
