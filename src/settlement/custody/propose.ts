import { isBic, isCreditorReference } from '../../base/check-digit.ts';
import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import { toDecimalText } from '../../base/money.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic } from '../participant/directory.ts';
import { mustFind } from '../participant/read-participants.ts';
import type { ParticipantRow } from '../participant/store.ts';
import { custodyAccounts } from './account-store.ts';
import * as contract from './contract.ts';
import { PROPOSAL_LIFE_MS, requirePerson, stateOfProposal, type ProposalData, type ProposalKind, type ProposalRow } from './proposal.ts';
import { insertProposal, pageOfProposals } from './proposal-store.ts';

type View = OutputOf<typeof contract.approveProposal>;
type Draft = { kind: ProposalKind; subject: string; data: ProposalData; reason: string };
type Proposing = Operation<Operation['input'], typeof contract.Proposal>;

/** Writes down what one person wants done, for another to decide. Errors: `settlement.person_required`. */
export async function propose(deps: SettlementDeps, ctx: Ctx, operation: Proposing, draft: Draft): Promise<View> {
  requirePerson(ctx.actor);
  const now = deps.clock.now();
  const row: ProposalRow = {
    ...draft,
    id: newId(now),
    proposedById: ctx.actor.id,
    proposedBy: ctx.actor.name,
    proposedAt: now,
    expiresAt: now + PROPOSAL_LIFE_MS,
    decision: null,
    decidedBy: null,
    decidedAt: null,
    comment: null,
  };
  return deps.access.command(ctx, operation, async (tx) => {
    await insertProposal(tx, ctx.tenantId, row);
    return { answer: viewOfProposal(row, now), subject: toWireId('prp', row.id), detail: { kind: row.kind, ...row.data } };
  });
}

/** Errors: `settlement.asset_unknown`, `settlement.bic_invalid`, `settlement.custody_account_taken`. */
export async function proposeCustodyAccount(
  deps: SettlementDeps,
  ctx: Ctx,
  { reason, ...data }: InputOf<typeof contract.proposeCustodyAccount>,
): Promise<View> {
  if (!isKnownAsset(data.asset))
    throw new AppError('invalid', 'settlement.asset_unknown', `${data.asset} is not a currency with its ISO 4217 number of decimals.`);
  requireBic(data.servicerBic);
  const standing = await deps.db.read(ctx, (tx) => custodyAccounts(tx, ctx.tenantId));
  if (standing.some(({ asset, number }) => asset === data.asset && number === data.number)) throw custodyAccountTaken(data.number);
  const servicerBic = normalBic(data.servicerBic);
  const subject = `Custody account ${data.number} in ${data.asset} at ${servicerBic}`;
  return propose(deps, ctx, contract.proposeCustodyAccount, { kind: 'custody_account', subject, data: { ...data, servicerBic }, reason });
}

/** The number is an account already. */
export function custodyAccountTaken(number: string): AppError {
  return new AppError('conflict', 'settlement.custody_account_taken', `${number} is a custody account in this currency already.`);
}

export function proposeCustodyPolicy(
  deps: SettlementDeps,
  ctx: Ctx,
  { directFunding, reason }: InputOf<typeof contract.proposeCustodyPolicy>,
): Promise<View> {
  const subject = `Funding by one person: ${directFunding.replace('_', ' ')}`;
  return propose(deps, ctx, contract.proposeCustodyPolicy, { kind: 'custody_policy', subject, data: { directFunding }, reason });
}

/** Errors: `settlement.participant_not_found`, `settlement.asset_not_held`, `settlement.bic_invalid`. */
export async function proposePayoutAccount(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, reason, ...to }: InputOf<typeof contract.proposePayoutAccount>,
): Promise<View> {
  requireBic(to.agentBic);
  const participant = await mustFind(deps, ctx, id);
  accountIn(participant, to.asset);
  const subject = `Payouts of ${participant.bic} in ${to.asset} to ${to.number}`;
  const data = { participantId: toWireId('mem', id), ...to };
  return propose(deps, ctx, contract.proposePayoutAccount, { kind: 'payout_account', subject, data, reason });
}

/** Errors: `settlement.participant_not_found`, `settlement.asset_not_held`. */
export async function proposeMint(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, asset, units, reference, reason }: InputOf<typeof contract.proposeMint>,
): Promise<View> {
  const participant = await mustFind(deps, ctx, id);
  accountIn(participant, asset);
  const subject = `Mint ${toDecimalText({ asset, units })} ${asset.slice(0, asset.indexOf('/'))} to ${participant.bic}`;
  const data = { participantId: toWireId('mem', id), asset, units: units.toString(), reference: asStatementsTellIt(reference) };
  return propose(deps, ctx, contract.proposeMint, { kind: 'mint', subject, data, reason });
}

/** A creditor reference without the spaces that people write it with, so that it is known again on a statement. */
function asStatementsTellIt(reference: string): string {
  const joined = reference.toUpperCase().replace(/\s+/g, '');
  return isCreditorReference(joined) ? joined : reference;
}

/** The participant's accounts in an asset. Errors: `settlement.asset_not_held`. */
export function accountIn(participant: Pick<ParticipantRow, 'bic' | 'accounts'>, asset: string): ParticipantRow['accounts'][number] {
  const account = participant.accounts.find((one) => one.asset === asset);
  if (!account) throw new AppError('unprocessable', 'settlement.asset_not_held', `${participant.bic} has no account in ${asset}.`);
  return account;
}

/** Errors: `settlement.bic_invalid`. */
export function requireBic(bic: string): void {
  if (!isBic(bic)) throw new AppError('invalid', 'settlement.bic_invalid', `${bic} is not a BIC.`);
}

export async function listProposals(
  deps: SettlementDeps,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, state, kind }: InputOf<typeof contract.listProposals>,
): Promise<OutputOf<typeof contract.listProposals>> {
  const now = deps.clock.now();
  const open = state && state === 'open';
  const rows = await deps.db.read(ctx, (tx) =>
    pageOfProposals(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(after), open, kind, now }),
  );
  return toPage(rows, limit, (row) => viewOfProposal(row, now));
}

/** A proposal as people see it. */
export function viewOfProposal(row: ProposalRow, now: Millis): View {
  const { id, kind, subject, reason, proposedBy, proposedAt, expiresAt, decidedBy, decidedAt, comment } = row;
  return {
    id,
    kind,
    subject,
    facts: Object.entries(row.data).map(([name, value]) => ({ name, value })),
    reason,
    proposedBy,
    proposedAt,
    expiresAt,
    state: stateOfProposal(row, now),
    ...(decidedBy !== null && { decidedBy }),
    ...(decidedAt !== null && { decidedAt }),
    ...(comment !== null && { comment }),
  };
}
