import { appendLeaves, emptyFrontier, rootOfFrontier } from '../../base/frontier.ts';
import type { Uuid } from '../../base/id.ts';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import type { AuditRow } from '../store/audit.ts';
import { selectChains, selectHeadsAfter, selectRowsAfter, selectTilesAfter, type Chain } from '../store/audit-chain.ts';
import { leafOf } from './leaf.ts';
import { TILE } from './tile.ts';

const PAGE = 4_096;
const NIL = '00000000-0000-0000-0000-000000000000';
const NO_LIMIT = 1n << 62n;

/**
 * The first place where a tenant's log is not what was chained. `position` counts rows from 0; a row that was removed or
 * put in shows at the position from which on everything is shifted.
 */
export type AuditDifference = {
  tenantId: Uuid;
  what: 'row' | 'row_missing' | 'row_added' | 'tile' | 'root' | 'head_missing';
  position: bigint;
  detail: string;
};

/** What was checked in all tenants together, how many rows still wait to be chained, and the first difference of each tenant. */
export type AuditVerdict = { tenants: number; rows: bigint; heads: bigint; waiting: bigint; differences: AuditDifference[] };

type Found = Omit<AuditDifference, 'tenantId'>;
type Walk = { rows: bigint; heads: bigint; waiting: bigint };

/**
 * Recomputes every tenant's audit log from its rows and compares leaves, tiles and roots with what the chaining job has
 * recorded. Reads only tables, in one snapshot. Stops at the first difference of each tenant.
 */
export async function verifyAudit(db: Db, onProgress: (rows: bigint) => void = () => {}): Promise<AuditVerdict> {
  return await db.read({ role: 'rialto_verify' }, async (tx) => {
    const verdict: AuditVerdict = { tenants: 0, rows: 0n, heads: 0n, waiting: 0n, differences: [] };
    for (const chain of await selectChains(tx)) {
      const walk: Walk = { rows: 0n, heads: 0n, waiting: 0n };
      const found = await verifyTenant(tx, chain, walk);
      if (found) verdict.differences.push({ tenantId: chain.tenantId, ...found });
      verdict.tenants += 1;
      verdict.rows += walk.rows;
      verdict.heads += walk.heads;
      verdict.waiting += walk.waiting;
      onProgress(verdict.rows);
    }
    return verdict;
  });
}

async function verifyTenant(tx: Tx, chain: Chain, walk: Walk): Promise<Found | undefined> {
  const recorded = hashesOf(tx, chain.tenantId, 0);
  const heads = headsOf(tx, chain.tenantId);
  let head = await heads.next();
  let frontier = emptyFrontier;
  let pending: Uint8Array[] = [];
  const tileRoots: Uint8Array[] = [];
  let tile: Uint8Array[] = [];
  for await (const row of rowsOf(tx, chain.tenantId)) {
    if (isAfter(row, chain)) {
      walk.waiting += 1n;
      continue;
    }
    if (walk.rows === chain.size)
      return { what: 'row_added', position: walk.rows, detail: `${chain.size} rows were chained, and row ${row.id} is one more` };
    const leaf = leafOf(row);
    const expected = await recorded.next();
    if (expected.done || Buffer.compare(expected.value, leaf) !== 0) {
      return {
        what: 'row',
        position: walk.rows,
        detail: `row ${row.id} (${row.action} by ${row.actorName}) is not what was recorded here`,
      };
    }
    walk.rows += 1n;
    pending.push(leaf);
    tile.push(leaf);
    if (tile.length === TILE) tileRoots.push(rootOfLeaves(Buffer.concat(tile)));
    if (tile.length === TILE) tile = [];
    const atHead = !head.done && head.value.size === walk.rows;
    if (!atHead && pending.length < PAGE) continue;
    frontier = appendLeaves(frontier, Buffer.concat(pending));
    pending = [];
    if (!atHead) continue;
    if (Buffer.compare(head.value!.root, rootOfFrontier(frontier)) !== 0) {
      return { what: 'root', position: walk.rows - 1n, detail: `the root recorded at size ${walk.rows} is not that of the rows` };
    }
    walk.heads += 1n;
    head = await heads.next();
  }
  if (walk.rows < chain.size)
    return { what: 'row_missing', position: walk.rows, detail: `${chain.size} rows were chained, ${walk.rows} are left` };
  if (!head.done || pending.length > 0)
    return { what: 'head_missing', position: walk.rows, detail: 'the heads do not end where the rows do' };
  return await verifyTilesAbove(tx, chain.tenantId, tileRoots);
}

/** Every level above the leaves follows from the one below. */
async function verifyTilesAbove(tx: Tx, tenantId: Uuid, leafTileRoots: readonly Uint8Array[]): Promise<Found | undefined> {
  for (let level = 1, hashes = leafTileRoots; hashes.length > 0; level++) {
    let at = 0;
    const width = BigInt(TILE) ** BigInt(level);
    for await (const recorded of hashesOf(tx, tenantId, level)) {
      if (at >= hashes.length || Buffer.compare(recorded, hashes[at]!) !== 0) {
        return { what: 'tile', position: BigInt(at) * width, detail: `hash ${at} of level ${level} is not that of the rows` };
      }
      at += 1;
    }
    if (at < hashes.length) return { what: 'tile', position: BigInt(at) * width, detail: `hash ${at} of level ${level} is missing` };
    const whole = Math.floor(hashes.length / TILE);
    hashes = Array.from({ length: whole }, (_, i) => rootOfLeaves(Buffer.concat(hashes.slice(i * TILE, (i + 1) * TILE))));
  }
  return undefined;
}

function isAfter(row: AuditRow, place: Pick<Chain, 'xid' | 'id'>): boolean {
  return row.xid > place.xid || (row.xid === place.xid && row.id > place.id);
}

async function* rowsOf(tx: Tx, tenantId: Uuid): AsyncGenerator<AuditRow> {
  let place: Pick<Chain, 'xid' | 'id'> = { xid: 0n, id: NIL };
  for (;;) {
    const rows = await selectRowsAfter(tx, { tenantId, xid: place.xid, id: place.id }, NO_LIMIT, PAGE);
    yield* rows;
    if (rows.length < PAGE) return;
    place = rows.at(-1)!;
  }
}

async function* hashesOf(tx: Tx, tenantId: Uuid, level: number): AsyncGenerator<Buffer> {
  let index = -1n;
  for (;;) {
    const tiles = await selectTilesAfter(tx, tenantId, { level, index }, 64);
    for (const { hashes } of tiles) {
      for (let at = 0; at < hashes.length; at += HASH_BYTES) yield hashes.subarray(at, at + HASH_BYTES);
    }
    if (tiles.length < 64) return;
    index = tiles.at(-1)!.index;
  }
}

async function* headsOf(tx: Tx, tenantId: Uuid): AsyncGenerator<{ size: bigint; root: Buffer }> {
  let size = 0n;
  for (;;) {
    const heads = await selectHeadsAfter(tx, tenantId, size, PAGE);
    yield* heads;
    if (heads.length < PAGE) return;
    size = heads.at(-1)!.size;
  }
}
