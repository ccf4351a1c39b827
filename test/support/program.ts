import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { basicEnvironment } from './environment.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Ended = { code: number | null; stdout: string; stderr: string };

/** A program of the checkout on its way. */
export type Running = {
  ended: Promise<Ended>;
  /** Resolves when it has printed this, on either stream; fails when it ends without. */
  said(pattern: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
};

/** Runs a program of the checkout with nothing of our environment but what is given. */
export function launch(args: readonly string[], env: Record<string, string> = {}): Running {
  const basics = { ...basicEnvironment(), RIALTO_DEMO: 'off', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...basics, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  const waiting = new Map<RegExp, () => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      said[stream] += chunk.toString();
      for (const [pattern, heard] of waiting) if (pattern.test(said[stream])) heard();
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return {
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        if (pattern.test(said.stdout) || pattern.test(said.stderr)) return resolve();
        waiting.set(pattern, resolve);
        void ended.then(({ code }) => reject(new Error(`ended with ${code} and never said ${pattern}: ${said.stderr}`)));
      }),
    signal: (signal) => void child.kill(signal),
  };
}

/** A command of `rialto` with its end awaited. */
export function rialto(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return launch(['src/app/cli.ts', ...args], env).ended;
}
