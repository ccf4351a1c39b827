import { AppError } from '../../base/error.ts';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import { madeInOrder, type Made } from '../key-times.ts';
import type { People } from '../people.ts';
import { fold, type FoldQuery, type GatePolicy, type RecordState } from './fold.ts';
import { leafOfEntry, signedContent } from './leaf.ts';
import type { LogHead, ReadinessRecord, RecordStore } from './record.ts';

function damaged(checklist: string, index: number): AppError {
  return new AppError('conflict', 'readiness.log_damaged', `Entry ${index} of ${checklist} is not the one that was appended.`);
}

/** Entries of a checklist with when each was made, by the whole log. */
export type SoundLog = { entries: readonly ReadinessRecord[]; made: readonly Made[] };

/**
 * The entries of one checklist in their order, after it was made sure that none is missing or was changed, and when each was made: not
 * before anything that stands before it in the log, of whichever checklist. A signature tells how far the log went when it was made,
 * and the log is held to that.
 * Errors: `readiness.log_damaged`.
 */
export async function soundLog(store: RecordStore, checklist: string, people: People): Promise<SoundLog & Trust> {
  const all = await Array.fromAsync(store.readAll());
  const made = madeInOrder(all);
  const own = all.flatMap((record, place) => (record.checklist === checklist ? [{ record, made: { ...made[place]!, place } }] : []));
  for (const [index, { record }] of own.entries())
    if (record.index !== index || record.leaf !== leafOfEntry(record)) throw damaged(checklist, index);
  const log = { entries: own.map(({ record }) => record), made: own.map((one) => one.made) };
  const trust = await trustedEntries(log.entries, people, log.made);
  const heads = log.entries.flatMap(({ index, body }) =>
    trust.trusted.has(index) && 'log' in body && body.log ? [{ index, place: log.made[index]!.place!, head: body.log }] : [],
  );
  const broken = brokenHead(all, heads);
  if (broken === undefined) return { ...log, ...trust };
  throw new AppError(
    'conflict',
    'readiness.log_damaged',
    `Entry ${broken} of ${checklist} was signed over another log than stands before it: entries were taken out or changed.`,
  );
}

type SignedHead = { index: number; place: number; head: LogHead };

/** The first entry whose signature speaks of another log than the entries before it are. */
function brokenHead(all: readonly ReadinessRecord[], heads: readonly SignedHead[]): number | undefined {
  const sizes = new Set(heads.map(({ head }) => head.size));
  const roots = rootsAt(all, sizes);
  return heads.find(({ place, head }) => head.size > place || roots.get(head.size) !== head.root)?.index;
}

/** Roots over the first so many entries, in hex. */
function rootsAt(all: readonly ReadinessRecord[], sizes: ReadonlySet<number>): Map<number, string> {
  const leaves = Buffer.concat(all.map(({ leaf }) => Buffer.from(leaf, 'hex')));
  const known = [...sizes].filter((size) => Number.isSafeInteger(size) && size >= 0 && size <= all.length);
  return new Map(known.map((size) => [size, Buffer.from(rootOfLeaves(leaves.subarray(0, size * HASH_BYTES))).toString('hex')]));
}

/** Whose signature is genuine and counts, and whose is genuine by a key that did not count when it was made; by index. */
export type Trust = { trusted: ReadonlySet<number>; lapsed: ReadonlySet<number> };

/** Which entries were signed by the account that they name over exactly this, with the key that it had when they were `made`. */
export async function trustedEntries(
  records: readonly ReadinessRecord[],
  people: People,
  made: readonly Made[] = madeInOrder(records),
): Promise<{ trusted: Set<number>; lapsed: Set<number> }> {
  const [trusted, lapsed] = [new Set<number>(), new Set<number>()];
  for (const [at, { index, checklist, body }] of records.entries()) {
    if (!('signature' in body)) continue;
    const holds = await people.verify(body.signature, signedContent(checklist, body)).catch(() => false);
    if (!holds) continue;
    const held = await people.keyHeld(body.signature, made[at]!).catch(() => false);
    (held ? trusted : lapsed).add(index);
  }
  return { trusted, lapsed };
}

/** What the log holds of a checklist for a subject at a time: `fold` over its sound entries, with every signature verified. */
export async function readState(
  { store, people, policy }: { store: RecordStore; people: People; policy: GatePolicy },
  query: { checklist: string } & Omit<FoldQuery, 'policy' | 'trusted' | 'lapsed'>,
): Promise<RecordState> {
  const { entries, trusted, lapsed } = await soundLog(store, query.checklist, people);
  return fold(entries, { ...query, policy, trusted, lapsed });
}
