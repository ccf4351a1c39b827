import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { billsOf, type Bill } from './bill.ts';
import { issueInvoices as contract } from './contract.ts';
import { countUsage } from './count-usage.ts';
import { totalOf } from './fee.ts';
import { insertInvoice, nextNumber, type InvoiceRow } from './invoice-store.ts';
import { monthBefore, monthOf, nextMonth, rangeOf, type Month } from './month.ts';
import { post } from './posting.ts';
import { closeMonth, findCursor, firstUsage, insertBill, lockCursor } from './store.ts';
import { issuedEvent } from './view.ts';

/**
 * Counts to the end, closes the month (what is final later is charged in the next) and bills everyone who was not yet. Each
 * invoice is a transaction of its own, so that one that broke off is carried on by the next call.
 *
 * Errors: `settlement.month_not_over`.
 */
export async function issueInvoices(deps: SettlementDeps, ctx: Ctx, { month }: { month: Month }): Promise<OutputOf<typeof contract>> {
  if (rangeOf(month).toMs > deps.clock.now()) {
    throw new AppError('conflict', 'settlement.month_not_over', `${month} is not over yet: see what it comes to so far instead.`);
  }
  const { tenantId } = ctx;
  await countUsage(deps, tenantId);
  const bills = await deps.db.write({ tenantId }, async (tx) => {
    await lockCursor(tx, tenantId);
    await closeMonth(tx, tenantId, month);
    return billsOf(tx, tenantId, month);
  });
  let issued = 0;
  for (const bill of bills.filter(({ billed }) => !billed)) if (await issueInvoice(deps, ctx, month, bill)) issued++;
  return { month, issued };
}

/** Invoices every month that is over and was not yet, the last one that was closed included, in case it was broken off. */
export async function issueDue(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const { tenantId } = ctx;
  await countUsage(deps, tenantId);
  const [cursor, first] = await deps.db.read({ tenantId }, async (tx) => [await findCursor(tx, tenantId), await firstUsage(tx, tenantId)]);
  const last = monthBefore(deps.clock.now());
  if (!cursor) return;
  for (let month = cursor.closedMonth ?? (first ? monthOf(first) : last); month <= last; month = nextMonth(month)) {
    await issueInvoices(deps, ctx, { month });
  }
}

/** One invoice; false when nothing is to pay, or when somebody else has just issued it. */
export async function issueInvoice(deps: SettlementDeps, ctx: Ctx, month: Month, bill: Bill): Promise<boolean> {
  const { participantId, asset } = bill;
  if (totalOf(bill.lines) === 0n) {
    await deps.db.write({ tenantId: ctx.tenantId }, (tx) => insertBill(tx, ctx.tenantId, { participantId, asset, month }));
    return false;
  }
  let claimed = true;
  const act = deps.access.command({ ...ctx, idempotency: undefined }, contract, async (tx) => {
    const row = invoiceOf(month, bill, deps.clock.now());
    claimed = await insertBill(tx, ctx.tenantId, { participantId, asset, month, invoiceId: row.id });
    // Rolled back: what was billed before is not billed again, nor audited.
    if (!claimed) throw new Error('billed already');
    const invoice = await book(deps, tx, ctx.tenantId, { row, bill });
    return {
      answer: { month, issued: 1 },
      subject: toWireId('inv', row.id),
      events: [issuedEvent(ctx.tenantId, invoice)],
      detail: { number: invoice.number, participant: bill.bic, asset, total: invoice.total.toString(), open: invoice.open.toString() },
    };
  });
  await act.catch((error: unknown) => {
    if (claimed) throw error;
  });
  return claimed;
}

type Invoice = Omit<InvoiceRow, 'bic' | 'name'>;

function invoiceOf(month: Month, { participantId, asset, lines }: Bill, now: number): Omit<Invoice, 'number' | 'open'> {
  const total = totalOf(lines);
  return {
    id: newId(now),
    kind: 'invoice',
    participantId,
    asset,
    month,
    total,
    credited: 0n,
    creditsId: null,
    reason: null,
    issuedAt: now,
  };
}

/** Takes what the participant has free; what is missing it owes. */
async function book(
  deps: SettlementDeps,
  tx: Tx,
  tenantId: Uuid,
  { row, bill }: { row: Omit<Invoice, 'number' | 'open'>; bill: Bill },
): Promise<Invoice> {
  const number = await nextNumber(tx, tenantId, `INV-${new Date(row.issuedAt).getUTCFullYear()}`);
  let open = 0n;
  await post(deps, tx, tenantId, {
    subject: { ...row, number },
    plan(free) {
      const paid = free < row.total ? free : row.total;
      open = row.total - paid;
      return [
        { from: 'settlement', to: 'income', units: paid },
        { from: 'receivable', to: 'income', units: open },
      ];
    },
  });
  const invoice = { ...row, number, open };
  await insertInvoice(tx, tenantId, invoice, bill.lines);
  return invoice;
}
