import type { Findings } from '../verify-window/findings.ts';
import { growingTree, leafOf, rootByPath } from '../verify-window/tree.ts';
import type { ObligationRecord, ParticipantRecord, RoundRecord } from './records.ts';

/**
 * What a file of a round is held against, in the words of the settlement notes; `FORM`, `ROOT` and `ORDER` are the file's own.
 * That no circle of debts is left (M4), and that a second round would clear nothing (M6), follows from M5.
 */
export const CHECKS = {
  FORM: 'The file is whole, and written in the one way there is.',
  ROOT: 'The obligations, and what was cleared of each, are those under the published root.',
  M1: 'Nobody’s net position changes: as much is cleared of its debts as of its claims.',
  M2: 'Nothing is cleared below zero or beyond its amount.',
  M3: 'Amounts add up, for each participant and in all.',
  ORDER: 'Weights follow from due days; within a pair the heaviest, then the one due first, is cleared first.',
  M5: 'No other set-off of these obligations clears more: the certificate reaches the bound that it sets.',
} as const;
export type CheckId = keyof typeof CHECKS;

type Sums = { stated: ParticipantRecord; owes: bigint; owed: bigint; out: bigint; in: bigint };

/** Holds the lines of a round against each other as they come. */
export type RoundChecks = {
  participant(line: ParticipantRecord): void;
  obligation(line: ObligationRecord): void;
  done(): { obligations: number; participants: number; worth: bigint; bound: bigint };
};

/** `publishedRoot`: the root as somebody kept it from a notice of set-off. */
export function roundChecks(round: RoundRecord, findings: Findings<CheckId>, publishedRoot?: string): RoundChecks {
  const isWhole = round.part === undefined;
  const sums = new Map<string, Sums>();
  const ids = new Set<string>();
  const tree = growingTree();
  let [gross, cleared, worth, bound, last] = [0n, 0n, 0n, 0n, -1];
  let before: ObligationRecord | undefined;
  let lastNamed: string | undefined;
  findings.hold('FORM', isWhole === (round.gross !== undefined), () => 'sums of all stand in the whole file, and only there');
  findings.hold(
    'FORM',
    isWhole === (round.cleared !== undefined),
    () => 'what was cleared in all stands in the whole file, and only there',
  );
  if (publishedRoot !== undefined)
    findings.hold('ROOT', publishedRoot === round.root, () => `the published root was ${publishedRoot}, not ${round.root}`);

  function addPlace(one: ObligationRecord): void {
    const { index, id, debtor, creditor, path } = one;
    const follows = isWhole ? index === last + 1 : index > last;
    findings.hold('FORM', follows && index < round.obligations, () => `obligation ${index} does not follow number ${last}`);
    findings.hold('FORM', !ids.has(id), () => `${id} is there twice`);
    findings.hold('FORM', debtor !== creditor, () => `${id} is owed to its own debtor`);
    findings.hold('FORM', (path === undefined) === isWhole, () => `obligation ${index} has a path, or lacks one`);
    findings.hold('FORM', isWhole || debtor === round.part || creditor === round.part, () => `${id} does not concern ${round.part}`);
    ids.add(id);
    last = index;
  }

  function addLeaf({ index, id, debtor, creditor, units, dueDay, weight, cleared: own, path }: ObligationRecord): void {
    const leaf = leafOf(
      JSON.stringify({ asset: round.asset, cleared: own, creditor, debtor, ...(dueDay !== undefined && { dueDay }), id, units, weight }),
    );
    if (isWhole) return tree.append(leaf);
    const root = rootByPath(leaf, index, round.obligations, path ?? []);
    findings.hold('ROOT', root === round.root, () => `the path of ${id} does not lead to the root`);
  }

  function addAmounts({ id, debtor, creditor, units, weight, cleared: own }: ObligationRecord): void {
    const [whole, part] = [BigInt(units), BigInt(own)];
    findings.hold('M2', part <= whole, () => `${id} of ${units} is cleared by ${own}`);
    gross += whole;
    cleared += part;
    const [payer, payee] = [sums.get(debtor), sums.get(creditor)];
    if (payer) [payer.owes, payer.out] = [payer.owes + whole, payer.out + part];
    if (payee) [payee.owed, payee.in] = [payee.owed + whole, payee.in + part];
    if (!isWhole) return;
    if (!payer || !payee) return findings.note('M3', `${id} is between participants of whom one is not told of`);
    const reduced = BigInt(weight) + BigInt(payer.stated.potential ?? 0) - BigInt(payee.stated.potential ?? 0);
    worth += BigInt(weight) * part;
    if (reduced > 0n) bound += whole * reduced;
  }

  function addOrder(one: ObligationRecord): void {
    const weight = round.order === 'amount' ? 1 : weightOf(one.dueDay, round.day);
    findings.hold('ORDER', one.weight === weight, () => `${one.id} weighs ${one.weight}, not ${weight}`);
    const previous = before;
    before = one;
    if (!previous) return;
    findings.hold('ORDER', comesBefore(previous, one), () => `${one.id} does not stand behind ${previous.id} in the order of the file`);
    const isSamePair = previous.debtor === one.debtor && previous.creditor === one.creditor;
    const waits = isSamePair && previous.cleared !== previous.units && one.cleared !== '0';
    findings.hold('ORDER', !waits, () => `${one.id} is cleared although ${previous.id}, which comes first, is not`);
  }

  function checkParticipant({ stated, owes, owed, out, in: into }: Sums): void {
    const { participantId } = stated;
    findings.hold('M1', out === into, () => `the position of ${participantId} changes by ${into - out}`);
    findings.hold('M3', BigInt(stated.cleared) === out, () => `${participantId} has ${out} cleared, not ${stated.cleared}`);
    findings.hold('M3', BigInt(stated.owes) === owes, () => `${participantId} owes ${owes}, not ${stated.owes}`);
    findings.hold('M3', BigInt(stated.owed) === owed, () => `${participantId} is owed ${owed}, not ${stated.owed}`);
    findings.hold('M3', owes > 0n || owed > 0n, () => `${participantId} has no part in the round`);
  }

  function checkWhole(): void {
    findings.hold('FORM', ids.size === round.obligations, () => `${ids.size} obligations, not ${round.obligations} as stated`);
    findings.hold('ROOT', tree.root() === round.root, () => `the obligations have the root ${tree.root()}, not ${round.root}`);
    findings.hold('M3', round.gross === gross.toString(), () => `the obligations come to ${gross}, not to ${round.gross}`);
    findings.hold('M3', round.cleared === cleared.toString(), () => `what is cleared comes to ${cleared}, not to ${round.cleared}`);
    findings.hold('M5', worth === bound, () => `what is cleared is worth ${worth}, and the certificate allows up to ${bound}`);
  }

  return {
    participant(line) {
      const { participantId, potential } = line;
      const previous = lastNamed;
      lastNamed = participantId;
      findings.hold('FORM', previous === undefined || previous < participantId, () => `${participantId} does not stand behind ${previous}`);
      findings.hold('FORM', (potential !== undefined) === isWhole, () => `${participantId} has a number in the certificate, or lacks one`);
      findings.hold('FORM', isWhole || participantId === round.part, () => `${participantId} has no place in the part of ${round.part}`);
      sums.set(participantId, { stated: line, owes: 0n, owed: 0n, out: 0n, in: 0n });
    },
    obligation(line) {
      addPlace(line);
      addLeaf(line);
      addAmounts(line);
      addOrder(line);
    },
    done() {
      for (const one of sums.values()) checkParticipant(one);
      findings.hold('FORM', isWhole || sums.size === 1, () => `the part does not tell of ${round.part}`);
      if (isWhole) checkWhole();
      return { obligations: ids.size, participants: sums.size, worth, bound };
    },
  };
}

const DAY_MS = 86_400_000;

/** 1 until it is overdue, 2 from the first day on, and one more for every further 30 days, 8 at most. */
function weightOf(dueDay: string | undefined, day: string): number {
  if (dueDay === undefined || dueDay >= day) return 1;
  const overdue = Math.round((Date.parse(day) - Date.parse(dueDay)) / DAY_MS);
  return Math.min(8, 2 + Math.floor((overdue - 1) / 30));
}

/** Pair by pair; within a pair the heaviest, then the one due first (never due: last), then the lower id. */
function comesBefore(a: ObligationRecord, b: ObligationRecord): boolean {
  if (a.debtor !== b.debtor) return a.debtor < b.debtor;
  if (a.creditor !== b.creditor) return a.creditor < b.creditor;
  if (a.weight !== b.weight) return a.weight > b.weight;
  const [dueA, dueB] = [a.dueDay ?? '~', b.dueDay ?? '~'];
  return dueA !== dueB ? dueA < dueB : a.id < b.id;
}
