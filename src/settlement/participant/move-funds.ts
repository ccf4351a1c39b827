import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import { LedgerRefused, type TransferDraft } from '../../ledger/port.ts';
import { requireDirectFunding } from '../custody/direct-funding.ts';
import { insertMovements } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { defundParticipant as defundContract, fundParticipant as fundContract } from './contract.ts';
import { free, mustFind } from './read-participants.ts';
import { insertFunding, systemAccounts, type ParticipantRow } from './store.ts';

type Input = InputOf<typeof fundContract>;
type Output = OutputOf<typeof fundContract>;

/**
 * Mints by one person's word, where the tenant lets it: custody grows, and the participant's settlement account with it.
 * Errors: `settlement.asset_not_held`, `settlement.direct_funding_denied`.
 */
export async function fundParticipant(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  const sides = (custody: Uuid, settlement: Uuid) => ({ debitAccountId: custody, creditAccountId: settlement });
  const funded = await move(deps, ctx, fundContract, input, sides);
  // What waited for this money may go now.
  deps.queue.stir(ctx.tenantId);
  return funded;
}

/**
 * Burns: the reverse; never more than the participant has free.
 * Errors: `settlement.asset_not_held`, `settlement.insufficient_funds`, `settlement.direct_funding_denied`.
 */
export function defundParticipant(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  return move(deps, ctx, defundContract, input, (custody, settlement) => ({ debitAccountId: settlement, creditAccountId: custody }));
}

type Sides = Pick<TransferDraft, 'debitAccountId' | 'creditAccountId'>;

async function move(
  deps: SettlementDeps,
  ctx: Ctx,
  contract: Operation<(typeof fundContract)['input'], (typeof fundContract)['output']>,
  input: Input,
  sides: (custody: Uuid, settlement: Uuid) => Sides,
): Promise<Output> {
  const participant = await mustFind(deps, ctx, input.id);
  const account = settlementAccount(participant, input.asset);
  return deps.access.command(ctx, contract, async (tx) => {
    await requireDirectFunding(tx, ctx.tenantId, input.asset);
    const custody = (await systemAccounts(tx, ctx.tenantId, 'custody')).get(input.asset)!;
    const transfer = {
      id: newId(),
      kind: 'posted' as const,
      asset: input.asset,
      units: input.units,
      reference: input.reference,
      ...sides(custody, account),
    };
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    const { atMs } = await ledger.transfer([transfer]).catch(explain);
    const units = transfer.debitAccountId === custody ? input.units : -input.units;
    const moved = {
      asset: input.asset,
      reference: input.reference,
      units,
      transferId: transfer.id,
      participantId: participant.id,
      recordedAt: atMs,
    };
    await insertFunding(tx, ctx.tenantId, moved);
    await insertMovements(tx, ctx.tenantId, [{ ...moved, ledgerAccountId: custody, kind: 'direct' }]);
    const available = free((await ledger.balances([account])).get(account));
    return {
      answer: { transferId: transfer.id, asset: input.asset, units: input.units, available },
      subject: participant.bic,
      detail: { asset: input.asset, units: input.units.toString(), reference: input.reference },
    };
  });
}

function settlementAccount(participant: ParticipantRow, asset: string): Uuid {
  const account = participant.accounts.find((a) => a.asset === asset);
  if (!account) throw new AppError('unprocessable', 'settlement.asset_not_held', `${participant.bic} has no account in ${asset}.`);
  return account.settlementAccountId;
}

function explain(error: unknown): never {
  if (error instanceof LedgerRefused && (error.refusal.code as string) === 'exceeds_credits') {
    throw new AppError('unprocessable', 'settlement.insufficient_funds', 'The participant does not have so much free.');
  }
  throw error;
}
