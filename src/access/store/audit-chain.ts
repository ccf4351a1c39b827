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

export async function insertHead(tx: Tx, head: { tenantId: Uuid; size: bigint; root: Uint8Array; at: Millis }): Promise<void> {
  await tx.query('insert into access.audit_head (tenant_id, size, root, at) values ($1, $2, $3, $4)', [
    head.tenantId,
    head.size,
    head.root,
    instant(head.at),
  ]);
}

export async function selectChains(tx: Tx): Promise<Chain[]> {
  return await tx.query<Chain>('select tenant_id as "tenantId", xid, id, size, peaks from access.audit_chain order by tenant_id');
}

/** Heads of a tenant in the order of their sizes. */
export async function selectHeadsAfter(tx: Tx, tenantId: Uuid, size: bigint, limit: number): Promise<{ size: bigint; root: Buffer }[]> {
  return await tx.query<{ size: bigint; root: Buffer }>(
    'select size, root from access.audit_head where tenant_id = $1 and size > $2 order by size limit $3',
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
