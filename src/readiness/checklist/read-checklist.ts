import { createHash } from 'node:crypto';
import type { Checklist, Item } from './checklist.ts';
import { decode, type Decoded } from './decode.ts';
import { leadOf, plainText, undecorated } from './inline.ts';
import { outline, type Entry } from './outline.ts';
import { repairMojibake } from './repair.ts';

/**
 * Reads a Markdown checklist as people write it: each box with its place, what it demands and when. Any bytes give a
 * checklist; what is not understood is told in it. Nothing in the document is ever executed. `name` is what the checklist
 * is called by, such as its file name.
 */
export function readChecklist(source: Uint8Array, name: string): Checklist {
  const decoded = decode(source);
  const { entries, title, scanned } = outline(decoded.lines.map(({ text }) => text));
  return {
    name,
    title: title || name,
    sha256: createHash('sha256').update(source).digest('hex'),
    items: entries.filter(({ item }) => item.box).map((entry) => itemOf(entry, decoded)),
    criteria: [],
    signOffs: [],
    states: [],
    guessed: scanned.guessed,
    notUnderstood: scanned.notUnderstood,
    findings: decoded.findings,
  };
}

function itemOf(entry: Entry, decoded: Decoded): Item {
  const { item, context, id, children } = entry;
  const markdown = repairMojibake(item.lines.join(' '));
  const lead = leadOf(markdown);
  const title = undecorated(plainText(lead ? lead.bold : markdown)).replace(/\s*[:：]$/, '');
  const detail = lead ? plainText(lead.rest).replace(/^[:：–—-]\s*/, '') : '';
  const parent = boxedAbove(entry);
  return {
    id,
    line: item.line,
    title,
    ...(detail !== '' && { detail }),
    text: detail === '' ? title : `${title}: ${detail}`,
    section: context.section,
    polarity: 'good_when_true',
    thresholds: [],
    claims: [],
    roles: [],
    mentions: [],
    checked: item.box!.checked,
    box: boxSpan(entry, decoded),
    ...(item.box!.kind !== 'bracket' && { boxKind: item.box!.kind }),
    ...(item.order !== undefined && { order: item.order }),
    ...(parent && { parent: parent.id }),
    children: boxedBelow(children).map((child) => child.id),
    hints: [],
  };
}

function boxedAbove(entry: Entry): Entry | undefined {
  let above = entry.parent;
  while (above && !above.item.box) above = above.parent;
  return above;
}

function boxedBelow(children: readonly Entry[]): Entry[] {
  return children.flatMap((child) => (child.item.box ? [child] : boxedBelow(child.children)));
}

function boxSpan({ item }: Entry, { lines, byteLength }: Decoded): { from: number; to: number } {
  const line = lines[item.line - 1]!;
  const { at, mark, markWidth } = item.box!;
  return { from: line.byteFrom + byteLength(line, at + mark), to: line.byteFrom + byteLength(line, at + mark + markWidth) };
}
