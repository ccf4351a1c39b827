import { newId, toWireId } from '../base/id.ts';
import type { Clock } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { holdExpired } from './contract.ts';
import type { BookAct } from './writer/plan.ts';
import type { Writers } from './writer/writers.ts';
import { type DueHold, dueHolds } from './store/transfers.ts';

const STEP = 1_000;

/**
 * Releases pending transfers whose time has run out: an `expire` transfer in the book's log for each, through the same
 * writer as everything else. Whoever was faster with a post or void wins; the expiry is then refused and forgotten.
 */
export async function expireHolds(deps: { db: Db; clock: Clock; writers: Writers }, signal?: AbortSignal): Promise<void> {
  const { db, clock, writers } = deps;
  const stopped = (): boolean => signal?.aborted ?? false;
  while (!stopped()) {
    const due = await db.read({ role: 'rialto_relay' }, (tx) => dueHolds(tx, clock.now(), STEP));
    await Promise.all(due.map((hold) => writers.enqueue(hold.tenantId, expiryOf(hold))));
    if (due.length < STEP) return;
  }
}

function expiryOf({ tenantId, pendingId, asset, units, memberIds }: DueHold): BookAct {
  const id = newId();
  return {
    tenantId,
    transfers: [{ id, kind: 'expire', pendingId }],
    events: ({ atMs }) => [
      {
        id: newId(),
        tenantId,
        type: holdExpired.type,
        version: holdExpired.version,
        subject: toWireId('trf', pendingId),
        data: { pendingId: toWireId('trf', pendingId), transferId: toWireId('trf', id), asset, units: units.toString() },
        at: atMs,
        memberIds,
      },
    ],
  };
}
