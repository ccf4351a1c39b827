import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { type Finding, Findings } from './findings.ts';
import { LogVerifier } from './log.ts';
import { type Book, books, orphans, sumsByAsset } from './store.ts';
import { verifyTransfers } from './transfers.ts';

/** What was looked at in one book and what was found wrong. `logged` transfers are in the Merkle log so far. */
export type BookReport = { tenantId: Uuid; transfers: number; accounts: number; logged: number; problems: number };

export type VerifyReport = { ok: boolean; books: BookReport[]; findings: Finding[] };

/**
 * Proves the books from their tables alone, by code that shares nothing with the engine: sequence and time, every
 * running sum, limits, holds, balances, conservation in every asset, and the Merkle log down to each hash. `tx` must be
 * one snapshot (`db.read` with role `rialto_verify`); memory stays bounded however large the books are.
 */
export async function verifyLedger(
  tx: Tx,
  options: { tenantId?: Uuid; onProgress?: (report: BookReport) => void; accountsAtOnce?: number } = {},
): Promise<VerifyReport> {
  const report: VerifyReport = { ok: true, books: [], findings: [] };
  for (const book of await books(tx, options.tenantId)) {
    const findings = new Findings(book.tenantId);
    const summary = await verifyBook(tx, book, findings, options.accountsAtOnce);
    report.books.push(summary);
    report.findings.push(...findings.kept);
    options.onProgress?.(summary);
  }
  report.ok = report.books.every((book) => book.problems === 0);
  return report;
}

async function verifyBook(tx: Tx, book: Book, findings: Findings, accountsAtOnce?: number): Promise<BookReport> {
  const log = new LogVerifier(tx, book.tenantId, findings);
  const counts = await verifyTransfers(tx, book, findings, (rows) => log.take(rows), accountsAtOnce);
  const logged = await log.finish();
  for (const { asset, sums } of await sumsByAsset(tx, book.tenantId)) {
    const conserved = sums[0] === sums[1] && sums[2] === sums[3];
    findings.expect(conserved, 'conservation', () => `${asset}: debits ${sums[0]}, credits ${sums[1]}, pending ${sums[2]} and ${sums[3]}`);
  }
  for (const { what, id } of await orphans(tx, book.tenantId)) {
    findings.add(what, what === 'failed_id' ? `spent id ${id} stands in the book` : `${what} ${id} belongs to nothing`);
  }
  return { tenantId: book.tenantId, ...counts, logged, problems: findings.total };
}
