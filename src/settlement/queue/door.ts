import type { Uuid } from '../../base/id.ts';
import { rowOf, type Refusal, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Ask, InForce } from '../liquidity/router.ts';
import type { Route } from '../liquidity/route.ts';
import type { Checked } from '../payment/check-order.ts';
import type { Decision, PaymentOrder, PaymentRecord } from '../payment/payment.ts';
import { classOf, expiryOf } from './entry.ts';
import { queueEntryRows, routeRows } from './rows.ts';

/** The way found for a payment, and the policy that found it. */
export type Routed = Route & { inForce: InForce };

/** Finds the way of an order that nothing else stands against. */
export function routeOrder(
  deps: Pick<SettlementDeps, 'router'>,
  tenantId: Uuid,
  order: PaymentOrder,
  checked: Checked,
  today: string,
): Promise<Routed> {
  const ask: Ask = {
    priority: order.priority ?? 'normal',
    asset: order.asset,
    units: order.units,
    isLater: checked.valueDate > today,
    senderId: checked.debtorAgent.id,
    settlementAccountId: checked.settlementAccountId,
  };
  return deps.router.routeOf(tenantId, ask);
}

/** Whether the way is kept with the payment: not where no rules were set and it goes into the window as all do. */
function isKept({ kind, inForce }: Routed): boolean {
  return inForce.version > 0 || kind !== 'window';
}

/** The way as it is kept with the payment and shown. */
export function keptRoute(routed: Routed | undefined): { route?: Route } {
  if (!routed || !isKept(routed)) return {};
  const { kind, priority, rule, reason } = routed;
  return { route: { kind, priority, rule, reason } };
}

const DECISIONS = { window: 'reserved', instant: 'settled', queue: 'queued' } as const;
const WAITS = { code: 'NARR', text: 'Waits in the queue.' };
const WAITS_FOR_MONEY = { code: 'AM04', text: 'Waits in the queue until there is money for it.' };

/** What a way comes to when the money is there. */
export function decisionOf({ kind }: Route): Decision {
  const decision = DECISIONS[kind];
  return decision === 'queued' ? { decision, reason: WAITS } : { decision };
}

/** What is recorded for want of money when the policy lets payments wait; undefined when it is to be rejected. */
export function queuedInstead(routed: Pick<Routed, 'inForce'> | undefined, refusal: Pick<Refusal, 'code'>): Decision | undefined {
  const waits = refusal.code === 'exceeds_credits' && routed?.inForce.policy.withoutCover === 'queue';
  return waits ? { decision: 'queued', reason: WAITS_FOR_MONEY } : undefined;
}

/** The rows that go with a routed payment: which way and why, unless it went the way of a network without rules; its place in the queue. */
export function rowsOfRouted(payment: PaymentRecord, routed: Routed | undefined): RowOf[] {
  if (!routed) return [];
  const rows: RowOf[] = [];
  const { kind, priority, rule, reason, inForce } = routed;
  if (isKept(routed)) {
    rows.push(rowOf(routeRows, { paymentId: payment.id, debtorAgentId: payment.debtorAgentId, kind, priority, rule, reason }));
  }
  if (payment.decision === 'queued') rows.push(entryRow(payment, { priority, queueMinutes: inForce.policy.queueMinutes }));
  return rows;
}

/** A payment's place in its bank's queue. */
export function entryRow(
  payment: Pick<PaymentRecord, 'id' | 'debtorAgentId' | 'creditorAgentId' | 'asset' | 'units' | 'receivedAt'>,
  { priority, queueMinutes, enteredAt = payment.receivedAt }: { priority: Route['priority']; queueMinutes: number; enteredAt?: number },
): RowOf {
  const { id, debtorAgentId, creditorAgentId, asset, units } = payment;
  return rowOf(queueEntryRows, {
    id,
    kind: 'payment',
    priority: classOf(priority),
    payers: [debtorAgentId],
    legs: [{ debtor: debtorAgentId, creditor: creditorAgentId, asset, units }],
    enteredAt,
    expiresAt: expiryOf(enteredAt, queueMinutes),
  });
}
