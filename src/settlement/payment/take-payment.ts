import { hash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId } from '../../base/id.ts';
import type { Operation } from '../../base/operation.ts';
import { dayOf } from '../../base/time.ts';
import { rowOf, type Act, type Outcome, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { leafOf } from '../netting/leaf.ts';
import { keptRoute, queuedInstead, rowsOfHeld, rowsOfRouted, type Routed } from '../queue/door.ts';
import { actRows, keptPayment, recordedEvent } from './act-rows.ts';
import { checkOrder, type Checked } from './check-order.ts';
import { examine, type Admitted, type Examined } from './examine.ts';
import { reasonOf, saysAnything, type Decision, type PaymentOrder, type PaymentRecord, type PaymentView } from './payment.ts';
import { detailsOf } from './party.ts';
import { obligationRows, paymentRows, type Obligation } from './rows.ts';
import { paymentByUetr } from './store.ts';
import { viewOfRecord } from './view.ts';

/** How an order came in: through which door, by which operation, and under which part of the caller's idempotency key. */
export type Entry = {
  channel: PaymentRecord['channel'];
  operation: Operation;
  keySuffix?: string;
  /** What else is to be written with the payment, whatever is decided on it. */
  extraRows?: (payment: PaymentRecord) => readonly RowOf[];
  /** What else its sender said of it, which is kept by `extraRows`: under one UETR that has to be the same, too. */
  carried?: object;
};

/** An order on its way through the door. */
type Passage = Admitted & Examined & { deps: SettlementDeps; ctx: Ctx; entry: Entry };

/**
 * Takes one order through the door: checked, screened, judged, and in one act on the book reserved, settled, queued, held or
 * rejected. What is answered is durable. A repeated idempotency key or a repeated UETR with the same content answers with the
 * first payment.
 *
 * Errors: those of `checkOrder`, `settlement.uetr_reused`, `request.key_reused`.
 */
export async function takePayment(deps: SettlementDeps, ctx: Ctx, entry: Entry, order: PaymentOrder): Promise<PaymentView> {
  const participants = await deps.directory.of(ctx.tenantId, { bics: [order.debtorAgent, order.creditorAgent] });
  const receivedAt = deps.clock.now();
  const today = dayOf(receivedAt);
  let checked: Checked;
  try {
    checked = checkOrder(order, participants, today, ctx.memberId);
  } catch (error) {
    // What passed the first time must not fail the second because a day or a bank's state has changed in between.
    const first = await taken(deps, ctx, entry, order);
    if (first) return first;
    throw error;
  }
  const admitted = { order, checked, receivedAt, today };
  const passage = { deps, ctx, entry, ...admitted, ...(await examine(deps, ctx.tenantId, admitted)) };
  const payment = recordOf(passage);
  const withdrawn = () => deps.judge.withdrawn(ctx.tenantId, passage.verdict, receivedAt);
  const standing = await enact(passage, payment).catch((error: unknown) => {
    withdrawn();
    throw error;
  });
  if (!standing) {
    withdrawn();
    const first = await taken(deps, ctx, entry, order);
    if (first) return first;
    throw new AppError('conflict', 'settlement.uetr_reused', `The UETR ${payment.uetr} already names another payment.`);
  }
  deps.judge.decided(standing, passage.verdict);
  const view = viewOfRecord(standing, checked);
  deps.metrics.paymentTaken(view);
  // Who waits may go now: this one because of what others have, others because of this one's money.
  if (standing.decision === 'queued' || standing.decision === 'settled') deps.queue.stir(ctx.tenantId);
  return view;
}

/** The payment as it stands when that is durable; undefined when its key or its UETR is taken. */
async function enact(passage: Passage, payment: PaymentRecord): Promise<PaymentRecord | undefined> {
  const { ledger, judge } = passage.deps;
  let standing = payment;
  const outcome = await ledger.enact(actOf(passage, payment)).catch((error: unknown) => {
    const refused = judge.refusedBy(error);
    if (!refused) throw error;
    // Others reached the cap while this one was on its way to the book, where caps are exact.
    const findings = { ...passage.verdict.findings, limits: [refused.finding] };
    standing = { ...payment, decision: 'rejected', reason: refused.reason, findings };
    return ledger.enact(actOf({ ...passage, routed: undefined }, standing));
  });
  if (outcome.result === 'refused' && outcome.refusal.code === 'row_taken') return undefined;
  return decided(standing, outcome, passage.routed);
}

function recordOf({ ctx, entry, order, checked, receivedAt, screening, verdict, routed, decision }: Passage): PaymentRecord {
  const movesMoney = decision.decision !== 'held' && decision.decision !== 'rejected';
  return {
    tenantId: ctx.tenantId,
    id: newId(receivedAt),
    uetr: order.uetr ?? crypto.randomUUID(),
    uetrIsOurs: order.uetr === undefined,
    endToEndId: order.endToEndId,
    channel: entry.channel,
    debtorAgentId: checked.debtorAgent.id,
    creditorAgentId: checked.creditorAgent.id,
    debtor: order.debtor,
    creditor: order.creditor,
    asset: order.asset,
    units: order.units,
    valueDate: checked.valueDate,
    purpose: order.purpose,
    remittance: order.remittance,
    ...(order.uetr !== undefined && { orderHash: hashOf(order, entry.carried) }),
    receivedAt,
    screeningSet: screening.set,
    ...(saysAnything(screening) && { screening }),
    ruleSet: verdict.ruleSet,
    limitSet: verdict.limitSet,
    risk: verdict.risk,
    ...(verdict.findings && { findings: verdict.findings }),
    ...decision,
    ...(movesMoney && { transferId: newId(receivedAt) }),
    ...keptRoute(routed),
  };
}

/** SHA-256 over the fields that a bank sent, in a fixed order; two orders with one UETR are the same when it is. */
function hashOf(order: PaymentOrder, carried?: object): Buffer {
  const { debtor, creditor } = order;
  const fields = [
    order.endToEndId,
    order.debtorAgent,
    order.creditorAgent,
    debtor.name,
    debtor.account,
    debtor.country,
    creditor.name,
    creditor.account,
  ];
  const rest = [creditor.country, order.asset, order.units.toString(), order.valueDate, order.purpose, order.remittance];
  // Absent, it leaves the hash as it was before there were priorities.
  const priority = order.priority === undefined ? [] : [order.priority];
  // As with priorities: absent, they leave it as it was.
  const details = [detailsOf(debtor), detailsOf(creditor)];
  const parties = details.some((one) => one !== undefined) ? [details] : [];
  const beside = carried === undefined ? [] : [{ carried }];
  return hash('sha256', JSON.stringify([...fields, ...rest, ...priority, ...parties, ...beside]), 'buffer');
}

function actOf(passage: Passage, payment: PaymentRecord): Act {
  const { ctx, checked, routed } = passage;
  const note = noteOf(passage, payment);
  const { decision } = payment;
  if (decision !== 'reserved' && decision !== 'settled') return { tenantId: ctx.tenantId, transfers: [], ...note };
  const isGross = decision === 'settled';
  return {
    tenantId: ctx.tenantId,
    transfers: [isGross ? grossTransfer(payment, checked) : reservation(payment, checked)],
    idsAreNew: true,
    rows: isGross ? note.rows : [...note.rows, rowOf(obligationRows, obligationOf(payment, routed))],
    events: note.events,
    otherwise: (refusal) => noteOf(passage, { ...payment, ...otherwiseOf(refusal.code, routed) }),
  };
}

/** What the debtor's bank will owe the creditor's bank, with the leaf that the window's root is made of. */
export function obligationOf(
  { id, debtorAgentId, creditorAgentId, asset, units }: PaymentRecord,
  routed?: Pick<Routed, 'due'>,
): Obligation {
  return {
    paymentId: id,
    debtorAgentId,
    creditorAgentId,
    asset,
    units,
    leaf: leafOf({ id, debtor: debtorAgentId, creditor: creditorAgentId, asset, units }),
    ...(routed?.due !== undefined && { due: routed.due }),
  };
}

/** Moves the amount from what the debtor's bank has free to what it has set aside. */
export function reservation(
  payment: Pick<PaymentRecord, 'id' | 'asset' | 'units' | 'transferId'>,
  accounts: Pick<Checked, 'settlementAccountId' | 'reserveAccountId'>,
) {
  return {
    id: payment.transferId!,
    kind: 'posted' as const,
    debitAccountId: accounts.settlementAccountId,
    creditAccountId: accounts.reserveAccountId,
    asset: payment.asset,
    units: payment.units,
    reference: toWireId('pay', payment.id),
  };
}

/** Moves the amount at once from what the debtor's bank has free to what the creditor's bank has. */
export function grossTransfer(
  payment: Pick<PaymentRecord, 'id' | 'asset' | 'units' | 'transferId'>,
  { settlementAccountId, creditorAgent }: Pick<Checked, 'settlementAccountId' | 'creditorAgent'>,
) {
  const reserveAccountId = creditorAgent.accounts.get(payment.asset)!.settlementAccountId;
  return reservation(payment, { settlementAccountId, reserveAccountId });
}

function otherwiseOf(code: Parameters<typeof reasonOf>[0], routed?: Routed): Decision {
  return queuedInstead(routed, { code }) ?? { decision: 'rejected', reason: reasonOf(code) };
}

/** What is written whatever the decision: the payment, its audit row, the kept answer and the event. */
function noteOf(
  { deps, ctx, entry, order, checked, routed }: Passage,
  payment: PaymentRecord,
): { rows: RowOf[]; events: () => EventDraft[] } {
  const act = { paymentId: payment.id, outcome: payment.decision, keySuffix: entry.keySuffix };
  return {
    rows: [
      rowOf(paymentRows, payment),
      ...actRows(deps, ctx, entry.operation, act),
      ...rowsOfRouted(payment, routed),
      ...rowsOfHeld(payment, order.priority),
      ...(entry.extraRows?.(payment) ?? []),
    ],
    events: () => [recordedEvent(payment, checked, payment.receivedAt)],
  };
}

function decided(payment: PaymentRecord, outcome: Outcome, routed?: Routed): PaymentRecord {
  if (outcome.result === 'enacted') return payment.decision === 'settled' ? { ...payment, settledAt: outcome.atMs } : payment;
  return { ...payment, ...otherwiseOf(outcome.refusal.code, routed) };
}

/**
 * The answer to the payment that was taken before under the caller's key, or under this UETR with the same content.
 * Errors: `request.key_reused`.
 */
async function taken(deps: SettlementDeps, ctx: Ctx, entry: Entry, order: PaymentOrder): Promise<PaymentView | undefined> {
  const kept = await keptPayment(deps, ctx, entry.operation, entry.keySuffix);
  const by = kept ? { id: kept } : order.uetr && { uetr: order.uetr };
  if (!by) return undefined;
  const first = await deps.db.read(ctx, (tx) => paymentByUetr(tx, ctx.tenantId, by));
  // A key is kept with its body's hash, so it needs no second look; a bare UETR must stand for the same order.
  if (!first || (!kept && !first.orderHash?.equals(hashOf(order, entry.carried)))) return undefined;
  const { byId } = await deps.directory.of(ctx.tenantId, { ids: [first.debtorAgentId, first.creditorAgentId] });
  return viewOfRecord(first, { debtorAgent: byId.get(first.debtorAgentId)!, creditorAgent: byId.get(first.creditorAgentId)! });
}
