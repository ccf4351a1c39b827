import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, integers } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { AUDIT_COLUMNS, type AuditRow } from './audit.ts';

/** How far a tenant's log is chained: the place of its last row, and the right edge of the tree. */
export type Chain = { tenantId: Uuid; xid: bigint; id: Uuid; size: bigint; peaks: Buffer };
export type TileRef = { level: number; index: bigint };
export type Tile = TileRef & { hashes: Buffer };

/**
 * Below transaction `below` nothing can be added any more; `next` is the one that the server gives out next, and `last`
 * the highest that was chained.
 */
export async function horizon(tx: Tx): Promise<{ below: bigint; next: bigint; last: bigint }> {
  const [row] = await tx.query<{ below: bigint; next: bigint; last: bigint }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as below, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next,
       (select coalesce(max(xid), 0) from access.audit_chain) as last`,
  );
  return row!;
}

/** Only one process chains at a time. */
export async function lockChains(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('access.audit_chain', 0))`);
}

/** Does a part of a transaction whose failure undoes that part alone. */
export async function apart<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.query('savepoint part');
  try {
    const done = await work();
    await tx.query('release savepoint part');
    return done;
  } catch (error) {
    await tx.query('rollback to savepoint part');
    throw error;
  }
}

/** The chains of tenants with rows behind the horizon that are not chained yet; makes a new tenant's chain. */
export async function selectChainsBehind(tx: Tx, below: bigint): Promise<Chain[]> {
  await tx.query(
    `insert into access.audit_chain (tenant_id, xid, id, size, peaks)
     select tenant_id, 0, '00000000-0000-0000-0000-000000000000', 0, '' from access.tenant
     where tenant_id not in (select tenant_id from access.audit_chain)`,
  );
  return await tx.query<Chain>(
    `select c.tenant_id as "tenantId", c.xid, c.id, c.size, c.peaks from access.audit_chain c
     where exists (select from access.audit a where a.tenant_id = c.tenant_id and (a.xid, a.id) > (c.xid, c.id) and a.xid < $1)
     order by c.tenant_id`,
    [below],
  );
}

/** A tenant's rows after a place and below the horizon, in the order of the log. */
export async function selectRowsAfter(
  tx: Tx,
  chain: Pick<Chain, 'tenantId' | 'xid' | 'id'>,
  below: bigint,
  limit: number,
): Promise<AuditRow[]> {
  return await tx.query<AuditRow>(
    `select ${AUDIT_COLUMNS} from access.audit
     where tenant_id = $1 and (xid, id) > ($2::bigint, $3::uuid) and xid < $4 order by xid, id limit $5`,
    [chain.tenantId, chain.xid, chain.id, below, limit],
  );
}

export async function updateChain(tx: Tx, chain: Chain): Promise<void> {
  await tx.query('update access.audit_chain set xid = $2, id = $3, size = $4, peaks = $5 where tenant_id = $1', [
    chain.tenantId,
    chain.xid,
    chain.id,
    chain.size,
    chain.peaks,
  ]);
}

/** Those of the tiles that exist, in no order. */
export async function selectTiles(tx: Tx, tenantId: Uuid, refs: readonly TileRef[]): Promise<Tile[]> {
  if (refs.length === 0) return [];
  return await tx.query<Tile>(
    `select t.level, t.index, t.hashes from unnest($2::bigint[], $3::bigint[]) as r (level, index)
     join access.audit_tile t on t.tenant_id = $1 and t.level = r.level and t.index = r.index`,
    [tenantId, integers(refs.map((ref) => ref.level)), integers(refs.map((ref) => ref.index))],
  );
}

/** Tiles of a level after one of them, in order. */
export async function selectTilesAfter(tx: Tx, tenantId: Uuid, after: TileRef, limit: number): Promise<Tile[]> {
  return await tx.query<Tile>(
    'select level, index, hashes from access.audit_tile where tenant_id = $1 and level = $2 and index > $3 order by index limit $4',
    [tenantId, after.level, after.index, limit],
  );
}

/** Writes tiles, whole or grown. */
export async function upsertTiles(tx: Tx, tenantId: Uuid, tiles: readonly Tile[]): Promise<void> {
  for (const tile of tiles) {
    await tx.query(
      `insert into access.audit_tile (tenant_id, level, index, hashes) values ($1, $2, $3, $4)
       on conflict (tenant_id, level, index) do update set hashes = excluded.hashes`,
      [tenantId, tile.level, tile.index, tile.hashes],
    );
  }
}

/** A head with its number and signature; those of before heads were signed have neither. */
export type AuditHeadRow = { size: bigint; root: Buffer; at: Millis; number: bigint | null; signature: Buffer | null };

/** The newest head of a tenant's log; undefined before its first. */
export async function selectLastHead(tx: Tx, tenantId: Uuid): Promise<AuditHeadRow | undefined> {
  const [row] = await tx.query<AuditHeadRow>(
    'select size, root, at, number, signature from access.audit_head where tenant_id = $1 order by size desc limit 1',
    [tenantId],
  );
  return row;
}

/** The newest head of every tenant's log. */
export async function selectLastHeads(tx: Tx): Promise<{ tenantId: Uuid; number: bigint; size: number; root: Buffer; at: Millis }[]> {
  const rows = await tx.query<{ tenantId: Uuid; number: bigint; size: bigint; root: Buffer; at: Millis }>(
    `select c.tenant_id as "tenantId", coalesce(h.number, 0) as number, h.size, h.root, h.at from access.audit_chain c
     join lateral (select * from access.audit_head x where x.tenant_id = c.tenant_id order by x.size desc limit 1) h on true order by 1`,
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/**
 * Whether the tenant's first row is older than so long: measured by the newest row of all tenants, since a house that stood
 * still chained nothing meanwhile.
 */
export async function beginsLate(tx: Tx, tenantId: Uuid, lagMs: Millis): Promise<boolean> {
  const [row] = await tx.query<{ late: boolean }>(
    `select coalesce((select a.at from access.audit a where a.tenant_id = $1 order by a.xid, a.id limit 1)
      < least((${NEWEST}), clock_timestamp()) - $2::bigint * interval '1 millisecond', false) as late`,
    [tenantId, lagMs],
  );
  return row!.late;
}

const NEWEST = `select max(n.at) from access.tenant t
  cross join lateral (select a.at from access.audit a where a.tenant_id = t.tenant_id order by a.xid desc, a.id desc limit 1) n`;

/** When the newest row of all tenants was written. */
export async function newestAt(tx: Tx): Promise<Millis> {
  const [row] = await tx.query<{ at: Millis | null }>(`select least((${NEWEST}), clock_timestamp()) as at`);
  return row!.at ?? 0;
}

/** The form of leaves that `leafOf` makes; see migration 0007. */
const LEAF_FORM = 2;

export async function insertHead(
  tx: Tx,
  head: { tenantId: Uuid; size: number; root: Uint8Array; at: Millis; number: bigint; signature: Uint8Array },
): Promise<void> {
  await tx.query('insert into access.audit_head (tenant_id, size, root, at, number, signature, form) values ($1, $2, $3, $4, $5, $6, $7)', [
    head.tenantId,
    head.size,
    head.root,
    instant(head.at),
    head.number,
    head.signature,
    LEAF_FORM,
  ]);
}

/** All chains, and an empty one for each tenant that has rows or heads and no chain. */
export async function selectChains(tx: Tx): Promise<Chain[]> {
  return await tx.query<Chain>(
    `with recursive written (tenant_id) as (
       (select tenant_id from access.audit order by tenant_id limit 1)
       union all
       select (select a.tenant_id from access.audit a where a.tenant_id > w.tenant_id order by a.tenant_id limit 1)
       from written w where w.tenant_id is not null
     ), headed (tenant_id) as (
       (select tenant_id from access.audit_head order by tenant_id limit 1)
       union all
       select (select h.tenant_id from access.audit_head h where h.tenant_id > w.tenant_id order by h.tenant_id limit 1)
       from headed w where w.tenant_id is not null
     )
     select t.tenant_id as "tenantId", coalesce(c.xid, 0) as xid, coalesce(c.id, '00000000-0000-0000-0000-000000000000') as id,
       coalesce(c.size, 0) as size, coalesce(c.peaks, '') as peaks
     from (select tenant_id from written union select tenant_id from headed union select tenant_id from access.audit_chain) t
     left join access.audit_chain c using (tenant_id)
     where t.tenant_id is not null order by 1`,
  );
}

/** Heads of a tenant in the order of their sizes. */
export async function selectHeadsAfter(tx: Tx, tenantId: Uuid, size: bigint, limit: number): Promise<AuditHeadRow[]> {
  return await tx.query<AuditHeadRow>(
    'select size, root, at, number, signature from access.audit_head where tenant_id = $1 and size > $2 order by size limit $3',
    [tenantId, size, limit],
  );
}

/** Whether a row from before `at` still waits to be chained. */
export async function hasWaitingSince(tx: Tx, at: Millis): Promise<boolean> {
  const [row] = await tx.query<{ waiting: boolean }>(
    `select exists (
       select from access.tenant t left join access.audit_chain c using (tenant_id)
       cross join lateral (
         select a.at from access.audit a where a.tenant_id = t.tenant_id
           and (a.xid, a.id) > (coalesce(c.xid, 0), coalesce(c.id, '00000000-0000-0000-0000-000000000000'))
         order by a.xid, a.id limit 1
       ) a where a.at < $1
     ) as waiting`,
    [instant(at)],
  );
  return row!.waiting;
}
