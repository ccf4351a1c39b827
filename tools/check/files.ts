import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.npm-cache']);

/** All files below a folder, relative to `root` with forward slashes, in order; without dependencies and build results. */
export function filesBelow(root: string, folder = '.'): string[] {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(root, name));
    else if (entry.isFile()) found.push(name);
  }
  return found.sort();
}

/** Whether a file holds tests, or a suite of them that several implementations must pass (`bus.contract.ts`). */
export function isTest(file: string): boolean {
  return /\.(test|contract)\.tsx?$/.test(file);
}

/** Whether a file is TypeScript that is written by hand. */
export function isSource(file: string): boolean {
  return /\.tsx?$/.test(file) && !file.endsWith('.d.ts');
}
