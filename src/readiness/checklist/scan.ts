import type { Block, Cell, ListItem, Scanned, Skipped } from './block.ts';
import type { Finding } from './checklist.ts';
import {
  boxOf,
  deeper,
  cellsOf,
  closesFence,
  fenceOf,
  frontMatterEnd,
  headingOf,
  HTML_BOXES,
  indented,
  isBreak,
  isDelimiterRow,
  isUnderlineOf,
  markerOf,
  plainIndent,
  unquoted,
  type Box,
  type Indented,
} from './lines.ts';

type Paragraph = Extract<Block, { kind: 'paragraph' }>;
type Fence = Extract<Block, { kind: 'fence' }>;
type Table = Extract<Block, { kind: 'table' }>;

type State = {
  lines: readonly string[];
  at: number;
  blocks: Block[];
  skipped: Skipped[];
  guessed: Finding[];
  /** Open list items, outermost first. */
  stack: ListItem[];
  /** Where text on the next line would be appended. */
  open?: { lines: string[]; depth: number; paragraph?: Paragraph };
  fence?: { block: Fence; char: string; length: number; column: number; quoteDepth: number };
  table?: Table;
  /** What ends a part of the source that is not read: a comment, a script. */
  skipTo?: RegExp;
};

/** One line within its quotes. */
type Row = { line: number; depth: number; mark: number } & Indented;

const MAX_DEPTH = 1_000;

/**
 * Finds the blocks of a Markdown document, line by line, in time proportional to its length. It follows CommonMark and
 * GitHub's tables and task lists, and is more lenient where authors are: a box is read however far it is indented, and a
 * list under a numbered line may be indented by two.
 */
export function scan(lines: readonly string[]): Scanned {
  const begin = frontMatterEnd(lines);
  const state: State = { lines, at: begin, blocks: [], skipped: [], guessed: [], stack: [] };
  if (begin > 0) state.skipped.push({ from: 1, to: begin, what: 'The front matter', closed: true });
  for (; state.at < lines.length; state.at++) readRow(state);
  if (state.skipTo) state.skipped.at(-1)!.to = lines.length;
  return state;
}

function readRow(state: State): void {
  const text = state.lines[state.at]!;
  const line = state.at + 1;
  if (state.skipTo) return skipRow(state, text);
  const row: Row = { line, ...unquoted(text) };
  if (state.fence && readFenced(state, text, row)) return;
  if (row.rest === '') return readBlank(state, row);
  if (row.rest.startsWith('<') && readHtml(state, row)) return;
  readBlock(state, row);
}

function skipRow(state: State, text: string): void {
  const found = state.skipTo!.exec(text);
  if (!found) return;
  delete state.skipTo;
  Object.assign(state.skipped.at(-1)!, { to: state.at + 1, closed: true });
  const rest = text.slice(found.index + found[0].length);
  if (rest.trim() !== '') readBlock(state, { line: state.at + 1, depth: 0, mark: 0, ...indented(rest) });
}

function readBlank(state: State, { depth }: Row): void {
  delete state.open;
  delete state.table;
  if (depth === 0) state.stack = state.stack.filter(({ quoteDepth }) => quoteDepth === 0);
}

/** Whether the row belongs to the open fence. A fence ends with its container, too. */
function readFenced(state: State, text: string, { depth, column, at, rest }: Row): boolean {
  const { block, column: opened, quoteDepth, ...marks } = state.fence!;
  const inside = text.slice(Math.min(at, plainIndent(text, opened)));
  if (quoteDepth > 0 ? depth < quoteDepth : false) delete state.fence;
  else if (closesFence(rest, marks)) {
    block.closed = true;
    delete state.fence;
    return true;
  } else if (rest !== '' && block.owner && column < contentFrom(block.owner)) delete state.fence;
  else {
    block.lines.push(quoteDepth > 0 ? rest : inside);
    return true;
  }
  block.closed = true;
  return false;
}

/** From which column on a line lies within an item. Two behind the mark are enough, whatever the mark takes. */
const contentFrom = ({ markerColumn, contentColumn }: ListItem): number => Math.min(contentColumn, markerColumn + 2);

/** Leaves every item that a block at this place is not part of; the innermost that is left owns it. */
function settle(state: State, { depth, mark, column }: Row): ListItem | undefined {
  const within = (item: ListItem): boolean =>
    item.quoteDepth === depth ? column >= contentFrom(item) : item.quoteDepth < depth && mark >= contentFrom(item);
  while (state.stack.length > 0 && !within(state.stack.at(-1)!)) state.stack.pop();
  return state.stack.at(-1);
}

function readBlock(state: State, row: Row): void {
  if (state.table && readTableRow(state, row)) return;
  if (readHeading(state, row) || readBreak(state, row) || readFence(state, row)) return;
  if (readListItem(state, row) || readTable(state, row)) return;
  readText(state, row);
}

function readHeading(state: State, row: Row): boolean {
  const heading = headingOf(row.rest);
  const top = state.stack.at(-1);
  if (!heading || (row.column >= 4 && !top) || (top && row.column >= contentFrom(top) && row.column > 1)) return false;
  settle(state, row);
  delete state.open;
  if (heading.odd) state.guessed.push({ line: row.line, kind: 'heading', text: 'A heading without a space behind its marks.' });
  const box = boxOf(heading.text);
  const text = box ? heading.text.slice(box.width).trim() : heading.text;
  state.blocks.push({ kind: 'heading', line: row.line, level: heading.level, text: text === '' ? heading.text : text });
  if (box) pushHeadingBox(state, row, { ...box, at: row.at + row.rest.indexOf(heading.text) }, text);
  return true;
}

/** A heading that has to be ticked itself is a line of its own, and the first below it. */
function pushHeadingBox(state: State, row: Row, box: Box & { at: number }, text: string): void {
  if (text === '') return;
  const { line, depth: quoteDepth, column: markerColumn } = row;
  state.guessed.push({ line, kind: 'box', text: 'Read as a box: it stands in a heading.' });
  const item: ListItem = {
    line,
    lines: [text],
    more: [],
    bullet: '',
    box,
    depth: 0,
    markerColumn,
    contentColumn: markerColumn + 2,
    quoteDepth,
  };
  state.blocks.push({ kind: 'item', line, item });
}

/** `1. Storage` with a line below it as long as itself: CommonMark makes a list and a rule of it, people mean a heading. */
function readUnderlined(state: State, row: Row): boolean {
  const last = state.blocks.at(-1);
  if (last?.kind !== 'item' || last.line !== row.line - 1 || row.column > 1) return false;
  const { order, box, parent, lines, quoteDepth } = last.item;
  if (order === undefined || box || parent || lines.length !== 1 || quoteDepth !== row.depth) return false;
  const before = unquoted(state.lines[last.line - 2] ?? '').rest;
  const text = unquoted(state.lines[last.line - 1]!).rest.trim();
  if (before !== '' || !isUnderlineOf(row.rest.trimEnd(), text)) return false;
  settle(state, row);
  state.blocks.splice(-1, 1, { kind: 'heading', line: last.line, level: row.rest.startsWith('=') ? 1 : 2, text });
  delete state.open;
  return true;
}

function readBreak(state: State, row: Row): boolean {
  if (readUnderlined(state, row)) return true;
  const paragraph = state.open?.paragraph;
  if (/^(=+|-+)\s*$/.test(row.rest) && paragraph && !paragraph.owner && row.column < 4) {
    state.blocks.splice(state.blocks.lastIndexOf(paragraph), 1);
    const level = row.rest.startsWith('=') ? 1 : 2;
    state.blocks.push({ kind: 'heading', line: paragraph.line, level, text: paragraph.lines.join(' ') });
    delete state.open;
    return true;
  }
  if (!isBreak(row.rest)) return false;
  settle(state, row);
  delete state.open;
  state.blocks.push({ kind: 'break', line: row.line });
  return true;
}

function readFence(state: State, row: Row): boolean {
  const fence = fenceOf(row.rest);
  if (!fence) return false;
  const owner = settle(state, row);
  delete state.open;
  const block: Fence = { kind: 'fence', line: row.line, info: fence.info, lines: [], closed: false, ...(owner && { owner }) };
  state.blocks.push(block);
  state.fence = { block, char: fence.char, length: fence.length, column: row.column, quoteDepth: row.depth };
  return true;
}

function readListItem(state: State, row: Row): boolean {
  const marker = markerOf(row.rest);
  if (!marker) return readBareBox(state, row);
  if (marker.deeper) return readListItem(state, deeper(row, marker.deeper));
  const behind = indented(row.rest, marker.width, row.column + marker.width);
  const box = boxOf(behind.rest);
  if (!box && !mayBegin(state, row, marker.order, behind.rest)) return false;
  const parent = settle(state, row);
  const content = behind.rest === '' || behind.column - row.column - marker.width > 4 ? row.column + marker.width + 1 : behind.column;
  const item: ListItem = {
    line: row.line,
    lines: [],
    more: [],
    bullet: marker.bullet,
    depth: (parent?.depth ?? -1) + 1,
    markerColumn: row.column,
    contentColumn: content,
    quoteDepth: row.depth,
    ...(marker.order !== undefined && { order: marker.order }),
    ...(parent && { parent }),
  };
  openItem(state, item, row.at + behind.at, behind.rest, box);
  return true;
}

/** A list item begins here, unless the line rather goes on with a paragraph or is indented as code. */
function mayBegin(state: State, row: Row, order: number | undefined, rest: string): boolean {
  const top = state.stack.at(-1);
  const base = top ? top.contentColumn : 0;
  if (row.column >= base + 4 && !(top && row.column < top.contentColumn + 4)) return false;
  const interrupts = state.open?.paragraph && !state.open.paragraph.owner;
  return !interrupts || (rest !== '' && (order === undefined || order === 1));
}

function openItem(state: State, item: ListItem, at: number, rest: string, box: Box | undefined): void {
  if (state.stack.length >= MAX_DEPTH) state.stack.pop();
  state.blocks.push({ kind: 'item', line: item.line, item });
  state.stack.push(item);
  const nested = box ? undefined : nestedRow(item, at, rest);
  if (nested) {
    delete state.open;
    if (readListItem(state, nested)) return;
  }
  const own = box ? rest.slice(box.width).trim() : rest;
  if (box) item.box = { ...box, at };
  if (box?.odd) state.guessed.push({ line: item.line, kind: 'box', text: `Read as a box: ${box.odd}.` });
  if (own !== '') item.lines.push(own);
  state.open = { lines: item.lines, depth: item.quoteDepth };
}

/** `- 1. text`: a list that begins on the line of its parent. */
function nestedRow(item: ListItem, at: number, rest: string): Row | undefined {
  if (item.depth > 100 || !markerOf(rest)) return undefined;
  return { line: item.line, depth: item.quoteDepth, mark: 0, column: item.contentColumn, at, rest };
}

/** A box that stands at the start of a line without the mark of a list. */
function readBareBox(state: State, row: Row): boolean {
  const box = boxOf(row.rest);
  if (!box || /.\[[ xX]\]/.test(row.rest) || (box.odd && state.open) || row.rest.slice(box.width).trim() === '') return false;
  const parent = settle(state, row);
  if (box.kind === 'bracket') state.guessed.push({ line: row.line, kind: 'box', text: 'Read as a box: it stands outside any list.' });
  const item: ListItem = {
    line: row.line,
    lines: [],
    more: [],
    bullet: '',
    depth: (parent?.depth ?? -1) + 1,
    markerColumn: row.column,
    contentColumn: row.column + 2,
    quoteDepth: row.depth,
    ...(parent && { parent }),
  };
  openItem(state, item, row.at, row.rest, { ...box });
  return true;
}

function readTable(state: State, row: Row): boolean {
  const next = state.lines[state.at + 1];
  if (!row.rest.includes('|') || next === undefined || !isDelimiterRow(unquoted(next).rest)) return false;
  const owner = settle(state, row);
  const header = cellsAt(row);
  state.table = { kind: 'table', line: row.line, header, rows: [], ...(owner && { owner }) };
  state.blocks.push(state.table);
  delete state.open;
  state.at++;
  return true;
}

function readTableRow(state: State, row: Row): boolean {
  if (!row.rest.includes('|') || headingOf(row.rest) || fenceOf(row.rest)) {
    delete state.table;
    return false;
  }
  state.table!.rows.push({ line: row.line, cells: cellsAt(row) });
  return true;
}

const cellsAt = ({ rest, at }: Row): Cell[] => cellsOf(rest).map((cell) => ({ text: cell.text, at: at + cell.at }));

function readText(state: State, row: Row): void {
  if (state.open && row.depth <= state.open.depth && !signsBelow(state, row)) {
    state.open.lines.push(row.rest);
    return;
  }
  const owner = settle(state, row);
  const code = row.column >= (owner ? owner.contentColumn : 0) + 4;
  if (code) return owner ? undefined : readIndented(state, row);
  const paragraph: Paragraph = { kind: 'paragraph', line: row.line, lines: [row.rest], quoteDepth: row.depth, ...(owner && { owner }) };
  state.blocks.push(paragraph);
  state.open = { lines: paragraph.lines, depth: row.depth, paragraph };
}

/** Lines indented by four make one block of code, also with empty lines between them. */
function readIndented({ blocks }: State, { line, rest }: Row): void {
  const last = blocks.at(-1);
  if (last?.kind === 'code') last.lines.push(rest);
  else blocks.push({ kind: 'code', line, lines: [rest] });
}

/** `**QA Lead:** ____ Date: ____` right below a list, and not indented, goes on with no line of it. */
function signsBelow({ open, stack }: State, { rest, column }: Row): boolean {
  const top = stack.at(-1);
  return top !== undefined && open?.lines === top.lines && column < contentFrom(top) && /^\W{0,3}[^:_]{2,60}:\W{0,3}_{3,}/.test(rest);
}

/** Comments, scripts and preformatted text are not read; other tags are looked through. */
function readHtml(state: State, row: Row): boolean {
  const { rest } = row;
  const skipped = /^<(script|style|pre|textarea)\b/i.exec(rest);
  const end = rest.startsWith('<!--') ? /-->/ : skipped ? new RegExp(`</${skipped[1]}>`, 'i') : undefined;
  if (end) return skipFrom(state, row, end);
  const summary = /<summary[^>]{0,300}>(.*?)(?:<\/summary>|$)/i.exec(rest);
  if (summary) readSummary(state, row, summary[1]!);
  if (/<\/details>/i.test(rest)) state.blocks.push({ kind: 'html', line: row.line, tag: 'details_end', text: '' });
  const left = rest
    .replace(/<summary[^>]{0,300}>.*?(?:<\/summary>|$)/i, '')
    .replace(/^(?:\s*<\/?(?:details|div|p|ul|ol|li|section|center|br|hr|table|tbody|tr|td)\b[^<>]{0,300}>)+/i, '');
  if (left === rest) return false;
  if (left.trim() === '') {
    delete state.open;
    return true;
  }
  const from = rest.length - left.length;
  const boxes = [...left.matchAll(HTML_BOXES)].map(({ index }) => from + index).filter((at) => at > from);
  for (const [i, start] of [from, ...boxes].entries()) {
    const inner = indented(rest.slice(0, boxes[i] ?? rest.length), start, row.column);
    const part = inner.rest.replace(/^<li\b[^<>]{0,300}>\s*/i, '');
    readBlock(state, { ...row, rest: part, at: row.at + inner.at + inner.rest.length - part.length, column: row.column });
  }
  return true;
}

function readSummary(state: State, row: Row, inner: string): void {
  const words = inner.trim();
  const box = boxOf(words);
  const text = box ? words.slice(box.width).trim() : words;
  state.blocks.push({ kind: 'html', line: row.line, tag: 'summary', text: text === '' ? words : text });
  if (box) pushHeadingBox(state, row, { ...box, at: row.at + row.rest.indexOf(words) }, text);
}

function skipFrom(state: State, row: Row, end: RegExp): boolean {
  const found = end.exec(row.rest);
  if (!found) {
    state.skipTo = end;
    const what = row.rest.startsWith('<!--') ? 'This comment' : `This <${/\w+/.exec(row.rest)![0].toLowerCase()}>`;
    state.skipped.push({ from: row.line, to: row.line, what, closed: false });
    return true;
  }
  const from = found.index + found[0].length;
  const left = indented(row.rest, from, row.column);
  if (left.rest !== '') readBlock(state, { ...row, ...left, at: row.at + left.at });
  return true;
}
