import { AppError } from '../base/error.ts';
import { fromWireId, toWireId, type Uuid } from '../base/id.ts';
import { DEFAULT_PAGE } from '../base/page.ts';

/** Query fields of a list whose rows are ordered by id. */
type PageInput = { limit?: number; after?: string };

/**
 * One page of rows that are ordered by id: asks for one more than is shown, to know whether there is a next page.
 * Errors: `request.cursor_invalid`.
 */
export async function pageById<Row extends { id: Uuid }, Item>(
  input: PageInput,
  prefix: string,
  page: { select(after: Uuid | undefined, limit: number): Promise<Row[]>; view(row: Row): Item },
): Promise<{ items: Item[]; next?: string }> {
  const limit = input.limit ?? DEFAULT_PAGE;
  if (input.after !== undefined && !new RegExp(`^${prefix}_[0-9a-f]{32}$`).test(input.after)) throw cursorInvalid();
  const rows = await page.select(input.after === undefined ? undefined : fromWireId(input.after), limit + 1);
  const items = rows.slice(0, limit).map(page.view);
  return rows.length > limit ? { items, next: toWireId(prefix, rows[limit - 1]!.id) } : { items };
}

export const cursorInvalid = (): AppError =>
  new AppError('invalid', 'request.cursor_invalid', '`after` must be the `next` of a page before.');
