import { AppError } from '../../base/error.ts';
import { appendLeaves, packFrontier, rootOfFrontier, unpackFrontier } from '../../base/frontier.ts';
import type { Clock } from '../../base/time.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import {
  horizon,
  insertHead,
  lockChains,
  selectChainsBehind,
  selectRowsAfter,
  selectTiles,
  updateChain,
  upsertTiles,
  type Chain,
} from '../store/audit-chain.ts';
import { leafOf } from './leaf.ts';
import { edgeTiles, grownTiles } from './tile.ts';

const MOST_ROWS = 5_000;
const MOST_ROWS_A_TRANSACTION = 20_000;

/**
 * Chains what has been committed to the audit log since the last run, tenant by tenant. A row gets its place from
 * (transaction, id) once no transaction before its own is running any more, so places never move and nothing is missed.
 * Errors: `access.audit_order_lost` when the server's transaction numbers are lower than those in the log.
 */
export async function chainAudit(deps: { db: Db; clock: Clock }, signal: AbortSignal): Promise<void> {
  let more = true;
  while (more && !signal.aborted) more = await deps.db.write({ role: 'rialto_relay' }, (tx) => chainSome(tx, deps.clock));
}

/** Answers whether there is more to do. */
async function chainSome(tx: Tx, clock: Clock): Promise<boolean> {
  await lockChains(tx);
  const { below, next, last } = await horizon(tx);
  if (last >= next) {
    throw new AppError(
      'unavailable',
      'access.audit_order_lost',
      'The database was moved to a server with lower transaction numbers; raise them (pg_resetwal -x) before the audit log can go on.',
    );
  }
  const chains = await selectChainsBehind(tx, below);
  let done = 0;
  for (const chain of chains) {
    done += await extend(tx, chain, { below, at: clock.now() });
    if (done >= MOST_ROWS_A_TRANSACTION) return true;
  }
  return false;
}

/** Appends the next rows of one tenant and answers how many they were; as many as fit when it was more. */
async function extend(tx: Tx, chain: Chain, now: { below: bigint; at: number }): Promise<number> {
  let [size, done] = [chain.size, 0];
  let place: Pick<Chain, 'xid' | 'id'> = chain;
  let frontier = unpackFrontier(Number(size), chain.peaks);
  for (;;) {
    const rows = await selectRowsAfter(tx, { tenantId: chain.tenantId, ...pick(place) }, now.below, MOST_ROWS);
    if (rows.length === 0) break;
    const leaves = Buffer.concat(rows.map(leafOf));
    const edge = await selectTiles(tx, chain.tenantId, edgeTiles(size));
    await upsertTiles(tx, chain.tenantId, grownTiles(size, leaves, edge));
    frontier = appendLeaves(frontier, leaves);
    size += BigInt(rows.length);
    done += rows.length;
    place = rows.at(-1)!;
    if (rows.length < MOST_ROWS || done >= MOST_ROWS_A_TRANSACTION) break;
  }
  await updateChain(tx, { tenantId: chain.tenantId, ...pick(place), size, peaks: Buffer.from(packFrontier(frontier)) });
  await insertHead(tx, { tenantId: chain.tenantId, size, root: rootOfFrontier(frontier), at: now.at });
  return done;
}

const pick = ({ xid, id }: Pick<Chain, 'xid' | 'id'>): Pick<Chain, 'xid' | 'id'> => ({ xid, id });
