import type { ListEntry } from './entry.ts';
import type { ListFormat } from './lists/read-list.ts';
import { ENDS, type End } from './lists/whole.ts';

/** What of entries is counted, each kind apart: a file may lose its aliases and keep every entry. */
const KINDS = ['names', 'countries', 'born', 'ids'] as const;

/** How much a list holds, of which parts its file was put together, and how that ends. */
export type Extent = { entries: number; parts: readonly string[]; end: End } & Readonly<Record<(typeof KINDS)[number], number>>;

/** Counts what entries hold. */
export function createExtent(): { add(entry: ListEntry): void; done(file: { parts: Iterable<string>; end: End }): Extent } {
  const sums = { entries: 0, names: 0, countries: 0, born: 0, ids: 0 };
  return {
    add(entry) {
      sums.entries++;
      for (const kind of KINDS) sums[kind] += entry[kind]?.length ?? 0;
    },
    done: ({ parts, end }) => ({ ...sums, parts: [...parts].sort(), end }),
  };
}

/** A list as far as two versions of it are compared: what it holds, and the hashes of its entries in their order. */
export type Held = { format: ListFormat; entries: number; names: number; extent: Extent | null; entryHashes: Uint8Array | null };

/** Of fewer than these a kind may come to nothing by one correction. */
const FEW = 10;

/**
 * What a newer file lacks of the list in force beyond what publishers take off a list, in words; undefined when nothing.
 * A whole kind that shrank, a part that is gone, an end that is less sure, or that the file is the beginning of the list.
 */
export function lackOf(before: Held, now: Held & { extent: Extent }, largestShrink: number): string | undefined {
  if (largestShrink >= 1) return undefined;
  const kept = 1 - largestShrink;
  if (now.entries < before.entries * kept) return `The file has ${now.entries} entries where ${before.entries} are in force`;
  if (before.names >= FEW && now.names < before.names * kept) return `The file has ${now.names} names where ${before.names} are in force`;
  const said = before.format === now.format ? lackOfExtent(before.extent, now.extent, kept) : undefined;
  return said ?? (before.format === now.format ? lackOfEntries(before, now) : undefined);
}

const IN_WORDS = { names: 'names', countries: 'countries and addresses', born: 'dates of birth', ids: 'documents and numbers' };

function lackOfExtent(before: Extent | null, now: Extent, kept: number): string | undefined {
  if (!before) return undefined;
  const gone = before.parts.filter((part) => !now.parts.includes(part));
  if (gone.length > 0) return `The file has no ${gone.join(' and ')}, which the one in force has`;
  const shrunk = KINDS.find((kind) => before[kind] >= FEW && now[kind] < before[kind] * kept);
  if (shrunk) return `The file has ${now[shrunk]} ${IN_WORDS[shrunk]} where ${before[shrunk]} are in force`;
  return ENDS.indexOf(now.end) > ENDS.indexOf(before.end)
    ? 'The file ends otherwise than the one in force, as one that was cut off does'
    : undefined;
}

/** Lists shorter than this are kept by hand, and may lose their last entries without being cut off. */
const LONG = 100;
const HASH_BYTES = 8;

function lackOfEntries(before: Held, now: Held & { extent: Extent }): string | undefined {
  if (!before.entryHashes || !now.entryHashes) return undefined;
  const [old, fresh] = [hashesOf(before.entryHashes), hashesOf(now.entryHashes)];
  const fewer = now.names < before.names || KINDS.some((kind) => now.extent[kind] < (before.extent?.[kind] ?? 0));
  if (isBeginning(old, fresh, fewer) && now.format !== 'plain_csv')
    return `The file is the beginning of the list in force and ends after ${fresh.length} of its ${old.length} entries`;
  const known = new Set(fresh);
  const stay = old.reduce((count, hash) => count + (known.has(hash) ? 1 : 0), 0);
  // Where most entries have changed (another release tells more of each) the last ones say nothing.
  if (old.length < LONG || stay < old.length / 2) return undefined;
  const last = old.slice(-Math.min(20, Math.max(5, Math.ceil(old.length / 100))));
  return last.some((hash) => known.has(hash))
    ? undefined
    : `The last ${last.length} entries of the list in force are all missing in the file`;
}

/** Of entries that stand at the beginning so many may have been cut off within: records of one may be far apart. */
const TORN = 0.1;

/** Whether entries are the first of others and no more; the last of them may have been cut off within, and some others. */
function isBeginning(old: readonly bigint[], fresh: readonly bigint[], fewer: boolean): boolean {
  if (fresh.length > old.length) return false;
  if (fresh.length === old.length) return fewer && fresh.slice(0, -1).every((hash, at) => hash === old[at]);
  const changed = fresh.reduce((count, hash, at) => count + (hash === old[at] ? 0 : 1), 0);
  return changed <= Math.max(1, fresh.length * TORN);
}

function hashesOf(hashes: Uint8Array): bigint[] {
  const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, at) => bytes.readBigUInt64BE(at * HASH_BYTES));
}
