import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { setLiquidityPolicy as setContract, type getLiquidityPolicy as getContract } from './contract.ts';
import { policyOfRow, wireOfPolicy } from './router.ts';
import { DEFAULT_POLICY, type Policy } from './route.ts';
import { findPolicy, savePolicy } from './store.ts';

type View = OutputOf<typeof getContract>;

/** The rules in force. */
export async function getPolicy(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<View> {
  const row = await deps.db.read(ctx, (tx) => findPolicy(tx, ctx.tenantId));
  if (!row) return { policy: DEFAULT_POLICY, version: 0 };
  // Who set it is the operator's business.
  const who = ctx.memberId === undefined ? { changedBy: row.changedBy } : {};
  return { policy: policyOfRow(row), version: row.version, changedAt: row.changedAt, ...who };
}

/** Puts rules in force. Errors: `settlement.policy_operator_only`, `settlement.policy_invalid`. */
export async function setPolicy(deps: SettlementDeps, ctx: Ctx, { policy }: InputOf<typeof setContract>): Promise<View> {
  if (ctx.memberId !== undefined) {
    throw new AppError('forbidden', 'settlement.policy_operator_only', 'The rules are set by the operator.');
  }
  check(policy);
  const changedAt = deps.clock.now();
  const changedBy = ctx.actor.name;
  const answer = await deps.access.command(ctx, setContract, async (tx) => {
    const version = await savePolicy(tx, ctx.tenantId, { policy: wireOfPolicy(policy), changedBy, changedAt });
    return {
      answer: { policy, version, changedBy, changedAt },
      subject: `liquidity policy ${version}`,
      detail: { rules: policy.rules.length },
    };
  });
  deps.router.forget(ctx.tenantId);
  deps.queue.stir(ctx.tenantId);
  return answer;
}

function check({ rules }: Policy): void {
  for (const { name, when } of rules) {
    for (const { asset, minUnits = 0n, maxUnits } of when.bands ?? []) {
      const wrong = !isKnownAsset(asset)
        ? `${asset} is not a known currency`
        : maxUnits !== undefined && maxUnits < minUnits
          ? `the band of ${asset} ends before it begins`
          : undefined;
      if (wrong) throw new AppError('invalid', 'settlement.policy_invalid', `In the rule “${name}”: ${wrong}.`);
    }
  }
}
