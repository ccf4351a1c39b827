import type { Bindings } from '../binding/binding.ts';
import { claimsOf } from '../binding/claims.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { isLineLost } from '../checklist/lost.ts';

const SHOWN = 5;

/**
 * Why a document may have lost lines that count, each in a sentence: something in it looks like a box and was not read, or a line
 * that somebody confirmed a binding for is gone. One forgotten end of a comment takes everything behind it out of the document.
 */
export function linesLost({ notUnderstood, ...checklist }: Checklist, bindings: Bindings): string[] {
  const unread = notUnderstood.filter(isLineLost);
  const lost = claimsOf({ ...checklist, notUnderstood }, bindings).absent.filter(({ confirmed }) => confirmed !== undefined);
  return [
    ...unread.slice(0, SHOWN).map(({ line, text }) => `Line ${line} is not understood: ${text}`),
    ...more(unread.length - SHOWN, 'lines are not understood'),
    ...lost
      .slice(0, SHOWN)
      .map(
        ({ line, confirmed }) =>
          `A line that ${confirmed!.by} bound is gone from the document (${line}): take its binding out, or put it back.`,
      ),
    ...more(lost.length - SHOWN, 'lines that were bound are gone'),
  ];
}

const more = (count: number, what: string): string[] => (count > 0 ? [`${count} more ${what}.`] : []);
