import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { rateOf, valueIn } from '../aml/observe.ts';
import { readRuleSet } from '../aml/rules.ts';
import { shippedRules } from '../aml/shipped.ts';
import { findSet } from './set-store.ts';
import { readSetting } from './setting-store.ts';

/**
 * Whether a second person has to confirm a decision: where two people decide, from the value on that is set. An amount that
 * cannot be compared, or none, needs two.
 */
export async function needsTwo(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  { asset, units }: { asset: string | null; units: bigint | null },
): Promise<boolean> {
  return deps.db.read({ tenantId }, async (tx) => {
    const { fourEyes, fourEyesFrom, ruleSet } = await readSetting(tx, tenantId);
    if (!fourEyes) return false;
    if (fourEyesFrom === undefined || asset === null || units === null) return true;
    const stored = ruleSet === undefined ? undefined : await findSet(tx, tenantId, 'aml_rule_set', ruleSet);
    const { reference } = stored ? readRuleSet(stored.content) : shippedRules();
    if (rateOf(reference, asset) === undefined) return true;
    return valueIn({ ...(reference && { reference }) }, asset, units) >= fourEyesFrom;
  });
}
