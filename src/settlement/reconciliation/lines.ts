import { hash } from 'node:crypto';
import type { LocalDate } from '../../base/time.ts';
import type { EntryReading } from './read-statement.ts';

/** One line of what a custodian has said: an entry, or one payment of an entry that lists several which come to it. */
export type Line = {
  /** Names the entry among all of its account; `line` counts within it from 0. */
  origin: string;
  line: number;
  units: bigint;
  bookingDay: LocalDate;
  valueDay: LocalDate | null;
  reversal: boolean;
  /** Everything that may name what it is about. */
  refs: string[];
  remittance: string | null;
  counterparty: string | null;
};

/** Words that banks put where they have no reference. */
const NOTHING = /^(NONREF|NOTPROVIDED|NOT ?PROVIDED|N\/?A|-+)$/i;

/**
 * The lines of a booked entry; none of one that is announced or pending, or of no amount. The same entry told again, in another
 * statement or page, gets the same origin: by its keeper's reference, and without one by all that it says, counted where a
 * statement says the same several times (`seen` counts).
 */
export function linesOf(entry: EntryReading, day: LocalDate, seen: Map<string, number>): Line[] {
  const { amount, direction, status, reversal = false } = entry;
  const total = direction === 'CRDT' ? amount.units : -amount.units;
  if (status !== 'BOOK' || total === 0n) return [];
  const bookingDay = entry.bookingDay ?? entry.valueDay ?? day;
  const valueDay = entry.valueDay ?? null;
  const parts = partsOf(entry, total);
  const origin = originOf(entry, { total, bookingDay, parts }, seen);
  return parts.map((part, line) => ({ ...part, origin, line, bookingDay, valueDay, reversal }));
}

type Part = Pick<Line, 'units' | 'refs' | 'remittance' | 'counterparty'>;
type Detail = NonNullable<EntryReading['details']>[number];

function partsOf(entry: EntryReading, total: bigint): Part[] {
  const details = entry.details ?? [];
  const own = usable([
    entry.servicerReference,
    entry.reference,
    ...(entry.batches ?? []).flatMap(({ messageId, batchId }) => [messageId, batchId]),
  ]);
  if (details.length > 1) {
    const split = details.map((detail) => ({ ...partOf(detail), units: signedOf(detail, entry.direction) }));
    const isWhole =
      split.every(({ units }) => units !== undefined && units !== 0n) && split.reduce((sum, { units }) => sum + units!, 0n) === total;
    if (isWhole) return split.map((part) => ({ ...part, units: part.units! }));
    // A list that does not come to the entry names nothing.
    return [{ units: total, refs: own, remittance: entry.text ?? null, counterparty: null }];
  }
  const single = details[0] ? partOf(details[0]) : { refs: [], remittance: null, counterparty: null };
  return [{ ...single, units: total, refs: [...single.refs, ...own], remittance: single.remittance ?? entry.text ?? null }];
}

function signedOf(detail: Detail, direction: 'CRDT' | 'DBIT'): bigint | undefined {
  const units = (detail.amount ?? detail.transactionAmount)?.units;
  return units === undefined ? undefined : (detail.direction ?? direction) === 'CRDT' ? units : -units;
}

function partOf(detail: Detail): Omit<Part, 'units'> {
  const { remittance, debtor, creditor, direction } = detail;
  const structured = (remittance?.structured ?? []).map(({ reference }) => reference);
  const names = [
    detail.endToEndId,
    detail.instructionId,
    detail.transactionId,
    detail.uetr,
    detail.clearingReference,
    detail.messageId,
    detail.batchId,
    detail.servicerReference,
  ];
  const text = [...(remittance?.lines ?? []), detail.text].filter((line) => line !== undefined).join(' ');
  const other = direction === 'DBIT' ? creditor : (debtor ?? creditor);
  const counterparty = other?.name ?? other?.agent?.name ?? other?.agent?.bic ?? null;
  return {
    refs: usable([...structured, ...names]),
    remittance: text === '' ? null : text.slice(0, 500),
    counterparty: counterparty?.slice(0, 140) ?? null,
  };
}

function usable(refs: readonly (string | undefined)[]): string[] {
  return [...new Set(refs.filter((ref) => ref !== undefined && !NOTHING.test(ref)) as string[])];
}

type Said = { total: bigint; bookingDay: LocalDate; parts: readonly Part[] };

function originOf({ servicerReference, valueDay }: EntryReading, { total, bookingDay, parts }: Said, seen: Map<string, number>): string {
  const named = usable([servicerReference])[0];
  if (named !== undefined) return digest(['named', named, total.toString()]);
  const said = digest([
    'said',
    total.toString(),
    bookingDay,
    valueDay ?? '',
    ...parts.flatMap((part) => [...part.refs, part.remittance ?? '', part.counterparty ?? '']),
  ]);
  const count = seen.get(said) ?? 0;
  seen.set(said, count + 1);
  return count === 0 ? said : digest(['again', said, String(count)]);
}

const digest = (parts: readonly string[]): string => hash('sha256', JSON.stringify(parts));

/** Key of a line in the table. */
export function keyOf({ origin, line }: Pick<Line, 'origin' | 'line'>): Buffer {
  return hash('sha256', `${origin}/${line}`, 'buffer');
}
