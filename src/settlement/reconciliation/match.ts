import { isCreditorReference } from '../../base/check-digit.ts';
import type { Uuid } from '../../base/id.ts';
import { amountInWords, dayInWords } from '../../base/readable.ts';
import { dayOf, daysBetween, type LocalDate } from '../../base/time.ts';
import type { ExpectationRow } from '../custody/expectation-store.ts';
import type { MovementRow } from '../custody/movement-store.ts';
import type { Member } from '../participant/directory.ts';
import type { InstructionRow } from '../rail/instruction.ts';
import { nameOf } from '../rail/instruction.ts';
import type { EndedRow } from './ended-store.ts';
import type { EntryRow } from './entry-store.ts';

/** The account that a line is of. */
export type Account = { id: Uuid; asset: string; ledgerAccountId: Uuid };

/** All that lines may be about, as it stands now. */
export type Candidates = {
  /** Movements on the ledger that no statement shows, oldest first. */
  movements: readonly MovementRow[];
  instructions: readonly InstructionRow[];
  expectations: readonly ExpectationRow[];
  participants: ReadonlyMap<string, Member>;
  /** Lines that may be repetitions, and of which day the one is that was told before. */
  doubts: ReadonlyMap<Uuid, LocalDate>;
  /** What people have brought to an end without a statement, oldest first. */
  ended: readonly EndedRow[];
};

/**
 * What a line is about, and by which rule: a movement that stands on the ledger (`link`), an instruction that it shows to be paid
 * (`settle`), money for a participant that becomes tokens (`mint`), or nothing that is known (`break`).
 */
export type Match = { rule: string; explanation: string } & (
  | { kind: 'link'; movement: MovementRow }
  | { kind: 'settle'; instruction: InstructionRow }
  | { kind: 'mint'; participant: Member; reference: string; expectation?: ExpectationRow }
  | { kind: 'break'; ended?: EndedRow }
);

/** How far the day of a movement and that of its entry may lie apart. */
const MOST_DAYS = 30;

/**
 * The rules, in order; each wants currency, account and amount to the cent. R1 an instruction is named. R2 a movement of the same
 * reference stands on the ledger, within a month. R3 a participant has announced it. R4 a creditor reference names a participant.
 * R5 what would be minted by R3 or R4 and may be a repetition waits for a statement or a person. R6 so does what has been made already:
 * as much stands under its reference for longer than a month, or was written off or booked back. Whatever is taken by one line is not
 * there for the next.
 */
export function createMatcher(account: Account, candidates: Candidates): (entry: EntryRow) => Match {
  const taken = new Set<string>();
  return (entry) => {
    const match = unlessMade(entry, candidates, taken, unlessDoubted(entry, candidates, matchOf(entry, account, candidates, taken)));
    if (match.kind === 'link') taken.add(keyOf(match.movement));
    if (match.kind === 'settle') taken.add(match.instruction.id);
    if (match.kind === 'mint' && match.expectation) taken.add(match.expectation.id);
    if (match.kind === 'break' && match.ended) taken.add(match.ended.breakId);
    return match;
  };
}

function unlessDoubted({ id }: EntryRow, { doubts }: Candidates, match: Match): Match {
  const day = doubts.get(id);
  if (day === undefined || match.kind !== 'mint') return match;
  return unexplained(
    'R5',
    `It may be what was told for ${dayInWords(day)}, and nothing tells the two apart. Link it with that movement if it is the same; fund it if it is another.`,
  );
}

/** Nothing is made a second time for money that people have made, or have made and ended, under the same reference. */
function unlessMade(entry: EntryRow, { movements, ended }: Candidates, taken: ReadonlySet<string>, match: Match): Match {
  if (match.kind !== 'mint') return match;
  const under = referencesIn(namesIn(entry));
  const isSame = (one: { reference: string; units: bigint }) => one.units === entry.units && under.has(one.reference);
  const open = movements.find((one) => isSame(one) && !taken.has(keyOf(one)));
  if (open)
    return unexplained(
      'R6',
      `As much is on the ledger under ${open.reference} since ${dayInWords(dayOf(open.recordedAt))}. Link it with that movement if it is the same; fund it if it is another.`,
    );
  const found = ended.find((one) => isSame(one) && !taken.has(one.breakId));
  if (!found) return match;
  const explanation = `As much was on the ledger under ${found.reference} for ${dayInWords(found.day)}, and was written off or booked back. If it is the same, write it off to the same account, or fund it where it was booked back; fund it if it is another.`;
  return { kind: 'break', rule: 'R6', explanation, ended: found };
}

const keyOf = ({ transferId }: MovementRow): string => transferId;

function matchOf(entry: EntryRow, account: Account, candidates: Candidates, taken: ReadonlySet<string>): Match {
  if (entry.kind !== 'entry') return unexplained('R0', entry.remittance ?? 'The balances hold what no entry tells.');
  if (entry.reversal) return unexplained('R0', 'The custodian has reversed an earlier entry; see which, and what it was matched with.');
  const names = namesIn(entry);
  return (
    byInstruction(entry, account, candidates, names, taken) ??
    byMovement(entry, candidates, names, taken) ??
    (entry.units > 0n
      ? (byAnnouncement(entry, account, candidates, names, taken) ?? byParticipant(account, candidates, names))
      : undefined) ??
    unexplained('R9', whyNot(entry))
  );
}

function unexplained(rule: string, explanation: string): Match {
  return { kind: 'break', rule, explanation };
}

/** So much of a text within an explanation; the whole stands beside it. */
const MOST_OF_TEXT = 70;

/** Names first: a list shows the beginning. Each is said once, and a text as it was written. */
function whyNot({ units, refs, remittance }: EntryRow): string {
  const text = remittance?.trim().replace(/\s+/g, ' ') ?? '';
  const short = text.length > MOST_OF_TEXT ? `${text.slice(0, MOST_OF_TEXT - 1)}…` : text;
  const own = [...new Set(refs)].filter((ref) => !short.includes(ref));
  const names = [...(short === '' ? [] : [short]), ...own];
  const said = names.length === 0 ? 'Without a reference' : `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
  return units > 0n
    ? `${said}: nothing is known under it, and it names no participant.`
    : `${said}: nothing is known under it; no payout or sweep went out so.`;
}

/** Everything in a line that may name something: its references, and the words of its text. */
export function namesIn({ refs, remittance }: Pick<EntryRow, 'refs' | 'remittance'>): string[] {
  const text = remittance?.trim() ?? '';
  const words = text.split(/[\s,;:/()]+/).filter((word) => word.length >= 4);
  return [...new Set([...refs, ...(text === '' ? [] : [text]), ...words])].slice(0, 60);
}

function byInstruction(
  { units }: EntryRow,
  account: Account,
  { instructions, movements }: Candidates,
  names: readonly string[],
  taken: ReadonlySet<string>,
): Match | undefined {
  const lower = new Set(names.map((name) => name.toLowerCase()));
  const isSide = (row: InstructionRow) => (units < 0n ? row.fromLedgerId : row.toLedgerId) === account.ledgerAccountId;
  const isNamed = ({ id, uetr, returnOf }: InstructionRow) =>
    lower.has(nameOf(id)) || lower.has(uetr) || (returnOf?.uetr !== undefined && lower.has(returnOf.uetr));
  const named = instructions.filter((one) => isNamed(one) && isSide(one));
  // A payment may have been returned anew after its first return was refused: both have the name of what they return.
  const row = named.find(({ state }) => state !== 'refused' && state !== 'cancelled') ?? named[0];
  if (!row) return undefined;
  const size = units < 0n ? -units : units;
  const what = `${row.kind === 'income' ? 'a payout of income' : row.kind} ${row.reference}`;
  if (size !== row.units)
    return unexplained('R1', `It names ${what}, which is of ${amount(account, row.units)}, not ${amount(account, size)}.`);
  const movement = movements.find((one) => one.instructionId === row.id && !taken.has(keyOf(one)));
  if (movement) return { kind: 'link', rule: 'R1', explanation: `It shows ${what}.`, movement };
  const mayBePaid =
    row.state === 'unknown' || row.state === 'sending' || ((row.state === 'waiting' || row.state === 'held') && row.attempts > 0);
  if (mayBePaid && !taken.has(row.id))
    return {
      kind: 'settle',
      rule: 'R1',
      explanation: `It shows that ${what} was paid, of which the rail had said nothing clear.`,
      instruction: row,
    };
  if (row.state === 'accepted' || row.state === 'confirmed' || taken.has(row.id))
    return unexplained('R1', `It names ${what}, which another entry has shown.`);
  return unexplained('R1', `It names ${what}, which is ${row.state}: the custodian has booked it all the same.`);
}

function byMovement(
  { units, bookingDay }: EntryRow,
  { movements }: Candidates,
  names: readonly string[],
  taken: ReadonlySet<string>,
): Match | undefined {
  const under = referencesIn(names);
  const movement = movements.find(
    (one) =>
      one.units === units &&
      under.has(one.reference) &&
      !taken.has(keyOf(one)) &&
      Math.abs(daysBetween(dayOf(one.recordedAt), bookingDay)) <= MOST_DAYS,
  );
  return (
    movement && {
      kind: 'link',
      rule: 'R2',
      explanation: `It shows ${movement.reference}, on the ledger since ${dayInWords(dayOf(movement.recordedAt))}.`,
      movement,
    }
  );
}

function byAnnouncement(
  { units }: EntryRow,
  account: Account,
  { expectations, participants }: Candidates,
  names: readonly string[],
  taken: ReadonlySet<string>,
): Match | undefined {
  const said = new Set(creditorReferencesIn(names));
  const found = expectations.find(({ reference, asset }) => said.has(reference) && asset === account.asset);
  if (!found) return undefined;
  const { reference, units: announced } = found;
  if (found.withdrawnAt !== null) return unexplained('R3', `It comes under ${reference}, which was withdrawn.`);
  if (found.entryId !== null || taken.has(found.id)) return unexplained('R3', `It comes under ${reference}, which another entry has met.`);
  if (announced !== units)
    return unexplained('R3', `Under ${reference} ${amount(account, announced)} was announced; ${amount(account, units)} came.`);
  const participant = [...participants.values()].find(({ id }) => id === found.participantId)!;
  return { kind: 'mint', rule: 'R3', explanation: `${participant.bic} has announced it.`, participant, reference, expectation: found };
}

function byParticipant(account: Account, { participants }: Candidates, names: readonly string[]): Match | undefined {
  const references = creditorReferencesIn(names);
  const named = new Map(
    references.flatMap((reference) => {
      const participant = participants.get(reference.slice(4));
      return participant ? [[participant.id, { participant, reference }]] : [];
    }),
  );
  if (named.size > 1) return unexplained('R4', 'It names more than one participant.');
  const [found] = named.values();
  if (!found) return undefined;
  const { participant, reference } = found;
  if (!participant.accounts.has(account.asset))
    return unexplained('R4', `It names ${participant.bic}, which has no account in ${account.asset}.`);
  return { kind: 'mint', rule: 'R4', explanation: `${reference} names ${participant.bic}.`, participant, reference };
}

/** References among names: each as it stands there, creditor references also as they are written in one. */
export function referencesIn(names: readonly string[]): Set<string> {
  return new Set([...names, ...creditorReferencesIn(names)]);
}

/** Creditor references (ISO 11649) among names, also as people write them, in groups of four. */
export function creditorReferencesIn(names: readonly string[]): string[] {
  const found = names.flatMap((name) => {
    const joined = name.toUpperCase().replace(/\s+/g, '');
    return [...joined.matchAll(/RF\d\d/g)].flatMap(({ index }) => {
      // What follows may be more words; where it ends is told by its check digits, and by naming something.
      const ends = Array.from({ length: Math.max(0, Math.min(joined.length - index, 25) - 11) }, (_, i) => index + 12 + i);
      return ends.map((end) => joined.slice(index, end)).filter(isCreditorReference);
    });
  });
  return [...new Set(found)];
}

const amount = ({ asset }: Account, units: bigint): string => amountInWords({ asset, units });
