import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { LedgerRefused } from '../../ledger/port.ts';
import { findCustodyAccount, payoutAccountsOf } from '../custody/account-store.ts';
import { requireUnlistedPayee } from '../custody/payee.ts';
import { accountIn } from '../custody/propose.ts';
import { requireOperator } from '../custody/reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import type { ParticipantRow } from '../participant/store.ts';
import { requestPayout as payoutContract, requestSweep as sweepContract } from './contract.ts';
import { draftInstruction, writeHeld } from './held-instruction.ts';
import type { InstructionRow, Side } from './instruction.ts';
import { allRails } from './rail-store.ts';
import { viewOfInstruction } from './view.ts';
import { railTo, wayFor, waysOut } from './way-out.ts';

type View = OutputOf<typeof payoutContract>;
type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'ledger' | 'access' | 'calendars' | 'screening'>;

/**
 * Takes a participant's money out of its reach and instructs a rail to pay it to the participant's own account, and nowhere else.
 *
 * Errors: `settlement.participant_not_found`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.payout_account_missing`, `settlement.payee_listed`, `settlement.name_unreadable`, `settlement.rail_missing`, `settlement.custody_short`,
 * `settlement.insufficient_funds`.
 */
export async function requestPayout(deps: Deps, ctx: Ctx, input: InputOf<typeof payoutContract>): Promise<View> {
  const participant = await mustFind(deps, ctx, input.id);
  if (ctx.memberId !== undefined && ctx.memberId !== participant.id)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  if (participant.state !== 'active')
    throw new AppError('unprocessable', 'settlement.participant_suspended', `${participant.bic} is suspended; nothing is paid out.`);
  const { settlementAccountId } = accountIn(participant, input.asset);
  const creditor = await creditorOf(deps, ctx, participant, input.asset);
  const { asset, units } = input;
  const { tenantId } = ctx;
  // Looked at when the account was set, too; lists have changed since.
  const screeningSet = await requireUnlistedPayee(deps, tenantId, creditor);
  const ways = await deps.db.read({ tenantId }, (tx) => waysOut(tx, tenantId, asset));
  const way = await wayFor(ways, units, (ids) => deps.ledger.balances(tenantId, ids));
  const row = draftInstruction(deps, way, {
    creditor,
    asset,
    units,
    reference: input.reference,
    requestedBy: ctx.actor.name,
    screeningSet,
  });
  const payout: InstructionRow = { ...row, kind: 'payout', participantId: participant.id };
  return instruct(deps, ctx, { operation: payoutContract, row: payout, debitAccountId: settlementAccountId, from: 'participant' });
}

async function creditorOf(deps: Deps, ctx: Ctx, { id, bic }: ParticipantRow, asset: string): Promise<Side> {
  const accounts = await deps.db.read(ctx, (tx) => payoutAccountsOf(tx, ctx.tenantId, id));
  const to = accounts.find((account) => account.asset === asset);
  if (!to)
    throw new AppError('unprocessable', 'settlement.payout_account_missing', `${bic} has no account in ${asset} that it is paid out to.`);
  return { name: to.holder, number: to.number, agentBic: to.agentBic, bic };
}

/**
 * Moves money between custody accounts of the operator.
 * Errors: `settlement.operator_only`, `settlement.custody_account_not_found`, `settlement.sweep_invalid`, `settlement.rail_missing`,
 * `settlement.custody_short`.
 */
export async function requestSweep(deps: Deps, ctx: Ctx, input: InputOf<typeof sweepContract>): Promise<View> {
  requireOperator(ctx);
  const { tenantId } = ctx;
  const [from, to, rails] = await deps.db.read({ tenantId }, async (tx) => [
    await findCustodyAccount(tx, tenantId, input.fromId),
    await findCustodyAccount(tx, tenantId, input.toId),
    await allRails(tx, tenantId),
  ]);
  if (!from || !to) throw new AppError('not_found', 'settlement.custody_account_not_found', 'There is no such custody account.');
  if (from.id === to.id || from.asset !== to.asset)
    throw new AppError('unprocessable', 'settlement.sweep_invalid', 'A sweep goes between two custody accounts of one currency.');
  const rail = railTo(rails, from.servicerBic);
  if (!rail) throw new AppError('unprocessable', 'settlement.rail_missing', `No rail reaches ${from.servicerBic}.`);
  const creditor = { name: to.name, number: to.number, agentBic: to.servicerBic };
  const { units, reference } = input;
  const wanted = { creditor, asset: from.asset, units, reference, requestedBy: ctx.actor.name, screeningSet: null };
  const row = draftInstruction(deps, { account: from, rail }, wanted);
  const sweep: InstructionRow = { ...row, kind: 'sweep', toLedgerId: to.ledgerAccountId };
  return instruct(deps, ctx, { operation: sweepContract, row: sweep, debitAccountId: to.ledgerAccountId, from: 'custody' });
}

type Instructing = {
  operation: typeof payoutContract | typeof sweepContract;
  row: InstructionRow;
  debitAccountId: Uuid;
  from: 'participant' | 'custody';
};

/** Writes the instruction and holds the money, both or neither. */
function instruct(deps: Deps, ctx: Ctx, { operation, row, debitAccountId, from }: Instructing): Promise<View> {
  const { id, asset, units, participantId, kind, railId } = row;
  return deps.access.command(ctx, operation as typeof payoutContract, async (tx) => {
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    await writeHeld(tx, ledger, ctx.tenantId, { row, debitAccountId }).catch((error: unknown) => explain(error, from));
    const detail = {
      kind,
      rail: railId,
      asset,
      units: units.toString(),
      ...(participantId && { participantId: toWireId('mem', participantId) }),
    };
    return { answer: viewOfInstruction(row), subject: toWireId('ins', id), detail };
  });
}

/** A participant may not have so much. */
function explain(error: unknown, from: Instructing['from']): never {
  if (error instanceof LedgerRefused && error.refusal.code === 'exceeds_credits' && from === 'participant')
    throw new AppError('unprocessable', 'settlement.insufficient_funds', 'The participant does not have so much free.');
  throw error;
}
