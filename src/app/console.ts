import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../base/error.ts';
import type { Report } from './database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'console/dist');
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
 * build nor the sources to make one.
 * Errors: `start.console_build_failed` with what the build said.
 */
export async function builtConsole(report: Report): Promise<string | undefined> {
  const index = join(DIST, 'index.html');
  if (!existsSync(join(ROOT, 'console/index.html'))) return existsSync(index) ? DIST : undefined;
  if (existsSync(index) && newest(SOURCES) <= statSync(index).mtimeMs) return DIST;
  report('Building the console');
  await build();
  return DIST;
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

async function build(): Promise<void> {
  const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'console'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new AppError('unavailable', 'start.console_build_failed', `The console could not be built:\n${said.slice(-2_000)}`);
}
