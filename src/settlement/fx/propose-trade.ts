import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import { proposeFxTrade as proposeContract, type answerFxTrade as answerContract, type listFxTrades as listContract } from './contract.ts';
import { mustHold, mustTakePart } from './party.ts';
import { findProposal, insertProposal, pageOfProposals, pageOfQuoteTrades, tradesById, type ProposalRow, type TradeRow } from './store.ts';
import { decideTrade, viewOf, type Open, type TradeView } from './trade.ts';

const TTL_SECONDS = 3_600;

/**
 * Proposes an exchange to the other bank; nothing moves before it confirms.
 * Errors: `settlement.participant_unknown`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.same_agent`, `settlement.fx_taker_foreign`, `settlement.fx_same_asset`.
 */
export async function proposeTrade(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof proposeContract>): Promise<TradeView> {
  const proposer = await mustTakePart(deps, ctx, input.proposer, 'taker');
  const counterparty = await mustTakePart(deps, ctx, input.counterparty);
  if (proposer.id === counterparty.id) throw new AppError('unprocessable', 'settlement.same_agent', 'A bank cannot exchange with itself.');
  if (input.giveAsset === input.getAsset) {
    throw new AppError('invalid', 'settlement.fx_same_asset', 'An exchange is between two currencies.');
  }
  for (const bank of [proposer, counterparty]) for (const asset of [input.giveAsset, input.getAsset]) mustHold(bank, asset);
  const proposedAt = deps.clock.now();
  const row: ProposalRow = {
    id: newId(proposedAt),
    proposerId: proposer.id,
    counterpartyId: counterparty.id,
    giveAsset: input.giveAsset,
    giveUnits: input.giveUnits,
    getAsset: input.getAsset,
    getUnits: input.getUnits,
    reference: input.reference,
    proposedBy: ctx.actor.name,
    proposedAt,
    expiresAt: proposedAt + (input.ttlSeconds ?? TTL_SECONDS) * 1_000,
  };
  const participants = await deps.directory.of(ctx.tenantId, { ids: [proposer.id, counterparty.id] });
  return deps.access.command(ctx, proposeContract, async (tx) => {
    await insertProposal(tx, ctx.tenantId, row);
    return {
      answer: viewOf(openOf(row), undefined, participants, proposedAt),
      subject: row.reference,
      detail: { counterparty: counterparty.bic },
    };
  });
}

/** A proposal as what may be decided: two legs, payment versus payment. */
function openOf({
  id,
  proposerId,
  counterpartyId,
  giveAsset,
  giveUnits,
  getAsset,
  getUnits,
  reference,
  proposedAt,
  expiresAt,
}: ProposalRow): Open {
  return {
    id,
    kind: 'bilateral',
    legs: [
      { debtor: proposerId, creditor: counterpartyId, asset: giveAsset, units: giveUnits },
      { debtor: counterpartyId, creditor: proposerId, asset: getAsset, units: getUnits },
    ],
    reference,
    madeAt: proposedAt,
    expiresAt,
  };
}

/**
 * The other bank confirms or declines; who proposed may take it back by declining as well.
 * Errors: `settlement.fx_trade_not_found`, `settlement.fx_answer_foreign`, and those of `decideTrade`.
 */
export async function answerTrade(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof answerContract>): Promise<TradeView> {
  const proposal = await deps.db.read(ctx, (tx) => findProposal(tx, ctx.tenantId, input.id));
  if (!proposal) throw new AppError('not_found', 'settlement.fx_trade_not_found', 'There is no such proposal.');
  if (input.answer === 'confirm' && ctx.memberId !== undefined && ctx.memberId !== proposal.counterpartyId) {
    throw new AppError('forbidden', 'settlement.fx_answer_foreign', 'Only the bank that it was proposed to can confirm it.');
  }
  return decideTrade(deps, ctx, openOf(proposal), { answer: input.answer, whenShort: input.whenShort ?? 'refuse' });
}

/** Exchanges on quotes, and proposals with what became of them, newest first. */
export async function listTrades(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const after = idCursor(input.after);
  const page = { limit: limit + 1, ...(after !== undefined && { after }) };
  const { quoted, proposals, decisions } = await deps.db.read(ctx, async (tx) => {
    const proposed = await pageOfProposals(tx, ctx.tenantId, page);
    return {
      quoted: await pageOfQuoteTrades(tx, ctx.tenantId, page),
      proposals: proposed,
      decisions: await tradesById(
        tx,
        ctx.tenantId,
        proposed.map(({ id }) => id),
      ),
    };
  });
  const participants = await deps.directory.of(ctx.tenantId);
  const now = deps.clock.now();
  const ofQuote = (trade: TradeRow): TradeView =>
    viewOf(
      { id: trade.id, kind: 'quote', legs: trade.legs, madeAt: trade.decidedAt, expiresAt: trade.decidedAt },
      trade,
      participants,
      now,
    );
  const rows = [...quoted.map(ofQuote), ...proposals.map((row) => viewOf(openOf(row), decisions.get(row.id), participants, now))];
  const newest = rows.sort((a, b) => (a.id > b.id ? -1 : 1)).slice(0, limit + 1);
  return toPage(newest, limit, (row) => row);
}
