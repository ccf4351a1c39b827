import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Findings } from './findings.ts';
import { accountsOf, type AccountRow, type Book, countAccounts, transfersOf, type Sums, type TransferRow } from './store.ts';

/** Accounts whose running sums are held in memory at once; more are done in further passes over the transfers. */
const ACCOUNTS_AT_ONCE = 200_000;

type Running = AccountRow & { sums: Sums };

/** Replays a book by its own arithmetic and compares every running sum, limit and balance. Answers how much it replayed. */
export async function verifyTransfers(
  tx: Tx,
  book: Book,
  findings: Findings,
  visit: (rows: readonly TransferRow[]) => Promise<void>,
  accountsAtOnce = ACCOUNTS_AT_ONCE,
): Promise<{ transfers: number; accounts: number }> {
  const accounts = await countAccounts(tx, book.tenantId);
  const shares = Math.max(1, Math.ceil(accounts / accountsAtOnce));
  let transfers = 0;
  for (let share = 0; share < shares; share++) {
    const running = await loadAccounts(tx, book.tenantId, shares, share);
    const line = { expected: 0n, at: -Infinity };
    for await (const rows of transfersOf(tx, book.tenantId)) {
      for (const row of rows) {
        if (share === 0) verifyAlone(row, line, findings);
        replay(row, running, shares === 1, findings);
      }
      if (share > 0) continue;
      transfers += rows.length;
      await visit(rows);
    }
    if (share === 0) {
      findings.expect(line.expected === book.seq, 'sequence', () => `the book is at ${book.seq}, its last transfer at ${line.expected}`);
      findings.expect(line.at <= book.recordedAt, 'time', () => 'the last transfer is later than the book');
    }
    compareBalances(running, findings);
  }
  return { transfers, accounts };
}

async function loadAccounts(tx: Tx, tenantId: Uuid, shares: number, share: number): Promise<Map<Uuid, Running>> {
  const running = new Map<Uuid, Running>();
  for await (const rows of accountsOf(tx, tenantId, shares, share)) {
    for (const row of rows) running.set(row.id, { ...row, sums: [0n, 0n, 0n, 0n] });
  }
  return running;
}

/** What can be said of a transfer by itself and its neighbour before it. */
function verifyAlone(row: TransferRow, line: { expected: bigint; at: number }, findings: Findings): void {
  line.expected += 1n;
  findings.expect(row.seq === line.expected, 'sequence', () => `after ${line.expected - 1n} comes ${row.seq}`);
  line.expected = row.seq;
  findings.expect(row.recordedAt >= line.at, 'time', () => `transfer ${row.seq} is earlier than the one before`);
  const standsStill = row.recordedAt <= line.at;
  line.at = Math.max(line.at, row.recordedAt);
  findings.expect(row.debit !== row.credit, 'account', () => `transfer ${row.seq} moves from an account to itself`);
  verifyHold(row, standsStill, findings);
}

const STATES: Record<string, string> = { post: 'posted', void: 'voided', expire: 'expired' };

/** In a book that was dated ahead and stands still, holds go by the clock, more than this before the book. */
const DATED_AHEAD_MS = 60_000;

function verifyHold(row: TransferRow, standsStill: boolean, findings: Findings): void {
  const { seq, h, p } = row;
  if (row.kind === 'pending') {
    if (!h) return findings.add('hold', `pending transfer ${seq} has no hold`);
    findings.expect(
      (h.state === 'pending') === (h.resolvedBy === null),
      'hold',
      () => `the hold of transfer ${seq} is ${h.state} without reason`,
    );
    const due = h.state === 'pending' && row.timeoutMs !== null ? row.recordedAt + Number(row.timeoutMs) : null;
    const byClock = standsStill && due !== null && h.dueAt !== null && h.dueAt < due - DATED_AHEAD_MS;
    findings.expect(h.dueAt === due || byClock, 'hold', () => `the hold of transfer ${seq} is due at another time than it was given`);
    return;
  }
  const settles = row.kind in STATES;
  findings.expect(
    settles === (row.pendingId !== null),
    'settlement',
    () => `transfer ${seq} is ${row.kind}, which does not go with its pending id`,
  );
  if (!settles) return;
  if (!p || p.kind !== 'pending' || p.seq >= seq) return findings.add('settlement', `transfer ${seq} settles no earlier pending transfer`);
  const same = p.debit === row.debit && p.credit === row.credit && p.asset === row.asset;
  findings.expect(same, 'settlement', () => `transfer ${seq} settles between other accounts or in another asset`);
  const fits = row.kind === 'post' ? row.units <= p.units : row.units === p.units;
  findings.expect(fits, 'settlement', () => `transfer ${seq} settles ${row.units} of ${p.units}`);
  findings.expect(
    h !== null && h.state === STATES[row.kind] && h.resolvedBy === row.id,
    'hold',
    () => `the hold that transfer ${seq} settles says otherwise`,
  );
}

/** Moves the sums of those of the two accounts that are of this pass, and compares with what the row says. */
function replay(row: TransferRow, running: Map<Uuid, Running>, all: boolean, findings: Findings): void {
  const held = row.p?.units ?? 0n;
  for (const side of ['debit', 'credit'] as const) {
    const account = running.get(row[side]);
    if (!account) {
      if (all) findings.add('account', `transfer ${row.seq} has no ${side} account`);
      continue;
    }
    findings.expect(account.asset === row.asset, 'asset', () => `transfer ${row.seq} moves ${row.asset} on an account in ${account.asset}`);
    const [posted, pending] = side === 'debit' ? [0, 2] : [1, 3];
    const { sums } = account;
    if (row.kind === 'posted' || row.kind === 'post') sums[posted]! += row.units;
    if (row.kind === 'pending') sums[pending]! += row.units;
    if (row.kind in STATES) sums[pending]! -= held;
    const written = side === 'debit' ? row.debitSums : row.creditSums;
    findings.expect(
      equal(sums, written),
      'running_sum',
      () => `transfer ${row.seq} leaves ${sums.join('/')} on its ${side} account, its row says ${written.join('/')}`,
    );
    findings.expect(withinLimits(account), 'limit', () => `transfer ${row.seq} breaks the limit of its ${side} account`);
  }
}

function withinLimits({ sums: [dp, cp, dh, ch], debitsLimited, creditsLimited }: Running): boolean {
  if ([dp, cp, dh, ch].some((sum) => sum < 0n)) return false;
  return !(debitsLimited && dp + dh > cp) && !(creditsLimited && cp + ch > dp);
}

function compareBalances(running: Map<Uuid, Running>, findings: Findings): void {
  for (const { id, balance, sums } of running.values()) {
    if (!equal(balance, sums)) findings.add('balance', `account ${id} holds ${balance.join('/')}, its transfers make ${sums.join('/')}`);
  }
}

function equal(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.every((sum, i) => sum === b[i]);
}
