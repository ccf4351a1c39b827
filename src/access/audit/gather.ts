import type { Millis } from '../../base/time.ts';
import type { AuditEntry } from '../port.ts';

/** An entry with the time of its act, as the ledger's batch hands it over. */
export type TimedEntry = { atMs: Millis; value: AuditEntry };

/** What becomes a row: an entry and, where it stands for several that differ only in their subject, all subjects in order. */
export type GatheredEntry = TimedEntry & { subjects: readonly string[] | null };

/** Subjects of one row at most: thousands of rows are read at a time to be chained and verified. */
export const MOST_SUBJECTS = 250;

type Open = TimedEntry & { subjects: Set<string> };

/**
 * Entries of one transaction as rows: those that say the same of several subjects become one. Nobody's detail is merged, and
 * a subject never stands in a row twice, so rows say exactly what the entries did, in the order of the first of each.
 */
export function gather(entries: readonly TimedEntry[]): GatheredEntry[] {
  if (entries.length < 2) return entries.map(({ atMs, value }) => ({ atMs, value, subjects: null }));
  const rows: Open[] = [];
  const open = new Map<string, Open>();
  for (const { atMs, value } of entries) {
    const stem = Object.keys(value.detail).length === 0 ? stemOf(value.subject) : undefined;
    // Whether it is the same act is asked below; a key that two acts happen to share costs a row.
    const key = stem && `${stem} ${value.outcome} ${value.requestId}`;
    const row = key === undefined ? undefined : open.get(key);
    if (row && row.subjects.size < MOST_SUBJECTS && isSameAct(row, atMs, value) && !row.subjects.has(value.subject)) {
      row.subjects.add(value.subject);
      continue;
    }
    const begun: Open = { atMs, value, subjects: new Set([value.subject]) };
    if (key !== undefined) open.set(key, begun);
    rows.push(begun);
  }
  return rows.map(closed);
}

function closed({ atMs, value, subjects }: Open): GatheredEntry {
  if (subjects.size === 1) return { atMs, value, subjects: null };
  const sorted = [...subjects].sort();
  return { atMs, value: { ...value, subject: sorted[0]! }, subjects: sorted };
}

/** Ids as they are written outside the process: only these are merged, since text of any kind has no order that all agree on. */
const ID = /^[a-z]{1,16}_[0-9a-f]{32}$/;

/** Digits of an id behind its stem: what is left of a version 7 id is its time, to a quarter of a second. */
const BEHIND_STEM = 22;

/**
 * What all subjects of a row begin with, so that the rows that may name a subject are found by the first of each: ids that
 * were made within the same 256 ms. Undefined for a subject that shares no row.
 */
export function stemOf(subject: string): string | undefined {
  return ID.test(subject) ? subject.slice(0, -BEHIND_STEM) : undefined;
}

function isSameAct({ atMs, value: row }: Open, at: Millis, value: AuditEntry): boolean {
  return (
    atMs === at &&
    row.tenantId === value.tenantId &&
    row.actorId === value.actorId &&
    row.actorKind === value.actorKind &&
    row.actorName === value.actorName &&
    row.action === value.action &&
    row.outcome === value.outcome &&
    row.requestId === value.requestId
  );
}
