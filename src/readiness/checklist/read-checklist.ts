import { createHash } from 'node:crypto';
import type { Checklist, Finding, Hint, Item, SignOffLine, Span, StateRow, Tier } from './checklist.ts';
import { criteriaOf } from './criteria.ts';
import { decode, type Decoded } from './decode.ts';
import { contradictionFindings } from './contradiction.ts';
import { countFindings, duplicateFindings, placeholderFindings, postponedGuesses, tierGuesses, totalFinding } from './findings.ts';
import { hintOf } from './hint.ts';
import { plainText } from './inline.ts';
import { keyOfBracket } from './legend.ts';
import { tierOfMarked } from './legend-mark.ts';
import type { Box } from './lines.ts';
import { outline, type Context, type Entry, type Heading, type Outline } from './outline.ts';
import { readLine, surveyor } from './read-line.ts';
import { repairMojibake } from './repair.ts';
import { servicesIn } from './service-map.ts';
import { signOffRows, signOffsIn } from './sign-off.ts';
import { outcomesOf, stateLine, stateRows } from './state.ts';
import { boxesOf } from './table.ts';
import { tierOfHeading } from './tier.ts';
import { unreadBoxes } from './unread.ts';
import { wordingOf, type Wording } from './wording.ts';

type Tell = { guessed: Finding[]; notUnderstood: Finding[] };
type Reading = { decoded: Decoded; outlined: Outline; wording: Wording; survey: ReturnType<typeof surveyor>; tell: Tell };

/**
 * Reads a Markdown checklist as people write it: each box with its place, what it demands and when. Any bytes give a
 * checklist; what is not understood is told in it. Nothing in the document is ever executed. `name` is what the checklist
 * is called by, such as its file name.
 */
export function readChecklist(source: Uint8Array, name: string): Checklist {
  const decoded = decode(source);
  const outlined = outline(decoded.lines.map(({ text }) => text));
  const wording = wordingOf(outlined);
  const reading: Reading = {
    decoded,
    outlined,
    wording,
    survey: surveyor(wording, titleOf(outlined)),
    tell: { guessed: [...outlined.scanned.guessed], notUnderstood: [] },
  };
  const signOffs = signOffsOf(outlined, reading.tell);
  const items = withRoles(
    [...listItems(reading), ...tableItems(reading)].sort((a, b) => a.line - b.line),
    signOffs,
  );
  const { tell, survey } = reading;
  const criteria = criteriaOf({ outline: outlined, survey, tell, underOf, boxedAbove });
  for (const { title, line } of items) if (title === '') tell.notUnderstood.push({ line, kind: 'empty', text: 'A box without words.' });
  const states = statesOf(outlined, new Set(criteria.map(({ line }) => line)));
  const services = servicesIn(outlined.scanned.blocks);
  const unread = unreadBoxes({
    lines: decoded.lines.map(({ text }) => text),
    ...outlined.scanned,
    boxes: boxesPerLine(items),
    judged: new Set([...states, ...criteria].map(({ line }) => line)),
  });
  return {
    name,
    title: outlined.title || name,
    sha256: createHash('sha256').update(source).digest('hex'),
    items,
    criteria,
    signOffs,
    states,
    services: services.services,
    guessed: byLine([
      ...tell.guessed,
      ...unread.guessed,
      ...tierGuesses(outlined.headings, wording),
      ...postponedGuesses([...items, ...criteria]),
    ]),
    notUnderstood: byLine([...tell.notUnderstood, ...unread.notUnderstood, ...services.notUnderstood]),
    findings: byLine([
      ...decoded.findings,
      ...repairs(decoded),
      ...findingsOf(outlined, items),
      ...contradictionFindings({ items, criteria }),
    ]),
  };
}

function boxesPerLine(items: readonly Item[]): Map<number, number> {
  const boxes = new Map<number, number>();
  for (const { line } of items) boxes.set(line, (boxes.get(line) ?? 0) + 1);
  return boxes;
}

/** The one heading of the first level that stands above the whole document. */
function titleOf({ headings: [first, ...more] }: Outline): Heading | undefined {
  return first?.level === 1 && more.every(({ level }) => level > 1) ? first : undefined;
}

const byLine = (findings: readonly Finding[]): Finding[] => [...findings].sort((a, b) => a.line - b.line);

function listItems(reading: Reading): Item[] {
  return reading.outlined.entries.filter(({ item }) => item.box).map((entry) => itemOf(entry, reading));
}

function itemOf(entry: Entry, { decoded, survey, tell, wording }: Reading): Item {
  const { item, context, id, children } = entry;
  const under = underOf(entry);
  const parent = boxedAbove(entry);
  // `- [!] Restore` where the document says what `[!]` means.
  const tier = item.box!.sign === undefined ? undefined : wording.legend.get(keyOfBracket(item.box!.sign));
  const source = { id, line: item.line, lines: item.lines, more: explanations(entry), context, under, ...(tier && { tier }) };
  const line = readLine(source, survey(context, under), tell);
  return {
    ...line,
    checked: item.box!.checked,
    box: spanOf(decoded, item.line, item.box!),
    children: boxedBelow(children).map((child) => child.id),
    hints: hintsOf(entry),
    ...kindOf(item.box!),
    ...(item.order !== undefined && { order: item.order }),
    ...(parent && { parent: parent.id }),
  };
}

const kindOf = ({ kind }: Box): Pick<Item, 'boxKind'> => (kind === 'bracket' ? {} : { boxKind: kind });

/** Plain bullets and paragraphs below an item, which explain it. */
function explanations({ blocks, children }: Entry): string[] {
  const paragraphs = blocks.flatMap((block) => (block.kind === 'paragraph' ? [block.lines.join(' ')] : []));
  const bullets = children.flatMap((child) => (child.item.box ? [] : [child.item.lines.join(' '), ...explanations(child)]));
  return [...paragraphs, ...bullets].slice(0, 50);
}

function hintsOf({ blocks, children }: Entry): Hint[] {
  const own = blocks.flatMap((block) => (block.kind === 'fence' ? [hintOf(block)] : []));
  return [...own, ...children.flatMap((child) => (child.item.box ? [] : hintsOf(child)))];
}

const MOST_AROUND = 20;
const groupTexts = new WeakMap<Entry, string>();

/** Plain bullets that a line hangs under, outermost first, up to the boxed line around it; the innermost, if they are many. */
function underOf(entry: Entry): readonly string[] {
  const under: string[] = [];
  for (let above = entry.parent; above && !above.item.box && under.length < MOST_AROUND; above = above.parent) under.push(groupText(above));
  return under.reverse();
}

function groupText(entry: Entry): string {
  const text = groupTexts.get(entry) ?? plainText(repairMojibake(entry.item.lines.join(' ')));
  groupTexts.set(entry, text);
  return text;
}

function boxedAbove(entry: Entry): Entry | undefined {
  let above = entry.parent;
  while (above && !above.item.box) above = above.parent;
  return above;
}

function boxedBelow(children: readonly Entry[]): Entry[] {
  return children.flatMap((child) => (child.item.box ? [child] : boxedBelow(child.children)));
}

function spanOf({ lines, byteLength }: Decoded, number: number, { at, mark, markWidth }: Box & { at: number }): Span {
  const line = lines[number - 1]!;
  return { from: line.byteFrom + byteLength(line, at + mark), to: line.byteFrom + byteLength(line, at + mark + markWidth) };
}

function tableItems({ outlined, decoded, survey, tell, wording }: Reading): Item[] {
  const tables = [...outlined.placed, ...outlined.entries.flatMap(({ blocks, context }) => blocks.map((block) => ({ block, context })))];
  const tierOfCell = (text: string): Tier | undefined => tierOfMarked(wording.legend, text) ?? tierOfHeading(text);
  return tables.flatMap(({ block, context }) => {
    if (block.kind !== 'table') return [];
    return boxesOf(block, tierOfCell).map(({ line, text, detail, demands, column, box, tier, roles, group }) => {
      if (box.odd) tell.guessed.push({ line, kind: 'box', text: `Read as a box: ${box.odd}.` });
      const title = column ? `${text} — ${column}` : text;
      const id = outlined.identify('item', title, context);
      const lines = detail === '' ? [title] : [`**${title.replaceAll('*', '')}**${demands ? ':' : ' —'} ${detail}`];
      const under = group === undefined ? [] : [group];
      const read = readLine({ id, line, lines, more: [], context, under, roles, ...(tier && { tier }) }, survey(context, under), tell);
      return { ...read, checked: box.checked, box: spanOf(decoded, line, box), ...kindOf(box), children: [], hints: [] };
    });
  });
}

function signOffsOf({ entries, placed }: Outline, { notUnderstood }: Tell): SignOffLine[] {
  const found: SignOffLine[] = [];
  const take = (markdown: string, line: number, { section }: Context): void => {
    const { signOffs, unread } = signOffsIn(markdown, line, section);
    found.push(...signOffs);
    if (unread) notUnderstood.push({ line, kind: 'sign_off', text: 'Somebody is to sign here, and no role is named that does.' });
  };
  for (const { item, context } of entries) take(item.lines.join(' '), item.line, context);
  for (const { block, context } of placed) {
    if (block.kind === 'paragraph') block.lines.forEach((text, at) => take(withDate(text, block.lines[at + 1]), block.line + at, context));
    if (block.kind === 'table') found.push(...signOffRows(block, context.section));
  }
  return found.sort((a, b) => a.line - b.line);
}

/** `Lead: ____` with `Date: ____` on the line below it. */
function withDate(text: string, next: string | undefined): string {
  const dated = next !== undefined && /:\**\s*(?:`?_{3,}|$)/.test(text) && /^\W*date\W*:/i.test(next);
  return dated ? `${text} ${next}` : text;
}

const SIGN_SECTION = /sign[- ]?off|approval|abnahme|freigabe/i;

/** Boxes under a heading of sign-off belong to the role that signs there. */
function withRoles(items: readonly Item[], signOffs: readonly SignOffLine[]): Item[] {
  const bySection = new Map<string, string[]>();
  for (const { role, section } of signOffs) bySection.set(section.join('\n'), [...(bySection.get(section.join('\n')) ?? []), role]);
  const own = Map.groupBy(signOffs, ({ line }) => line);
  return items.map((item) => {
    const signing = own.has(item.line)
      ? own.get(item.line)!.map(({ role }) => role)
      : SIGN_SECTION.test(item.section.at(-1) ?? '')
        ? (bySection.get(item.section.join('\n')) ?? [])
        : [];
    if (signing.length === 0) return item;
    const others = item.roles.filter((role) => !signing.some((known) => known.toLowerCase().includes(role.toLowerCase())));
    return { ...item, roles: [...signing, ...others] };
  });
}

function statesOf({ entries, placed }: Outline, judged: ReadonlySet<number>): StateRow[] {
  const rows: StateRow[] = entries.flatMap(({ item, context }) => {
    const row = item.box || judged.has(item.line) ? undefined : stateLine(item.lines.join(' '), item.line, context.section);
    return row ? [row] : [];
  });
  for (const { block, context } of placed) {
    if (block.kind === 'table' && boxesOf(block).length === 0) rows.push(...stateRows(block, context.section));
    if (block.kind === 'paragraph') rows.push(...block.lines.flatMap((text, at) => paragraphStates(text, block.line + at, context)));
  }
  return rows.sort((a, b) => a.line - b.line);
}

function paragraphStates(text: string, line: number, { section }: Context): StateRow[] {
  const outcomes = outcomesOf(text);
  if (outcomes) {
    const { key, outcomes: all, chosen } = outcomes;
    return [
      { line, section, cells: { [key || 'outcome']: all.join(' | ') }, ...(chosen.length > 0 && { claim: { text: chosen.join(', ') } }) },
    ];
  }
  const row = stateLine(text, line, section);
  return row ? [row] : [];
}

function findingsOf({ headings, placed }: Outline, items: readonly Item[]): Finding[] {
  const totals = placed.flatMap(({ block }) =>
    block.kind === 'paragraph' ? block.lines.flatMap((text, at) => totalFinding(plainText(text), block.line + at, items.length)) : [],
  );
  return [...countFindings(headings), ...totals, ...duplicateFindings(items), ...placeholderFindings(items)];
}

function repairs({ lines }: Decoded): Finding[] {
  const broken = lines.flatMap(({ text }, at) => (repairMojibake(text) === text ? [] : [at + 1]));
  const [line] = broken;
  if (line === undefined) return [];
  return [
    {
      line,
      kind: 'mojibake',
      text: `Characters that were decoded wrongly are repaired in ${broken.length} lines: ${broken.slice(0, 20).join(', ')}.`,
    },
  ];
}
