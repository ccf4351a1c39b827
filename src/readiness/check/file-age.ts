import type { Probe } from './check.ts';
import type { Seen } from './files.ts';
import { git } from './git-read.ts';

/**
 * When what stands in a file was written (ms), by whichever is earlier: the time of the file, or, of a tracked one that is as it was
 * committed, its last commit. A checkout makes all files new, and what is in them as old as it was. Where git cannot be asked
 * whether it was edited, it counts as not.
 */
export async function writtenMs(probe: Probe, { path, modifiedMs }: Seen): Promise<number> {
  const tracked = await said(probe, 'ls-files', ['--', path]);
  if (!tracked) return modifiedMs;
  const edited = await said(probe, 'status', ['--porcelain', '--', path]);
  if (edited) return modifiedMs;
  const committedS = Number((await said(probe, 'log', ['-1', '--format=%ct', '--', path])) || Number.NaN);
  return Number.isFinite(committedS) ? Math.min(modifiedMs, committedS * 1_000) : modifiedMs;
}

/** What git answers; undefined where it does not. */
async function said(probe: Probe, command: 'ls-files' | 'status' | 'log', args: readonly string[]): Promise<string | undefined> {
  const answer = await git(probe, command, args).catch(() => {
    probe.signal.throwIfAborted();
    return undefined;
  });
  return answer?.code === 0 ? answer.text.trim() : undefined;
}
