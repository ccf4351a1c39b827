/** What a name on a list is to its entry. `primary` stands first, `original` is written in its own script. */
export type NameKind = 'primary' | 'aka' | 'fka' | 'original';

/** One spelling of a listed name. A `weak` one (a nickname, a single common word) counts only when it is met exactly. */
export type ListName = { text: string; kind: NameKind; quality: 'strong' | 'weak' };

export type EntryType = 'person' | 'organisation' | 'vessel' | 'aircraft';

/** A document or number by which someone is known: a passport, a tax number, an IMO number. */
export type ListedId = { kind: string; value: string; country?: string };

/**
 * Someone on a list, whatever format the list came in: the primary name first, then the others. Dates of birth are
 * `1971`, `1971-04` or `1971-04-30` (a span of years as `1969/1971`); countries are as the list writes them, mostly words.
 */
export type ListEntry = {
  entryId: string;
  names: readonly ListName[];
  type?: EntryType;
  born?: readonly string[];
  countries?: readonly string[];
  ids?: readonly ListedId[];
  programmes?: readonly string[];
};

/** An entry together with the list that it stands on. */
export type ScreeningEntry = ListEntry & { listId: string };

/** A spelling that a list gives without saying more. */
export function strongName(text: string, kind: NameKind = 'aka'): ListName {
  return { text, kind, quality: 'strong' };
}
