import { execFile } from 'node:child_process';
import { AppError } from '../../base/error.ts';
import { listsPrograms, SAFE_OPTIONS } from '../git-safety.ts';
import type { Probe } from './check.ts';

const MOST_BYTES = 64 << 20;
const NOTE_CHARACTERS = 4_096;

/** Commands of git that only read. */
type Reading = 'status' | 'describe' | 'rev-parse' | 'ls-files' | 'check-ignore' | 'log' | 'show-ref' | 'ls-tree';

/**
 * Runs a reading command of git in the root and answers with its exit code and output. Without locks, hooks, prompts, network
 * and settings of the machine. Errors: `readiness.git_missing`, `readiness.git_unsafe` when the repository's own
 * configuration names programs that git would start.
 */
export async function git(
  probe: Probe,
  command: Reading,
  args: readonly string[],
): Promise<{ code: number; text: string; problem: string }> {
  if (command === 'status') await demandHarmless(probe);
  return start(probe, [command, ...args]);
}

async function demandHarmless(probe: Probe): Promise<void> {
  const { code, text } = await start(probe, listsPrograms('core\\.(fsmonitor|sshcommand)'));
  if (code === 0 && text.trim() !== '')
    throw new AppError(
      'forbidden',
      'readiness.git_unsafe',
      `The repository's configuration names programs (${text.trim().split('\n').join(', ')}); git was not asked.`,
    );
}

/** Nothing of the machine or of the user takes part, and nothing that could start a program. */
function start(probe: Probe, args: readonly string[]): Promise<{ code: number; text: string; problem: string }> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
  const options = { cwd: probe.root, env, signal: probe.signal, maxBuffer: MOST_BYTES, timeout: 60_000, encoding: 'utf8' as const };
  const said = (code: number, text: string, problem: string): void =>
    probe.note?.(
      [
        `$ git ${args.filter((arg) => arg.length < 200).join(' ')}`,
        text.replaceAll('\0', '\n').slice(0, NOTE_CHARACTERS),
        problem.slice(0, 1_000),
        `exit code ${code}`,
      ]
        .filter((line) => line !== '')
        .join('\n'),
    );
  return new Promise((resolve, reject) => {
    execFile('git', [...SAFE_OPTIONS, '-c', `safe.directory=${probe.root}`, ...args], options, (error, text, problem) => {
      if (!error || typeof error.code === 'number') said(error ? Number(error.code) : 0, text, problem);
      if (!error) return resolve({ code: 0, text, problem });
      if (error.code === 'ENOENT') return reject(new AppError('unavailable', 'readiness.git_missing', 'git is not installed here.'));
      if (typeof error.code === 'number') return resolve({ code: error.code, text, problem });
      reject(error);
    });
  });
}

/** The commit that is judged: the one given to the run, or the one checked out at the root; undefined when there is none. */
export async function commitOf(probe: Probe): Promise<string | undefined> {
  if (probe.commit !== undefined) return probe.commit;
  const { code, text } = await git(probe, 'rev-parse', ['--verify', 'HEAD']).catch(() => ({ code: 1, text: '' }));
  return code === 0 ? text.trim() : undefined;
}
