import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../base/error.ts';
import { isLocked, takeLock, type FileLock } from '../infra/file-lock.ts';
import type { Report } from './database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONSOLE = join(ROOT, 'console');
const DIST = join(CONSOLE, 'dist');
/** Where a build is made before it takes its place, so that nobody ever serves half of one. */
const WORKSHOP = join(CONSOLE, 'node_modules/.console');
/** What the console is made of: its own files, and the contracts and values that it imports. */
const SOURCES = [
  'console/src',
  'console/public',
  'console/build',
  'console/index.html',
  'console/vite.config.ts',
  'package-lock.json',
  'src',
];

/**
 * The folder with the built console; builds it first when one of its sources is newer. Undefined when there is neither a
 * build nor the sources to make one. `stop` ends a build under way.
 * Errors: `start.console_build_failed` with what the build said, the reason of `stop`.
 */
export async function builtConsole(report: Report, stop: AbortSignal): Promise<string | undefined> {
  if (!existsSync(join(CONSOLE, 'index.html'))) return existsSync(join(DIST, 'index.html')) ? DIST : undefined;
  if (isFresh()) return DIST;
  const lock = await ownWorkshop(stop);
  try {
    if (isFresh()) return DIST;
    report('Building the console');
    await build(stop);
    return DIST;
  } finally {
    lock.release();
  }
}

function isFresh(): boolean {
  const index = join(DIST, 'index.html');
  return existsSync(index) && newest(SOURCES) <= statSync(index).mtimeMs;
}

/** One build at a time in a checkout, however many processes start. */
async function ownWorkshop(stop: AbortSignal): Promise<FileLock> {
  mkdirSync(WORKSHOP, { recursive: true });
  for (;;) {
    const lock = takeLock(join(WORKSHOP, 'lock'));
    if (isLocked(lock)) return lock;
    await delay(100);
    stop.throwIfAborted();
  }
}

function newest(paths: readonly string[]): number {
  return Math.max(0, ...paths.map((path) => newestBelow(join(ROOT, path))));
}

function newestBelow(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return isSource(path) ? stat.mtimeMs : 0;
  return Math.max(0, ...readdirSync(path).map((name) => newestBelow(join(path, name))));
}

/** Of the server's code only contracts and values reach the browser. */
function isSource(path: string): boolean {
  const inServer = path.startsWith(join(ROOT, 'src'));
  return !inServer || path.endsWith('contract.ts') || path.startsWith(join(ROOT, 'src/base'));
}

async function build(stop: AbortSignal): Promise<void> {
  const startedAt = new Date();
  const made = join(WORKSHOP, 'dist');
  const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', relative(CONSOLE, made), '--emptyOutDir'], {
    cwd: CONSOLE,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const end = () => void child.kill();
  stop.addEventListener('abort', end);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  stop.removeEventListener('abort', end);
  stop.throwIfAborted();
  if (code !== 0) throw new AppError('unavailable', 'start.console_build_failed', `The console could not be built:\n${said.slice(-2_000)}`);
  // A source that was changed meanwhile is newer than this build.
  utimesSync(join(made, 'index.html'), startedAt, startedAt);
  const old = join(WORKSHOP, 'old');
  rmSync(old, { recursive: true, force: true });
  if (existsSync(DIST)) renameSync(DIST, old);
  renameSync(made, DIST);
  rmSync(old, { recursive: true, force: true });
}
