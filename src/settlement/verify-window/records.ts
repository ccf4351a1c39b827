import {
  text,
  wholeNumber,
  listOf,
  must,
  may,
  amount,
  positive,
  hash,
  asset,
  instant,
  day,
  participant,
  readForm,
  wrongIn,
  type Fields,
} from './form.ts';

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

const seq = text(/^(0|[1-9]\d{0,18})$/);
const signed = text(/^(0|-?[1-9]\d{0,37})$/);
const payment = text(/^pay_[0-9a-f]{32}$/);
const window = text(/^win_[0-9a-f]{32}$/);

const SPAN: Fields = { asset: must(asset), fromSeq: must(seq), toSeq: must(seq) };

/** Every field of every line; what is not here has no place in a file. */
const FIELDS: Readonly<Record<WindowLine['record'], Fields>> = {
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

/** Reads one line of a window file, strictly. Throws `MalformedLine`. */
export function readRecord(line: string): WindowLine {
  return readForm(line, FIELDS) as WindowLine;
}
