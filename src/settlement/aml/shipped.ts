import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { insertSet, markActivated, SHIPPED_BY } from '../compliance/set-store.ts';
import { touchSetting, writeSetting } from '../compliance/setting-store.ts';
import content from './default-rules.json' with { type: 'json' };
import { readRuleSet, type RuleSet } from './rules.ts';

/** The rules that come with the product. */
export const shippedRules = (): RuleSet => readRuleSet(content);

/**
 * Puts the rules that come with the product in force for a tenant that has none, as its first set, so that every decision
 * names rules that can be read. A later product's rules are proposed by people like any other.
 */
export async function activateShipped(tx: Tx, tenantId: Uuid, at: Millis): Promise<void> {
  const setting = await touchSetting(tx, tenantId);
  if (setting.ruleSet !== undefined) return;
  const { version } = shippedRules();
  const { number } = await insertSet(tx, tenantId, 'aml_rule_set', {
    version,
    content,
    note: 'The rules to start from',
    by: SHIPPED_BY,
    at,
  });
  await markActivated(tx, tenantId, 'aml_rule_set', { number, by: SHIPPED_BY, at });
  await writeSetting(tx, tenantId, { ...setting, ruleSet: number });
}
