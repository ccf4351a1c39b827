import { plainText } from './inline.ts';
import { boxOf } from './lines.ts';
import { PICTOGRAPH, withoutPictographs } from './pictograph.ts';
import { isBoldHeading } from './section.ts';
import type { Block } from './block.ts';
import { tierBelow } from './tier.ts';

/**
 * How a plain line is numbered, as the form of its number: `A.` has another than `1.` and than `II.`, and `B.1` than both.
 * `parts` are what the number is made of, outermost first; a line in capitals without a number has none.
 */
export type Numbering = { form: string; parts: readonly string[] };

const MOST = 80;
const WORDS_MOST = 10;
const LABEL = String.raw`(?:(section|part|step|phase|stage|chapter|block|area|abschnitt|teil|kapitel|schritt|étape|partie|table|tabelle|wave|day|week|hour|gate|round|milestone|tag|woche|welle|jour|semaine)\s+)?`;
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

/** A plain title: its number, and its Markdown without what is drawn around it. */
export type PlainTitle = Numbering & { markdown: string };

/** A line that may be a title; one that is `loud` looks like one by itself, others need one that looks the same. */
type Candidate = { block: Block; title: PlainTitle; loud: boolean };

/** `--- Storage ---` and `== Storage ==`: a line drawn around a title. */
const RULED = /^(?:-{2,}|={1,6}|~{2,}|\*{3,})\s+(\S.{0,76}?)\s+(?:-{2,}|={1,6}|~{2,}|\*{3,})$/;
/** `[Storage]` and `_Storage_` alone on their lines. */
const SET_OFF = /^(?:\[([^[\]]{3,60})\]|\*([^*_]{3,60})\*|_([^*_]{3,60})_)$/;
const PICTURED = new RegExp(`^${PICTOGRAPH}`, 'u');

function candidateOf(block: Block): Candidate | undefined {
  const line = lineOf(block)?.trim();
  if (line === undefined || line.length > MOST) return undefined;
  const ruled = RULED.exec(line)?.[1];
  const setOff = SET_OFF.exec(line)
    ?.slice(1)
    .find((words) => words !== undefined);
  const markdown = ruled ?? setOff ?? line;
  const text = withoutPictographs(plainText(markdown)).replace(/\s*[:：]$/, '');
  if (text === '' || SAID.test(text.replace(NUMBER, '')) || text.split(' ').length > WORDS_MOST) return undefined;
  // `TEAM: STORAGE` is a key with its value.
  const keyed = /:\s/.test(text.replace(NUMBER, ''));
  const shouted = isShouted(text) && !keyed;
  const found = numberingOf(text) ?? formWithout(line, text, { ruled, setOff, shouted, keyed });
  if (!found) return undefined;
  const form = block.kind === 'item' ? `list ${found.form}` : found.form;
  return { block, title: { form, parts: found.parts, markdown }, loud: shouted || ruled !== undefined || found.form === 'tier' };
}

/** What makes a line without a number look like a title. */
function formWithout(
  line: string,
  text: string,
  { ruled, setOff, shouted, keyed }: { ruled?: string | undefined; setOff?: string | undefined; shouted: boolean; keyed: boolean },
): Numbering | undefined {
  const words = text.split(' ').length;
  if (ruled !== undefined) return { form: 'ruled', parts: [] };
  if (setOff !== undefined) return { form: 'set off', parts: [] };
  if (shouted) return { form: 'capitals', parts: [] };
  // `Nice to have` alone on its line is no sentence. With a colon it leads to the list below it, and stays so.
  if (words <= 3 && !keyed && !/[:：]$/.test(line) && tierBelow(text) !== undefined) return { form: 'tier', parts: [] };
  return words <= 6 && !keyed && PICTURED.test(line) ? { form: 'picture', parts: [] } : undefined;
}

/** The only line of a paragraph, or of a numbered item that nothing hangs under. */
function lineOf(block: Block): string | undefined {
  if (block.kind === 'paragraph') return block.owner || block.lines.length !== 1 || isBoldHeading(block.lines) ? undefined : block.lines[0];
  if (block.kind !== 'item') return undefined;
  const { order, bullet, box, parent, lines } = block.item;
  return order === undefined || box || parent || lines.length !== 1 ? undefined : `${order}${bullet} ${lines[0]}`;
}

/**
 * Plain lines that people mean as headings: short, alone in their paragraph, with boxes below them before the next heading, and
 * in capitals or numbered like another one. Each with its number.
 */
export function plainTitles(blocks: readonly Block[]): Map<Block, PlainTitle> {
  const boxed = aboveBoxes(blocks, romanised(blocks.flatMap((block) => candidateOf(block) ?? [])));
  const alike = new Map<string, Set<string>>();
  const nameOf = ({ parts, markdown }: PlainTitle): string => (parts.length > 0 ? parts.join('.') : markdown);
  for (const { title } of boxed) alike.set(title.form, (alike.get(title.form) ?? new Set()).add(nameOf(title)));
  const headings = new Set(blocks.flatMap(numberOfHeading));
  const titles = boxed.filter(({ loud, title: { form, parts } }) => {
    const isBelow = parts.some((_, count) => count > 0 && headings.has(parts.slice(0, count).join('.')));
    return loud || alike.get(form)!.size > 1 || isBelow;
  });
  const other = titles.length > 0;
  return new Map(
    [...titles, ...(other ? boxed.filter(({ title }) => title.form === 'picture') : [])].map(({ block, title }) => [block, title]),
  );
}

/** `I.`, `V.` and `X.` are numbers where `II.` or `IV.` stand, too, else letters. */
function romanised(candidates: readonly Candidate[]): readonly Candidate[] {
  const roman = new Set(candidates.flatMap(({ title: { form } }) => (form.includes('I') ? [form] : [])));
  return candidates.map((one) => {
    const { form, parts } = one.title;
    const as = form.replace(/A(?=\.|$)/, 'I');
    return /^[IVX]$/.test(parts[0] ?? '') && roman.has(as) ? { ...one, title: { ...one.title, form: as } } : one;
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
    const until = Math.min(heading, next.get(one?.title.form ?? '') ?? Infinity, at + MOST_BETWEEN);
    if (one && box < until && (block.kind !== 'item' || isApart(blocks, at))) found.push(one);
    if (one) next.set(one.title.form, at);
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
