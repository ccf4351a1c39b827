import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { collectInvoice as collectContract, creditInvoice as creditContract } from './contract.ts';
import { insertInvoice, lockInvoice, nextNumber, openInvoices, setBalance, type InvoiceRow } from './invoice-store.ts';
import { post } from './posting.ts';
import { notFound } from './read-invoices.ts';
import { issuedEvent, viewOfInvoice, type InvoiceView } from './view.ts';

/**
 * Takes what is open of an invoice from the settlement account, as far as there is money.
 * Errors: `settlement.invoice_not_found`, `settlement.invoice_paid`, `settlement.insufficient_funds` when there is none at all.
 */
export async function collectInvoice(deps: SettlementDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<InvoiceView> {
  return deps.access.command(ctx, collectContract, async (tx) => {
    const row = await lockInvoice(tx, ctx.tenantId, id);
    if (!row) throw notFound();
    if (row.open === 0n) throw new AppError('conflict', 'settlement.invoice_paid', `Nothing is open of ${row.number}.`);
    let taken = 0n;
    await post(deps, tx, ctx.tenantId, {
      subject: row,
      plan(free) {
        taken = free < row.open ? free : row.open;
        return [{ from: 'settlement', to: 'receivable', units: taken }];
      },
    });
    if (taken === 0n) throw new AppError('unprocessable', 'settlement.insufficient_funds', `${row.bic} has nothing free on its account.`);
    const open = row.open - taken;
    await setBalance(tx, ctx.tenantId, id, { open, credited: row.credited });
    return {
      answer: viewOfInvoice({ ...row, open }),
      subject: toWireId('inv', id),
      detail: { number: row.number, taken: taken.toString() },
    };
  });
}

/** How many open invoices are tried in one round. */
const AT_ONCE = 200;

/** Tries what is open of a tenant's invoices; accounts without money are passed over. What fails is told when all were tried. */
export async function collectOpen(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const failed: unknown[] = [];
  for (const id of await deps.db.read({ tenantId: ctx.tenantId }, (tx) => openInvoices(tx, ctx.tenantId, AT_ONCE))) {
    await collectInvoice(deps, ctx, { id }).catch((error: unknown) => {
      if (!(error instanceof AppError) || !PASSED_OVER.has(error.code)) failed.push(error);
    });
  }
  if (failed.length === 1) throw failed[0];
  if (failed.length > 1) throw new AggregateError(failed, `${failed.length} invoices could not be collected.`);
}

const PASSED_OVER: ReadonlySet<string> = new Set(['settlement.insufficient_funds', 'settlement.invoice_paid']);

/**
 * Issues a credit note against an invoice: what is still open is let off, and what goes beyond is paid back.
 * Errors: `settlement.invoice_not_found`, `settlement.credit_too_large` beyond what is left of the invoice, and for a credit note;
 * `settlement.income_short` when the operator has paid out what would be paid back.
 */
export async function creditInvoice(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, units, reason }: InputOf<typeof creditContract>,
): Promise<InvoiceView> {
  return deps.access.command(ctx, creditContract, async (tx) => {
    const invoice = await lockInvoice(tx, ctx.tenantId, id);
    if (!invoice) throw notFound();
    const left = invoice.kind === 'invoice' ? invoice.total - invoice.credited : 0n;
    if (units > left) {
      throw new AppError('unprocessable', 'settlement.credit_too_large', `${left} minor units of ${invoice.number} can still be credited.`);
    }
    const at = deps.clock.now();
    const number = await nextNumber(tx, ctx.tenantId, `CN-${new Date(at).getUTCFullYear()}`);
    const note: InvoiceRow = {
      ...invoice,
      id: newId(at),
      number,
      kind: 'credit_note',
      total: units,
      open: 0n,
      credited: 0n,
      creditsId: id,
      reason,
      issuedAt: at,
    };
    const letOff = units < invoice.open ? units : invoice.open;
    await post(deps, tx, ctx.tenantId, {
      subject: note,
      plan: () => [
        { from: 'income', to: 'receivable', units: letOff },
        { from: 'income', to: 'settlement', units: units - letOff },
      ],
    });
    await setBalance(tx, ctx.tenantId, id, { open: invoice.open - letOff, credited: invoice.credited + units });
    await insertInvoice(tx, ctx.tenantId, note, [
      { item: 'credit', text: `Credit on ${invoice.number}: ${reason}`, count: 1n, value: 0n, units },
    ]);
    return {
      answer: viewOfInvoice(note),
      subject: toWireId('inv', note.id),
      events: [issuedEvent(ctx.tenantId, note)],
      detail: { number, credits: invoice.number, units: units.toString(), reason },
    };
  });
}
