import type { Tier } from './checklist.ts';
import type { Block } from './block.ts';
import { declaredByHeading, declaredIn, isPart } from './declared-tier.ts';
import { plainText } from './inline.ts';
import { definesMark, legendOf, type Legend, type Passage } from './legend.ts';
import { tierOfMarked } from './legend-mark.ts';
import type { Entry, Heading, Outline } from './outline.ts';
import { boxesOf } from './table.ts';
import { scaleOf, type Scale } from './tier.ts';

/** What a document says of its own words for tiers. */
export type Wording = {
  scale: Scale;
  legend: Legend;
  /** Tiers that a sentence or a mark gives to all lines below a heading. */
  declared: ReadonlyMap<Heading, Tier>;
  /** Headings such as `Later` that are taken for the last grade of a scale. */
  later: ReadonlySet<Heading>;
  /** The tier of every line of which nothing else says one. */
  fallback?: Tier;
};

/** Text that is no box, with the heading around it. */
type Said = { lines: readonly string[]; heading?: Heading; line: number; footnote?: boolean };

const LEGEND_HEADING =
  /^(?:\W*\d[\d.]*\W*)?(?:legend|key|notation|symbols?|markings?|tags|legende|zeichenerklärung|légende|how to (?:read|use)\b.*|(?:priority|severity)(?: levels?| legend| key| definitions?)?|priorities|about (?:this|the) (?:list|document|checklist)|conventions?|labels|scale|colou?r (?:codes?|coding|key|scheme)|(?:(?:priority|severity) (?:levels?|scale|marks?|classes)|priorities|marks|symbols|icons|labels|colou?rs|tags)(?: (?:used|explained|in use))?|what (?:the|our|these) .{3,30} (?:mean|stand for)|(?:the )?meaning of .{3,40}|how we prioriti[sz]e|erläuterung(?:en)?|bedeutung der .{3,30})$/i;
/** A footnote: its sign, and what it says. */
const FOOTNOTE = /^\s*(?:\\?[*†‡★☆]{1,3}|\[\^[\w-]{1,10}\]:?|[¹²³])\s*\S/;
const LEGEND_LED = /^\W*(?:legend|key|tags|notation|symbols?|legende|zeichenerklärung|légende)\b[^:]{0,40}:/i;

/** Nobody explains marks in more paragraphs than this, or with more lines to one. */
const MOST_PASSAGES = 300;
const MOST_LINES = 40;

/** Reads what a document explains of itself: in front of its first box, under a heading such as `Legend`, or led by that word. */
export function wordingOf(outlined: Outline): Wording {
  const scale = scaleOf(marksOf(outlined));
  const said = saidIn(outlined);
  const first = firstBoxOf(outlined);
  if (first === Infinity) return { scale, legend: new Map(), declared: new Map(), later: new Set() };
  const explains = ({ line, heading, lines, footnote }: Said): boolean =>
    line < first ||
    footnote === true ||
    (heading !== undefined && LEGEND_HEADING.test(heading.text)) ||
    LEGEND_LED.test(plainText(lines[0] ?? ''));
  const legend = legendOf(passagesOf(said.filter(explains).slice(0, MOST_PASSAGES), outlined, first));
  return { scale, legend, later: leftForLater(outlined.headings), ...declarations(outlined, { said, first, legend }) };
}

function* marksOf({ headings, entries }: Outline): Generator<string> {
  for (const { text } of headings) yield text;
  for (const { item } of entries) yield (item.lines[0] ?? '').slice(0, 40);
}

/** The line of the first box. */
function firstBoxOf({ entries, placed }: Outline): number {
  const item = entries.find(({ item: { box } }) => box)?.item.line ?? Infinity;
  const table = placed.find(({ block }) => block.kind === 'table' && boxesOf(block).length > 0)?.block.line ?? Infinity;
  return Math.min(item, table);
}

/** Paragraphs and plain bullets, in the order of the document. */
function saidIn({ entries, placed }: Outline): Said[] {
  const bullets = entries.flatMap((entry) => (entry.item.box || entry.parent ? [] : [bulletOf(entry)]));
  const paragraphs = placed.flatMap(({ block, context }): Said[] =>
    block.kind === 'paragraph'
      ? [{ lines: block.lines, line: block.line, ...headingIn(context.headings), ...(isFootnote(block.lines) && { footnote: true }) }]
      : [],
  );
  return [...bullets, ...paragraphs].sort((a, b) => a.line - b.line);
}

/** Short lines that all begin with a sign. */
const isFootnote = (lines: readonly string[]): boolean =>
  lines.length <= 6 && lines.every((line) => line.length <= 160 && FOOTNOTE.test(line) && !/^\s*\*\*\S/.test(line));

const headingIn = (headings: readonly Heading[]): Pick<Said, 'heading'> => (headings.length > 0 ? { heading: headings.at(-1)! } : {});

/** `* = launch blocker` is a bullet to Markdown, and a definition of its mark to people. */
function bulletOf({ item, context }: Entry): Said {
  const text = item.lines.join(' ');
  return { lines: [/^(?:=|means\b)/.test(text) ? `${item.bullet} ${text}` : text], line: item.line, ...headingIn(context.headings) };
}

/** Bullets that follow each other make one passage, as do the rows of a table without boxes. */
function passagesOf(said: readonly Said[], { placed }: Outline, first: number): Passage[] {
  const groups: Passage[] = [];
  let last: { said: Said; lines: string[] } | undefined;
  for (const one of said) {
    const goesOn =
      last &&
      one.heading === last.said.heading &&
      one.footnote === last.said.footnote &&
      one.line - last.said.line <= last.said.lines.length;
    const some = one.lines.slice(0, MOST_LINES);
    if (goesOn && last!.lines.length < MOST_LINES) last!.lines.push(...some);
    const lines = goesOn ? last!.lines : some;
    if (!goesOn) groups.push({ lines, heading: one.heading?.text ?? '', ...(one.footnote && { footnote: true }) });
    last = { said: one, lines };
  }
  const tables = placed.flatMap(({ block, context: { headings } }): Passage[] => {
    const heading = headings.at(-1)?.text ?? '';
    if (block.kind !== 'table' || block.rows.length > 12 || !(block.line < first || LEGEND_HEADING.test(heading))) return [];
    if (boxesOf(block).length > 0) return [];
    const lines = block.rows.flatMap(({ cells }) => definingLines(cells.map(({ text }) => text)));
    return [{ lines, heading: plainText(block.header[0]?.text ?? '') }];
  });
  return [...groups, ...tables, ...keysInCode(placed, first)];
}

const MOST_KEYS = 12;
const PLAIN_CODE = /^(?:|text|txt|plain\w*|none|legend|key)$/i;

/** Blocks of code that hold nothing but a key, in front of the first box or below the heading of a legend. */
function keysInCode(placed: Outline['placed'], first: number): Passage[] {
  return placed.flatMap(({ block, context: { headings } }): Passage[] => {
    const heading = headings.at(-1)?.text ?? '';
    if ((block.kind !== 'fence' && block.kind !== 'code') || !(block.line < first || LEGEND_HEADING.test(heading))) return [];
    return isKey(block) ? [{ lines: block.lines, heading }] : [];
  });
}

/** Whether each line of a block of code explains a mark, but for a title: two of them or more. */
function isKey(block: Extract<Block, { kind: 'fence' | 'code' }>): boolean {
  if (block.kind === 'fence' && !PLAIN_CODE.test(block.info.trim())) return false;
  const lines = block.lines.filter((line) => line.trim() !== '');
  if (lines.length < 2 || lines.length > MOST_KEYS + 1) return false;
  const [title = '', ...more] = lines;
  const keys = !definesMark(title) && LEGEND_LED.test(title) ? more : lines;
  return keys.length > 1 && keys.every((line) => line.length <= 160 && definesMark(line));
}

/** A row as `mark: meaning`; where its second column explains nothing, a third may explain both. */
function definingLines([mark = '', second = '', third]: readonly string[]): string[] {
  const line = `${mark}: ${second}`;
  return third === undefined || third === '' || definesMark(line) ? [line] : [`${mark}: ${third}`, `${second}: ${third}`];
}

const MOSCOW = /(?:^|\s)(must|should|could)(?:[- ](?:haves?|do))?\W*$/i;
const NOT_NOW =
  /^(?:\W*(?:[\dA-Z][\d.]*)[.):]?\s)?(?:later(?: on)?|not now|not yet|next (?:release|time|version|phase)|(?:for |in )?(?:an? |the )?(?:later|next|future) (?:release|version|phase)|out of scope|wish ?list|parked|won['’]t\b.{0,40}|will not\b.{0,40})$/i;

/** `Later` beside headings such as `Must have` and `Should have` is the last grade of their scale. */
function leftForLater(headings: readonly Heading[]): ReadonlySet<Heading> {
  const grades = new Map<number, Set<string>>();
  for (const { level, text } of headings) {
    const word = MOSCOW.exec(text)?.[1]?.toLowerCase();
    if (word !== undefined) grades.set(level, (grades.get(level) ?? new Set<string>()).add(word));
  }
  return new Set(headings.filter(({ level, text }) => (grades.get(level)?.size ?? 0) > 1 && NOT_NOW.test(text)));
}

/** Tiers that sentences give: to a section by what stands above its first box, to all by what stands in front of every box. */
function declarations(
  { headings }: Outline,
  { said, first, legend }: { said: readonly Said[]; first: number; legend: Legend },
): Pick<Wording, 'declared' | 'fallback'> {
  const declared = new Map<Heading, Tier>();
  for (const heading of headings) {
    const tier = tierOfMarked(legend, heading.markdown) ?? declaredByHeading(heading.text);
    if (tier) declared.set(heading, tier);
  }
  const title = headings[0]?.level === 1 ? headings[0] : undefined;
  let fallback: Tier | undefined;
  for (const { lines, heading, line } of said) {
    if (lines.length > MOST_LINES || !(line < first || line < (heading?.firstBox ?? 0))) continue;
    for (const { tier, reach, parts } of declaredIn(lines)) {
      const empty = heading === undefined || heading === title || (heading.firstBox ?? Infinity) === Infinity;
      const ofAll = reach === 'document' || (reach === 'unsaid' && empty);
      if (parts) for (const named of partsCalled(headings, parts)) declared.set(named, tier);
      else if (line < first && ofAll) fallback ??= tier;
      else if (reach !== 'document' && heading && heading !== title && line < (heading.firstBox ?? 0)) declared.set(heading, tier);
    }
  }
  return { declared, ...(fallback && { fallback }) };
}

/** The headings of the parts that a sentence names: of each the outermost, which bears the others. */
function partsCalled(headings: readonly Heading[], names: readonly string[]): Heading[] {
  return names.flatMap((name) => {
    const called = headings.filter(({ text }) => isPart(text, name));
    const level = Math.min(...called.map((heading) => heading.level));
    return called.filter((heading) => heading.level === level);
  });
}
