import { AppError } from '../../base/error.ts';
import type { Millis } from '../../base/time.ts';
import type { People } from '../people.ts';
import type { Subject } from '../run/result.ts';
import { fold, type GatePolicy, type RecordState } from './fold.ts';
import { leafOfEntry, signedContent } from './leaf.ts';
import type { ReadinessRecord, RecordStore } from './record.ts';

/**
 * The entries of one checklist in their order, after it was made sure that none is missing or was changed.
 * Errors: `readiness.log_damaged`, naming the entry.
 */
export async function soundEntries(store: RecordStore, checklist: string): Promise<ReadinessRecord[]> {
  const records: ReadinessRecord[] = [];
  for await (const record of store.read(checklist)) {
    if (record.index !== records.length || record.leaf !== leafOfEntry(record))
      throw new AppError('conflict', 'readiness.log_damaged', `Entry ${records.length} of ${checklist} is not the one that was appended.`);
    records.push(record);
  }
  return records;
}

/** Indexes of the entries whose signature was made by the account that it names over exactly this entry. */
export async function trustedEntries(records: readonly ReadinessRecord[], people: People): Promise<Set<number>> {
  const trusted = new Set<number>();
  for (const { index, checklist, body } of records) {
    if (!('signature' in body)) continue;
    const holds = await people.verify(body.signature, signedContent(checklist, body)).catch(() => false);
    if (holds) trusted.add(index);
  }
  return trusted;
}

/** What the log holds of a checklist for a subject at a time: `fold` over its sound entries, with every signature verified. */
export async function readState(
  { store, people, policy }: { store: RecordStore; people: People; policy: GatePolicy },
  { checklist, subject, at }: { checklist: string; subject: Subject; at: Millis },
): Promise<RecordState> {
  const records = await soundEntries(store, checklist);
  return fold(records, { subject, at, policy, trusted: await trustedEntries(records, people) });
}
