import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Ctx } from '../../base/context.ts';
import type { OutputOf } from '../../base/operation.ts';
import { bankOf } from '../fx/party.ts';
import type { Participants } from '../participant/directory.ts';
import { obligationChanged, type listObligations } from './contract.ts';
import type { BilateralObligation } from './obligation.ts';
import type { Share } from './plan.ts';
import type { getSetOffRound } from './round-contract.ts';

export type ObligationView = OutputOf<typeof listObligations>['items'][number];
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
    submittedBy: row.submittedBy,
    submittedAt: row.submittedAt,
    ...(row.answeredBy !== null && { answeredBy: row.answeredBy, answeredAt: row.answeredAt! }),
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

/** Tells both banks what became of an obligation. */
export function changedEvent(tenantId: Uuid, row: BilateralObligation, participants: Participants): EventDraft {
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
      debtor: viewOfBank(participants, row.debtorId).bic,
      creditor: viewOfBank(participants, row.creditorId).bic,
      asset: row.asset,
      units: row.units.toString(),
      reference: row.reference,
    },
  };
}
