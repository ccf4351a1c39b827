import type { Kind } from '../../base/error.ts';
import { EntryHashes, entryHash } from './entry-hash.ts';
import { createExtent, type Extent } from './extent.ts';
import { entriesOf, openList, type ListFormat } from './lists/read-list.ts';
import { endOf } from './lists/whole.ts';
import { indexBuilder, type IndexColumns } from './name-index.ts';

/** A list as it is laid out from: its text as UTF-8. */
export type ListDocument = { id: string; document: Uint8Array; format: ListFormat };

/** What a file turned out to be, read whole. `entryHashes` are those of its entries one after another, see `entryHash`. */
export type Inspected = { format: ListFormat; text: string; entries: number; names: number; extent: Extent; entryHashes: Uint8Array };

/** What the worker is asked. */
export type BuildTask =
  | { task: 'inspect'; document: Uint8Array; known: boolean }
  | { task: 'index'; lists: readonly ListDocument[] }
  | { task: 'changes'; lists: readonly ChangedDocument[] };

/** A list with the entries that it had before; without them every entry counts as new. */
export type ChangedDocument = ListDocument & { before?: Uint8Array | undefined };

/** What it answers; a refusal as plain values, since errors lose their class between threads. */
export type BuildAnswer =
  | { ok: true; columns: IndexColumns }
  | { ok: true; inspected: Inspected }
  | { ok: false; kind: Kind; code: string; message: string };

/** Reads lists and lays their index out. Errors: those of `entriesOf`. */
export function layOut(lists: readonly ListDocument[]): IndexColumns {
  const builder = indexBuilder();
  const decoder = new TextDecoder();
  for (const { id, document, format } of lists) {
    for (const entry of entriesOf({ text: decoder.decode(document), format }, { known: true })) builder.add(id, entry);
  }
  return builder.done();
}

/** Lays an index out of those entries alone that the versions before had not, or had otherwise. Errors: those of `entriesOf`. */
export function layOutChanges(lists: readonly ChangedDocument[]): IndexColumns {
  const builder = indexBuilder();
  const decoder = new TextDecoder();
  for (const { id, document, format, before } of lists) {
    const known = new EntryHashes(before ?? new Uint8Array());
    for (const entry of entriesOf({ text: decoder.decode(document), format }, { known: true }))
      if (!known.has(entry)) builder.add(id, entry);
  }
  return builder.done();
}

/**
 * Reads a file whole and tells what it is; one whose checksum is `known` is whole however it ends. Errors: those of
 * `openList` and `entriesOf`.
 */
export function inspect(document: Uint8Array, known = false): Inspected {
  const file = openList(document);
  const [extent, parts] = [createExtent(), new Set<string>()];
  const hashes: Buffer[] = [];
  for (const entry of entriesOf(file, { parts, known })) {
    hashes.push(entryHash(entry));
    extent.add(entry);
  }
  const found = extent.done({ parts, end: endOf(file) });
  return { ...file, entries: found.entries, names: found.names, extent: found, entryHashes: Buffer.concat(hashes) };
}
