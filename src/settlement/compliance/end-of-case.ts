import { newId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { insertStep } from './case-parts-store.ts';
import { closeDecided, closeOvertaken, findCase, type CaseRow } from './case-store.ts';
import { movedEvent } from './case-view.ts';
import type { CaseEnd } from './close-rows.ts';

/**
 * How the case of a held payment ends when the payment ends outside of it, by a review alone or by a recall: whatever stands in
 * the case. Nothing is told of a case that is not there yet; it will be opened closed.
 */
export async function endOfCase(deps: Pick<SettlementDeps, 'db' | 'clock'>, tenantId: Uuid, caseId: Uuid): Promise<CaseEnd> {
  const row = await deps.db.read({ tenantId }, (tx) => findCase(tx, tenantId, caseId));
  const isOpen = row !== undefined && row.state !== 'closed';
  return {
    caseId,
    strict: false,
    told: (outcome) => (isOpen ? [movedEvent(tenantId, { ...row, state: 'closed', outcome }, 'decide', deps.clock.now())] : []),
  };
}

const AT_ONCE = 200;
const BY = 'Rialto';

/**
 * Ends cases whose payments are decided, or whose instructions turn out to be paid. That of payments is done in the act that decides; but a case that is being opened in the same
 * moment is not there for that act, nor the decision for whoever opens it.
 */
export async function endDecidedCases(deps: Pick<SettlementDeps, 'db' | 'clock' | 'outbox'>, tenantId: Uuid): Promise<void> {
  await deps.db.write({ tenantId }, async (tx) => {
    const at = deps.clock.now();
    const decided = await closeDecided(tx, tenantId, AT_ONCE);
    const overtaken = await closeOvertaken(tx, tenantId, { at, by: BY, limit: AT_ONCE });
    const note =
      (text: string) =>
      async ({ id: caseId, outcome, closedByName }: CaseRow) =>
        await insertStep(tx, tenantId, { id: newId(at), caseId, step: outcome!, text, actorId: null, actorName: closedByName!, at });
    for (const row of decided) await note('Its payment was decided while the case was being opened.')(row);
    for (const row of overtaken) await note('Its rail had it before, and has paid it.')(row);
    const events = [...decided, ...overtaken].map((row) => movedEvent(tenantId, row, 'decide', at));
    if (events.length > 0) await deps.outbox.append(tx, events);
  });
}
