import { hash } from 'node:crypto';
import type { LocalDate } from '../../base/time.ts';
import { creditorReferencesIn, namesIn } from './match.ts';
import type { EntryReading } from './read-statement.ts';
import type { Sender } from './sender.ts';

/** One line of what a custodian has said: an entry, or one payment of an entry that lists several which come to it. */
export type Line = {
  units: bigint;
  /** Of its amount, by which other tellings of it are found. */
  size: string;
  valueDay: LocalDate | null;
  reversal: boolean;
  /** Everything that may name what it is about. */
  refs: string[];
  /** What only this payment has, each with a letter for its kind: two tellings of it never differ in a kind that both have. */
  marks: string[];
  remittance: string | null;
  counterparty: string | null;
  /** Of money that comes in, as far as it is told. */
  sender: Sender | null;
};

/** A booked entry as one document tells it. */
export type Told = {
  /** Of its amount and day; entries that are alike share it. */
  identity: string;
  /** Of its amount and its keeper's reference, where it has one: then its day may be told differently. */
  named: string | null;
  /** All of its lines together. */
  units: bigint;
  /** Of its amount, as of a line of it. */
  size: string;
  bookingDay: LocalDate;
  /** Those of all its lines. */
  marks: readonly string[];
  lines: readonly Line[];
  /** Hash of what it says, to tell a repeated page from one that contradicts. */
  content: string;
};

/** Words that banks put where they have no reference. */
const NOTHING = /^(NONREF|NOTPROVIDED|NOT ?PROVIDED|N\/?A|-+)$/i;

/** A booked entry with its lines; undefined for one that is announced or pending, or of no amount. */
export function toldOf(entry: EntryReading, day: LocalDate): Told | undefined {
  const { amount, direction, status, reversal = false } = entry;
  const total = direction === 'CRDT' ? amount.units : -amount.units;
  if (status !== 'BOOK' || total === 0n) return undefined;
  const bookingDay = entry.bookingDay ?? entry.valueDay ?? day;
  const valueDay = entry.valueDay ?? null;
  const parts = partsOf(entry, total).map(markedBy);
  const reference = usable([entry.servicerReference])[0];
  const named = reference === undefined ? null : digest(['named', reference, total.toString()]);
  return {
    identity: digest(['of', total.toString(), bookingDay]),
    named,
    units: total,
    size: sizeOf(total),
    bookingDay,
    marks: [...new Set(parts.flatMap(({ marks }) => marks))],
    lines: parts.map((part) => ({ ...part, size: sizeOf(part.units), valueDay, reversal })),
    content: named ?? saidOf({ total, bookingDay, valueDay, parts }),
  };
}

type Part = Pick<Line, 'units' | 'refs' | 'marks' | 'remittance' | 'counterparty' | 'sender'>;
type Detail = NonNullable<EntryReading['details']>[number];

function partsOf(entry: EntryReading, total: bigint): Part[] {
  const details = entry.details ?? [];
  const own = usable([
    entry.servicerReference,
    entry.reference,
    ...(entry.batches ?? []).flatMap(({ messageId, batchId }) => [messageId, batchId]),
  ]);
  if (details.length > 1) {
    const split = details.map((detail) => ({ ...partOf(detail, entry.direction), units: signedOf(detail, entry) }));
    const isComplete =
      split.every(({ units }) => units !== undefined && units !== 0n) && split.reduce((sum, { units }) => sum + units!, 0n) === total;
    if (isComplete) return split.map((part) => ({ ...part, units: part.units! }));
  }
  const [first] = details;
  // A list that does not come to the entry names nothing, nor does one payment of several.
  if (first && !(details.length === 1 && isWhole(first, entry)))
    return [{ ...NOTHING_TOLD, units: total, refs: own, remittance: entry.text ?? null }];
  const single = first ? partOf(first, entry.direction) : NOTHING_TOLD;
  return [{ ...single, units: total, refs: [...single.refs, ...own], remittance: single.remittance ?? entry.text ?? null }];
}

/** What a payment is of, in the currency of its entry. */
function unitsOf({ amount, transactionAmount }: Detail, { amount: { asset } }: EntryReading): bigint | undefined {
  return [amount, transactionAmount].find((one) => one?.asset === asset)?.units;
}

function signedOf(detail: Detail, entry: EntryReading): bigint | undefined {
  const units = unitsOf(detail, entry);
  return units === undefined ? undefined : (detail.direction ?? entry.direction) === 'CRDT' ? units : -units;
}

/**
 * Whether the one payment that is told of an entry is all of it: its keeper says of no more of them, and no more has come in than was
 * paid. Less has where charges were taken.
 */
function isWhole(detail: Detail, entry: EntryReading): boolean {
  const payments = (entry.batches ?? []).reduce((sum, { transactions = 0 }) => sum + transactions, 0);
  return payments <= 1 && (entry.direction === 'DBIT' || entry.amount.units <= (unitsOf(detail, entry) ?? entry.amount.units));
}

const NOTHING_TOLD: Omit<Part, 'units'> = { refs: [], marks: [], remittance: null, counterparty: null, sender: null };

function partOf(detail: Detail, ofEntry: 'CRDT' | 'DBIT'): Omit<Part, 'units'> {
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
    marks: marksOf(detail, [...structured, ...creditorReferencesIn([text])]),
    remittance: text === '' ? null : text.slice(0, 500),
    counterparty: counterparty?.slice(0, 140) ?? null,
    sender: (direction ?? ofEntry) === 'CRDT' ? senderOf(detail) : null,
  };
}

/** Who paid, with which account at which bank. A bank that paid for itself keeps its own. */
function senderOf({ debtor, debtorAccount, debtorAgent }: Detail): Sender | null {
  const name = debtor?.name ?? debtor?.agent?.name;
  const number = debtorAccount?.iban ?? debtorAccount?.other;
  const agentBic = debtorAgent?.bic ?? debtor?.agent?.bic;
  if (name === undefined && number === undefined && agentBic === undefined) return null;
  return { ...(name !== undefined && { name }), ...(number !== undefined && { number }), ...(agentBic !== undefined && { agentBic }) };
}

function usable(refs: readonly (string | undefined)[]): string[] {
  return [...new Set(refs.filter((ref) => ref !== undefined && !NOTHING.test(ref)) as string[])];
}

function marksOf(detail: Detail, references: readonly (string | undefined)[]): string[] {
  const { uetr, endToEndId, instructionId, transactionId, clearingReference } = detail;
  const kinds = { u: [uetr], e: [endToEndId], i: [instructionId], t: [transactionId], c: [clearingReference], r: references };
  return Object.entries(kinds).flatMap(([kind, values]) =>
    usable(values).map((value) => `${kind}:${value.replaceAll(' ', '').toUpperCase()}`),
  );
}

/** Whatever names a participant is a mark, wherever it stands: what is matched by it has to be recognised by it. */
function markedBy(part: Part): Part {
  const references = creditorReferencesIn(namesIn(part)).map((reference) => `r:${reference}`);
  return { ...part, marks: [...new Set([...part.marks, ...references])] };
}

/**
 * What lines are recognised by of whose entry others were known already: each is an entry of its own then, and has the name of none.
 */
export function partOfEntry({ named, bookingDay }: Told, { units }: Line): Pick<Told, 'identity' | 'named'> {
  return { identity: digest(['part', units.toString(), bookingDay]), named: digest(['part', named ?? '', units.toString()]) };
}

const sizeOf = (units: bigint): string => digest(['size', units.toString()]);

type Said = { total: bigint; bookingDay: LocalDate; valueDay: LocalDate | null; parts: readonly Part[] };

function saidOf({ total, bookingDay, valueDay, parts }: Said): string {
  const words = parts.flatMap((part) => [...part.refs, part.remittance ?? '', part.counterparty ?? '']);
  return digest(['said', total.toString(), bookingDay, valueDay ?? '', ...words]);
}

const digest = (parts: readonly string[]): string => hash('sha256', JSON.stringify(parts));
