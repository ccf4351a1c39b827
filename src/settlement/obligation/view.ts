import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Ctx } from '../../base/context.ts';
import type { OutputOf } from '../../base/operation.ts';
import { bankOf } from '../fx/party.ts';
import type { Participants } from '../participant/directory.ts';
import type { DoneRow } from './act-store.ts';
import { obligationChanged, type getObligation, type listObligations } from './contract.ts';
import { capacityOf, type BilateralObligation } from './obligation.ts';
import type { Share } from './plan.ts';
import type { getSetOffRound } from './round-contract.ts';

export type ObligationView = OutputOf<typeof listObligations>['items'][number];
type ActView = OutputOf<typeof getObligation>['acts'][number];
export type ShareView = OutputOf<typeof getSetOffRound>['shares'][number];

/** A participant as answers name it. */
export const viewOfBank = ({ byId }: Participants, id: Uuid) => bankOf(byId.get(id)!);

/** An obligation as its two banks and the operator see it. */
export function viewOf(row: BilateralObligation, participants: Participants): ObligationView {
  return {
    id: row.id,
    debtor: viewOfBank(participants, row.debtorId),
    creditor: viewOfBank(participants, row.creditorId),
    asset: row.asset,
    units: row.units,
    openUnits: row.openUnits,
    ...(row.dueDay !== null && { dueDay: row.dueDay }),
    reference: row.reference,
    state: row.state,
    ...(row.submittedAs !== null && { submittedAs: row.submittedAs }),
    submittedAt: row.submittedAt,
    ...(row.debtorAgrees !== null && { debtorAgrees: row.debtorAgrees }),
    ...(row.creditorAgrees !== null && { creditorAgrees: row.creditorAgrees }),
    ...(row.withdrawnAs !== null && { withdrawnAs: row.withdrawnAs }),
    ...(row.reason !== null && { reason: row.reason }),
    changedAt: row.changedAt,
  };
}

/** The participants' shares of a round by name; their numbers in the certificate are shown to the operator, whose the whole file is. */
export function shareViews(shares: readonly Share[], participants: Participants, { memberId }: Pick<Ctx, 'memberId'>): ShareView[] {
  return shares.map(({ participantId, owes, owed, cleared, potential }) => ({
    participant: viewOfBank(participants, participantId),
    owes,
    owed,
    cleared,
    ...(memberId === undefined && { potential }),
  }));
}

/** What was done to an obligation. Who it was by name each bank learns of its own people only, and the operator of everybody. */
export function actViews(acts: readonly DoneRow[], row: BilateralObligation, { memberId }: Pick<Ctx, 'memberId'>): ActView[] {
  const own = capacityOf(row, memberId);
  return acts.map(({ act, as, actorName, reason, at }) => ({
    act,
    as,
    ...((own === 'operator' || own === as) && { by: actorName }),
    ...(reason !== null && { reason }),
    at,
  }));
}

type Change = { participants: Participants; done: Pick<DoneRow, 'act' | 'as'> };

/** Tells both banks what became of an obligation, and whose act it was. */
export function changedEvent(tenantId: Uuid, row: BilateralObligation, { participants, done }: Change): EventDraft {
  const subject = toWireId('obl', row.id);
  return {
    id: newId(),
    tenantId,
    type: obligationChanged.type,
    version: obligationChanged.version,
    subject,
    at: row.changedAt,
    memberIds: [row.debtorId, row.creditorId],
    data: {
      obligationId: subject,
      state: row.state,
      act: done.act,
      as: done.as,
      debtor: viewOfBank(participants, row.debtorId).bic,
      creditor: viewOfBank(participants, row.creditorId).bic,
      asset: row.asset,
      units: row.units.toString(),
      reference: row.reference,
    },
  };
}
