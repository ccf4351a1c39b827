import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type StatementRow = {
  id: Uuid;
  custodyAccountId: Uuid;
  kind: 'statement' | 'report' | 'notification';
  statementId: string;
  number: bigint | null;
  toDay: LocalDate;
  /** When its custodian made it, as it says. */
  toldAt: Millis | null;
  opening: bigint | null;
  closing: bigint | null;
  entries: number;
  complete: boolean;
  /** Others tell all of it and reach further; its balances are not counted. */
  covered: boolean;
  receivedAt: Millis;
  receivedBy: string;
};

const COLUMNS = `id, custody_account_id as "custodyAccountId", kind, statement_id as "statementId", number, to_day as "toDay", told_at as "toldAt", opening, closing,
  entries, complete, covered, received_at as "receivedAt", received_by as "receivedBy"`;

type Called = Pick<StatementRow, 'custodyAccountId' | 'kind' | 'statementId' | 'toDay' | 'number'>;

/**
 * A statement by what its custodian calls it, on its day and of its number; else one of this name that waits for pages, of the same day or number. Nobody else
 * takes one of this account before the transaction ends.
 */
export async function lockStatement(tx: Tx, tenantId: Uuid, of: Called): Promise<StatementRow | undefined> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`statement ${tenantId} ${of.custodyAccountId}`]);
  const rows = await tx.query<StatementRow>(
    `select ${COLUMNS} from settlement.bank_statement
      where tenant_id = $1 and custody_account_id = $2 and kind = $3 and statement_id = $4
        and ((to_day = $5::date and number is not distinct from $6) or (not complete and (to_day = $5::date or number = $6)))
      order by (to_day = $5::date and number is not distinct from $6) desc, id`,
    [tenantId, of.custodyAccountId, of.kind, of.statementId, of.toDay, of.number?.toString() ?? null],
  );
  return rows[0];
}

export async function insertStatement(tx: Tx, tenantId: Uuid, row: StatementRow): Promise<void> {
  await tx.query(
    `insert into settlement.bank_statement
       (tenant_id, id, custody_account_id, kind, statement_id, number, to_day, opening, closing, entries, complete, covered, received_at,
        received_by, told_at)
     values ($1, $2, $3, $4, $5, $6, $7::date, $8, $9, $10, $11, $12, $13::timestamptz, $14, $15::timestamptz)`,
    [
      tenantId,
      row.id,
      row.custodyAccountId,
      row.kind,
      row.statementId,
      row.number?.toString() ?? null,
      row.toDay,
      row.opening?.toString() ?? null,
      row.closing?.toString() ?? null,
      row.entries,
      row.complete,
      row.covered,
      instant(row.receivedAt),
      row.receivedBy,
      row.toldAt === null ? null : instant(row.toldAt),
    ],
  );
}

export async function updateStatement(
  tx: Tx,
  tenantId: Uuid,
  {
    id,
    entries,
    complete,
    covered,
    opening,
    closing,
  }: Pick<StatementRow, 'id' | 'entries' | 'complete' | 'covered' | 'opening' | 'closing'>,
): Promise<void> {
  await tx.query(
    'update settlement.bank_statement set entries = $3, complete = $4, covered = $5, opening = $6, closing = $7 where tenant_id = $1 and id = $2',
    [tenantId, id, entries, complete, covered, opening?.toString() ?? null, closing?.toString() ?? null],
  );
}

export type PageRow = { page: number; last: boolean; contentHash: Buffer; entries: number };

export async function pagesOf(tx: Tx, tenantId: Uuid, statementId: Uuid): Promise<PageRow[]> {
  return tx.query<PageRow>(
    `select page, last, content_hash as "contentHash", entries from settlement.statement_page
      where tenant_id = $1 and bank_statement_id = $2 order by page`,
    [tenantId, statementId],
  );
}

export async function insertPage(tx: Tx, tenantId: Uuid, statementId: Uuid, row: PageRow): Promise<void> {
  await tx.query(
    'insert into settlement.statement_page (tenant_id, bank_statement_id, page, last, content_hash, entries) values ($1, $2, $3, $4, $5, $6)',
    [tenantId, statementId, row.page, row.last, row.contentHash, row.entries],
  );
}

/** Statements newest first, behind the statement `after`. */
export async function pageOfStatements(
  tx: Tx,
  tenantId: Uuid,
  page: { limit: number; after?: Uuid | undefined; custodyAccountId?: Uuid | undefined },
): Promise<StatementRow[]> {
  return tx.query<StatementRow>(
    `select ${COLUMNS} from settlement.bank_statement
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or custody_account_id = $3) order by id desc limit $4`,
    [tenantId, page.after ?? null, page.custodyAccountId ?? null, page.limit],
  );
}

/** One of the statements that make an account's history, one after the other. */
export type Link = Pick<StatementRow, 'id' | 'toDay' | 'number' | 'toldAt'> & { opening: bigint; closing: bigint };

/** The statements of an account whose balances count. */
export async function historyOf(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid): Promise<Link[]> {
  return tx.query<Link>(
    `select id, to_day as "toDay", number, told_at as "toldAt", opening, closing from settlement.bank_statement
      where tenant_id = $1 and custody_account_id = $2 and kind = 'statement' and complete and not covered`,
    [tenantId, custodyAccountId],
  );
}

/** Notes that another statement tells all that these do. */
export async function coverStatements(tx: Tx, tenantId: Uuid, statements: readonly { id: Uuid }[]): Promise<void> {
  await tx.query('update settlement.bank_statement set covered = true where tenant_id = $1 and id = any($2::uuid[])', [
    tenantId,
    uuids(statements.map(({ id }) => id)),
  ]);
}
