import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { AppError } from '../../base/error.ts';
import { toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { approveProposal as approveContract, rejectProposal as rejectContract } from './contract.ts';
import { requireDecidable, type ProposalKind, type ProposalRow } from './proposal.ts';
import { decide, lockProposal } from './proposal-store.ts';
import { viewOfProposal } from './propose.ts';

type Input = InputOf<typeof approveContract>;
type View = OutputOf<typeof approveContract>;

/** One approved act, inside the transaction that notes the approval. Whatever it asks of the ledger comes last. */
export type Execution = { tx: Tx; ctx: Ctx; proposal: ProposalRow; at: Millis };

/** Does what was proposed, checking all of it anew: what held when it was proposed may not hold any more. */
export type Executor = (deps: SettlementDeps, execution: Execution) => Promise<readonly EventDraft[] | void>;

/** How each kind is done; a new kind has to say so here. */
export type Executors = Readonly<Record<ProposalKind, Executor>>;

/**
 * Notes the approval and does what was proposed, both or neither.
 * Errors: `settlement.proposal_not_found`, those of `requireDecidable`, and those of the act itself.
 */
export async function approveProposal(deps: SettlementDeps, ctx: Ctx, input: Input, executors: Executors): Promise<View> {
  return act(deps, ctx, { contract: approveContract, decision: 'approved', input, execute: (kind) => executors[kind] });
}

/** Errors: `settlement.proposal_not_found`, those of `requireDecidable`. */
export function rejectProposal(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<View> {
  return act(deps, ctx, { contract: rejectContract, decision: 'rejected', input });
}

type Act = {
  contract: typeof approveContract;
  decision: 'approved' | 'rejected';
  input: Input;
  execute?: (kind: ProposalKind) => Executor;
};

function act(deps: SettlementDeps, ctx: Ctx, { contract, decision, input, execute }: Act): Promise<View> {
  return deps.access.command(ctx, contract, async (tx) => {
    const row = await lockProposal(tx, ctx.tenantId, input.id);
    if (!row) throw new AppError('not_found', 'settlement.proposal_not_found', 'There is no such proposal.');
    const at = deps.clock.now();
    requireDecidable(row, { actor: ctx.actor, decision, now: at });
    const { comment } = input;
    await decide(tx, ctx.tenantId, row.id, { decision, actorId: ctx.actor.id, actorName: ctx.actor.name, comment, at });
    const events = await execute?.(row.kind)(deps, { tx, ctx, proposal: row, at });
    const decided: ProposalRow = { ...row, decision, decidedBy: ctx.actor.name, decidedAt: at, comment };
    return {
      answer: viewOfProposal(decided, at),
      subject: toWireId('prp', row.id),
      detail: { kind: row.kind, proposedBy: row.proposedBy, ...row.data, comment },
      ...(events && { events }),
    };
  });
}
