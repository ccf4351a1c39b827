import type { Uuid } from '../../base/id.ts';
import { consistencyPath, inclusionPath, type LeafRange } from '../../base/merkle.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { readTiles } from './store.ts';
import { rangeRoot, tilesOf } from './tiles.ts';

/** Hashes that show leaf `index` in the log of `size` leaves (RFC 9162 §2.1.3). */
export function proveInclusion(tx: Tx, tenantId: Uuid, index: number, size: number): Promise<Uint8Array[]> {
  return resolve(tx, tenantId, inclusionPath(index, size));
}

/** Hashes that show the log of `from` leaves as the beginning of that of `to` leaves (RFC 9162 §2.1.4). */
export function proveConsistency(tx: Tx, tenantId: Uuid, from: number, to: number): Promise<Uint8Array[]> {
  return resolve(tx, tenantId, consistencyPath(from, to));
}

/** Root of the log when it had `size` leaves, at least one. */
export async function rootAt(tx: Tx, tenantId: Uuid, size: number): Promise<Uint8Array> {
  return (await resolve(tx, tenantId, [{ from: 0, to: size }]))[0]!;
}

async function resolve(tx: Tx, tenantId: Uuid, ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
  const tiles = await readTiles(tx, tenantId, tilesOf(ranges));
  return ranges.map((range) => rangeRoot(range, tiles));
}
