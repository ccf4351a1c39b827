import { toDecimalText, type Money } from '../../base/money.ts';
import { amountInWords, grouped } from '../../base/readable.ts';
import type { Cell, ColumnType } from './kind.ts';

/**
 * A cell as text that a machine can read again: amounts as plain decimals with all decimals of their currency, instants as ISO
 * 8601 in UTC, an empty text for nothing.
 */
export function plainText(type: ColumnType, cell: Cell): string {
  if (cell === null) return '';
  if (type === 'money') return toDecimalText(cell as Money);
  if (type === 'instant') return new Date(cell as number).toISOString();
  return String(cell as string | number | bigint);
}

/** A cell as people read it: thousands apart, the currency behind the amount, instants to the second. */
export function shownText(type: ColumnType, cell: Cell): string {
  if (cell === null) return '';
  if (type === 'money') return amountInWords(cell as Money);
  if (type === 'integer') return grouped(String(cell as string | number | bigint));
  if (type === 'instant') return new Date(cell as number).toISOString().slice(0, 19).replace('T', ' ');
  return String(cell as string | number | bigint);
}
