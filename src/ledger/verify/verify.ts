import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { type Finding, Findings } from './findings.ts';
import { LogVerifier } from './log.ts';
import type { Outside } from './outside.ts';
import { type Book, books, orphans, serverTime, sumsByAsset } from './store.ts';
import { verifyTransfers } from './transfers.ts';

/** What was looked at in one book and what was found wrong. `logged` transfers are in the Merkle log so far; it was held against `noted` heads from outside. */
export type BookReport = { tenantId: Uuid; transfers: number; accounts: number; logged: number; noted: number; problems: number };

export type VerifyReport = { ok: boolean; books: BookReport[]; findings: Finding[] };

type VerifyOptions = {
  tenantId?: Uuid;
  outside?: Outside;
  onProgress?: (report: BookReport) => void;
  accountsAtOnce?: number;
};

/**
 * Proves the books from their tables alone, by code that shares nothing with the engine: sequence and time, every
 * running sum, limits, holds, balances, conservation in every asset, and the Merkle log down to each hash. `tx` must be
 * one snapshot (`db.read` with role `rialto_verify`); memory stays bounded however large the books are. Who may write to all
 * tables can make rows and log anew, so that they fit: only `outside` tells, heads that were noted and the keys they are signed with.
 */
export async function verifyLedger(tx: Tx, options: VerifyOptions = {}): Promise<VerifyReport> {
  const report: VerifyReport = { ok: true, books: [], findings: [] };
  const all = await books(tx, options.tenantId);
  // A book that a wrong clock dated ahead says nothing about the others.
  const newestAt = Math.min(await serverTime(tx), Math.max(...all.map((book) => book.recordedAt)));
  for (const book of all) {
    const findings = new Findings(book.tenantId);
    const summary = await verifyBook(tx, { ...book, newestAt }, findings, options);
    report.books.push(summary);
    report.findings.push(...findings.kept);
    options.onProgress?.(summary);
  }
  const known = new Set(all.map((book) => book.tenantId));
  for (const { tenantId, size, source } of options.outside?.noted ?? []) {
    if (known.has(tenantId) || size === 0 || options.tenantId !== undefined) continue;
    report.findings.push({ tenantId, rule: 'log_noted', detail: `${source} has a head of ${size} transfers of a book that is not there` });
  }
  report.ok = report.findings.length === 0;
  return report;
}

async function verifyBook(
  tx: Tx,
  book: Book & { newestAt: number },
  findings: Findings,
  { outside = { noted: [], keys: [] }, accountsAtOnce }: VerifyOptions,
): Promise<BookReport> {
  const log = new LogVerifier(tx, book.tenantId, findings, outside);
  const counts = await verifyTransfers(tx, book, findings, (rows) => log.take(rows), accountsAtOnce);
  const logged = await log.finish(book.newestAt);
  for (const { asset, sums } of await sumsByAsset(tx, book.tenantId)) {
    const conserved = sums[0] === sums[1] && sums[2] === sums[3];
    findings.expect(conserved, 'conservation', () => `${asset}: debits ${sums[0]}, credits ${sums[1]}, pending ${sums[2]} and ${sums[3]}`);
  }
  for (const { what, id } of await orphans(tx, book.tenantId)) {
    findings.add(what, what === 'failed_id' ? `spent id ${id} stands in the book` : `${what} ${id} belongs to nothing`);
  }
  const noted = outside.noted.filter((one) => one.tenantId === book.tenantId && one.size > 0).length;
  return { tenantId: book.tenantId, ...counts, logged, noted, problems: findings.total };
}
