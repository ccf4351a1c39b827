import type { Tier } from './checklist.ts';
import { boundTold, isClaimColumn, isDemandColumn, percentileTold, unitTold } from './column.ts';
import { plainText } from './inline.ts';
import { boxOf, type Box } from './lines.ts';
import { repairMojibake } from './repair.ts';
import type { Block, Cell } from './block.ts';
import { tierOfHeading } from './tier.ts';

type Table = Extract<Block, { kind: 'table' }>;

/** A box in a cell, with the words of its row. `at` is the character where the box begins. */
type RowBox = {
  line: number;
  text: string;
  detail: string;
  /** Whether the detail begins with the value that the row demands. */
  demands: boolean;
  column?: string;
  box: Box & { at: number };
  tier?: Tier;
  roles: readonly string[];
  /** A row of nothing but one name above it, which groups the rows below as a heading would. */
  group?: string;
};

/** The cells of a row as one text. */
export const cellsText = (cells: readonly Cell[]): string =>
  cells
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join(' | ');

const TIER_COLUMN =
  /^(?:priority|prio|severity|tier|level|importance|criticality|must|priorität|priorité|(?:must|should|could)(?:\s*\/\s*(?:must|should|could|nice|won['’]?t))+)$/i;
const MOSCOW_COLUMN = /^moscow$/i;
const MOSCOW: ReadonlyMap<string, Tier> = new Map([
  ['M', 'critical'],
  ['S', 'high'],
  ['C', 'medium'],
  ['W', 'low'],
]);
const ROLE_COLUMN = /^(?:owner|role|responsible|who|team|assignee|dri|verantwortlich)$/i;
const NUMBER = /^(?:#|(?:[A-Z]{1,3}-?)?\d+(?:\.\d+)*[.)]?)$/;

/**
 * Every box in the cells of a table: the first cell of words is its title, the other cells are its detail. `tierOf` knows the
 * document's own marks.
 */
export function boxesOf(table: Table, tierOf: (text: string) => Tier | undefined = tierOfHeading): RowBox[] {
  const header = table.header.map(({ text }) => plainText(repairMojibake(text)));
  const isOf = (at: number | undefined, column: RegExp): boolean => at !== undefined && column.test(header[at] ?? '');
  const tierColumns = tierColumnsOf(table, header, tierOf);
  const boxColumns = new Set(table.rows.flatMap(({ cells }) => cells.flatMap((cell, at) => (cellBox(cell) ? [at] : []))));
  let group: string | undefined;
  return table.rows.flatMap(({ line, cells }) => {
    group = groupOf(cells) ?? group;
    const words = wordsIn(header, cells, { tierColumns, boxColumns });
    const tier = words
      .filter(({ at }) => tierColumns.has(at))
      .map(({ at, text }) => tierOf(text) ?? (isOf(at, MOSCOW_COLUMN) ? MOSCOW.get(plainText(text)) : undefined))[0];
    const roles = words.filter(({ at }) => isOf(at, ROLE_COLUMN)).map(({ text }) => plainText(text));
    const [title = words[0], ...detail] = words.filter(({ at }) => !tierColumns.has(at) && !isOf(at, ROLE_COLUMN));
    return cells.flatMap((cell, at): RowBox[] => {
      const box = cellBox(cell);
      if (!box) return [];
      const column = boxColumns.size > 1 ? header[at] : undefined;
      return [
        {
          line,
          text: title?.text ?? '',
          detail: detailOf(header, detail),
          demands: detail[0] !== undefined && isDemandColumn(header, detail[0].at),
          box: { ...box, at: cell.at },
          roles,
          ...(column && { column }),
          ...(tier && { tier }),
          ...(group !== undefined && { group }),
        },
      ];
    });
  });
}

/** The cells of a row that say something, what was measured as a claim, and what a column bounds with that bound. */
function wordsIn(
  header: readonly string[],
  cells: readonly Cell[],
  { tierColumns, boxColumns }: { tierColumns: ReadonlySet<number>; boxColumns: ReadonlySet<number> },
): { at: number; text: string }[] {
  return (
    cells
      .map((cell, at) => ({ at, text: wordsOf(cell, boxColumns.has(at)) }))
      .filter(
        ({ at, text }) =>
          text !== '' && (!NUMBER.test(text) || tierColumns.has(at) || isDemandColumn(header, at) || isClaimColumn(header, at)),
      )
      // What was measured is a claim, and is written as one.
      .map(({ at, text }) => ({ at, text: at > 0 && isClaimColumn(header, at) ? `(measured: ${text})` : text }))
      // What its column bounds is a demand only together with the column's name.
      .map(({ at, text }) => ({ at, text: /^\d/.test(text) ? boundTold(header[at] ?? '', text) : text }))
  );
}

const NONE: ReadonlySet<number> = new Set();

/**
 * A row of a table without boxes, with the demands that stand in columns of demands: its name as title, and behind it those cells as the
 * detail of a boxed row has them. Undefined where no such column holds a number, or where the table merely names things.
 */
export function demandedIn(table: Table, { cells }: Table['rows'][number]): { title: string; detail: string } | undefined {
  const header = table.header.map(({ text }) => plainText(repairMojibake(text)));
  // `Field | Value` tells what there is.
  if (header.length < 3 && header.some((head) => /^value$/i.test(head))) return undefined;
  const [title, ...rest] = wordsIn(header, cells, { tierColumns: NONE, boxColumns: NONE });
  if (!title || title.at !== 0) return undefined;
  const told = rest.filter(({ at }) => isDemandColumn(header, at) || isClaimColumn(header, at));
  const demands = told.filter(({ at, text }) => isDemandColumn(header, at) && /\d/.test(text));
  return demands.length === 0
    ? undefined
    : { title: title.text, detail: detailOf(header, [...demands, ...told.filter((one) => !demands.includes(one))]) };
}

/** The cells behind the title, each with what the head of its column says of its number. What a percentile is told of ends there. */
function detailOf(header: readonly string[], cells: readonly { at: number; text: string }[]): string {
  const parts = cells.map(({ at, text }, i) => {
    const whole = unitTold(header[at] ?? '', text);
    const marked = percentileTold(header, at, whole);
    if (marked !== undefined) return [marked, '; '];
    return [i > 0 && isDemandColumn(header, at) && /^\d/.test(whole) ? `${header[at]!}: ${whole}` : whole, ' | '];
  });
  return parts.flatMap((part, i) => (i === parts.length - 1 ? part[0]! : part)).join('');
}

/** The name in a row that has one cell of words and no box, where the others are empty. */
function groupOf(cells: readonly Cell[]): string | undefined {
  const [cell, ...more] = cells.filter(({ text }) => text !== '');
  if (!cell || more.length > 0 || cells.length < 2 || cellBox(cell)) return undefined;
  const text = plainText(repairMojibake(cell.text));
  return text.length <= 80 && /\p{L}{3}/u.test(text) ? text : undefined;
}

/** Columns that tell tiers: by their head, or because every cell is a word for one, whatever stands above. */
function tierColumnsOf({ rows }: Table, header: readonly string[], tierOf: (text: string) => Tier | undefined): Set<number> {
  const isTier = (at: number): boolean => {
    const texts = rows
      .map(({ cells }) => plainText(cells[at]?.text ?? '').trim())
      .filter((text) => text !== '' && text !== '–' && text !== '-');
    if (MOSCOW_COLUMN.test(header[at] ?? '')) return true;
    if (TIER_COLUMN.test(header[at] ?? '')) return texts.some((text) => tierOf(text) !== undefined);
    return texts.length > 1 && texts.every((text) => text.length <= 24 && tierOf(text) !== undefined);
  };
  return new Set(header.keys().filter(isTier));
}

function cellBox({ text }: Cell): Box | undefined {
  const box = boxOf(text);
  const isMark = box?.kind !== 'bracket' || box.odd === undefined || text.length <= 5;
  return isMark || /^\\?\[\s*[xX✓✔]?\s*\\?\]\s/.test(text) ? box : undefined;
}

function wordsOf(cell: Cell, boxed: boolean): string {
  const box = boxed ? cellBox(cell) : undefined;
  return (box ? cell.text.slice(box.width) : cell.text).trim();
}
