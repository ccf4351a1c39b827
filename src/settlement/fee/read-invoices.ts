import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { billsOf } from './bill.ts';
import type { listInvoices as listContract, previewFees as previewContract } from './contract.ts';
import { totalOf, type Line } from './fee.ts';
import { findInvoice, linesOfInvoice, pageOfInvoices, type InvoiceRow } from './invoice-store.ts';
import { findCursor } from './store.ts';
import { lineView, viewOfInvoice, type InvoiceDetailView } from './view.ts';

type Deps = Pick<SettlementDeps, 'db'>;

export async function listInvoices(deps: Deps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const { participantId, month } = input;
  const filter = { limit: limit + 1, after: idCursor(input.after), participantId, month, open: input.open === 'true' };
  const rows = await deps.db.read(ctx, (tx) => pageOfInvoices(tx, ctx.tenantId, filter));
  return toPage(rows, limit, viewOfInvoice);
}

/** Errors: `settlement.invoice_not_found`, the same for another's. */
export async function getInvoice(deps: Deps, ctx: Ctx, { id }: { id: Uuid }): Promise<InvoiceDetailView> {
  const { row, lines } = await readInvoice(deps, ctx, id);
  return { ...viewOfInvoice(row), lines: lines.map(lineView) };
}

/** Errors: `settlement.invoice_not_found`. */
export async function readInvoice(deps: Deps, ctx: Ctx, id: Uuid): Promise<{ row: InvoiceRow; lines: Line[] }> {
  return deps.db.read(ctx, async (tx) => {
    const row = await findInvoice(tx, ctx.tenantId, id);
    if (!row) throw notFound();
    return { row, lines: await linesOfInvoice(tx, ctx.tenantId, id) };
  });
}

export function notFound(): AppError {
  return new AppError('not_found', 'settlement.invoice_not_found', 'There is no such invoice.');
}

/**
 * What a participant has used so far and what it comes to at the prices in force. A bank sees its own.
 * Errors: `settlement.participant_not_found`.
 */
export async function previewFees(deps: Deps, ctx: Ctx, input: InputOf<typeof previewContract>): Promise<OutputOf<typeof previewContract>> {
  if (ctx.memberId !== undefined && ctx.memberId !== input.id) {
    throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
  }
  await mustFind(deps, ctx, input.id);
  const [bills, cursor] = await deps.db.read(ctx, async (tx) => [
    await billsOf(tx, ctx.tenantId, input.month, input.id),
    await findCursor(tx, ctx.tenantId),
  ]);
  const used = bills.filter(({ lines }) => lines.length > 0);
  return {
    month: input.month,
    ...(cursor && { countedAt: cursor.countedAt }),
    currencies: used.map(({ asset, lines }) => ({ asset, total: totalOf(lines), lines: lines.map(lineView) })),
  };
}
