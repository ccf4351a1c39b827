/** What a file of a window is called in its first line. */
const FORMAT = 'rialto.window/2';

/** A range of the book's sequence in one asset: obligations with `fromSeq` < seq ≤ `toSeq` belong to the window. */
export type SpanRecord = { asset: string; fromSeq: string; toSeq: string };

/** The first line. `part` names the participant whose part of the window the file is; absent in the whole file. */
export type WindowRecord = {
  record: 'window';
  format: string;
  id: string;
  number: number;
  group: string;
  state: 'cut_off' | 'netted' | 'settled';
  part?: string;
  businessDay?: string;
  cutOffAt: string;
  inputPublishedAt: string;
  nettedAt?: string;
  settledAt?: string;
  /** Size of the tree whose root is `inputRoot`. */
  obligations: number;
  inputRoot: string;
  resultHash?: string;
  spans: SpanRecord[];
};

/**
 * What one participant owes another. `left`: the window that it left for this one. `removed`: the participant on whose default it
 * was taken out; it counts into the root and into nothing else. `path`: its proof, in a part.
 */
export type ObligationRecord = {
  record: 'obligation';
  index: number;
  seq: string;
  id: string;
  debtor: string;
  creditor: string;
  asset: string;
  units: string;
  leaf: string;
  left?: string;
  removed?: string;
  path?: string[];
};

export type CurrencyRecord = {
  record: 'currency';
  asset: string;
  payments: number;
  participants: number;
  gross: string;
  bilateralNet: string;
  net: string;
};
export type PositionRecord = { record: 'position'; asset: string; participantId: string; incoming: string; outgoing: string; net: string };
export type BilateralRecord = { record: 'bilateral'; asset: string; debtor: string; creditor: string; units: string };
export type InstructionRecord = {
  record: 'instruction';
  asset: string;
  participantId: string;
  direction: 'pay' | 'receive';
  units: string;
};
export type FinalityRecord = { record: 'finality'; seq: string; at: string; transfers: number };
/** The last line: how many lines stand before it, and SHA-256 of their bytes. */
export type EndRecord = { record: 'end'; lines: number; sha256: string };

/** One line of a window file. */
export type WindowLine =
  | WindowRecord
  | ObligationRecord
  | CurrencyRecord
  | PositionRecord
  | BilateralRecord
  | InstructionRecord
  | FinalityRecord
  | EndRecord;

type Fits = (value: unknown) => boolean;
type Field = { fits: Fits; optional?: boolean };

const text =
  (pattern: RegExp): Fits =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const wholeNumber: Fits = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const must = (fits: Fits): Field => ({ fits });
const may = (fits: Fits): Field => ({ fits, optional: true });

const seq = text(/^(0|[1-9]\d{0,18})$/);
const amount = text(/^(0|[1-9]\d{0,37})$/);
const positive = text(/^[1-9]\d{0,37}$/);
const signed = text(/^(0|-?[1-9]\d{0,37})$/);
const hash = text(/^[0-9a-f]{64}$/);
const asset = text(/^[A-Z][A-Z0-9]{2,11}\/(\d|1[0-8])$/);
const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const day = text(/^\d{4}-\d\d-\d\d$/);
const participant = text(/^mem_[0-9a-f]{32}$/);
const payment = text(/^pay_[0-9a-f]{32}$/);
const window = text(/^win_[0-9a-f]{32}$/);

const SPAN: Readonly<Record<string, Field>> = { asset: must(asset), fromSeq: must(seq), toSeq: must(seq) };

/** Every field of every line; what is not here has no place in a file. */
const FIELDS: Readonly<Record<WindowLine['record'], Readonly<Record<string, Field>>>> = {
  window: {
    record: must(text(/^window$/)),
    format: must((value) => value === FORMAT),
    id: must(window),
    number: must(wholeNumber),
    group: must(text(/^[a-z0-9][a-z0-9-]{0,39}$/)),
    state: must(text(/^(cut_off|netted|settled)$/)),
    part: may(participant),
    businessDay: may(day),
    cutOffAt: must(instant),
    inputPublishedAt: must(instant),
    nettedAt: may(instant),
    settledAt: may(instant),
    obligations: must(wholeNumber),
    inputRoot: must(hash),
    resultHash: may(hash),
    spans: must(listOf((value) => wrongIn(value, SPAN) === undefined)),
  },
  obligation: {
    record: must(text(/^obligation$/)),
    index: must(wholeNumber),
    seq: must(seq),
    id: must(payment),
    debtor: must(participant),
    creditor: must(participant),
    asset: must(asset),
    units: must(positive),
    leaf: must(hash),
    left: may(window),
    removed: may(participant),
    path: may(listOf(hash)),
  },
  currency: {
    record: must(text(/^currency$/)),
    asset: must(asset),
    payments: must(wholeNumber),
    participants: must(wholeNumber),
    gross: must(amount),
    bilateralNet: must(amount),
    net: must(amount),
  },
  position: {
    record: must(text(/^position$/)),
    asset: must(asset),
    participantId: must(participant),
    incoming: must(amount),
    outgoing: must(amount),
    net: must(signed),
  },
  bilateral: {
    record: must(text(/^bilateral$/)),
    asset: must(asset),
    debtor: must(participant),
    creditor: must(participant),
    units: must(positive),
  },
  instruction: {
    record: must(text(/^instruction$/)),
    asset: must(asset),
    participantId: must(participant),
    direction: must(text(/^(pay|receive)$/)),
    units: must(positive),
  },
  finality: { record: must(text(/^finality$/)), seq: must(seq), at: must(instant), transfers: must(wholeNumber) },
  end: { record: must(text(/^end$/)), lines: must(wholeNumber), sha256: must(hash) },
};

/** What is wrong with an object's fields, undefined when nothing is. Keys must stand in the order of RFC 8785. */
function wrongIn(value: unknown, fields: Readonly<Record<string, Field>>): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object';
  const keys = Object.keys(value);
  const strange = keys.find((key) => !Object.hasOwn(fields, key));
  if (strange !== undefined) return `has a field ${JSON.stringify(strange.slice(0, 40))} that the format does not know`;
  const unsorted = keys.findIndex((key, i) => i > 0 && key <= keys[i - 1]!);
  if (unsorted > 0) return `does not have its fields in order: ${keys[unsorted]}`;
  for (const [name, { fits, optional }] of Object.entries(fields)) {
    if (!Object.hasOwn(value, name)) {
      if (!optional) return `lacks the field ${name}`;
    } else if (!fits((value as Record<string, unknown>)[name])) return `has a field ${name} that is not of its form`;
  }
  return undefined;
}

/** A line that cannot stand in a window file. The message says what is wrong, without the number of the line. */
export class MalformedLine extends Error {}

/** Reads one line, strictly: known fields in their one order and form, no white space. Throws `MalformedLine`. */
export function readRecord(line: string): WindowLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new MalformedLine('is not JSON');
  }
  const kind = (value as { record?: unknown } | null)?.record;
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) throw new MalformedLine('does not say which record it is');
  const wrong = wrongIn(value, FIELDS[kind as WindowLine['record']]);
  if (wrong !== undefined) throw new MalformedLine(wrong);
  // Written anew it is the same, so that there is one way to write it: no white space, no key twice, no other escapes.
  if (JSON.stringify(value) !== line) throw new MalformedLine('is not written in canonical JSON');
  return value as WindowLine;
}
