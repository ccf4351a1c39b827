import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Verdict } from '../compliance/findings.ts';
import type { SettlementDeps } from '../deps.ts';
import { decisionOf, routeOrder, type Routed } from '../queue/door.ts';
import type { Checked } from './check-order.ts';
import { HELD, type Decision, type PaymentOrder, type ScreeningResult } from './payment.ts';

/** An order that passed the checks of the door. */
export type Admitted = { order: PaymentOrder; checked: Checked; receivedAt: Millis; today: LocalDate };

/** What was found of an order, and what it comes to if the ledger agrees. `routed`: its way, when nothing stands against it. */
export type Examined = { screening: ScreeningResult; verdict: Verdict; routed?: Routed; decision: Decision };

/**
 * Asks lists, rules, limits and breakers about an order, and then which way it goes. A hit on a list comes first: a person has
 * to see it, whatever a limit would say.
 */
export async function examine(
  deps: Pick<SettlementDeps, 'screening' | 'judge' | 'router'>,
  tenantId: Uuid,
  { order, checked, receivedAt, today }: Admitted,
): Promise<Examined> {
  const screening = await deps.screening.screenParties(tenantId, order);
  const judged = deps.judge.judge(tenantId, order, checked, receivedAt, screening);
  const verdict = judged instanceof Promise ? await judged : judged;
  if (screening.hits.length > 0) return { screening, verdict, decision: { decision: 'held', reason: HELD } };
  if (verdict.outcome !== 'pass') {
    return { screening, verdict, decision: { decision: verdict.outcome === 'hold' ? 'held' : 'rejected', reason: verdict.reason } };
  }
  const found = routeOrder(deps, tenantId, order, checked, today);
  const routed = found instanceof Promise ? await found : found;
  return { screening, verdict, routed, decision: decisionOf(routed) };
}
