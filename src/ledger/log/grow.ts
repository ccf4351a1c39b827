import { appendLeaves, emptyFrontier, packFrontier, rootOfFrontier, unpackFrontier } from '../../base/frontier.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import { requireGrown } from '../../infra/heads/growth.ts';
import type { Heads, Noted } from '../../infra/heads/port.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { leafOf } from './leaf.ts';
import { rootAt } from './prove.ts';
import { beginsLate, booksBehind, type Head, lastHead, lockLog, readTiles, transfersBehind, writeGrowth } from './store.ts';
import { edgeTiles, growTiles, tileKey } from './tiles.ts';

/** Transfers hashed in one transaction: enough that a head is rare under load, few enough to stay small in memory. */
const STEP = 4_096;

/** A book whose first transfer is older than this has had a log. */
const LAG_MS = 3_600_000;

type GrowDeps = { db: Db; clock: Clock; heads: Heads };

/**
 * Brings every book's log up to its last transfer, right behind the commits and outside of them. Stops between steps
 * when told to; the next run goes on from the last head. A log that is not what was noted and signed is left alone, the
 * others grow all the same; then throws what is wrong with the first.
 * Errors: `heads.log_lost`, `heads.log_changed`.
 */
export async function growLogs(deps: GrowDeps, signal?: AbortSignal): Promise<void> {
  const stopped = (): boolean => signal?.aborted ?? false;
  const behind = await deps.db.read({ role: 'rialto_relay' }, booksBehind);
  const failures: unknown[] = [];
  for (const tenantId of behind) {
    try {
      while (!stopped() && (await growLog(deps, tenantId)) === STEP);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** One step of one book's log; answers how many transfers it took in. */
async function growLog({ db, clock, heads }: GrowDeps, tenantId: Uuid): Promise<number> {
  const grown = await db.write({ tenantId, role: 'rialto_relay' }, async (tx) => {
    const head = await soundHead(tx, heads, tenantId);
    const size = head?.size ?? 0;
    const transfers = await transfersBehind(tx, tenantId, size, STEP);
    if (transfers.length === 0) return undefined;
    const leaves = Buffer.concat(transfers.map(leafOf));
    const frontier = appendLeaves(head ? unpackFrontier(size, head.frontier) : emptyFrontier, leaves);
    const tiles = growTiles(size, await readEdges(tx, tenantId, size), leaves);
    const at = Math.max(clock.now(), head?.at ?? 0);
    const next = { number: (head?.number ?? 0n) + 1n, size: frontier.size, root: Buffer.from(rootOfFrontier(frontier)), at };
    const signature = heads.sign({ log: 'ledger', tenantId, ...next });
    await writeGrowth(tx, tenantId, tiles, { ...next, signature, frontier: Buffer.from(packFrontier(frontier)) });
    return { count: transfers.length, next };
  });
  // Only what is durable is noted: a note that is ahead of the database would look like a log that lost its end.
  if (grown) await heads.write('ledger', tenantId, grown.next satisfies Noted);
  return grown?.count ?? 0;
}

/** Locks a book's log and answers its last head. Errors: `heads.log_lost`, `heads.log_changed`. */
export async function soundHead(tx: Tx, heads: Heads, tenantId: Uuid): Promise<Head | undefined> {
  await lockLog(tx, tenantId);
  const last = await lastHead(tx, tenantId);
  await requireGrown(heads, {
    log: 'ledger',
    tenantId,
    last,
    edgeRoot: () => rootOfFrontier(unpackFrontier(last!.size, last!.frontier)),
    rootAt: (size) => rootAt(tx, tenantId, size),
    isLate: () => beginsLate(tx, tenantId, LAG_MS),
  });
  return last;
}

async function readEdges(tx: Tx, tenantId: Uuid, size: number): Promise<(Uint8Array | undefined)[]> {
  const wanted = edgeTiles(size);
  const tiles = await readTiles(tx, tenantId, wanted);
  const edges: (Uint8Array | undefined)[] = [];
  for (const { level, index } of wanted) edges[level] = tiles.get(tileKey(level, index));
  return edges;
}
