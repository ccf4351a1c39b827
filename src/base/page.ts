import Type, { type TSchema } from 'typebox';

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
