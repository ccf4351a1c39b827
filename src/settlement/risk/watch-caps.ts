import type { Uuid } from '../../base/id.ts';
import { findSet } from '../compliance/set-store.ts';
import { readSetting, touchSetting } from '../compliance/setting-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { capsOf } from './caps.ts';
import { accountsAndCaps, replaceCaps } from './exposure-store.ts';
import { bookOf, fromStored } from './limit-lines.ts';

/**
 * Gives participants that came in since the limits were activated the caps of `*`: looks whether there are others than the
 * last time, and then counts all caps anew behind the lock of the book.
 */
export function createCapWatch(deps: Pick<SettlementDeps, 'db' | 'ledger' | 'directory' | 'clock'>): (tenantId: Uuid) => Promise<void> {
  const seen = new Map<Uuid, string>();
  return async (tenantId) => {
    const { setting, now } = await deps.db.read({ tenantId }, async (tx) => {
      const setting = await readSetting(tx, tenantId);
      return { setting, now: setting.limitSet === undefined ? undefined : JSON.stringify(await accountsAndCaps(tx, tenantId)) };
    });
    if (setting.limitSet === undefined || now === undefined || seen.get(tenantId) === now) return;
    deps.directory.forget(tenantId);
    await deps.db.write({ tenantId }, async (tx) => {
      const { limitSet } = await touchSetting(tx, tenantId);
      const set = limitSet === undefined ? undefined : await findSet(tx, tenantId, 'limit_set', limitSet);
      const participants = await deps.directory.of(tenantId);
      const caps = set ? capsOf(bookOf(fromStored(set.content), participants), participants) : [];
      await deps.ledger.inTx(tx, tenantId);
      await replaceCaps(tx, tenantId, caps, deps.clock.now());
    });
    seen.set(tenantId, now);
  };
}
