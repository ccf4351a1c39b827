import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { RuleHit } from '../aml/evaluate.ts';
import { shownKey } from '../risk/breaker.ts';
import { findSet } from '../screening/screening-set.ts';
import { listsVersion } from '../screening/store.ts';
import { judgedBy, type JudgedBy } from './judgement-store.ts';
import type { PaymentDetailView } from './payment.ts';

type Judgement = NonNullable<PaymentDetailView['judgement']>;

/** What a payment was judged by and what came of it; undefined for one from before that was kept. Only for the operator. */
export async function judgementOf(tx: Tx, tenantId: Uuid, id: Uuid): Promise<Judgement | undefined> {
  const row = await judgedBy(tx, tenantId, id);
  if (!row) return undefined;
  const set = row.screeningSet === null ? undefined : await findSet(tx, tenantId, row.screeningSet);
  return viewOf(row, set && listsVersion(set.lists));
}

function viewOf({ risk, ruleSet, limitSet, screeningSet, findings }: JudgedBy, listVersion: string | undefined): Judgement {
  const { risk: scored, breaker, rules, ...found } = findings ?? {};
  return {
    risk: scored ?? { score: risk },
    ruleSet,
    limitSet,
    ...(screeningSet !== null && { screeningSet }),
    ...(listVersion && { listVersion }),
    ...found,
    ...(rules && { rules: rules.map(ruleOf) }),
    ...(breaker !== undefined && { breaker: shownKey(breaker) }),
  };
}

function ruleOf({ inputs, ...hit }: RuleHit): NonNullable<Judgement['rules']>[number] {
  return { ...hit, tests: inputs.map(({ test, ...found }) => ({ ...test, value: String(test.value), ...found })) };
}
