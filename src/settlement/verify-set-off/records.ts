import {
  amount,
  asset,
  day,
  hash,
  instant,
  listOf,
  may,
  must,
  participant,
  positive,
  readForm,
  text,
  wholeNumber,
  type Fields,
} from '../verify-window/form.ts';

/** What a file of a round is called in its first line. */
const FORMAT = 'rialto.set-off-round/1';

/**
 * The first line. `part` names the participant whose part of the round the file is; the whole file has none, and tells `gross`
 * and `cleared` of all. `root` is over `obligations` leaves.
 */
export type RoundRecord = {
  record: 'round';
  format: string;
  id: string;
  number: number;
  asset: string;
  order: 'amount' | 'overdue_first';
  day: string;
  ranAt: string;
  obligations: number;
  root: string;
  part?: string;
  gross?: string;
  cleared?: string;
};

/** What a participant owes and is owed, and what is cleared of either; `potential` is its number in the certificate. */
export type ParticipantRecord = {
  record: 'participant';
  participantId: string;
  owes: string;
  owed: string;
  cleared: string;
  potential?: number;
};

/** `units` is what was open before; `path` is its proof, in a part. */
export type ObligationRecord = {
  record: 'obligation';
  index: number;
  id: string;
  debtor: string;
  creditor: string;
  units: string;
  dueDay?: string;
  weight: number;
  cleared: string;
  path?: string[];
};

/** The last line: how many lines stand before it, and SHA-256 of their bytes. */
export type EndRecord = { record: 'end'; lines: number; sha256: string };

/** One line of a file of a round. */
export type SetOffLine = RoundRecord | ParticipantRecord | ObligationRecord | EndRecord;

const round = text(/^sor_[0-9a-f]{32}$/);
const obligation = text(/^obl_[0-9a-f]{32}$/);

/** Every field of every line; what is not here has no place in a file. */
const FIELDS: Readonly<Record<SetOffLine['record'], Fields>> = {
  round: {
    record: must(text(/^round$/)),
    format: must((value) => value === FORMAT),
    id: must(round),
    number: must(wholeNumber),
    asset: must(asset),
    order: must(text(/^(amount|overdue_first)$/)),
    day: must(day),
    ranAt: must(instant),
    obligations: must(wholeNumber),
    root: must(hash),
    part: may(participant),
    gross: may(amount),
    cleared: may(amount),
  },
  participant: {
    record: must(text(/^participant$/)),
    participantId: must(participant),
    owes: must(amount),
    owed: must(amount),
    cleared: must(amount),
    potential: may(Number.isSafeInteger),
  },
  obligation: {
    record: must(text(/^obligation$/)),
    index: must(wholeNumber),
    id: must(obligation),
    debtor: must(participant),
    creditor: must(participant),
    units: must(positive),
    dueDay: may(day),
    weight: must(wholeNumber),
    cleared: must(amount),
    path: may(listOf(hash)),
  },
  end: { record: must(text(/^end$/)), lines: must(wholeNumber), sha256: must(hash) },
};

/** Reads one line of a file of a round, strictly. Throws `MalformedLine`. */
export function readRecord(line: string): SetOffLine {
  return readForm(line, FIELDS) as SetOffLine;
}
