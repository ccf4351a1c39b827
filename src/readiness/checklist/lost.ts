import type { Finding } from './checklist.ts';

/** What the reader tells of lines that it could not read; a block of code that ends may show how boxes are written. */
const LOST: ReadonlySet<string> = new Set(['box', 'unclosed_code', 'unclosed_html']);

/** Whether something that the reader could make nothing of may be a line that counts. What else it could not read is only told. */
export function isLineLost({ kind }: Finding): boolean {
  return LOST.has(kind);
}
