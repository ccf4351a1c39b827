import { BY_HAND } from './fold-watch.ts';
import type { Advice } from './observe.ts';
import { lasting } from './observe.ts';
import type { WatchLineView, WatchView } from './view-watch.ts';

/** How people read the advice. */
export const ADVICE_WORDS: Readonly<Record<Advice, string>> = {
  rollback: 'ROLL BACK NOW',
  recommend_rollback: 'ROLLBACK RECOMMENDED',
  attention: 'ATTENTION',
  continue: 'CONTINUE',
};

const SIGHT_WORDS: Readonly<Record<WatchLineView['sight'], string>> = {
  good: 'ok',
  warn: 'warn',
  bad: 'BAD',
  unknown: 'unknown',
  not_yet: 'not yet',
};

/** The watch as lines of text; `clean` makes text of strangers harmless. The advice comes last. */
export function describeWatch(view: WatchView, clean: (text: string) => string): string {
  const rows = view.lines.map((line) => `  ${SIGHT_WORDS[line.sight].padEnd(8)} line ${line.line}, ${clean(line.title)}${aside(line)}`);
  return [
    `Release of ${view.releasedAt}, ${view.passes} ${view.passes === 1 ? 'look' : 'looks'}`,
    ...rows,
    ...describeAdvice(view, clean),
  ].join('\n');
}

function aside({ certain, badSince, lastAt, forMs, window }: WatchLineView): string {
  if (badSince && lastAt) {
    const since = lasting(Date.parse(lastAt) - Date.parse(badSince));
    return certain ? ` (for ${since}, certain)` : ` (for ${since}${forMs > 0 ? ` of ${lasting(forMs)}` : ''})`;
  }
  return window ? ` (${window})` : '';
}

/** What is advised and why, what was rolled back, and when it goes on. */
export function describeAdvice({ advice, because, rollback, ended, nextAt }: WatchView, clean: (text: string) => string): string[] {
  const lines = because.map((reason) => `  - ${clean(reason)}`);
  const done = rollback && `Rolled back ${howOf(rollback, clean)}`;
  const next = ended ? `Ended at ${ended.at}: ${ended.outcome.replace('_', ' ')}` : nextAt ? `Next look at ${nextAt}` : '';
  return [...(done ? [done] : []), ...(next ? [next] : []), ...lines, advice ? ADVICE_WORDS[advice] : 'NOTHING KNOWN YET'];
}

/** What people did by hand has no exit code that anybody saw. */
function howOf({ script, by, at, exitCode }: NonNullable<WatchView['rollback']>, clean: (text: string) => string): string {
  if (script === BY_HAND) return `by hand by ${clean(by)} at ${at}`;
  return `with ${clean(script)} by ${clean(by)} at ${at}: ${endOf(exitCode)}`;
}

const endOf = (exitCode: number | undefined): string => (exitCode === undefined ? 'nobody knows how it ended' : `exit code ${exitCode}`);
