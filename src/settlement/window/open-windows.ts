import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { ensureMainGroup, namedAssets } from './group-store.ts';
import { MAIN_GROUP } from './group.ts';
import { beginSpans } from './membership-store.ts';
import { findOpenWindow, lockIfOpen, openWindow } from './store.ts';

/**
 * Sees to it that every one of some currencies is in an open window, before anything can be owed in it: that of the group which
 * names it, else that of `main`. Comes before the ledger in its transaction, as a cut-off does.
 */
export async function openForAssets(tx: Tx, tenantId: Uuid, assets: readonly string[], at: Millis): Promise<void> {
  await ensureMainGroup(tx, tenantId, at);
  await openWindow(tx, tenantId, { id: newId(), groupId: MAIN_GROUP, fromSeq: 0n, at });
  const named = await namedAssets(tx, tenantId);
  for (const [groupId, own] of Map.groupBy(assets, (asset) => named.get(asset) ?? MAIN_GROUP)) {
    await lockOpenWindow(tx, tenantId, groupId);
    await beginSpans(tx, tenantId, groupId, own);
  }
}

/** Locks the window of a group that is open now, so that it is not cut off before the transaction ends; waits for a cut-off that goes on. */
export async function lockOpenWindow(tx: Tx, tenantId: Uuid, groupId: string): Promise<void> {
  for (;;) {
    const open = await findOpenWindow(tx, tenantId, groupId);
    if (!open || (await lockIfOpen(tx, tenantId, open.id))) return;
  }
}
