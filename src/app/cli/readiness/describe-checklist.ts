import type { Checklist, Criterion, Finding, Item, Line } from '../../../readiness/checklist/checklist.ts';
import { describeLine } from '../../../readiness/checklist/describe.ts';
import { depthsOf } from '../../../readiness/checklist/json.ts';
import { table } from '../output.ts';

type Row = { line: Line; mark: string; depth: number };

/** A checklist as a tree for people: its sections, each line with what was understood of it, and a summary. */
export function describeTree(checklist: Checklist): string {
  const rows = rowsOf(checklist);
  const width = String(rows.at(-1)?.line.line ?? 0).length;
  const lines: string[] = [];
  let section: readonly string[] = [];
  for (const row of rows) {
    const path = row.line.section[0] === checklist.title ? row.line.section.slice(1) : row.line.section;
    const common = path.findIndex((heading, at) => heading !== section[at]);
    const from = common < 0 ? path.length : common;
    path.slice(from).forEach((heading, at) => lines.push(...(at === 0 ? [''] : []), `${'  '.repeat(from + at)}${heading}`));
    section = path;
    lines.push(lineOf(row, path.length, width));
  }
  return [heading(checklist), ...lines, '', summaryOf(checklist)].join('\n');
}

function rowsOf({ items, criteria }: Checklist): Row[] {
  const depths = depthsOf(items);
  const marks = (item: Item): Row => ({ line: item, mark: item.checked ? '[x]' : '[ ]', depth: depths.get(item.id) ?? 0 });
  const rows = [
    ...items.map(marks),
    ...criteria.map((line: Criterion) => ({
      line,
      mark: ` ${SIGNS[line.kind]} `,
      depth: line.parent ? (depths.get(line.parent) ?? 0) + 1 : 0,
    })),
  ];
  return rows.sort((a, b) => a.line.line - b.line.line);
}

const SIGNS: Record<Criterion['kind'], string> = { target: '*', setting: '=', trigger: '!', success: '+', alert: '!' };

function lineOf({ line, mark, depth }: Row, level: number, width: number): string {
  const under = line.under?.length ? `${line.under.join(' > ')}: ` : '';
  const understood = describeLine(line);
  const tail = understood.length > 0 ? `   · ${understood.join(' · ')}` : '';
  const detail = line.detail === undefined ? '' : ` — ${short(line.detail.split('\n')[0]!, 80)}`;
  return `${'  '.repeat(level + depth)}${String(line.line).padStart(width)} ${mark} ${under}${line.title}${detail}${tail}`;
}

function heading({ title, name, sha256, items }: Checklist): string {
  const ticked = items.filter(({ checked }) => checked).length;
  return `${title}\n${name}, sha256 ${sha256.slice(0, 12)}…: ${items.length} items, ${ticked} ticked (a tick is a claim)`;
}

/** What was understood, guessed and not understood, in numbers and with the lines where it matters. */
function summaryOf(checklist: Checklist): string {
  const { items, criteria, signOffs, guessed, notUnderstood, findings } = checklist;
  const having = (of: (item: Item) => unknown): number => items.filter(of).length;
  const rows = [
    ['items', `${items.length}, of which ${having(({ parent }) => parent)} nested`],
    ['criteria without a box', String(criteria.length)],
    ['sign-offs', `${signOffs.length}, of which ${signOffs.filter(({ filled }) => filled).length} filled in`],
    [
      'thresholds',
      `${items.reduce((sum, { thresholds }) => sum + thresholds.length, 0)} on ${having(({ thresholds }) => thresholds.length)} items`,
    ],
    ['tiers', tiersOf(items)],
    ['windows', String(having(({ window }) => window))],
    ['bad when true', String(having(({ polarity }) => polarity === 'bad_when_true'))],
    ['commands shown, never run', String(items.reduce((sum, { hints }) => sum + hints.length, 0))],
  ];
  return [
    `Understood\n${table(rows.map(([what, found]) => [`  ${what}`, found!]))}`,
    ...servicesOf(checklist),
    ...listed('Guessed', guessed),
    ...listed('Not understood', notUnderstood),
    ...listed('Found in the document', findings),
  ].join('\n');
}

/** What the commands of the document talk to: what targets are to be set up for. */
function servicesOf({ services }: Checklist): string[] {
  if (services.length === 0) return [];
  const rows = services.slice(0, SHOWN).map(({ address, paths, line }) => [`  line ${line}`, address, short(paths.join(' '), 60)]);
  const more = services.length > SHOWN ? [`  … and ${services.length - SHOWN} more (--json has all)`] : [];
  return [`Services that its commands ask (${services.length})`, table(rows), ...more];
}

function tiersOf(items: readonly Item[]): string {
  const counts = (['critical', 'high', 'medium', 'low'] as const).map(
    (tier) => [tier, items.filter((item) => item.tier === tier).length] as const,
  );
  return (
    counts
      .filter(([, count]) => count > 0)
      .map(([tier, count]) => `${count} ${tier}`)
      .join(', ') || 'none named'
  );
}

const SHOWN = 20;

function listed(title: string, found: readonly Finding[]): string[] {
  if (found.length === 0) return [`${title}: nothing`];
  const more = found.length > SHOWN ? [`  … and ${found.length - SHOWN} more (--json has all)`] : [];
  return [`${title} (${found.length})`, ...found.slice(0, SHOWN).map(({ line, text }) => `  line ${line}: ${text}`), ...more];
}

/** A checklist as a table for people, a row for each item. */
export function describeTable({ items }: Checklist): string {
  const rows = items.map((item) => [
    String(item.line),
    item.checked ? 'x' : '',
    item.tier ?? '',
    item.polarity === 'bad_when_true' ? 'bad' : 'good',
    item.id,
    short(item.title, 70),
    short(item.section.slice(-1)[0] ?? '', 40),
    item.thresholds.map(({ text }) => text).join('; '),
  ]);
  return table([['line', 'tick', 'tier', 'if true', 'id', 'title', 'section', 'thresholds'], ...rows]);
}

const short = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
