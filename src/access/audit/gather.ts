import type { Millis } from '../../base/time.ts';
import type { AuditEntry } from '../port.ts';

/** An entry with the time of its act, as the ledger's batch hands it over. */
export type TimedEntry = { atMs: Millis; value: AuditEntry };

/** What becomes a row: an entry and, where it stands for several that differ only in their subject, all subjects in order. */
export type GatheredEntry = TimedEntry & { subjects: readonly string[] | null };

/** Subjects of one row at most: thousands of rows are read at a time to be chained and verified. */
export const MOST_SUBJECTS = 250;

/** A row that more subjects may join as long as they begin with `stem`; none may where it has none. */
type Open = TimedEntry & { stem: string | undefined; subjects: string[] };

/**
 * Entries of one transaction as rows: those that say the same of several subjects become one. Nobody's detail is merged, and
 * a subject never stands in a row twice, so rows say exactly what the entries did.
 */
export function gather(entries: readonly TimedEntry[]): GatheredEntry[] {
  const rows: Open[] = [];
  const open = new Map<string, Open>();
  let last: Open | undefined;
  for (const entry of entries) {
    // Mostly an entry says the same as the one before it.
    if (last === undefined || !joins(last, entry)) {
      const { subject, detail, outcome, requestId } = entry.value;
      const stem = Object.keys(detail).length === 0 ? stemOf(subject) : undefined;
      // A key that two different acts happen to share costs a row.
      const key = `${stem} ${outcome} ${requestId}`;
      const known = stem === undefined ? undefined : open.get(key);
      last = known && joins(known, entry) ? known : { ...entry, stem, subjects: [] };
      if (last !== known) rows.push(last);
      if (stem !== undefined) open.set(key, last);
    }
    last.subjects.push(entry.value.subject);
  }
  return rows.flatMap(closed);
}

function joins({ stem, subjects, atMs, value: row }: Open, { atMs: at, value }: TimedEntry): boolean {
  return (
    stem !== undefined &&
    subjects.length < MOST_SUBJECTS &&
    atMs === at &&
    row.requestId === value.requestId &&
    row.outcome === value.outcome &&
    row.action === value.action &&
    row.actorId === value.actorId &&
    row.actorKind === value.actorKind &&
    row.actorName === value.actorName &&
    row.tenantId === value.tenantId &&
    Object.keys(value.detail).length === 0 &&
    value.subject.startsWith(stem) &&
    stemOf(value.subject) === stem
  );
}

/** A row, and one more for each time that a subject is named again. */
function closed({ atMs, value, subjects }: Open): GatheredEntry[] {
  if (subjects.length === 1) return [{ atMs, value, subjects: null }];
  const sorted = subjects.sort();
  const again = sorted.filter((subject, i) => subject === sorted[i - 1]);
  const distinct = again.length === 0 ? sorted : [...new Set(sorted)];
  return [
    { atMs, value: { ...value, subject: sorted[0]! }, subjects: distinct.length === 1 ? null : distinct },
    ...again.map((subject) => ({ atMs, value: { ...value, subject }, subjects: null })),
  ];
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
