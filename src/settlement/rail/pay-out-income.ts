import type { Executor } from '../custody/decide-proposal.ts';
import { lockedEarnings, type IncomeSource } from '../custody/income.ts';
import { requirePayable } from '../custody/income-payout.ts';
import { requireUnlistedPayee } from '../custody/payee.ts';
import type { InstructionRow } from './instruction.ts';
import { draftInstruction, writeHeld } from './held-instruction.ts';
import { wayFor, waysOut } from './way-out.ts';

/**
 * Takes approved income off its account and instructs a rail to pay it out. Under the lock of the book everything is looked at again:
 * no more leaves than stands there as money, and no more than is in custody beyond what participants are owed.
 *
 * Errors: `settlement.income_short`, `settlement.rail_missing`, `settlement.custody_short`, `settlement.payee_listed`,
 * `settlement.name_unreadable`.
 */
export const approveIncomePayout: Executor = async (deps, { tx, ctx, proposal }) => {
  const { tenantId } = ctx;
  const { holder, number, agentBic, ...data } = proposal.data as Record<
    'asset' | 'reference' | 'holder' | 'number' | 'agentBic',
    string
  > & {
    units: string;
    source: IncomeSource;
  };
  const { asset, source, reference } = data;
  const units = BigInt(data.units);
  const screeningSet = await requireUnlistedPayee(deps, tenantId, { name: holder, agentBic });
  const ways = await waysOut(tx, tenantId, asset);
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { accountId } = requirePayable(await lockedEarnings(tx, ledger, tenantId), { asset, source, units });
  const way = await wayFor(ways, units, (ids) => ledger.balances(ids));
  const wanted = { asset, units, reference, creditor: { name: holder, number, agentBic }, requestedBy: proposal.proposedBy, screeningSet };
  const row: InstructionRow = { ...draftInstruction(deps, way, wanted), kind: 'income', incomeSource: source, proposalId: proposal.id };
  await writeHeld(tx, ledger, tenantId, { row, debitAccountId: accountId });
};
