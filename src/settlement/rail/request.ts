import { randomUUID } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { LedgerRefused, type Balance, type TransferDraft } from '../../ledger/port.ts';
import { custodyAccounts, findCustodyAccount, payoutAccountsOf, type CustodyAccountRow } from '../custody/account-store.ts';
import { accountIn } from '../custody/propose.ts';
import { requireOperator } from '../custody/reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import type { ParticipantRow } from '../participant/store.ts';
import { requestPayout as payoutContract, requestSweep as sweepContract } from './contract.ts';
import { sendableFrom } from './cut-off.ts';
import type { InstructionRow, Side } from './instruction.ts';
import { insertInstruction } from './instruction-store.ts';
import { allRails, type RailRow } from './rail-store.ts';
import { viewOfInstruction } from './view.ts';

type View = OutputOf<typeof payoutContract>;
type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'ledger' | 'access' | 'calendars'>;

/**
 * Takes a participant's money out of its reach and instructs a rail to pay it to the participant's own account, and nowhere else.
 *
 * Errors: `settlement.participant_not_found`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.payout_account_missing`, `settlement.rail_missing`, `settlement.custody_short`, `settlement.insufficient_funds`.
 */
export async function requestPayout(deps: Deps, ctx: Ctx, input: InputOf<typeof payoutContract>): Promise<View> {
  const participant = await mustFind(deps, ctx, input.id);
  if (ctx.memberId !== undefined && ctx.memberId !== participant.id)
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  if (participant.state !== 'active')
    throw new AppError('unprocessable', 'settlement.participant_suspended', `${participant.bic} is suspended; nothing is paid out.`);
  const { settlementAccountId } = accountIn(participant, input.asset);
  const creditor = await creditorOf(deps, ctx, participant, input.asset);
  const { account, rail } = await wayOut(deps, ctx.tenantId, { asset: input.asset, units: input.units });
  const row = drafted(deps, ctx, {
    account,
    rail,
    creditor,
    asset: input.asset,
    units: input.units,
    reference: input.reference,
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

/** The first custody account that holds enough and whose bank a rail reaches. */
async function wayOut(
  deps: Deps,
  tenantId: Uuid,
  of: { asset: string; units: bigint },
): Promise<{ account: CustodyAccountRow; rail: RailRow }> {
  const [accounts, rails] = await deps.db.read({ tenantId }, async (tx) => [
    await custodyAccounts(tx, tenantId),
    await allRails(tx, tenantId),
  ]);
  const reached = accounts
    .filter(({ asset }) => asset === of.asset)
    .flatMap((account) => {
      const rail = railTo(rails, account.servicerBic);
      return rail ? [{ account, rail }] : [];
    });
  if (reached.length === 0)
    throw new AppError('unprocessable', 'settlement.rail_missing', `No rail reaches a bank that keeps ${of.asset} for the operator.`);
  const balances = await deps.ledger.balances(
    tenantId,
    reached.map(({ account }) => account.ledgerAccountId),
  );
  const way = reached.find(({ account }) => held(balances.get(account.ledgerAccountId)) >= of.units);
  if (!way) throw custodyShort();
  return way;
}

/** An open rail first; a paused one will send later. */
function railTo(rails: readonly RailRow[], servicerBic: string): RailRow | undefined {
  const all = rails.filter((rail) => rail.servicerBic === servicerBic);
  return all.find(({ state }) => state === 'open') ?? all[0];
}

/** What an account in custody holds that is not on its way out. */
function held(balance: Balance | undefined): bigint {
  return balance ? balance.debitsPosted - balance.creditsPosted - balance.creditsPending : 0n;
}

function custodyShort(): AppError {
  return new AppError('unprocessable', 'settlement.custody_short', 'No single custody account holds so much. Sweep money together first.');
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
  const row = drafted(deps, ctx, { account: from, rail, creditor, asset: from.asset, units, reference });
  const sweep: InstructionRow = { ...row, kind: 'sweep', toLedgerId: to.ledgerAccountId };
  return instruct(deps, ctx, { operation: sweepContract, row: sweep, debitAccountId: to.ledgerAccountId, from: 'custody' });
}

type Draft = Pick<InstructionRow, 'asset' | 'units' | 'reference' | 'creditor'> & { account: CustodyAccountRow; rail: RailRow };

function drafted({ clock, calendars }: Deps, ctx: Ctx, { account, rail, ...what }: Draft): InstructionRow {
  const now = clock.now();
  return {
    ...what,
    id: newId(now),
    kind: 'payout',
    railId: rail.id,
    participantId: null,
    fromAccountId: account.id,
    fromLedgerId: account.ledgerAccountId,
    toLedgerId: null,
    debtor: { name: account.name, number: account.number, agentBic: account.servicerBic },
    uetr: randomUUID(),
    transferId: newId(),
    state: 'waiting',
    attempts: 0,
    asked: 0,
    nextAt: sendableFrom(rail, account.asset, now, calendars),
    reason: null,
    railReference: null,
    requestedBy: ctx.actor.name,
    requestedAt: now,
    changedAt: now,
  };
}

type Instructing = {
  operation: typeof payoutContract | typeof sweepContract;
  row: InstructionRow;
  debitAccountId: Uuid;
  from: 'participant' | 'custody';
};

/** Writes the instruction and holds the money, both or neither. */
function instruct(deps: Deps, ctx: Ctx, { operation, row, debitAccountId, from }: Instructing): Promise<View> {
  const { id, transferId, asset, units, fromLedgerId, participantId, kind, railId } = row;
  const hold: TransferDraft = {
    id: transferId,
    kind: 'pending',
    debitAccountId,
    creditAccountId: fromLedgerId,
    asset,
    units,
    reference: toWireId('ins', id),
  };
  return deps.access.command(ctx, operation as typeof payoutContract, async (tx) => {
    await insertInstruction(tx, ctx.tenantId, row);
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    await ledger.transfer([hold]).catch((error: unknown) => explain(error, from));
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

/** The custody account's own limit is that of its credits. */
function explain(error: unknown, from: Instructing['from']): never {
  if (!(error instanceof LedgerRefused)) throw error;
  const code = error.refusal.code as string;
  if (code === 'exceeds_debits') throw custodyShort();
  if (code === 'exceeds_credits' && from === 'participant')
    throw new AppError('unprocessable', 'settlement.insufficient_funds', 'The participant does not have so much free.');
  throw error;
}
