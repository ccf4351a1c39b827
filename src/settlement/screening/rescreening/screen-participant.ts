import { AppError } from '../../../base/error.ts';
import type { EventDraft } from '../../../base/event.ts';
import type { Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { SettlementDeps } from '../../deps.ts';
import { findSetNumber } from '../screening-set.ts';
import { versionsOfLists } from '../store.ts';
import { bankSubject, examine, openHits } from './examine.ts';
import { eventOf, mustBeLookedAt, type Finding } from './finding.ts';
import { dismissedMatches, insertFindings, type Run } from './store.ts';

type Bank = { id: Uuid; name: string; bic: string; lei: string };

/** What the lists say of a bank that was not known of it before, and which set of lists that was. */
export type ScreenedBank = { findings: Finding[]; set: number; isListed: boolean };

/** No run: a bank is screened when it is admitted and before it is let in again, by the lists as they are then. */
const noRun = (set: number, at: number): Run => ({
  id: '',
  fromSet: null,
  toSet: set,
  whole: true,
  changedEntries: 0,
  stage: 'participants',
  afterSeq: 0n,
  afterId: null,
  scanned: 0n,
  found: 0n,
  startedAt: at,
  finishedAt: at,
});

/**
 * Screens a bank by name, BIC and LEI against all that the lists in force say. It is listed when they match it otherwise than by what a
 * person has dismissed, or an exception sets aside.
 */
export async function screenBank(deps: SettlementDeps, tenantId: Uuid, bank: Bank): Promise<ScreenedBank> {
  const lists = await deps.screening.inForce(tenantId);
  const { set } = lists.clean;
  const work = { deps, tenantId, lists, changed: undefined, run: noRun(set, deps.clock.now()) };
  const subject = bankSubject(bank);
  const found = (await examine(work, [subject])).findings.map((finding): Finding => ({ ...finding, rescreeningId: null }));
  const open = await openHits(work, subject);
  const dismissed =
    open.length === 0 ? new Set<string>() : await deps.db.read({ tenantId }, (tx) => dismissedMatches(tx, tenantId, bank.id));
  return { findings: found, set, isListed: open.some(({ listId, entryId }) => !dismissed.has(`${listId} ${entryId}`)) };
}

/** Keeps what was found and tells whom it concerns; cases are opened of it as of what screening again finds. */
export async function noteOfBank(tx: Tx, tenantId: Uuid, { findings }: ScreenedBank): Promise<EventDraft[]> {
  if (findings.length === 0) return [];
  await insertFindings(tx, tenantId, findings);
  return findings.filter(mustBeLookedAt).map((finding) => eventOf(tenantId, finding));
}

/** Whether the lists are still those that a bank was screened against. */
export async function isStillInForce(tx: Tx, tenantId: Uuid, { set }: ScreenedBank): Promise<boolean> {
  return (await findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId))) === set;
}

/** Somebody has to decide first. */
export function listed(bic: string): AppError {
  return new AppError(
    'conflict',
    'settlement.participant_listed',
    `A list names ${bic}. It takes part when two people have dismissed its case, or an exception sets the match aside.`,
  );
}
