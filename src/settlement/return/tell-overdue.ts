import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { recallOverdue } from './contract.ts';
import { claimOverdue, type OverdueRecall } from './store.ts';

const AT_ONCE = 500;

/** Tells both banks and the operator of recalls whose day has passed without an answer; of each once, whoever runs this how often. */
export async function tellOverdue(deps: Pick<SettlementDeps, 'db' | 'clock' | 'outbox'>, tenantId: Uuid): Promise<void> {
  for (let told = AT_ONCE; told === AT_ONCE;) {
    told = await deps.db.write({ tenantId }, async (tx) => {
      const at = deps.clock.now();
      const recalls = await claimOverdue(tx, tenantId, { today: dayOf(at), at, limit: AT_ONCE });
      if (recalls.length > 0)
        await deps.outbox.append(
          tx,
          recalls.map((recall) => overdueEvent(tenantId, recall, at)),
        );
      return recalls.length;
    });
  }
}

function overdueEvent(tenantId: Uuid, recall: OverdueRecall, at: number): EventDraft {
  const id = toWireId('rcl', recall.id);
  return {
    id: newId(),
    tenantId,
    type: recallOverdue.type,
    version: recallOverdue.version,
    subject: id,
    at,
    memberIds: [recall.requesterId, recall.responderId],
    data: {
      recallId: id,
      paymentId: toWireId('pay', recall.paymentId),
      requester: recall.requesterBic,
      responder: recall.responderBic,
      reason: recall.reasonCode,
      dueOn: recall.dueOn,
    },
  };
}
