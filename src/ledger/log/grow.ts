import { appendLeaves, emptyFrontier, packFrontier, rootOfFrontier, unpackFrontier } from '../../base/frontier.ts';
import type { Uuid } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { leafOf } from './leaf.ts';
import { booksBehind, lastHead, lockLog, readTiles, transfersBehind, writeGrowth } from './store.ts';
import { edgeTiles, growTiles, tileKey } from './tiles.ts';

/** Transfers hashed in one transaction: enough that a head is rare under load, few enough to stay small in memory. */
const STEP = 4_096;

/**
 * Brings every book's log up to its last transfer, right behind the commits and outside of them. Stops between steps
 * when told to; the next run goes on from the last head.
 */
export async function growLogs(deps: { db: Db; clock: Clock }, signal?: AbortSignal): Promise<void> {
  const stopped = (): boolean => signal?.aborted ?? false;
  const behind = await deps.db.read({ role: 'rialto_relay' }, booksBehind);
  for (const tenantId of behind) {
    while (!stopped() && (await growLog(deps, tenantId)) === STEP);
  }
}

/** One step of one book's log; answers how many transfers it took in. */
function growLog({ db, clock }: { db: Db; clock: Clock }, tenantId: Uuid): Promise<number> {
  return db.write({ tenantId, role: 'rialto_relay' }, async (tx) => {
    await lockLog(tx, tenantId);
    const head = await lastHead(tx, tenantId);
    const size = head?.size ?? 0;
    const transfers = await transfersBehind(tx, tenantId, size, STEP);
    if (transfers.length === 0) return 0;
    const leaves = Buffer.concat(transfers.map(leafOf));
    const frontier = appendLeaves(head ? unpackFrontier(size, head.frontier) : emptyFrontier, leaves);
    const tiles = growTiles(size, await readEdges(tx, tenantId, size), leaves);
    const root = Buffer.from(rootOfFrontier(frontier));
    const at = Math.max(clock.now(), head?.at ?? 0);
    await writeGrowth(tx, tenantId, tiles, { size: frontier.size, root, frontier: Buffer.from(packFrontier(frontier)), at });
    return transfers.length;
  });
}

async function readEdges(tx: Tx, tenantId: Uuid, size: number): Promise<(Uint8Array | undefined)[]> {
  const wanted = edgeTiles(size);
  const tiles = await readTiles(tx, tenantId, wanted);
  const edges: (Uint8Array | undefined)[] = [];
  for (const { level, index } of wanted) edges[level] = tiles.get(tileKey(level, index));
  return edges;
}
