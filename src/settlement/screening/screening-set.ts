import { createHash } from 'node:crypto';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { RULES } from './match.ts';
import type { ListRow } from './store.ts';

/** A list as it was in force: which file, read how, and what a hit on it meant. */
type ListInSet = Pick<ListRow, 'id' | 'version' | 'purpose' | 'format' | 'entries' | 'names'>;

/** All that a name is screened against. `id` counts up within a tenant from 1; the same lists and rules have the same id. */
export type SetRow = { id: number; lists: ListInSet[]; rules: string; claimedAt: Millis };

/** What makes a set: its lists in order of their ids, with how they are read, and the rules of matching. */
function hashOfSet(lists: readonly ListInSet[], rules: string): Buffer {
  const parts = lists.map(({ id, version, purpose, format }) => [id, version, purpose, format]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([rules, parts]))
    .digest();
}

/**
 * The number of a set, given to it now when it has none. Several processes that claim at once agree: a number and a hash
 * stand once in a tenant, and who comes second reads what the first has written.
 */
export async function claimSet(db: Db, tenantId: Uuid, lists: readonly ListInSet[], at: Millis, rules: string = RULES): Promise<number> {
  const hash = hashOfSet(lists, rules);
  const kept = lists.map(({ id, version, purpose, format, entries, names }) => ({ id, version, purpose, format, entries, names }));
  for (;;) {
    const known = await db.read({ tenantId }, (tx) => setUnder(tx, tenantId, hash));
    if (known !== undefined) return known;
    // It gives way to a number or a hash that another process has just taken, and is then looked for again.
    await db.write({ tenantId }, (tx) =>
      tx.query(
        `insert into settlement.screening_set (tenant_id, id, hash, lists, rules, claimed_at)
         select $1, coalesce(max(id), 0) + 1, $2, $3::jsonb, $4, $5::timestamptz from settlement.screening_set where tenant_id = $1
         on conflict do nothing`,
        [tenantId, hash, JSON.stringify(kept), rules, instant(at)],
      ),
    );
  }
}

/** The number of lists as they are matched now, undefined when they were never in force so. */
export async function findSetNumber(tx: Tx, tenantId: Uuid, lists: readonly ListInSet[]): Promise<number | undefined> {
  return await setUnder(tx, tenantId, hashOfSet(lists, RULES));
}

async function setUnder(tx: Tx, tenantId: Uuid, hash: Buffer): Promise<number | undefined> {
  const [row] = await tx.query<{ id: number }>('select id from settlement.screening_set where tenant_id = $1 and hash = $2', [
    tenantId,
    hash,
  ]);
  return row?.id;
}

export async function findSet(tx: Tx, tenantId: Uuid, id: number): Promise<SetRow | undefined> {
  const [row] = await tx.query<SetRow>(
    'select id, lists, rules, claimed_at as "claimedAt" from settlement.screening_set where tenant_id = $1 and id = $2',
    [tenantId, id],
  );
  return row;
}
