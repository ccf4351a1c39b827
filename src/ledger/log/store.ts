import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { bytes, instant, integers } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { FACT_COLUMNS, factsOf, type FactsRow } from '../store/transfer-row.ts';
import type { LeafFacts } from './leaf.ts';
import { type Tile, tileKey } from './tiles.ts';

/** A head as it is published; without number and signature when it is from before they were signed. */
export type Head = { size: number; root: Buffer; frontier: Buffer; at: Millis; number: bigint | null; signature: Buffer | null };

/** Books with transfers that are not in their log yet. */
export async function booksBehind(tx: Tx): Promise<Uuid[]> {
  const rows = await tx.query<{ tenantId: Uuid }>(
    `select b.tenant_id as "tenantId" from ledger.book b
    where b.seq > coalesce((select h.size from ledger.log_head h where h.tenant_id = b.tenant_id order by h.size desc limit 1), 0)`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** Books with a transfer from before `atMs` that is not in their log. */
export async function booksWaitingSince(tx: Tx, atMs: Millis): Promise<Uuid[]> {
  const rows = await tx.query<{ tenantId: Uuid }>(
    `select b.tenant_id as "tenantId" from ledger.book b
    left join lateral (select h.size from ledger.log_head h where h.tenant_id = b.tenant_id order by h.size desc limit 1) h on true
    join ledger.transfer t on t.tenant_id = b.tenant_id and t.seq = coalesce(h.size, 0) + 1
    where t.recorded_at < $1`,
    [instant(atMs)],
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** Whether any book has a transfer. */
export async function hasTransfers(tx: Tx): Promise<boolean> {
  return (await tx.query('select 1 from ledger.transfer limit 1')).length > 0;
}

/**
 * Whether the book's first transfer is older than so long: measured by the newest transfer of all books that is not dated
 * ahead, since a house that stood still made no log meanwhile, and that is nothing to wonder at.
 */
export async function beginsLate(tx: Tx, tenantId: Uuid, lagMs: Millis): Promise<boolean> {
  const [row] = await tx.query<{ late: boolean }>(
    `select coalesce((select t.recorded_at from ledger.transfer t where t.tenant_id = $1 order by t.seq limit 1)
      < least((select max(b.recorded_at) from ledger.book b), clock_timestamp()) - $2::bigint * interval '1 millisecond', false) as late`,
    [tenantId, lagMs],
  );
  return row!.late;
}

/** One grower at a time for each book. */
export async function lockLog(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('ledger.log ' || $1::text, 0))`, [tenantId]);
}

/** The log's newest head, undefined before its first. */
export async function lastHead(tx: Tx, tenantId: Uuid): Promise<Head | undefined> {
  const [row] = await tx.query<Omit<Head, 'size'> & { size: bigint }>(
    'select size, root, frontier, at, number, signature from ledger.log_head where tenant_id = $1 order by size desc limit 1',
    [tenantId],
  );
  return row && { ...row, size: Number(row.size) };
}

/** The newest head of every log. */
export async function lastHeads(tx: Tx): Promise<{ tenantId: Uuid; number: bigint; size: number; root: Buffer; at: Millis }[]> {
  const rows = await tx.query<{ tenantId: Uuid; number: bigint; size: bigint; root: Buffer; at: Millis }>(
    `select b.tenant_id as "tenantId", coalesce(h.number, 0) as number, h.size, h.root, h.at from ledger.book b
    join lateral (select * from ledger.log_head x where x.tenant_id = b.tenant_id order by x.size desc limit 1) h on true order by 1`,
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** The transfers behind a size, in order. */
export async function transfersBehind(tx: Tx, tenantId: Uuid, size: number, limit: number): Promise<LeafFacts[]> {
  const rows = await tx.query<FactsRow>(
    `select ${FACT_COLUMNS} from ledger.transfer t where t.tenant_id = $1 and t.seq > $2 order by t.seq limit $3`,
    [tenantId, size, limit],
  );
  return rows.map(factsOf);
}

/** Tiles by their key; those that do not exist are absent. */
export async function readTiles(tx: Tx, tenantId: Uuid, wanted: readonly { level: number; index: number }[]): Promise<Map<string, Buffer>> {
  const rows = await tx.query<{ level: number; index: bigint; hashes: Buffer }>(
    `select t.level, t.index, t.hashes from unnest($2::bigint[], $3::bigint[]) w (level, index)
    join ledger.log_tile t on t.tenant_id = $1 and t.level = w.level and t.index = w.index`,
    [tenantId, integers(wanted.map((w) => w.level)), integers(wanted.map((w) => w.index))],
  );
  return new Map(rows.map(({ level, index, hashes }) => [tileKey(level, Number(index)), hashes]));
}

/** Writes grown and new tiles and the head that covers them. */
export async function writeGrowth(tx: Tx, tenantId: Uuid, tiles: readonly Tile[], head: Head): Promise<void> {
  await tx.query(
    `insert into ledger.log_tile (tenant_id, level, index, hashes)
    select $1, unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bytea[])
    on conflict (tenant_id, level, index) do update set hashes = excluded.hashes`,
    [tenantId, integers(tiles.map((t) => t.level)), integers(tiles.map((t) => t.index)), bytes(tiles.map((t) => t.hashes))],
  );
  await tx.query(
    'insert into ledger.log_head (tenant_id, size, root, frontier, at, number, signature) values ($1, $2, $3, $4, $5, $6, $7)',
    [tenantId, head.size, head.root, head.frontier, instant(head.at), head.number, head.signature],
  );
}
