import { buffer } from 'node:stream/consumers';
import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import { codeOf } from '../../base/money.ts';
import type { SettlementDeps } from '../deps.ts';
import { drawable, openPdf, put, rule, widthOf, type Doc } from '../../infra/pdf/document.ts';
import { shownText } from '../report/cell.ts';
import { heading } from '../report/write/pdf.ts';
import type { Line } from './fee.ts';
import type { InvoiceRow } from './invoice-store.ts';
import { readInvoice } from './read-invoices.ts';

/** An invoice or credit note on A4. Errors: `settlement.invoice_not_found`. */
export async function getInvoicePdf(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, { id }: { id: Uuid }): Promise<Uint8Array> {
  const { row, lines } = await readInvoice(deps, ctx, id);
  return invoicePdf(row, lines);
}

const [LEFT, RIGHT] = [36, 559];
const COUNT_END = 330;
const VALUE_END = 450;
const ROW = 20;
const BOTTOM = 780;

async function invoicePdf(row: InvoiceRow, lines: readonly Line[]): Promise<Buffer> {
  const title = row.kind === 'invoice' ? `Invoice ${row.number}` : `Credit note ${row.number}`;
  const when = `${shownText('instant', row.issuedAt)} UTC`;
  const { doc, close } = openPdf({ title, asOf: row.issuedAt, when }, 'portrait');
  const bytes = buffer(doc);
  let y = names(doc, heading(doc, { title, notes: notesOf(row) }) + 12);
  for (const line of lines) y = drawLine(doc, row, line, y > BOTTOM ? turn(doc) : y);
  drawSums(doc, row, y + 8);
  close();
  return bytes;
}

function notesOf({ name, bic, month, issuedAt, reason, asset }: InvoiceRow): [string, string][] {
  const notes: [string, string][] = [
    ['Participant', `${name}, ${bic}`],
    ['Month', month],
    ['Issued', shownText('instant', issuedAt).slice(0, 10)],
    ['Currency', codeOf(asset)],
  ];
  return reason === null ? notes : [...notes, ['Reason', reason]];
}

function turn(doc: Doc): number {
  doc.addPage();
  return names(doc, LEFT);
}

const right = (doc: Doc, text: string, end: number, y: number) => put(doc, text, end - widthOf(doc, text), y);

const across = (doc: Doc, y: number, colour: string) => rule(doc, { from: LEFT, to: RIGHT, y }, 0.6, colour);

function names(doc: Doc, y: number): number {
  doc.font('bold').fontSize(9).fillColor('#6b7280');
  put(doc, 'What', LEFT, y);
  right(doc, 'Count', COUNT_END, y);
  right(doc, 'Value', VALUE_END, y);
  right(doc, 'Fee', RIGHT, y);
  across(doc, y + 15, '#1a1f29');
  return y + ROW;
}

/** Room for what was charged, before the count begins. */
const MOST_TEXT = 46;

function drawLine(doc: Doc, { asset }: InvoiceRow, { text, count, value, units }: Line, y: number): number {
  const what = drawable(text);
  doc.font('text').fontSize(9).fillColor('#1a1f29');
  put(doc, what.length > MOST_TEXT ? `${what.slice(0, MOST_TEXT - 1)}…` : what, LEFT, y);
  right(doc, shownText('integer', count), COUNT_END, y);
  if (value > 0n) right(doc, shownText('money', { asset, units: value }), VALUE_END, y);
  right(doc, shownText('money', { asset, units }), RIGHT, y);
  across(doc, y + 15, '#d5d9e0');
  return y + ROW;
}

function drawSums(doc: Doc, { kind, asset, total, open: unpaid, credited }: InvoiceRow, from: number): void {
  const sums: [string, bigint][] = [['Total', total]];
  if (kind === 'invoice') {
    if (credited > 0n) sums.push(['Credited', -credited]);
    sums.push(['Taken from the settlement account', total - unpaid - credited], ['Still to be paid', unpaid]);
  }
  for (const [i, [label, units]] of sums.entries()) {
    const y = from + i * 16;
    doc
      .font(i === 0 ? 'bold' : 'text')
      .fontSize(i === 0 ? 11 : 9)
      .fillColor('#1a1f29');
    right(doc, label, VALUE_END, y);
    right(doc, shownText('money', { asset, units }), RIGHT, y);
  }
}
