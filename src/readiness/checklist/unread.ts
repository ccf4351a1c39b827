import type { Finding } from './checklist.ts';
import { repairMojibake } from './repair.ts';
import type { Block, Skipped } from './block.ts';
import { outcomesOf } from './state.ts';

/** Signs that are a box by themselves, as they are typed, exported by word processors or spelled out. */
const SIGN = String.raw`[☐☑☒⬜🔲🗹🗷□◻▢❏❑🔳◽▫\uF0A8\uF06F]|&#(?:974[456]|9633|x261[0-2]|x25a1);|:(?:white_large_square|(?:black|white)_square_button|ballot_box\w*):|type\s*=\s*["']?checkbox\b`;
/** A bracket with a blank or a tick in it, wherever it stands. */
const BRACKET = String.raw`(?<![\p{L}\p{N}\])!\\])\\?\[(?:[ \t\u00a0\u2000-\u200b\u3000]{1,3}|[xX✓✔✗✘✅❌х])\\?\](?!\((?!#)|[[:])|［.?］`;
const ANYWHERE = new RegExp(`${SIGN}|${BRACKET}`, 'giu');

/** What stands in front of the words of a line: marks of lists, of headings and of quotes, tags, signs without a width. */
const BEFORE =
  /^(?:[\s>\u200b-\u200f\u202a-\u202e\ufeff\p{Cc}]|[-*+•‣◦▪●·–—→»](?![-*])|\d{1,9}(?:\.\d{1,3})*\s?[.):]|(?:[A-Z]{1,5}[.-]?)?\d{1,4}(?:[.-]\d{1,3}){0,4}[.):]?(?=\s+\\?\[)|(?!\([xX]\))\(?[A-Za-z]{1,4}[.)](?=\s)|#{1,6}|<[a-z/][^<>]{0,300}>|:\s|\.\.\s)*/iu;
const LISTED = /(?:^|[\s>])(?:[-*+•‣◦▪●·–—]|\d{1,9}[.)])\s*$/u;
/** At the beginning of the words it takes less to look like a box. */
const FIRST =
  /^[*_~`]{0,3}\\?(?:\[(?:[^\]\p{L}\p{N}]?|[xXoOyYnNvVdiIl]|[ ]{0,3}[xX]{1,2}[ ]?|ok|done|todo|wip|n\/?a|yes|no|open|--)\\?\](?!\((?!#)|:\s*\S+:)|\((?:[ xX✓]?|[ ]x[ ]?)\)(?=\s)|\{[ x]?\}(?=\s)|<>(?=\s)|[【〔⟦].?[】〕⟧]|\[\[ ?\]\])/iu;
/** And least at the beginning of an entry of a list. */
const FIRST_OF_LIST = /^\[[\p{L}\p{N}]\](?![(:[])|^(?:[⬛■✅❌✔✖✗✘⚪⚫○◯🟩🟥🟨]|:(?:white_check_mark|heavy_check_mark|x|o):)/iu;

const PIECES = /\||<(?:li|td|th|br|p)\b[^<>]{0,300}>/i;
/** A span of code in the middle of words only speaks of a box. */
const CODE_SPAN = /(?<=[\p{L}\p{N},;:(][ (]?)`[^`]*`/gu;
const LONGEST = 4_000;

/** Without any of these there is no box in a line; most lines have none of them. */
const MAY_HOLD = /[[\u0080-\uffff]|&#|checkbox|:\w+:|^[^\p{L}]*[({<|]/iu;
/** A line of plain letters with the one bracket of its own box. */
const ONE_BRACKET = /^[ -Z^-~]*\[[ -~]\][ -Z^-~]*$/;
const ASCII = /^[\0-\x7f]*$/;

/** How many boxes somebody sees in a line. */
function seenIn(text: string): number {
  if (!MAY_HOLD.test(text)) return 0;
  const pieces = text.slice(0, LONGEST).replace(CODE_SPAN, ' ').replaceAll('|_|', '☐').split(PIECES);
  return pieces.reduce((sum, piece) => sum + Math.max(piece.match(ANYWHERE)?.length ?? 0, beginsAsBox(piece) ? 1 : 0), 0);
}

function beginsAsBox(piece: string): boolean {
  const [before] = BEFORE.exec(piece)!;
  const words = piece.slice(before.length);
  return FIRST.test(words) || (LISTED.test(before) && FIRST_OF_LIST.test(words));
}

/** In code, brackets are common: only what begins a line as an entry with a box does is one. */
const IN_CODE = new RegExp(String.raw`^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?:\\?\[[ xX✓✔]?\\?\]\s+\S|[☐☑☒⬜🔲□◻▢❏])`, 'u');

/** What is known of the document when all that could be read has been. */
type Read = {
  lines: readonly string[];
  blocks: readonly Block[];
  skipped: readonly Skipped[];
  /** How many boxes were read in each line. */
  boxes: ReadonlyMap<number, number>;
  /** Lines that were read as the state of something, or as a criterion. */
  judged: ReadonlySet<number>;
};

/** Everything that looks like a box to somebody who reads the document, and was not read as one. */
export function unreadBoxes({ lines, blocks, skipped, boxes, judged }: Read): { notUnderstood: Finding[]; guessed: Finding[] } {
  const notUnderstood = [...blocks.flatMap(inCode), ...skipped.flatMap((part) => inSkipped(part, lines))];
  const guessed: Finding[] = [];
  const apart = linesApart(blocks, skipped);
  for (const [at, raw] of lines.entries()) {
    const line = at + 1;
    if (apart.has(line)) continue;
    const read = boxes.get(line) ?? 0;
    if (read > 0 && ONE_BRACKET.test(raw) && !/checkbox|&#|:\w+:|[|]/i.test(raw)) continue;
    const text = ASCII.test(raw) ? raw : repairMojibake(raw);
    const seen = seenIn(text);
    if (seen <= read || (seen === 1 && judged.has(line))) continue;
    if (outcomesOf(text))
      guessed.push({ line, kind: 'choice', text: 'Read as one choice: the boxes in this line are no lines of their own.' });
    else notUnderstood.push({ line, kind: kindOf(text), text: 'Something in this line looks like a box and is not read as one.' });
  }
  return { notUnderstood, guessed };
}

/** An entry of a list, a line with a number, a heading, a row of a table, struck out or not: its words are somebody's line. */
const ENTRY =
  /^[\s>~*_\u200b-\u200f\ufeff]*(?:[-*+•‣◦▪●·–—→»]\s|\(?\d{1,9}(?:\.\d{1,3})*[.):]|\d{1,9}(?:\.\d{1,3})+\s|\(?[A-Za-z]{1,4}[.)]\s|#{1,6}\s|\||<(?:li|t[dh]|dt|dd)\b)/iu;
/** A row may do without a bar at its beginning, and a line without a mark may end in its box. */
const ROW = /\|.*\|/;
const ENDS_IN_BOX = new RegExp(`(?:${SIGN}|${BRACKET})[\\s~*_]*$`, 'iu');

/**
 * What begins or ends a line, or stands in an entry, a row or a heading, is a line that was lost; in the middle of a sentence a legend
 * speaks of boxes, and a comment hides one.
 */
function kindOf(text: string): 'box' | 'mention' | 'skipped' {
  if (/^\s*<!--/.test(text)) return 'skipped';
  const part = text.slice(0, LONGEST);
  const stands = ENTRY.test(part) || ROW.test(part) || ENDS_IN_BOX.test(part.slice(-40)) || part.split(PIECES).some(beginsAsBox);
  return stands ? 'box' : 'mention';
}

/** Lines of code and of what is skipped, which are told as a whole. What follows the end of a comment in its line is read. */
function linesApart(blocks: readonly Block[], skipped: readonly Skipped[]): Set<number> {
  const apart = new Set<number>();
  for (const block of blocks) if (block.kind === 'fence') for (let i = 0; i <= block.lines.length; i++) apart.add(block.line + i);
  for (const { from, to } of skipped) for (let line = from; line <= to; line++) apart.add(line);
  return apart;
}

function inCode(block: Block): Finding[] {
  if (block.kind !== 'fence') return [];
  const count = block.lines.filter((text) => IN_CODE.test(text)).length;
  if (count === 0) return [];
  const [kind, state] = block.closed ? ['code', 'holds'] : ['unclosed_code', 'never ends and holds'];
  return [{ line: block.line, kind, text: `This block of code ${state} ${inWords(count)} not read.` }];
}

const inWords = (count: number): string =>
  count === 1 ? 'one line that looks like a box and is' : `${count} lines that look like boxes and are`;

function inSkipped({ from, to, what, closed }: Skipped, lines: readonly string[]): Finding[] {
  const count = lines.slice(from - 1, to).filter((text) => seenIn(repairMojibake(text)) > 0).length;
  if (!closed && to > from) {
    const text = `${what} never ends: none of the ${to - from} lines below it is read, ${count} of which look like boxes.`;
    return [{ line: from, kind: 'unclosed_html', text }];
  }
  return count === 0 ? [] : [{ line: from, kind: 'skipped', text: `${what} (to line ${to}) holds ${inWords(count)} not read.` }];
}
