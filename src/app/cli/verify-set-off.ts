import { readFile } from 'node:fs/promises';
import { AppError } from '../../base/error.ts';
import { verifySetOff, type Verdict } from '../../settlement/verify-set-off/verify.ts';
import { describeChecks, isRoot } from './verify-window.ts';

/**
 * Checks a file of a round of set-off by itself; needs no database and no installation. `root` is the one that the notices told.
 * Errors: `cli.file_unreadable`, `request.invalid` for a root that is none.
 */
export async function verifySetOffFile(path: string, { root }: { root?: string }): Promise<Verdict> {
  if (root !== undefined && !isRoot(root))
    throw new AppError('invalid', 'request.invalid', '--root takes the 64 hexadecimal digits of a root.');
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', 'cli.file_unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
  return verifySetOff([bytes], root === undefined ? {} : { publishedRoot: root });
}

/** The verdict for people: each check with what was found. */
export function describeSetOff({ ok, round, checks }: Verdict): string {
  const which = round ? `Round ${round.number} of set-off (${round.id}) in ${round.asset}` : 'No round of set-off';
  const verdict = ok ? 'Everything that could be checked holds.' : 'NOT sound: see what fails above.';
  return [which, ...describeChecks(checks), '', verdict].join('\n');
}
