import type { EventDraft, EventKind } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { CaseRow, Proposal } from './case-store.ts';
import { caseMoved, type assignCase } from './contract.ts';

export type CaseView = OutputOf<typeof assignCase>;

const proposalView = ({ decision, comment, byId, byName, at }: Proposal): NonNullable<CaseView['proposal']> => ({
  decision,
  comment,
  by: { id: byId, name: byName },
  at,
});

/** A case as lists and answers show it. */
export function viewOfCase(row: CaseRow): CaseView {
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    state: row.state,
    priority: row.priority,
    title: row.title,
    summary: row.summary,
    score: row.score,
    ...(row.paymentId !== null && { paymentId: row.paymentId }),
    ...(row.instructionId !== null && { instructionId: row.instructionId }),
    ...(row.asset !== null && { asset: row.asset }),
    ...(row.units !== null && { units: row.units }),
    ...(row.assigneeId !== null && { assignee: { id: row.assigneeId, name: row.assigneeName ?? '' } }),
    openedAt: row.openedAt,
    dueAt: row.dueAt,
    ...(row.breachedAt !== null && { breachedAt: row.breachedAt }),
    ...(row.proposal && row.state === 'proposed' && { proposal: proposalView(row.proposal) }),
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.closedByName !== null && { closedBy: row.closedByName }),
    ...(row.closedAt !== null && { closedAt: row.closedAt }),
  };
}

/** An event about a case; the operator's alone. */
export function caseEvent(
  tenantId: Uuid,
  row: Pick<CaseRow, 'id' | 'number' | 'kind' | 'priority' | 'state'>,
  { kind, at, data = {} }: { kind: EventKind; at: Millis; data?: object },
): EventDraft {
  const id = toWireId('case', row.id);
  return {
    id: newId(),
    tenantId,
    type: kind.type,
    version: kind.version,
    subject: id,
    at,
    memberIds: [],
    data: { caseId: id, number: row.number, kind: row.kind, priority: row.priority, state: row.state, ...data },
  };
}

/** That a case was moved. */
export function movedEvent(tenantId: Uuid, row: CaseRow, move: string, at: Millis): EventDraft {
  const data = { move, ...(row.outcome !== null && { outcome: row.outcome }) };
  return caseEvent(tenantId, row, { kind: caseMoved, at, data });
}
