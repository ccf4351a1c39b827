import type { Ctx } from '../../base/context.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { normalBic } from '../participant/directory.ts';
import { wayFor, waysOut } from '../rail/way-out.ts';
import { currentEarnings, incomeShort, type Earnings, type Income, type IncomeSource } from './income.ts';
import { type getIncome as getContract, proposeIncomePayout as proposeContract } from './income-contract.ts';
import { propose, requireBic } from './propose.ts';
import { requireOperator } from './reserves.ts';

/** Errors: `settlement.operator_only`. */
export async function getIncome(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof getContract>> {
  requireOperator(ctx);
  const { items } = await currentEarnings(deps, ctx.tenantId);
  return { items: items.map(({ accountId: _, ...item }) => item) };
}

const WORDS: Readonly<Record<IncomeSource, string>> = {
  fees: 'fees',
  exchange_fees: 'exchange fees',
  exchange_rounding: 'exchange rounding',
};

/**
 * Says what of the operator's income is to be paid out, and where to; another person decides.
 * Errors: `settlement.operator_only`, `settlement.bic_invalid`, `settlement.income_short`, `settlement.rail_missing`,
 * `settlement.custody_short`, `settlement.person_required`.
 */
export async function proposeIncomePayout(
  deps: SettlementDeps,
  ctx: Ctx,
  { reason, ...wanted }: InputOf<typeof proposeContract>,
): Promise<OutputOf<typeof proposeContract>> {
  requireOperator(ctx);
  requireBic(wanted.agentBic);
  const { tenantId } = ctx;
  const { asset, source, units, holder, number } = wanted;
  requirePayable(await currentEarnings(deps, tenantId), { asset, source, units });
  const ways = await deps.db.read({ tenantId }, (tx) => waysOut(tx, tenantId, asset));
  await wayFor(ways, units, (ids) => deps.ledger.balances(tenantId, ids));
  const agentBic = normalBic(wanted.agentBic);
  const subject = `Pay out ${toDecimalText({ asset, units })} ${codeOf(asset)} of ${WORDS[source]} to ${holder}, ${number} at ${agentBic}`;
  const data = { ...wanted, agentBic, units: units.toString() };
  return propose(deps, ctx, proposeContract, { kind: 'income_payout', subject, data, reason });
}

/** The income account, when so much may leave it. Errors: `settlement.income_short`. */
export function requirePayable({ items }: Earnings, of: { asset: string; source: IncomeSource; units: bigint }): Income {
  const income = items.find(({ asset, source }) => asset === of.asset && source === of.source);
  if (!income || income.payable < of.units) throw incomeShort(of.asset, income?.payable ?? 0n);
  return income;
}
