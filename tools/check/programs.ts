import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Finding } from './finding.ts';

/** Type check of the server, and of the console, which has a browser's types. */
export const typesCheck: Check = {
  name: 'types',
  about: 'tsc',
  async run(root) {
    const projects = ['tsconfig.json', 'console/tsconfig.json'].filter((project) => existsSync(path.join(root, project)));
    return (await Promise.all(projects.map((project) => program('typescript', 'tsc', ['-p', project], root)))).flat();
  },
};

export const lintCheck: Check = {
  name: 'lint',
  about: 'oxlint with types',
  run: (root) => program('oxlint', 'oxlint', ['--type-aware', '--format=unix'], root),
};

export const formatCheck: Check = {
  name: 'format',
  about: 'oxfmt; `npx oxfmt` puts it right',
  run: (root) => program('oxfmt', 'oxfmt', ['--check'], root),
};

export const unusedCheck: Check = {
  name: 'unused',
  about: 'knip: code, dependencies',
  run: (root) => program('knip', 'knip', ['--no-progress'], root),
};

/** Runs a program of one of our dependencies; every line that it writes is a finding, unless it succeeds. */
async function program(dependency: string, name: string, args: readonly string[], cwd: string): Promise<Finding[]> {
  const child = spawn(process.execPath, [binaryOf(dependency, name), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode === 0) return [];
  const lines = Buffer.concat(chunks)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length > 0 ? lines.map((message) => ({ message })) : [{ message: `${name} failed with exit code ${exitCode}` }];
}

/** The script behind a name in node_modules/.bin. */
function binaryOf(dependency: string, name: string): string {
  const home = fileURLToPath(new URL(`../../node_modules/${dependency}/`, import.meta.url));
  const { bin } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { bin: string | Record<string, string> };
  return path.join(home, typeof bin === 'string' ? bin : bin[name]!);
}
