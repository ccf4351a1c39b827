import type { Hint } from './checklist.ts';
import { repairMojibake } from './repair.ts';
import type { Block } from './block.ts';

type Fence = Extract<Block, { kind: 'fence' }>;

const EXPECTS = /^(?:#|\/\/|--)\s*((?:.{0,40}?\s)?(?:should|must)\b.*|expect(?:s|ed)?\b.*)$/i;
const INLINE = /\s(?:#|\/\/)\s*((?:should|must|expect(?:s|ed)?|→|=>).*)$/i;
const OUTPUT = /^(?:#|\/\/|--)\s*(?:expected (?:output|result)s?|output|should (?:print|show|return|output))\s*:\s*$/i;

/** What a fence shows, with what its comments say should come of it. It is only ever shown. */
export function hintOf({ info, lines, line }: Fence): Hint {
  const language = info.split(/\s/)[0];
  return {
    ...(language && { language }),
    text: lines.join('\n').slice(0, 20_000),
    expects: expectationsOf(lines).map(({ text }) => text),
    line,
  };
}

/** One expectation of a comment in code; `listed` where it follows `Expected output:`. */
export type Expectation = { text: string; offset: number; listed: boolean };

/** What the comments of a block of code expect, by line within the block. */
export function expectationsOf(lines: readonly string[]): Expectation[] {
  const found: Expectation[] = [];
  let listing = false;
  lines.slice(0, 2_000).forEach((raw, offset) => {
    const text = repairMojibake(raw.slice(0, 1_000).trim());
    const comment = /^(?:#|\/\/|--)\s*(.+)$/.exec(text)?.[1];
    if (OUTPUT.test(text)) listing = true;
    else if (listing && comment !== undefined) found.push({ text: comment.trim(), offset, listed: true });
    else {
      listing = false;
      const expected = EXPECTS.exec(text)?.[1] ?? INLINE.exec(text)?.[1];
      if (expected !== undefined) found.push({ text: expected.trim(), offset, listed: false });
    }
  });
  return found;
}
