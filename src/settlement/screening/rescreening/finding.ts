import type { EventDraft } from '../../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { ListPurpose } from '../store.ts';
import { rescreeningHit } from './contract.ts';

/** What the subject of a finding was when it was found. */
export type FindingKind = 'open' | 'held' | 'settled' | 'participant' | 'instruction';

/** A match that lists brought or took away after a name had been screened. The subject is a payment, a bank, or an instruction to a rail. */
export type Finding = {
  id: Uuid;
  /** Null for what was found when a bank was admitted, or was to be let in again. */
  rescreeningId: Uuid | null;
  kind: FindingKind;
  subjectId: Uuid;
  party: 'debtor' | 'creditor' | 'participant';
  change: 'new' | 'gone';
  purpose: ListPurpose;
  name: string;
  listId: string;
  entryId: string;
  listed: string;
  score: number;
  explanation: readonly string[];
  /** What the list said of the entry then, see `digestOf`; null for one that no list has any more, and for what was found before this was kept. */
  entryDigest: string | null;
  /** Whether the same match was told before, of the entry as it was then. */
  entryChanged: boolean;
  foundAt: Millis;
};

/**
 * Opens cases for new hits on what is not final, in the transaction that notes them; each finding is handed over once.
 * Must not fail because a case is there already: its transaction would be tried again for ever.
 */
export type OpenCases = (tx: Tx, tenantId: Uuid, findings: readonly Finding[]) => Promise<void>;

/** Whether somebody must look: a new match with a list of sanctions on what can still be acted on. */
export function mustBeLookedAt({ kind, change, purpose }: Finding): boolean {
  return change === 'new' && purpose === 'sanctions' && kind !== 'settled';
}

/** What makes two matches the same: party, list and entry. */
export function matchKey({ party, listId, entryId }: Pick<Finding, 'party' | 'listId' | 'entryId'>): string {
  return `${party}\n${listId}\n${entryId}`;
}

function subjectOf(kind: FindingKind, id: Uuid): Record<string, string> {
  if (kind === 'participant') return { participantId: toWireId('mem', id) };
  return kind === 'instruction' ? { instructionId: toWireId('ins', id) } : { paymentId: toWireId('pay', id) };
}

/** Told to the operator alone: a bank must not be warned. */
export function eventOf(tenantId: Uuid, finding: Finding): EventDraft {
  const { kind, subjectId, party, listId, entryId, listed, score, foundAt } = finding;
  const subject = subjectOf(kind, subjectId);
  return {
    id: newId(foundAt),
    tenantId,
    type: rescreeningHit.type,
    version: rescreeningHit.version,
    subject: Object.values(subject)[0]!,
    at: foundAt,
    data: { findingId: toWireId('rsf', finding.id), kind, ...subject, party, listId, entryId, listed, score },
  };
}
