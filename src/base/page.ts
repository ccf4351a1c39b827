import Type, { type TSchema } from 'typebox';
import { AppError } from './error.ts';
import { isUuid, type Uuid } from './id.ts';

/** Query fields of every list: how many, and where the last page ended. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Codec(Type.String({ pattern: '^([1-9]|[1-9][0-9]|[1-4][0-9]{2}|500)$', description: 'Rows a page, 1 to 500; 50 unless told' }))
      .Decode((text) => Number(text))
      .Encode((count: number) => String(count)),
  ),
  after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' })),
};

export const DEFAULT_PAGE = 50;

/** A page of a list; `next` is absent on the last page. */
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) }, { additionalProperties: false });
}

/** The id of the last row of the page before, when `next` is such an id. Errors: `request.cursor_invalid`. */
export function idCursor(after: string | undefined): Uuid | undefined {
  if (after === undefined || isUuid(after)) return after;
  throw new AppError('invalid', 'request.cursor_invalid', '`after` is not the `next` of an earlier page.');
}

/** A page of at most `limit` from rows of which one more was asked for than is shown. */
export function toPage<R extends { id: Uuid }, T>(rows: readonly R[], limit: number, show: (row: R) => T): { items: T[]; next?: string } {
  const shown = rows.slice(0, limit);
  return { items: shown.map(show), ...(rows.length > limit && { next: shown.at(-1)!.id }) };
}
