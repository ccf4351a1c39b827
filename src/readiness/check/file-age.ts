import type { Probe } from './check.ts';
import type { Seen } from './files.ts';
import { git } from './git-read.ts';

/** When what stands in a file was written (ms); with `orBefore` at the latest then, and nobody knows how long before. */
export type Written = { ms: number; orBefore?: true };

/**
 * When what stands in a file was written, by whichever is earlier: the time of the file, or, of a tracked one that is as it was
 * committed, its last commit. A checkout makes all files new, and what is in them as old as it was. Where git cannot be asked
 * whether it was edited, it counts as not. A shallow clone knows of all that is older than its history only that it was there
 * when that begins.
 */
export async function writtenMs(probe: Probe, { path, modifiedMs }: Seen): Promise<Written> {
  const tracked = await said(probe, 'ls-files', ['--', path]);
  if (!tracked) return { ms: modifiedMs };
  const edited = await said(probe, 'status', ['--porcelain', '--', path]);
  if (edited) return { ms: modifiedMs };
  const [seconds, marks = ''] = ((await said(probe, 'log', ['-1', '--format=%ct%n%D', '--', path])) ?? '').split('\n');
  const committedS = Number(seconds || Number.NaN);
  if (!Number.isFinite(committedS)) return { ms: modifiedMs };
  // So git marks the commits where a shallow clone begins.
  const isBoundary = marks.split(', ').includes('grafted');
  return { ms: Math.min(modifiedMs, committedS * 1_000), ...(isBoundary && { orBefore: true }) };
}

/** Why nobody knows how old a file is whose history begins with a shallow clone. */
export const unknownAge = (path: string): string =>
  `how old ${path} is cannot be told: the clone is shallow and begins after it was written (git fetch --unshallow)`;

/** What git answers; undefined where it does not. */
async function said(probe: Probe, command: 'ls-files' | 'status' | 'log', args: readonly string[]): Promise<string | undefined> {
  const answer = await git(probe, command, args).catch(() => {
    probe.signal.throwIfAborted();
    return undefined;
  });
  return answer?.code === 0 ? answer.text.trim() : undefined;
}
