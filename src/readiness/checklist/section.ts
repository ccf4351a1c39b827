import { plainText, undecorated } from './inline.ts';
import { withoutPictographs } from './pictograph.ts';
import { repairMojibake } from './repair.ts';

const COUNT =
  /\s*[([]\s*\d[\d,]*\s*(?:\/\s*\d[\d,]*\s*)?\+?\s*(?:items?|tasks?|checks?|steps?|points?|boxes|questions?|criteria|controls?)?\s*[)\]]\s*/i;
const DECLARED = /[([]\s*(\d[\d,]*)\s*\+?\s*(?:items?|tasks?|checks?|steps?|points?|boxes|questions?|controls?)\s*[)\]]/i;

const PROGRESS = /\s*[:–—-]\s*(?:\p{Extended_Pictographic}|\uFE0F|\s)*\d{1,3}\s*%(?:\s*(?:complete|completed|done|ready))?\s*$/iu;

/** A heading as people read it: no marks, no emoji, no count of items, no colon at its end. Its number stays. */
export function headingText(markdown: string): string {
  const plain = undecorated(plainText(repairMojibake(markdown)));
  const bare = undecorated(
    plain
      .replace(COUNT, ' ')
      .replace(PROGRESS, '')
      .trim()
      .replace(/\s*[:：]$/, ''),
  );
  const words = withoutPictographs(bare);
  return /[\p{L}\p{N}]/u.test(words) ? words : bare === '' ? plain : bare;
}

/** How many items a heading says that it has, as `(25 items)`. */
export function declaredCount(markdown: string): number | undefined {
  const match = DECLARED.exec(plainText(markdown));
  return match ? Number(match[1]!.replaceAll(',', '')) : undefined;
}

const BOLD_LINE = /^(\*\*|__)(?=\S)(?:(?!\1)[^]){1,196}\1\s*[:：]?\s*(?:\([^()]{1,80}\)\s*[:：]?)?$/;

/** A line of bold text alone, which people write instead of a heading. `**Total: 40**` says something and is none. */
export function isBoldHeading(lines: readonly string[]): boolean {
  const line = lines.length === 1 ? undecorated(lines[0]!.trim()) : '';
  const text = line.replace(/^\*(\*\*[^*]{1,196}\*\*)\*$|^_(\*\*[^*]{1,196}\*\*)_$/, '$1$2');
  return text.length < 200 && BOLD_LINE.test(text) && !/^(?:\*\*|__)\[?[ xX]?\]|(?<!\d):\s*[\d_~]/.test(text);
}
