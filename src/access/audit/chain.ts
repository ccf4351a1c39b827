import { AppError } from '../../base/error.ts';
import { appendLeaves, packFrontier, rootOfFrontier, unpackFrontier } from '../../base/frontier.ts';
import type { Clock } from '../../base/time.ts';
import { requireGrown } from '../../infra/heads/growth.ts';
import type { Head, Heads } from '../../infra/heads/port.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import {
  apart,
  beginsLate,
  horizon,
  insertHead,
  lockChains,
  selectChainsBehind,
  selectLastHead,
  selectRowsAfter,
  selectTiles,
  updateChain,
  upsertTiles,
  type AuditHeadRow,
  type Chain,
} from '../store/audit-chain.ts';
import { leafOf } from './leaf.ts';
import { edgeTiles, grownTiles, rootOfTiles, tilesFor } from './tile.ts';

/** A row may have hundreds of subjects, see gather.ts. */
const MOST_ROWS = 2_500;
const MOST_ROWS_A_TRANSACTION = 20_000;
/** A tenant whose first row is older than this has had a chain; longer than any backup keeps a transaction open. */
const LAG_MS = 86_400_000;

type ChainDeps = { db: Db; clock: Clock; heads: Heads };

/** What one transaction chained: heads to note once it is durable, and what was found wrong with other chains. */
type Chained = { heads: Head[]; failures: unknown[]; more: boolean };

/**
 * Chains what has been committed to the audit log since the last run, tenant by tenant. A row gets its place from
 * (transaction, id) once no transaction before its own is running any more, so places never move and nothing is missed.
 * A chain that is not what was noted and signed, or cannot be read, is left alone, the others go on all the same; then throws
 * what is wrong.
 * Errors: `access.audit_order_lost` when the server's transaction numbers are lower than those in the log,
 * `heads.log_lost`, `heads.log_changed`, `heads.note_damaged`.
 */
export async function chainAudit(deps: ChainDeps, signal: AbortSignal): Promise<void> {
  let chained: Chained;
  // A note that is old is right as well, so one that cannot be written keeps nobody else's from being written.
  const unwritten: unknown[] = [];
  do {
    chained = await deps.db.write({ role: 'rialto_relay' }, (tx) => chainSome(tx, deps));
    for (const head of chained.heads) await deps.heads.write('audit', head.tenantId, head).catch((error: unknown) => unwritten.push(error));
  } while (chained.more && !signal.aborted);
  const failures = [...chained.failures, ...unwritten];
  if (failures.length > 0) throw failures[0];
}

async function chainSome(tx: Tx, { clock, heads }: ChainDeps): Promise<Chained> {
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
  const chained: Chained = { heads: [], failures: [], more: false };
  let done = 0;
  for (const chain of chains) {
    try {
      // Whatever is wrong with one tenant's note, tiles or rows undoes the growth of its chain alone.
      const grown = await apart(tx, () => growChain(tx, { clock, heads }, { chain, below }));
      chained.heads.push(grown.head);
      done += grown.rows;
    } catch (error) {
      if (isOfDatabase(error)) throw error;
      chained.failures.push(error);
    }
    chained.more = done >= MOST_ROWS_A_TRANSACTION;
    if (chained.more) break;
  }
  return chained;
}

/** Takes in the next rows of one chain, if it may go on, and signs its new head. */
async function growChain(
  tx: Tx,
  { clock, heads }: Omit<ChainDeps, 'db'>,
  { chain, below }: { chain: Chain; below: bigint },
): Promise<{ rows: number; head: Head }> {
  const last = await soundHead(tx, heads, chain);
  const { rows, head: grown } = await extend(tx, chain, { below });
  const at = Math.max(clock.now(), last?.at ?? 0);
  const head: Head = { log: 'audit', tenantId: chain.tenantId, number: (last?.number ?? 0n) + 1n, ...grown, at };
  await insertHead(tx, { ...head, signature: heads.sign(head) });
  return { rows, head };
}

/** The database failed, not the chain: nothing that was done before in the transaction stands, either. */
const isOfDatabase = (error: unknown): boolean => error instanceof AppError && error.code.startsWith('database.');

/** The last head of a chain that may go on. Errors: `heads.log_lost`, `heads.log_changed`. */
async function soundHead(tx: Tx, heads: Heads, { tenantId, size, peaks }: Chain): Promise<AuditHeadRow | undefined> {
  const last = await selectLastHead(tx, tenantId);
  // The place from which it goes on stands beside the heads: one that was set back is a chain that begins anew.
  const fits = last?.size === size;
  await requireGrown(heads, {
    log: 'audit',
    tenantId,
    last: last && fits ? { ...last, size: Number(size) } : undefined,
    edgeRoot: () => rootOfFrontier(unpackFrontier(Number(size), peaks)),
    rootAt: async (earlier) => rootOfTiles(BigInt(earlier), await selectTiles(tx, tenantId, tilesFor(BigInt(earlier)))),
    isLate: async () => last !== undefined || size > 0n || (await beginsLate(tx, tenantId, LAG_MS)),
  });
  return last;
}

/** What is wrong with the chains that should go on. */
export async function unsoundChains(tx: Tx, heads: Heads): Promise<AppError[]> {
  await lockChains(tx);
  const { below } = await horizon(tx);
  const found: AppError[] = [];
  for (const chain of await selectChainsBehind(tx, below)) {
    await apart(tx, () => soundHead(tx, heads, chain)).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      found.push(error);
    });
  }
  return found;
}

/** Appends the next rows of one tenant, as many as fit, and answers how many they were and what they make. */
async function extend(tx: Tx, chain: Chain, now: { below: bigint }): Promise<{ rows: number; head: Pick<Head, 'size' | 'root'> }> {
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
  return { rows: done, head: { size: Number(size), root: rootOfFrontier(frontier) } };
}

const pick = ({ xid, id }: Pick<Chain, 'xid' | 'id'>): Pick<Chain, 'xid' | 'id'> => ({ xid, id });
