import type { ScreeningEntry } from './entry.ts';
import { entriesOf } from './lists/read-list.ts';

/** A list in plain CSV, whole. Errors: those of `readPlainCsv`, `settlement.list_empty`. */
export function readListCsv(listId: string, content: string): ScreeningEntry[] {
  return Array.from(entriesOf({ text: content, format: 'plain_csv' }), (entry) => ({ listId, ...entry }));
}
