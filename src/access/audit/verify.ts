import { type KeyObject, verify } from 'node:crypto';
import { appendLeaves, emptyFrontier, type Frontier, rootOfFrontier } from '../../base/frontier.ts';
import type { Uuid } from '../../base/id.ts';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import type { Millis } from '../../base/time.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import type { AuditRow } from '../store/audit.ts';
import {
  newestAt,
  selectChains,
  selectHeadsAfter,
  selectRowsAfter,
  selectTilesAfter,
  type AuditHeadRow,
  type Chain,
} from '../store/audit-chain.ts';
import { leafOf } from './leaf.ts';
import { TILE } from './tile.ts';

const PAGE = 2_048;
const NIL = '00000000-0000-0000-0000-000000000000';
const NO_LIMIT = 1n << 62n;

/**
 * The first place where a tenant's log is not what was chained. `position` counts rows from 0; a row that was removed or
 * put in shows at the position from which on everything is shifted. `noted`: it is not what somebody wrote down outside of
 * the database; `not_chained`: rows that were chained long ago are not.
 */
export type AuditDifference = {
  tenantId: Uuid;
  what: 'row' | 'row_missing' | 'row_added' | 'tile' | 'root' | 'head_missing' | 'head_number' | 'signature' | 'noted' | 'not_chained';
  position: bigint;
  detail: string;
};

/**
 * What was checked in all tenants together, how many rows still wait to be chained, how many heads from outside it was held
 * against, and the first difference of each tenant.
 */
export type AuditVerdict = { tenants: number; rows: bigint; heads: bigint; waiting: bigint; noted: number; differences: AuditDifference[] };

/** A head that somebody wrote down outside of the database; `source` says who. */
export type NotedHead = { tenantId: Uuid; size: number; root: string; source: string };

/** Noted heads, and the public keys that heads may be signed with. */
export type Outside = { noted: readonly NotedHead[]; keys: readonly KeyObject[] };

type Options = { outside?: Outside; onProgress?: (rows: bigint) => void };
type Found = Omit<AuditDifference, 'tenantId'>;
type Walk = { rows: bigint; heads: bigint; waiting: bigint; waitingSince: Millis | undefined };

/** A row that is so much older than the newest of all tenants has been chained; no backup keeps a transaction open so long. */
const LAG_MS = 86_400_000;

/**
 * Recomputes every tenant's audit log from its rows and compares leaves, tiles and roots with what the chaining job has
 * recorded, and with what was noted outside: who may write to all tables can make rows and chain anew, so that they fit.
 * Reads only tables, in one snapshot. Stops at the first difference of each tenant.
 */
export async function verifyAudit(db: Db, { outside = { noted: [], keys: [] }, onProgress }: Options = {}): Promise<AuditVerdict> {
  const noted = outside.noted.filter((one) => one.size > 0);
  return await db.read({ role: 'rialto_verify' }, async (tx) => {
    const verdict: AuditVerdict = { tenants: 0, rows: 0n, heads: 0n, waiting: 0n, noted: noted.length, differences: [] };
    const before = (await newestAt(tx)) - LAG_MS;
    const chains = await selectChains(tx);
    for (const chain of chains) {
      const walk: Walk = { rows: 0n, heads: 0n, waiting: 0n, waitingSince: undefined };
      const own = noted.filter((one) => one.tenantId === chain.tenantId).sort((a, b) => a.size - b.size);
      const found = (await verifyTenant(tx, chain, walk, { ...outside, noted: own })) ?? lagOf(walk, before);
      if (found) verdict.differences.push({ tenantId: chain.tenantId, ...found });
      verdict.tenants += 1;
      verdict.rows += walk.rows;
      verdict.heads += walk.heads;
      verdict.waiting += walk.waiting;
      onProgress?.(verdict.rows);
    }
    for (const { tenantId, source, size } of noted) {
      if (chains.some((chain) => chain.tenantId === tenantId)) continue;
      verdict.differences.push({
        tenantId,
        what: 'noted',
        position: 0n,
        detail: `${source} has a head of ${size} rows, of which none is left`,
      });
    }
    return verdict;
  });
}

function lagOf({ rows, waiting, waitingSince }: Walk, before: Millis): Found | undefined {
  if (waitingSince === undefined || waitingSince >= before) return undefined;
  return {
    what: 'not_chained',
    position: rows,
    detail: `${waiting} rows are not chained, the first of ${new Date(waitingSince).toISOString()}`,
  };
}

async function verifyTenant(tx: Tx, chain: Chain, walk: Walk, outside: Outside): Promise<Found | undefined> {
  const recorded = hashesOf(tx, chain.tenantId, 0);
  const heads = headsOf(tx, chain.tenantId);
  let head = await heads.next();
  let newest: AuditHeadRow | undefined;
  const noted = [...outside.noted];
  let frontier = emptyFrontier;
  let pending: Uint8Array[] = [];
  const tileRoots: Uint8Array[] = [];
  let tile: Uint8Array[] = [];
  for await (const row of rowsOf(tx, chain.tenantId)) {
    if (isAfter(row, chain)) {
      walk.waiting += 1n;
      walk.waitingSince ??= row.at;
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
    if (!atHead && noted[0]?.size !== Number(walk.rows) && pending.length < PAGE) continue;
    frontier = appendLeaves(frontier, Buffer.concat(pending));
    pending = [];
    const different = unlikeNoted(noted, frontier);
    if (different) return different;
    if (!atHead) continue;
    const wrong = wrongHead(head.value!, newest, frontier);
    if (wrong) return wrong;
    walk.heads += 1n;
    newest = head.value!;
    head = await heads.next();
  }
  if (walk.rows < chain.size)
    return { what: 'row_missing', position: walk.rows, detail: `${chain.size} rows were chained, ${walk.rows} are left` };
  if (!head.done || pending.length > 0)
    return { what: 'head_missing', position: walk.rows, detail: 'the heads do not end where the rows do' };
  if (noted[0])
    return {
      what: 'noted',
      position: walk.rows,
      detail: `${noted[0].source} has a head of ${noted[0].size} rows, ${walk.rows} are chained`,
    };
  return wrongSignature(chain.tenantId, newest, outside) ?? (await verifyTilesAbove(tx, chain.tenantId, tileRoots));
}

/** Takes the noted heads of this size off the list, and answers the first that has another root. */
function unlikeNoted(noted: NotedHead[], frontier: Frontier): Found | undefined {
  const root = Buffer.from(rootOfFrontier(frontier)).toString('hex');
  while (noted[0]?.size === frontier.size) {
    const { source, root: wanted, size } = noted.shift()!;
    const detail = `${source} has root ${wanted} at ${size} rows, which make ${root}`;
    if (wanted !== root) return { what: 'noted', position: BigInt(size) - 1n, detail };
  }
  return undefined;
}

/** Heads are numbered from 1 without gaps; those of before they were signed have no number and come first. */
function wrongHead({ size, root, number }: AuditHeadRow, before: AuditHeadRow | undefined, frontier: Frontier): Found | undefined {
  const position = size - 1n;
  if (Buffer.compare(root, rootOfFrontier(frontier)) !== 0)
    return { what: 'root', position, detail: `the root recorded at size ${size} is not that of the rows` };
  const last = before?.number ?? 0n;
  if (number === null ? last === 0n : number === last + 1n) return undefined;
  return { what: 'head_number', position, detail: `behind head ${last} comes head ${number ?? 'without a number'}` };
}

/** The signature of the newest head: its root covers all before. One that is noted word for word needs none. */
function wrongSignature(tenantId: Uuid, head: AuditHeadRow | undefined, { keys, noted }: Outside): Found | undefined {
  if (!head || head.number === null || keys.length === 0) return undefined;
  const root = head.root.toString('hex');
  if (noted.some((one) => one.size === Number(head.size) && one.root === root)) return undefined;
  const statement = Buffer.from(`rialto.head.v1\naudit\n${tenantId}\n${head.number}\n${head.size}\n${root}\n${head.at}\n`);
  if (keys.some((key) => verify(null, statement, key, head.signature!))) return undefined;
  return { what: 'signature', position: head.size - 1n, detail: `head ${head.number} was not signed by this installation` };
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

async function* headsOf(tx: Tx, tenantId: Uuid): AsyncGenerator<AuditHeadRow> {
  let size = 0n;
  for (;;) {
    const heads = await selectHeadsAfter(tx, tenantId, size, PAGE);
    yield* heads;
    if (heads.length < PAGE) return;
    size = heads.at(-1)!.size;
  }
}
