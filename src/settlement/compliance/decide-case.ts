import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { reviewPayment } from '../payment/review-payment.ts';
import { decideListed, type ListedDecision } from '../rail/decide-listed.ts';
import { DECISIONS_OF, type CaseDecision, type CaseOutcome } from './case.ts';
import { findCase, type CaseRow } from './case-store.ts';
import { movedEvent, viewOfCase, type CaseView } from './case-view.ts';
import { confirmCase as confirmContract, decideCase as decideContract } from './contract.ts';
import { requireSecondPerson } from './four-eyes.ts';
import { caseNeedsTwo } from './needs-two.ts';
import { requireOperator } from './operator.ts';
import { caseNotFound, changeCase, stateAfter } from './work-case.ts';

/**
 * Decides on a case, or proposes the decision where a second person has to confirm it. A held payment, or instruction to a rail, is
 * released or rejected in the same act that closes its case.
 * Errors: `settlement.decision_invalid`, `settlement.case_closed`, `settlement.case_move`, and those of a review.
 */
export async function decideCase(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof decideContract>): Promise<CaseView> {
  requireOperator(ctx);
  const row = await mustFind(deps, ctx, input.id);
  if (await wasDone(deps, ctx, decideContract)) return viewOfCase(row);
  outcomeOf(row, input.decision);
  if (await caseNeedsTwo(deps, ctx.tenantId, row)) return propose(deps, ctx, input);
  stateAfter(row, 'decide');
  const { decision, comment } = input;
  return execute(deps, ctx, { row, decision, comment, operation: decideContract });
}

/** Errors: `settlement.decision_invalid`. */
function outcomeOf({ kind }: Pick<CaseRow, 'kind'>, decision: CaseDecision): CaseOutcome {
  const outcome = DECISIONS_OF[kind][decision];
  if (outcome) return outcome;
  const can = Object.keys(DECISIONS_OF[kind]).join(' or ');
  throw new AppError('invalid', 'settlement.decision_invalid', `A case of this kind is decided by ${can}.`);
}

async function mustFind(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: string): Promise<CaseRow> {
  const row = await deps.db.read(ctx, (tx) => findCase(tx, ctx.tenantId, id));
  if (!row) throw caseNotFound();
  return row;
}

/** Whether the caller's key was used for this before: then the case as it stands now is the answer. */
async function wasDone(deps: SettlementDeps, ctx: Ctx, operation: typeof decideContract | typeof confirmContract): Promise<boolean> {
  return (await deps.access.keptAnswer(ctx, operation)) !== undefined;
}

function propose(deps: SettlementDeps, ctx: Ctx, { id, decision, comment }: InputOf<typeof decideContract>): Promise<CaseView> {
  const { id: byId, name: byName, kind: byKind } = ctx.actor;
  return changeCase(deps, ctx, { operation: decideContract, id }, () => ({
    step: 'proposed',
    text: `Proposed to ${decision}: ${comment}`,
    move: 'propose',
    row: { proposal: { id: newId(), decision, comment, byId, byName, byKind, at: deps.clock.now() } },
    detail: { decision },
  }));
}

/**
 * Confirms what another person proposed, or declines it, by which the case goes back to be looked at.
 * Errors: `settlement.four_eyes_needed` for whoever proposed it, `settlement.case_move` when nothing is proposed.
 */
export async function confirmCase(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof confirmContract>): Promise<CaseView> {
  requireOperator(ctx);
  const { id, answer, comment } = input;
  if (answer === 'decline') {
    return changeCase(deps, ctx, { operation: confirmContract, id }, () => ({
      step: 'declined',
      text: comment,
      move: 'decline',
      row: { proposal: null },
    }));
  }
  const row = await mustFind(deps, ctx, id);
  if (await wasDone(deps, ctx, confirmContract)) return viewOfCase(row);
  if (row.state === 'closed') throw new AppError('conflict', 'settlement.case_closed', 'The case is closed.');
  stateAfter(row, 'approve');
  const { proposal } = row;
  requireSecondPerson(ctx.actor, proposal!.byId);
  const text = `${proposal!.comment} Proposed by ${proposal!.byName}, confirmed: ${comment}`;
  return execute(deps, ctx, { row, decision: proposal!.decision, comment: text, operation: confirmContract });
}

type Execution = { row: CaseRow; decision: CaseDecision; comment: string; operation: typeof decideContract | typeof confirmContract };

async function execute(deps: SettlementDeps, ctx: Ctx, { row, decision, comment, operation }: Execution): Promise<CaseView> {
  if (decision === 'dismiss' || decision === 'report') return close(deps, ctx, { row, decision, comment, operation });
  if (row.kind === 'instruction') return close(deps, ctx, { row, decision, comment, operation });
  const proposalId = row.proposal?.id;
  const move = operation === decideContract ? 'decide' : 'approve';
  const told = (outcome: CaseOutcome) => [movedEvent(ctx.tenantId, { ...row, state: 'closed', outcome }, move, deps.clock.now())];
  const closing = { caseId: row.id, ...(proposalId !== undefined && { proposalId }), strict: true, told };
  await reviewPayment(deps, ctx, { operation, id: row.paymentId!, comment, decision, closing });
  deps.metrics.caseMoved(row.kind, move);
  return viewOfCase(await mustFind(deps, ctx, row.id));
}

/** Ends a case that stands for no waiting payment, and with it what holds an instruction. */
function close(deps: SettlementDeps, ctx: Ctx, { row, decision, comment, operation }: Execution): Promise<CaseView> {
  const outcome = outcomeOf(row, decision);
  return changeCase(deps, ctx, { operation, id: row.id }, (_tx, locked) => {
    if (locked.proposal?.id !== row.proposal?.id) {
      throw new AppError('conflict', 'settlement.case_changed', 'The case was changed meanwhile. Look at it again.');
    }
    return {
      step: outcome,
      text: comment,
      move: operation === decideContract ? 'decide' : 'approve',
      row: { outcome, closedByName: ctx.actor.name, closedAt: deps.clock.now() },
      detail: { decision },
      ...(row.kind === 'instruction' && { follow: (tx) => decideInstruction(deps, tx, ctx, { row, decision, comment }) }),
    };
  });
}

/** What the decision comes to for the instruction that the case holds; two people have made it. */
function decideInstruction(
  deps: SettlementDeps,
  tx: Tx,
  { tenantId, actor }: Ctx,
  { row: { id, instructionId, proposal }, decision, comment }: Pick<Execution, 'row' | 'decision' | 'comment'>,
): Promise<EventDraft[]> {
  const made = decision as ListedDecision['decision'];
  const words = { release: 'let go', reject: 'rejected' }[made];
  const detail = `${words} in its case by ${proposal!.byName} and ${actor.name}: ${comment}`.slice(0, 500);
  const of = { instructionId: instructionId!, caseId: id, proposedAt: proposal!.at, at: deps.clock.now() };
  return decideListed(deps, tx, tenantId, { ...of, decision: made, detail });
}
