import { hash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { custodyAccounts, type CustodyAccountRow } from '../custody/account-store.ts';
import type { SettlementDeps } from '../deps.ts';
import type { StatementReading } from '../iso20022/messages/statements.ts';
import { uploadStatement as contract } from './contract.ts';
import { linesOf, type Line } from './lines.ts';
import type { HeaderReading, StatementPiece } from './read-statement.ts';
import {
  gapEntries,
  gapsOf,
  insertLines,
  insertPage,
  insertPseudoEntry,
  insertStatement,
  knownOrigins,
  lockStatement,
  pagesOf,
  stateLines,
  updateStatement,
  voidEntry,
  type PageRow,
  type StatementRow,
} from './statement-store.ts';

/** What came of a document: one of these for each statement in it. */
export type Taken = OutputOf<typeof contract>['items'][number];

type Deps = Pick<SettlementDeps, 'access' | 'clock' | 'db'>;

/** Lines that are written together. */
const TOGETHER = 1_000;

/** Which custodian speaks, when that is known from the way the document came. */
export type Source = { servicerBic?: string };

/**
 * Takes every statement of a document, all or none of it, in the memory of a thousand entries: checked to the cent against its
 * balances, each entry once however often and in however many statements, pages and notifications it is told.
 *
 * Errors: `settlement.statement_account_unknown`, `settlement.statement_without_balances`, `settlement.statement_does_not_add_up`,
 * `settlement.statement_contradicts`, `settlement.statement_mixed_currency`, those of `readStatement`.
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
      if (piece.kind === 'opens')
        open = await begin(taking, piece.header, piece.statement, piece.family === 'camt.053' ? 'statement' : 'notification');
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
  /** As it stood before this document. */
  before: StatementRow | undefined;
  pages: PageRow[];
  page: { number: number; last: boolean };
  seen: Map<string, number>;
  waiting: Line[];
  sum: bigint;
  fresh: number;
  /** Of all that this page says, to tell a repetition from a contradiction. */
  digest: string;
};

async function begin(
  { tx, tenantId, accounts, source, now, by }: Taking,
  header: HeaderReading,
  statement: StatementReading,
  kind: StatementRow['kind'],
): Promise<OpenStatement> {
  const account = accountNamed(accounts, statement, source);
  const { opening, closing, toDay } = balancesOf(statement, account, now);
  const { statementId, legalSequence, sequence } = statement;
  const before = await lockStatement(tx, tenantId, { custodyAccountId: account.id, kind, statementId });
  const page = { number: header.page ?? 1, last: header.isLastPage ?? true };
  const number = legalSequence ?? sequence;
  const fresh: StatementRow = {
    id: newId(now),
    custodyAccountId: account.id,
    kind,
    statementId,
    number: number === undefined ? null : BigInt(number),
    toDay,
    opening,
    closing,
    entries: 0,
    complete: kind === 'notification',
    receivedAt: now,
    receivedBy: by,
  };
  if (!before) await insertStatement(tx, tenantId, fresh);
  const row = before ?? fresh;
  const pages = await pagesOf(tx, tenantId, row.id);
  return {
    account,
    row: { ...row, opening: row.opening ?? opening, closing: closing ?? row.closing },
    before,
    pages,
    page,
    seen: new Map(),
    waiting: [],
    sum: 0n,
    fresh: 0,
    digest: hash('sha256', JSON.stringify([statementId, page, String(opening), String(closing)])),
  };
}

/** Errors: `settlement.statement_account_unknown`, the same for an account that another custodian keeps. */
function accountNamed(
  accounts: readonly CustodyAccountRow[],
  { account, balances = [] }: StatementReading,
  { servicerBic }: Source,
): CustodyAccountRow {
  const number = (account.iban ?? account.other ?? '').replaceAll(' ', '').toUpperCase();
  const currency = account.currency ?? (balances[0] && codeOf(balances[0].amount.asset));
  const named = accounts.filter((one) => one.number === number && (servicerBic === undefined || one.servicerBic === servicerBic));
  const found = named.length === 1 && currency === undefined ? named[0] : named.find(({ asset }) => codeOf(asset) === currency);
  if (found) return found;
  throw new AppError(
    'unprocessable',
    'settlement.statement_account_unknown',
    `${number || 'The account'}${currency ? ` in ${currency}` : ''} is no custody account of this network${servicerBic ? ` at ${servicerBic}` : ''}.`,
  );
}

type BalancesRead = { opening: bigint | null; closing: bigint | null; toDay: LocalDate };

function balancesOf({ balances = [], to, createdAt }: StatementReading, { asset }: CustodyAccountRow, now: Millis): BalancesRead {
  if (balances.some(({ amount }) => amount.asset !== asset)) throw mixed(asset);
  const find = (types: readonly string[]) => balances.find(({ type }) => types.includes(type));
  const value = (balance: (typeof balances)[number] | undefined) =>
    balance ? (balance.direction === 'CRDT' ? balance.amount.units : -balance.amount.units) : null;
  const closing = find(['CLBD']);
  const toDay = closing?.day ?? new Date(to ?? createdAt ?? now).toISOString().slice(0, 10);
  return { opening: value(find(['OPBD', 'PRCD'])), closing: value(closing), toDay };
}

function mixed(asset: string): AppError {
  return new AppError(
    'unprocessable',
    'settlement.statement_mixed_currency',
    `A statement of an account in ${asset} has amounts of another currency.`,
  );
}

async function add(taking: Taking, open: OpenStatement, { entry }: Extract<StatementPiece, { kind: 'entry' }>): Promise<void> {
  if (entry.amount.asset !== open.account.asset) throw mixed(open.account.asset);
  for (const line of linesOf(entry, open.row.toDay, open.seen)) {
    open.waiting.push(line);
    open.sum += line.units;
    open.digest = hash('sha256', `${open.digest}${line.origin}${line.line}${line.units}`);
  }
  open.row.entries++;
  if (open.waiting.length >= TOGETHER) await write(taking, open);
}

/** Writes the lines that wait: those of entries that were told of before change nothing but whether a statement holds them. */
async function write({ tx, tenantId, now }: Taking, open: OpenStatement): Promise<void> {
  const lines = open.waiting.splice(0);
  const { id: bankStatementId, custodyAccountId, kind } = open.row;
  const known = await knownOrigins(tx, tenantId, custodyAccountId, [...new Set(lines.map(({ origin }) => origin))]);
  const fresh = lines.filter(({ origin }) => !known.has(origin));
  open.fresh += fresh.length;
  await insertLines(tx, tenantId, fresh, {
    custodyAccountId,
    bankStatementId: kind === 'statement' ? bankStatementId : null,
    receivedAt: now,
  });
  if (kind === 'statement') await stateLines(tx, tenantId, { custodyAccountId, bankStatementId, origins: [...known] });
}

async function finish(taking: Taking, open: OpenStatement): Promise<Taken> {
  const { tx, tenantId } = taking;
  await write(taking, open);
  const contentHash = Buffer.from(open.digest, 'hex');
  const again = open.pages.find(({ page }) => page === open.page.number);
  if (again) {
    // Nothing new may be told under the name of a page that has been taken.
    if (!again.contentHash.equals(contentHash) || open.fresh > 0) throw contradicts(open.row.statementId);
    return viewOf(open, open.before!, 'repeated');
  }
  const counted = open.row.entries - (open.before?.entries ?? 0);
  const page: PageRow = { page: open.page.number, last: open.page.last, contentHash, entries: counted };
  await insertPage(tx, tenantId, open.row.id, page);
  const pages = [...open.pages, page];
  const complete = open.row.kind === 'notification' || isWhole(pages);
  if (open.row.kind === 'statement' && complete) await balance(taking, open, pages.length);
  const row = { ...open.row, complete };
  await updateStatement(tx, tenantId, row);
  if (open.row.kind === 'statement' && complete) await bridge(taking, open.account);
  return viewOf(open, row, complete ? 'taken' : 'waiting');
}

/** All pages from the first to the one that says that it is the last. */
function isWhole(pages: readonly PageRow[]): boolean {
  const last = pages.find((page) => page.last)?.page;
  return last !== undefined && pages.filter(({ page }) => page <= last).length === last;
}

/** Opening balance and entries have to come to the closing balance, to the cent. */
async function balance({ tx, tenantId, now }: Taking, { row, account, sum, before }: OpenStatement, pages: number): Promise<void> {
  const { opening, closing } = row;
  if (opening === null || closing === null)
    throw new AppError(
      'unprocessable',
      'settlement.statement_without_balances',
      `Statement ${row.statementId} does not tell its opening and closing balance.`,
    );
  const said = pages === 1 ? sum : sum + (await sumOfOtherPages(tx, tenantId, row.id, sum, before));
  if (opening + said === closing) return;
  const text = (units: bigint) => toDecimalText({ asset: account.asset, units });
  const why = `Statement ${row.statementId}: ${text(opening)} and the entries come to ${text(opening + said)}, not to ${text(closing)}.`;
  // Pages that came earlier cannot be taken back, so what is missing is worked by people.
  if (pages === 1) throw new AppError('unprocessable', 'settlement.statement_does_not_add_up', why);
  const units = closing - opening - said;
  await insertPseudoEntry(tx, tenantId, {
    custodyAccountId: account.id,
    bankStatementId: row.id,
    kind: 'sum',
    units,
    day: row.toDay,
    text: why,
    at: now,
  });
}

/** What the pages before have told: all lines that this statement holds, less those of this page. */
async function sumOfOtherPages(tx: Tx, tenantId: Uuid, id: Uuid, own: bigint, before: StatementRow | undefined): Promise<bigint> {
  if (!before) return 0n;
  const [row] = await tx.query<{ sum: bigint | null }>(
    `select sum(units) as sum from settlement.statement_entry where tenant_id = $1 and bank_statement_id = $2 and state <> 'void'`,
    [tenantId, id],
  );
  return (row?.sum ?? 0n) - own;
}

/** Statements have to follow one another; what lies between two of them is something that the custodian has not told. */
async function bridge({ tx, tenantId, now }: Taking, { id: custodyAccountId, asset }: CustodyAccountRow): Promise<void> {
  const standing = Map.groupBy(await gapEntries(tx, tenantId, custodyAccountId), (entry) => entry.bankStatementId);
  for (const { id: bankStatementId, gap, toDay } of await gapsOf(tx, tenantId, custodyAccountId)) {
    const own = standing.get(bankStatementId) ?? [];
    const worked = own.filter(({ state }) => state === 'matched').reduce((sum, { units }) => sum + units, 0n);
    const units = gap - worked;
    const [open] = own.filter(({ state }) => state !== 'matched');
    if (open?.units === units) continue;
    if (open) await voidEntry(tx, tenantId, open.id);
    if (units === 0n) continue;
    const text = `The statement begins with ${toDecimalText({ asset, units })} more than the one before it ended with; one is missing or it was not told.`;
    await insertPseudoEntry(tx, tenantId, { custodyAccountId, bankStatementId, kind: 'gap', units, day: toDay, text, at: now });
  }
}

function contradicts(statementId: string): AppError {
  return new AppError(
    'conflict',
    'settlement.statement_contradicts',
    `Statement ${statementId} was taken before with other content. It stays as it was.`,
  );
}

function viewOf({ account, fresh }: OpenStatement, row: StatementRow, outcome: Taken['outcome']): Taken {
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
