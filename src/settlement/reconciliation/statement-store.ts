import { hash } from 'node:crypto';
import { newId, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { bytes, dates, instant, numerics, texts, uuids, bools, jsonTexts } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { keyOf, type Line } from './lines.ts';

export type StatementRow = {
  id: Uuid;
  custodyAccountId: Uuid;
  kind: 'statement' | 'notification';
  statementId: string;
  number: bigint | null;
  toDay: LocalDate;
  opening: bigint | null;
  closing: bigint | null;
  entries: number;
  complete: boolean;
  receivedAt: Millis;
  receivedBy: string;
};

const COLUMNS = `id, custody_account_id as "custodyAccountId", kind, statement_id as "statementId", number, to_day as "toDay", opening, closing, entries,
  complete, received_at as "receivedAt", received_by as "receivedBy"`;

/** A statement by what its custodian calls it; nobody else takes one of this account before the transaction ends. */
export async function lockStatement(
  tx: Tx,
  tenantId: Uuid,
  of: Pick<StatementRow, 'custodyAccountId' | 'kind' | 'statementId'>,
): Promise<StatementRow | undefined> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`statement ${tenantId} ${of.custodyAccountId}`]);
  const [row] = await tx.query<StatementRow>(
    `select ${COLUMNS} from settlement.bank_statement where tenant_id = $1 and custody_account_id = $2 and kind = $3 and statement_id = $4`,
    [tenantId, of.custodyAccountId, of.kind, of.statementId],
  );
  return row;
}

export async function insertStatement(tx: Tx, tenantId: Uuid, row: StatementRow): Promise<void> {
  await tx.query(
    `insert into settlement.bank_statement
       (tenant_id, id, custody_account_id, kind, statement_id, number, to_day, opening, closing, entries, complete, received_at, received_by)
     values ($1, $2, $3, $4, $5, $6, $7::date, $8, $9, $10, $11, $12::timestamptz, $13)`,
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
      instant(row.receivedAt),
      row.receivedBy,
    ],
  );
}

export async function updateStatement(
  tx: Tx,
  tenantId: Uuid,
  { id, entries, complete, opening, closing }: Pick<StatementRow, 'id' | 'entries' | 'complete' | 'opening' | 'closing'>,
): Promise<void> {
  await tx.query(
    'update settlement.bank_statement set entries = $3, complete = $4, opening = $5, closing = $6 where tenant_id = $1 and id = $2',
    [tenantId, id, entries, complete, opening?.toString() ?? null, closing?.toString() ?? null],
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

const originBytes = (origins: readonly string[]) => bytes(origins.map((origin) => Buffer.from(origin, 'hex')));

/** Those of the origins that the account's custodian has told of before. */
export async function knownOrigins(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid, origins: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ origin: Buffer }>(
    'select distinct origin from settlement.statement_entry where tenant_id = $1 and custody_account_id = $2 and origin = any($3::bytea[])',
    [tenantId, custodyAccountId, originBytes(origins)],
  );
  return new Set(rows.map(({ origin }) => origin.toString('hex')));
}

type Saying = { custodyAccountId: Uuid; bankStatementId: Uuid | null; receivedAt: Millis };

/** Writes lines that nobody has told of before. */
export async function insertLines(
  tx: Tx,
  tenantId: Uuid,
  lines: readonly Line[],
  { custodyAccountId, bankStatementId, receivedAt }: Saying,
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `insert into settlement.statement_entry
       (tenant_id, id, custody_account_id, bank_statement_id, kind, key, origin, units, booking_day, value_day, reversal, refs, remittance, counterparty, state, received_at)
     select $1, l.id, $2, $3, 'entry', l.key, l.origin, l.units, l.booking_day, l.value_day, l.reversal,
            (select coalesce(array_agg(r.ref), '{}') from json_array_elements_text(l.refs) as r (ref)), l.remittance, l.counterparty, 'new', $4::timestamptz
       from (select unnest($5::uuid[]) as id, unnest($6::bytea[]) as key, unnest($7::numeric[]) as units, unnest($8::date[]) as booking_day,
                    unnest($9::date[]) as value_day, unnest($10::bool[]) as reversal, unnest($11::json[]) as refs, unnest($12::text[]) as remittance,
                    unnest($13::text[]) as counterparty, unnest($14::bytea[]) as origin) as l`,
    [
      tenantId,
      custodyAccountId,
      bankStatementId,
      instant(receivedAt),
      uuids(lines.map(() => newId(receivedAt))),
      bytes(lines.map(keyOf)),
      numerics(lines.map(({ units }) => units)),
      dates(lines.map(({ bookingDay }) => bookingDay)),
      dates(lines.map(({ valueDay }) => valueDay)),
      bools(lines.map(({ reversal }) => reversal)),
      jsonTexts(lines.map(({ refs }) => JSON.stringify(refs))),
      texts(lines.map(({ remittance }) => remittance)),
      texts(lines.map(({ counterparty }) => counterparty)),
      originBytes(lines.map(({ origin }) => origin)),
    ],
  );
}

/** Notes that a statement's balances hold entries that were only notified before. */
export async function stateLines(
  tx: Tx,
  tenantId: Uuid,
  of: { custodyAccountId: Uuid; bankStatementId: Uuid; origins: readonly string[] },
): Promise<void> {
  if (of.origins.length === 0) return;
  await tx.query(
    `update settlement.statement_entry set bank_statement_id = $3
      where tenant_id = $1 and custody_account_id = $2 and origin = any($4::bytea[]) and bank_statement_id is null`,
    [tenantId, of.custodyAccountId, of.bankStatementId, originBytes(of.origins)],
  );
}

/** What lies between statements: each but the first begins where the one before it ended; the first begins with nothing. */
export async function gapsOf(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid): Promise<{ id: Uuid; toDay: LocalDate; gap: bigint }[]> {
  return tx.query(
    `select id, to_day as "toDay", opening - lag(closing, 1, 0) over (order by to_day, number nulls first, id) as gap
       from settlement.bank_statement where tenant_id = $1 and custody_account_id = $2 and kind = 'statement' and complete`,
    [tenantId, custodyAccountId],
  );
}

export type PseudoRow = { id: Uuid; bankStatementId: Uuid; units: bigint; state: string };

export async function gapEntries(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid): Promise<PseudoRow[]> {
  return tx.query<PseudoRow>(
    `select id, bank_statement_id as "bankStatementId", units, state from settlement.statement_entry
      where tenant_id = $1 and custody_account_id = $2 and kind = 'gap' and state <> 'void' for update`,
    [tenantId, custodyAccountId],
  );
}

type Pseudo = {
  custodyAccountId: Uuid;
  bankStatementId: Uuid;
  kind: 'gap' | 'sum';
  units: bigint;
  day: LocalDate;
  text: string;
  at: Millis;
};

/** An amount that no entry tells of but the balances do. */
export async function insertPseudoEntry(tx: Tx, tenantId: Uuid, of: Pseudo): Promise<void> {
  const id = newId(of.at);
  await tx.query(
    `insert into settlement.statement_entry
       (tenant_id, id, custody_account_id, bank_statement_id, kind, key, units, booking_day, refs, remittance, state, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::date, '{}', $9, 'new', $10::timestamptz)`,
    [
      tenantId,
      id,
      of.custodyAccountId,
      of.bankStatementId,
      of.kind,
      hash('sha256', `${of.kind}/${id}`, 'buffer'),
      of.units.toString(),
      of.day,
      of.text,
      instant(of.at),
    ],
  );
}

export async function voidEntry(tx: Tx, tenantId: Uuid, id: Uuid): Promise<void> {
  await tx.query(`update settlement.statement_entry set state = 'void' where tenant_id = $1 and id = $2`, [tenantId, id]);
}
