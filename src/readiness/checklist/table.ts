import type { Tier } from './checklist.ts';
import { plainText } from './inline.ts';
import { boxOf, type Box } from './lines.ts';
import { repairMojibake } from './repair.ts';
import type { Block, Cell } from './scan.ts';
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
};

/** The cells of a row as one text. */
export const cellsText = (cells: readonly Cell[]): string =>
  cells
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join(' | ');

const TIER_COLUMN =
  /^(?:priority|prio|severity|tier|level|importance|criticality|must|priorität|priorité|(?:must|should|could)(?:\s*\/\s*(?:must|should|could|nice|won['’]?t))+)$/i;
const DEMAND_COLUMN =
  /^(?:requirement|required(?: value)?|target|limit|threshold|expected(?: value)?|goal|must be|value|setting|budget|max(?:imum)?|min(?:imum)?|soll(?:wert)?|grenzwert|ziel|cible|seuil|exigence|valeur)$/i;
const CLAIM_COLUMN = /^(?:measured|actual|current(?:ly)?|today|now|result|as is|ist(?:wert)?|gemessen|mesuré|actuel)$/i;
const ROLE_COLUMN = /^(?:owner|role|responsible|who|team|assignee|dri|verantwortlich)$/i;
const NUMBER = /^(?:#|\d+(?:\.\d+)*[.)]?)$/;

/** Every box in the cells of a table: the first cell of words is its title, the other cells are its detail. */
export function boxesOf(table: Table): RowBox[] {
  const header = table.header.map(({ text }) => plainText(repairMojibake(text)));
  const boxColumns = new Set(table.rows.flatMap(({ cells }) => cells.flatMap((cell, at) => (cellBox(cell) ? [at] : []))));
  return table.rows.flatMap(({ line, cells }) => {
    const words = cells
      .map((cell, at) => ({ at, text: wordsOf(cell, boxColumns.has(at)) }))
      .filter(
        ({ at, text }) =>
          text !== '' && (!NUMBER.test(text) || DEMAND_COLUMN.test(header[at] ?? '') || CLAIM_COLUMN.test(header[at] ?? '')),
      )
      // What was measured is a claim, and is written as one.
      .map(({ at, text }) => ({ at, text: at > 0 && CLAIM_COLUMN.test(header[at] ?? '') ? `(measured: ${text})` : text }));
    const tier = words.filter(({ at }) => TIER_COLUMN.test(header[at] ?? '')).map(({ text }) => tierOfHeading(text))[0];
    const roles = words.filter(({ at }) => ROLE_COLUMN.test(header[at] ?? '')).map(({ text }) => plainText(text));
    const told = words.filter(({ at }) => !TIER_COLUMN.test(header[at] ?? '') && !ROLE_COLUMN.test(header[at] ?? ''));
    const [title = words[0], ...detail] = told;
    return cells.flatMap((cell, at): RowBox[] => {
      const box = cellBox(cell);
      if (!box) return [];
      const column = boxColumns.size > 1 ? header[at] : undefined;
      return [
        {
          line,
          text: title?.text ?? '',
          detail: detail.map(({ text }) => text).join(' | '),
          demands: DEMAND_COLUMN.test(header[detail[0]?.at ?? -1] ?? ''),
          box: { ...box, at: cell.at },
          roles,
          ...(column && { column }),
          ...(tier && { tier }),
        },
      ];
    });
  });
}

function cellBox({ text }: Cell): Box | undefined {
  const box = boxOf(text);
  return box?.kind === 'bracket' && box.odd !== undefined && text.length > 5 ? undefined : box;
}

function wordsOf(cell: Cell, boxed: boolean): string {
  const box = boxed ? cellBox(cell) : undefined;
  return (box ? cell.text.slice(box.width) : cell.text).trim();
}
