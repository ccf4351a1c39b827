import type { Millis } from '../../../base/time.ts';
import { digestOf } from '../exception.ts';
import { entryNamed, type ScreeningIndex } from '../match.ts';
import { matchKey, type Finding, type FindingKind } from './finding.ts';

/** What earlier runs have told of a subject, match by match, in the order in which it was found. */
export type Told = ReadonlyMap<string, readonly Finding[]>;

type Named = Pick<Finding, 'listId' | 'entryId' | 'name'> & { party: 'debtor' | 'creditor' };

/** A finding's party as its name was screened: that of a bank in the debtor's place. */
export const partyOf = ({ party }: Pick<Finding, 'party'>): Named['party'] => (party === 'participant' ? 'debtor' : party);

/** What makes two findings of a subject the same: of a bank also the name or identifier, since each is decided for itself. */
export function markOf(kind: FindingKind, match: Named): string {
  return kind === 'participant' ? `${matchKey(match)}\n${match.name}` : matchKey(match);
}

/** Sorts what is known of one subject; `findings` are in the order in which they were found. */
export function toldOf(kind: FindingKind, findings: readonly Finding[]): Told {
  return Map.groupBy(findings, (finding) => markOf(kind, { ...finding, party: partyOf(finding) }));
}

/**
 * Whether a match was told: of the entry as it is now, as it was then, or not. Of a payment a finding from before digests were kept is
 * taken for one of the entry as it is: what of it must not go on is held by the versions of lists. A bank is looked at once more.
 */
export function howTold(findings: readonly Finding[] = [], kind: FindingKind, digest: string | null): 'so' | 'otherwise' | 'not' {
  if (findings.at(-1)?.change !== 'new') return 'not';
  const isSame = ({ change, entryDigest }: Finding) =>
    change === 'new' && (entryDigest === digest || (entryDigest === null && kind !== 'participant'));
  return findings.some(isSame) ? 'so' : 'otherwise';
}

/** When a match with the entry as it is was told last before somebody decided; undefined when it was gone then, or never told. */
export function seenBefore(findings: readonly Finding[] = [], digest: string | null, decidedAt: Millis): Millis | undefined {
  const last = findings.findLast(
    ({ change, entryDigest, foundAt }) => foundAt <= decidedAt && (change === 'gone' || entryDigest === null || entryDigest === digest),
  );
  return last?.change === 'new' ? last.foundAt : undefined;
}

/** What the lists in force say of an entry; null when none has it. */
export function digestIn(index: ScreeningIndex, listId: string, entryId: string): string | null {
  const entry = entryNamed(index, listId, entryId);
  return entry ? digestOf(entry) : null;
}
