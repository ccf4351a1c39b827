import { hash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { toDecimalText } from '../../base/money.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { custodyAccounts, type CustodyAccountRow } from '../custody/account-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { balanceStatement, bridgeHistory } from './balance.ts';
import { uploadStatement as contract } from './contract.ts';
import { toldOf, type Told } from './lines.ts';
import { countOverlap, familyOf, insertTold, knownOf, noteTold, takeOverEntries } from './occurrence-store.ts';
import { inOrder, relationOf, stretchOf } from './overlap.ts';
import type { StatementFamily, StatementPiece } from './read-statement.ts';
import { recognise } from './recognise.ts';
import { headOf, mixed, type Head, type Source } from './statement-head.ts';
import {
  coverStatements,
  historyOf,
  insertPage,
  insertStatement,
  lockStatement,
  pagesOf,
  updateStatement,
  type Link,
  type PageRow,
  type StatementRow,
} from './statement-store.ts';

/** What came of a document: one of these for each statement in it. */
export type Taken = OutputOf<typeof contract>['items'][number];

type Deps = Pick<SettlementDeps, 'access' | 'clock' | 'db'>;

/** Entries that are recognised and written together. */
const TOGETHER = 1_000;

const KINDS = { 'camt.052': 'report', 'camt.053': 'statement', 'camt.054': 'notification' } as const satisfies Record<
  StatementFamily,
  string
>;

/**
 * Takes every statement of a document, all or none of it, in the memory of a thousand entries: checked to the cent against its
 * balances, each entry as often as it has happened, however often and in however many statements, reports, pages and notifications
 * it is told. `pieces` may be gone through again when another transaction was in the way.
 *
 * Errors: `settlement.statement_without_balances`, `settlement.statement_does_not_add_up`, `settlement.statement_contradicts`, those
 * of `headOf` and of `readStatement`.
 */
export async function takeStatement(deps: Deps, ctx: Ctx, pieces: AsyncIterable<StatementPiece>, source: Source = {}): Promise<Taken[]> {
  const { tenantId } = ctx;
  const accounts = await deps.db.read({ tenantId }, (tx) => custodyAccounts(tx, tenantId));
  const now = deps.clock.now();
  const { items } = await deps.access.command(ctx, contract, async (tx) => {
    const taking = { tx, tenantId, accounts, source, now, by: ctx.actor.name };
    const all: Taken[] = [];
    let open: OpenStatement | undefined;
    for await (const piece of pieces) {
      if (piece.kind === 'opens') open = await begin(taking, piece);
      else if (piece.kind === 'entry') await add(taking, open!, piece);
      else all.push(await finish(taking, open!));
    }
    if (all.length === 0) throw new AppError('invalid', 'settlement.statement_malformed', 'The statement cannot be taken: it holds none.');
    const detail = { statements: all.map(({ statementId, entries, fresh }) => ({ statementId, entries, fresh })) };
    return { answer: { items: all }, subject: toWireId('cst', all[0]!.custodyAccountId), detail };
  });
  return items;
}

type Taking = { tx: Tx; tenantId: Uuid; accounts: readonly CustodyAccountRow[]; source: Source; now: Millis; by: string };

type OpenStatement = {
  account: CustodyAccountRow;
  row: StatementRow;
  page: Head['page'];
  /** Those that were taken before. */
  pages: PageRow[];
  /** Statements that reach over the same days, as far as can be told before its entries. */
  stretch: Link[];
  waiting: Told[];
  /** Of what this page tells: how many entries, what they come to, how many lines of them are new. */
  told: number;
  sum: bigint;
  fresh: number;
  /** Of all that this page says, to tell a repetition from a contradiction. */
  digest: string;
};

async function begin(taking: Taking, { header, statement, family }: Extract<StatementPiece, { kind: 'opens' }>): Promise<OpenStatement> {
  const { tx, tenantId, accounts, source, now, by } = taking;
  const { account, opening, closing, from, page, ...place } = headOf(accounts, { header, statement, source, now });
  const { statementId } = statement;
  const called = { custodyAccountId: account.id, kind: KINDS[family], statementId, ...place };
  const before = await lockStatement(tx, tenantId, called);
  const counted = { entries: 0, complete: false, covered: false, receivedAt: now, receivedBy: by };
  const fresh: StatementRow = { id: newId(now), ...called, opening, closing, ...counted };
  if (!before) await insertStatement(tx, tenantId, fresh);
  const row = before ?? fresh;
  const history = called.kind === 'statement' ? inOrder(await historyOf(tx, tenantId, account.id)) : [];
  const others = history.filter(({ id }) => id !== row.id);
  return {
    account,
    row: { ...row, opening: row.opening ?? opening, closing: closing ?? row.closing },
    page,
    pages: await pagesOf(tx, tenantId, row.id),
    stretch: stretchOf(others, { ...place, id: row.id, opening: row.opening ?? opening, closing: closing ?? row.closing, from }),
    waiting: [],
    told: 0,
    sum: 0n,
    fresh: 0,
    digest: hash('sha256', JSON.stringify([statementId, page, String(opening), String(closing)])),
  };
}

async function add(taking: Taking, open: OpenStatement, { entry }: Extract<StatementPiece, { kind: 'entry' }>): Promise<void> {
  if (entry.amount.asset !== open.account.asset) throw mixed(open.account.asset);
  open.told++;
  const told = toldOf(entry, open.row.toDay);
  if (!told) return;
  told.lines.forEach(({ units }, line) => {
    open.sum += units;
    open.digest = hash('sha256', `${open.digest}${told.content}${line}${units}`);
  });
  // A page that was taken is only held against what it was.
  if (pageBefore(open)) return;
  open.waiting.push(told);
  if (open.waiting.length >= TOGETHER) await write(taking, open);
}

const pageBefore = ({ pages, page }: OpenStatement): PageRow | undefined => pages.find((one) => one.page === page.number);

const tellerOf = ({ row, stretch }: OpenStatement) => ({ ...row, stretch });

/** Writes the entries that wait: those that were told before change nothing but which document tells of them. */
async function write({ tx, tenantId, now }: Taking, open: OpenStatement): Promise<void> {
  const told = open.waiting.splice(0);
  if (told.length === 0) return;
  const teller = tellerOf(open);
  const { known, fresh } = recognise(told, await knownOf(tx, tenantId, teller, told), familyOf(teller));
  await noteTold(tx, tenantId, teller, known);
  open.fresh += await insertTold(tx, tenantId, teller, { told: fresh, at: now });
}

async function finish(taking: Taking, open: OpenStatement): Promise<Taken> {
  const { tx, tenantId } = taking;
  await write(taking, open);
  const contentHash = Buffer.from(open.digest, 'hex');
  const again = pageBefore(open);
  if (again) {
    if (!again.contentHash.equals(contentHash)) throw contradicts(open.row, 'was taken before with other content. It stays as it was.');
    return viewOf(open, 'repeated');
  }
  const page: PageRow = { page: open.page.number, last: open.page.last, contentHash, entries: open.told };
  await insertPage(tx, tenantId, open.row.id, page);
  open.pages.push(page);
  open.row.entries += open.told;
  const { kind } = open.row;
  open.row.complete = kind !== 'statement' || isWhole(open.pages);
  if (kind === 'statement' && open.row.complete) await settle(taking, open);
  await updateStatement(tx, tenantId, open.row);
  if (kind === 'statement' && open.row.complete) await bridgeHistory(taking, open.account);
  return viewOf(open, open.row.covered ? 'repeated' : open.row.complete ? 'taken' : 'waiting');
}

/** All pages from the first to the one that says that it is the last. */
function isWhole(pages: readonly PageRow[]): boolean {
  const last = pages.find((page) => page.last)?.page;
  return last !== undefined && pages.filter(({ page }) => page <= last).length === last;
}

/** A statement of which all has come: held against its balances, and against those that reach over the same days. */
async function settle(taking: Taking, open: OpenStatement): Promise<void> {
  const { tx, tenantId } = taking;
  const { row, stretch, pages, account, sum } = open;
  const teller = tellerOf(open);
  if (row.opening === null || row.closing === null)
    throw new AppError(
      'unprocessable',
      'settlement.statement_without_balances',
      `Statement ${row.statementId} does not tell its opening and closing balance.`,
    );
  const { opening, closing } = row;
  if (pages.length === 1 && opening + sum !== closing) {
    const text = (units: bigint) => toDecimalText({ asset: account.asset, units });
    throw new AppError(
      'unprocessable',
      'settlement.statement_does_not_add_up',
      `Statement ${row.statementId}: ${text(opening)} and the entries come to ${text(opening + sum)}, not to ${text(closing)}.`,
    );
  }
  const relation = stretch.length === 0 ? 'apart' : relationOf(await countOverlap(tx, tenantId, teller), { stretch, one: row });
  if (relation === 'across')
    throw contradicts(row, 'tells some entries of statements that were taken, and leaves others of the same days out. Ask the custodian.');
  row.covered = relation === 'within';
  if (row.covered) return;
  if (relation === 'around') {
    await takeOverEntries(tx, tenantId, teller, taking.now);
    await coverStatements(tx, tenantId, stretch);
  }
  await balanceStatement(taking, { ...row, opening, closing, asset: account.asset });
}

function contradicts({ statementId }: StatementRow, how: string): AppError {
  return new AppError('conflict', 'settlement.statement_contradicts', `Statement ${statementId} ${how}`);
}

function viewOf({ account, fresh, row }: OpenStatement, outcome: Taken['outcome']): Taken {
  const { id, kind, statementId, toDay, opening, closing, entries } = row;
  return {
    id,
    custodyAccountId: account.id,
    asset: account.asset,
    kind,
    statementId,
    day: toDay,
    entries,
    fresh,
    outcome,
    ...(opening !== null && { opening }),
    ...(closing !== null && { closing }),
  };
}
