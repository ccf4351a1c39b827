import type { Uuid } from '../../base/id.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import { rowOf, type Refusal, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Ask, Found } from '../liquidity/router.ts';
import type { Route } from '../liquidity/route.ts';
import type { Checked } from '../payment/check-order.ts';
import type { Decision, PaymentOrder, PaymentRecord } from '../payment/payment.ts';
import { sentRows } from '../risk/exposure-store.ts';
import { classOf, expiryOf } from './entry.ts';
import { askedPriorityRows, queueEntryRows, routeRows } from './rows.ts';

/** The way found for a payment, and the policy that found it. `due`: of one dated ahead, the day before which it is not final. */
export type Routed = Found & { due?: LocalDate };

/** Finds the way of an order that nothing else stands against, or nothing any more. */
export function routeOrder(
  deps: Pick<SettlementDeps, 'router'>,
  tenantId: Uuid,
  order: Pick<PaymentOrder, 'priority' | 'asset' | 'units'>,
  checked: Pick<Checked, 'valueDate' | 'settlementAccountId'> & { debtorAgent: { id: Uuid } },
  today: LocalDate,
): Routed | Promise<Routed> {
  const isLater = checked.valueDate > today;
  const ask: Ask = {
    priority: order.priority ?? 'normal',
    asset: order.asset,
    units: order.units,
    isLater,
    senderId: checked.debtorAgent.id,
    settlementAccountId: checked.settlementAccountId,
  };
  const found = deps.router.routeOf(tenantId, ask);
  const dated = (route: Found): Routed => (isLater ? { ...route, due: checked.valueDate } : route);
  return found instanceof Promise ? found.then(dated) : dated(found);
}

/** Whether the way is kept with the payment: not where no rules were set and it goes into the next window as all do. */
function isKept({ kind, inForce, due }: Routed): boolean {
  return inForce.version > 0 || kind !== 'window' || due !== undefined;
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

/** The reason of what waits, for what is dated ahead with the day. */
function waitsUntil(due: LocalDate | undefined, reason: typeof WAITS): typeof WAITS {
  return due === undefined ? reason : { ...reason, text: `${reason.text} Its value date is ${due}; it goes no earlier.` };
}

/** What a way comes to when the money is there. */
export function decisionOf({ kind, due }: Pick<Routed, 'kind' | 'due'>): Decision {
  const decision = DECISIONS[kind];
  return decision === 'queued' ? { decision, reason: waitsUntil(due, WAITS) } : { decision };
}

/** What is recorded for want of money when the policy lets payments wait; undefined when it is to be rejected. */
export function queuedInstead(routed: Pick<Routed, 'inForce' | 'due'> | undefined, refusal: Pick<Refusal, 'code'>): Decision | undefined {
  const waits = refusal.code === 'exceeds_credits' && routed?.inForce.policy.withoutCover === 'queue';
  return waits ? { decision: 'queued', reason: waitsUntil(routed.due, WAITS_FOR_MONEY) } : undefined;
}

/** The rows that go with a routed payment: which way and why, unless it went the way of a network without rules; what it adds to the day's limit outside the windows; its place in the queue. */
export function rowsOfRouted(
  payment: Parameters<typeof entryRow>[0] & Pick<PaymentRecord, 'decision'>,
  routed: Routed | undefined,
  enteredAt = payment.receivedAt,
): RowOf[] {
  if (!routed) return [];
  const rows: RowOf[] = [];
  const { kind, priority, rule, reason, inForce, due = dayOf(enteredAt) } = routed;
  if (isKept(routed)) {
    rows.push(rowOf(routeRows, { paymentId: payment.id, debtorAgentId: payment.debtorAgentId, kind, priority, rule, reason }));
  }
  if (payment.decision === 'settled' || payment.decision === 'queued') {
    rows.push(rowOf(sentRows, { participantId: payment.debtorAgentId, asset: payment.asset, units: payment.units }));
  }
  if (payment.decision === 'queued') rows.push(entryRow(payment, { priority, queueMinutes: inForce.policy.queueMinutes, enteredAt, due }));
  return rows;
}

/** What is kept of an order that is held, so that it goes the way that was asked for when it is released. */
export function rowsOfHeld({ id, decision }: Pick<PaymentRecord, 'id' | 'decision'>, priority: PaymentOrder['priority']): RowOf[] {
  if (decision !== 'held' || priority === undefined || priority === 'normal') return [];
  return [rowOf(askedPriorityRows, { paymentId: id, priority })];
}

/** A payment's place in its bank's queue. */
function entryRow(
  payment: Pick<PaymentRecord, 'id' | 'debtorAgentId' | 'creditorAgentId' | 'asset' | 'units' | 'receivedAt' | 'screeningSet'>,
  { priority, queueMinutes, enteredAt, due }: { priority: Route['priority']; queueMinutes: number; enteredAt: Millis; due: LocalDate },
): RowOf {
  const { id, debtorAgentId, creditorAgentId, asset, units, screeningSet } = payment;
  return rowOf(queueEntryRows, {
    id,
    kind: 'payment',
    priority: classOf(priority),
    payers: [debtorAgentId],
    legs: [{ debtor: debtorAgentId, creditor: creditorAgentId, asset, units }],
    enteredAt,
    due,
    expiresAt: expiryOf({ enteredAt, due }, queueMinutes),
    screeningSet,
  });
}
