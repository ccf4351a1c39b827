import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { Clock } from '../../base/time.ts';
import { leafOfEntry } from './leaf.ts';
import type { ReadinessRecord, RecordStore } from './record.ts';

/** A store in memory that keeps the promise of every store: entries in order, and evidence by its hash. */
export function memoryStore(clock: Clock): RecordStore & { records: ReadinessRecord[] } {
  const records: ReadinessRecord[] = [];
  const counts = new Map<string, number>();
  const kept = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  return {
    records,
    async append(checklist, body) {
      const index = counts.get(checklist) ?? 0;
      const entry = { index, at: new Date(clock.now()).toISOString(), checklist, body };
      const record = { ...entry, leaf: leafOfEntry(entry) };
      counts.set(checklist, index + 1);
      records.push(record);
      return record;
    },
    async *read(checklist, fromIndex = 0) {
      yield* records.filter((record) => record.checklist === checklist && record.index >= fromIndex);
    },
    async *readAll() {
      yield* records;
    },
    root: async () => ({ size: records.length, root: sha256(canonicalJson(records.map(({ leaf }) => leaf))) }),
    async putEvidence(bytes, mediaType) {
      kept.set(sha256(bytes), { bytes, mediaType });
      return sha256(bytes);
    },
    evidence: async (hash) => kept.get(hash),
  };
}
