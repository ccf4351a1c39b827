import type { Ctx } from '../../../base/context.ts';
import { AppError } from '../../../base/error.ts';
import type { EventDraft } from '../../../base/event.ts';
import type { Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { SettlementDeps } from '../../deps.ts';
import { findSetNumber } from '../screening-set.ts';
import { keepLists, versionsOfLists } from '../store.ts';
import { bankSubject, examine, nameOf, openHits, type BankToScreen } from './examine.ts';
import { eventOf, mustBeLookedAt, type Finding } from './finding.ts';
import { dismissedMatches, insertFindings, type DismissedMatch, type Run } from './store.ts';
import { digestIn } from './told.ts';

/** What the lists say of a bank that was not known of it before, and which set of lists that was. */
export type ScreenedBank = {
  findings: Finding[];
  set: number;
  /** The names and identifiers that a list names and nobody has decided on. */
  listed: readonly string[];
};

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
 * Screens a bank by name, BIC and LEI, and by the BICs under which others send for it, against all that the lists in force say. It is
 * listed by those that match otherwise than what a person has dismissed of the entry as it is, or an exception sets aside.
 */
export async function screenBank(deps: SettlementDeps, tenantId: Uuid, bank: BankToScreen): Promise<ScreenedBank> {
  const lists = await deps.screening.inForce(tenantId);
  const { set } = lists.clean;
  const work = { deps, tenantId, lists, changed: undefined, run: noRun(set, deps.clock.now()) };
  const subject = bankSubject(bank);
  const findings = (await examine(work, [subject])).findings.map((finding): Finding => ({ ...finding, rescreeningId: null }));
  const open = await openHits(work, subject);
  if (open.length === 0) return { findings, set, listed: [] };
  const dismissed = await deps.db.read({ tenantId }, (tx) => dismissedMatches(tx, tenantId, bank.id));
  const keys = new Set(dismissed.map(keyOf));
  const named = open.map((hit) => ({
    ...hit,
    name: nameOf(hit, subject.names),
    entryDigest: digestIn(lists.index, hit.listId, hit.entryId),
  }));
  return { findings, set, listed: [...new Set(named.filter((one) => !keys.has(keyOf(one))).map(({ name }) => name))] };
}

const keyOf = ({ listId, entryId, name, entryDigest }: DismissedMatch) => JSON.stringify([listId, entryId, name, entryDigest]);

/** Keeps what was found and tells whom it concerns; cases are opened of it as of what screening again finds. */
export async function noteOfBank(tx: Tx, tenantId: Uuid, { findings }: ScreenedBank): Promise<EventDraft[]> {
  if (findings.length === 0) return [];
  await insertFindings(tx, tenantId, findings);
  return findings.filter(mustBeLookedAt).map((finding) => eventOf(tenantId, finding));
}

/** The same where the act itself is refused, in a transaction of its own. */
export async function keepFindings(deps: SettlementDeps, ctx: Ctx, screened: ScreenedBank): Promise<void> {
  if (screened.findings.length === 0) return;
  await deps.db.write(ctx, async (tx) => {
    await deps.outbox.append(tx, await noteOfBank(tx, ctx.tenantId, screened));
  });
}

class Overtaken extends Error {}

/** What an act rests on is no longer so: it is done anew. Only within `untilNotOvertaken`. */
export function overtaken(): Error {
  return new Overtaken('What the act rests on has changed before its commit');
}

/**
 * Has the transaction fail when the lists are not those any more that a bank was screened against. From then on until it commits no list
 * changes, so that whatever a later list names is found by screening again.
 */
export async function requireInForce(tx: Tx, tenantId: Uuid, { set }: ScreenedBank): Promise<void> {
  await keepLists(tx, tenantId);
  if ((await findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId))) !== set) throw overtaken();
}

/** Does an act that begins with a look at the lists, and looks again where they have changed before it was committed. */
export async function untilNotOvertaken<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

/** Somebody has to decide first. */
export function listed(bic: string, names: readonly string[]): AppError {
  return new AppError(
    'conflict',
    'settlement.participant_listed',
    `A list names ${names.join(', ')}. ${bic} takes part when two people have dismissed its case, or an exception sets the match aside.`,
  );
}
