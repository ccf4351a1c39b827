import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { rateOf, valueIn } from '../aml/observe.ts';
import { readRuleSet } from '../aml/rules.ts';
import { shippedRules } from '../aml/shipped.ts';
import { findParticipant } from '../participant/store.ts';
import type { CaseRow } from './case-store.ts';
import { findSet } from './set-store.ts';
import { readSetting } from './setting-store.ts';

/** Whether a second person has to confirm a decision on a case: what a list holds on its way out of custody is never decided by one. */
export async function caseNeedsTwo(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  row: Pick<CaseRow, 'kind' | 'partyKey' | 'asset' | 'units'>,
): Promise<boolean> {
  return row.kind === 'instruction' || (await needsTwo(deps, tenantId, row)) || (await isOfSuspended(deps, tenantId, row));
}

const OF_PARTICIPANT = /^participant\/([0-9a-f-]{36})$/;

/** Whether a case stands between a participant and its taking part: that takes two people, whatever the settings say. */
async function isOfSuspended(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  { partyKey }: { partyKey: string | null },
): Promise<boolean> {
  const id = OF_PARTICIPANT.exec(partyKey ?? '')?.[1];
  if (id === undefined) return false;
  return (await deps.db.read({ tenantId }, (tx) => findParticipant(tx, tenantId, id)))?.state === 'suspended';
}

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
