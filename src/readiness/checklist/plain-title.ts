import { plainText } from './inline.ts';
import { boxOf } from './lines.ts';
import { withoutPictographs } from './pictograph.ts';
import { isBoldHeading } from './section.ts';
import type { Block } from './scan.ts';

/**
 * How a plain line is numbered, as the form of its number: `A.` has another than `1.` and than `II.`, and `B.1` than both.
 * `parts` are what the number is made of, outermost first; a line in capitals without a number has none.
 */
export type Numbering = { form: string; parts: readonly string[] };

const MOST = 80;
const WORDS_MOST = 10;
const LABEL = String.raw`(?:(section|part|step|phase|stage|chapter|block|area|abschnitt|teil|kapitel|schritt|étape|partie|wave|day|week|hour|gate|round|milestone|tag|woche|welle|jour|semaine)\s+)?`;
const NUMBER = new RegExp(
  String.raw`^${LABEL}(§\s?)?((?:\d{1,2}|[A-Za-z]|[IVX]{1,5})(?:\.\d{1,2}){0,3}[a-z]?)([.):]|\s[–—-])?(?:\s+(?=["'“„(]?[\p{L}\d])|$)`,
  'iu',
);
const ROMAN = /^(?:X{0,3})(?:IX|IV|V?I{0,3})$/;
/** What is said rather than called something: a sentence, a key with its value, a place to fill in, an address. */
const SAID = /[.!;,…]$|(?<!\d)[.!?]\s|_{2,}|[|[\]{}<>=]|https?:|^\W*(?:note|warning|caution|important|attention|todo|tip|nb)\b/i;

/** The number of a heading or of a line that looks like one. */
export function numberingOf(text: string): Numbering | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, label = '', paragraph = '', number, end = ''] = match;
  const parts = partsOf(number!);
  if (label === '' && match[0].length === text.length) return undefined;
  const bare = label === '' && paragraph === '' && end === '' && parts.length === 1;
  // `A backup exists` and `12 nodes run` are sentences; `3 Storage` may be a title.
  if (bare && !(/^\d/.test(number!) && /^\s*\S+\s+\p{Lu}/u.test(text)) && !/^[IVX]{2,}$/.test(number!)) return undefined;
  const form = [label.toLowerCase(), paragraph.trim(), parts.map(formOf).join('.')].join(' ').trim();
  return { form, parts };
}

const partsOf = (number: string): string[] =>
  number.split('.').flatMap((part) => {
    const lettered = /^(\d{1,2})([a-z])$/i.exec(part);
    return lettered ? [lettered[1]!, lettered[2]!.toLowerCase()] : [part];
  });

const formOf = (part: string): string =>
  /^\d/.test(part) ? '1' : ROMAN.test(part) && part.length > 1 ? 'I' : part === part.toLowerCase() ? 'a' : 'A';

/** Whether a line stands in capitals, as a title does: `WHAT WE WATCH`. */
function isShouted(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.length >= 4 && !/\p{Ll}|\d{3}/u.test(text) && letters.every((letter) => /\p{Lu}/u.test(letter));
}

/** A line that may be a title. */
type Candidate = { block: Block; numbering: Numbering; shouted: boolean };

const isLoud = ({ shouted, numbering }: Candidate): boolean => shouted || numbering.parts.length === 0;

function candidateOf(block: Block): Candidate | undefined {
  const markdown = lineOf(block)?.trim();
  if (markdown === undefined || markdown.length > MOST) return undefined;
  const text = withoutPictographs(plainText(markdown)).replace(/\s*[:：]$/, '');
  if (SAID.test(text.replace(NUMBER, '')) || text.split(' ').length > WORDS_MOST) return undefined;
  // `TEAM: STORAGE` is a key with its value.
  const shouted = isShouted(text) && !/:\s/.test(text.replace(NUMBER, ''));
  const found = numberingOf(text) ?? (shouted ? { form: 'capitals', parts: [] } : undefined);
  if (!found) return undefined;
  return { block, numbering: block.kind === 'item' ? { ...found, form: `list ${found.form}` } : found, shouted };
}

/** The only line of a paragraph, or of a numbered item that nothing hangs under. */
function lineOf(block: Block): string | undefined {
  if (block.kind === 'paragraph') return block.owner || block.lines.length !== 1 || isBoldHeading(block.lines) ? undefined : block.lines[0];
  if (block.kind !== 'item') return undefined;
  const { order, box, parent, lines } = block.item;
  return order === undefined || box || parent || lines.length !== 1 ? undefined : `${order}. ${lines[0]}`;
}

/**
 * Plain lines that people mean as headings: short, alone in their paragraph, with boxes below them before the next heading, and
 * in capitals or numbered like another one. Each with its number.
 */
export function plainTitles(blocks: readonly Block[]): Map<Block, Numbering> {
  const boxed = aboveBoxes(blocks, romanised(blocks.flatMap((block) => candidateOf(block) ?? [])));
  const numbers = new Map<string, Set<string>>();
  for (const { numbering } of boxed) numbers.set(numbering.form, (numbers.get(numbering.form) ?? new Set()).add(numbering.parts.join('.')));
  const headings = new Set(blocks.flatMap(numberOfHeading));
  const titles = boxed.filter((one) => {
    const { form, parts } = one.numbering;
    return (
      isLoud(one) || numbers.get(form)!.size > 1 || parts.some((_, count) => count > 0 && headings.has(parts.slice(0, count).join('.')))
    );
  });
  return new Map(titles.map(({ block, numbering }) => [block, numbering]));
}

/** `I.`, `V.` and `X.` are numbers where `II.` or `IV.` stand, too, else letters. */
function romanised(candidates: readonly Candidate[]): readonly Candidate[] {
  const roman = new Set(candidates.flatMap(({ numbering: { form } }) => (form.includes('I') ? [form] : [])));
  return candidates.map((one) => {
    const { form, parts } = one.numbering;
    const as = form.replace(/A(?=\.|$)/, 'I');
    return /^[IVX]$/.test(parts[0] ?? '') && roman.has(as) ? { ...one, numbering: { form: as, parts } } : one;
  });
}

/** How many blocks may stand between a title and its first box. */
const MOST_BETWEEN = 40;

/** Those with boxes below them before the next heading, or the next line of their form. Read from the end, each block once. */
function aboveBoxes(blocks: readonly Block[], candidates: readonly Candidate[]): Candidate[] {
  const known = new Map(candidates.map((one) => [one.block, one]));
  const next = new Map<string, number>();
  const found: Candidate[] = [];
  let box = Infinity;
  let heading = Infinity;
  for (let at = blocks.length - 1; at >= 0; at--) {
    const block = blocks[at]!;
    const one = known.get(block);
    const until = Math.min(heading, next.get(one?.numbering.form ?? '') ?? Infinity, at + MOST_BETWEEN);
    if (one && box < until && (block.kind !== 'item' || isApart(blocks, at))) found.push(one);
    if (one) next.set(one.numbering.form, at);
    if (block.kind === 'heading' || block.kind === 'html') heading = at;
    if (isBoxed(block)) box = at;
  }
  return found.reverse();
}

/** A numbered line of which the list below is no part: alone between empty lines, and right above a box of another list. */
function isApart(blocks: readonly Block[], at: number): boolean {
  const [before, block, below] = [blocks[at - 1], blocks[at]!, blocks[at + 1]];
  const list = below?.kind === 'item' && below.item.box && !below.item.parent && below.item.order === undefined;
  const tight = before?.kind === 'item' && before.line === block.line - 1;
  return Boolean(list) && below!.line > block.line + 1 && !tight;
}

/** Whether a block is a boxed line, or a table with boxes. */
export function isBoxed(block: Block): boolean {
  if (block.kind === 'item') return block.item.box !== undefined;
  return block.kind === 'table' && block.rows.some(({ cells }) => cells.some(({ text }) => boxOf(text)));
}

function numberOfHeading(block: Block): string[] {
  const bold = block.kind === 'paragraph' && isBoldHeading(block.lines) ? block.lines[0] : undefined;
  const text = block.kind === 'heading' ? block.text : bold;
  const parts = text === undefined ? undefined : numberingOf(withoutPictographs(plainText(text)))?.parts;
  return parts ? [parts.join('.')] : [];
}
