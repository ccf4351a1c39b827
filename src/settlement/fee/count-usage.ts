import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { finalExchanges } from '../fx/finals.ts';
import { finalPayments } from '../report/finals.ts';
import { Counter } from './count.ts';
import { addUsage, allSchedules, lockCursor, moveCursor, nextStop } from './store.ts';

type Deps = Pick<SettlementDeps, 'db' | 'clock'>;

/** How far the clock of an act may have been behind that of the act before. */
const CLOCK_SLACK_MS = 86_400_000;

/**
 * Counts everything that became final since the last time, some windows in a transaction: usage and the place up to which was
 * counted are written together, so that nothing counts twice or not at all whenever it breaks off. Without prices nothing is
 * counted, and counting begins with the first.
 */
export async function countUsage(deps: Deps, tenantId: Uuid, signal?: AbortSignal): Promise<void> {
  let more = true;
  while (more) more = !signal?.aborted && (await countSome(deps, tenantId));
}

async function countSome({ db, clock }: Deps, tenantId: Uuid): Promise<boolean> {
  return db.write({ tenantId }, async (tx) => {
    const schedules = await allSchedules(tx, tenantId);
    if (schedules.length === 0) return false;
    const cursor = await lockCursor(tx, tenantId);
    const from = { after: cursor.seq, sinceMs: Math.max(0, cursor.countedAt - CLOCK_SLACK_MS) };
    // With more to count, the rest may be as old as the last that is counted now, however late it is.
    const { seq: to, at = clock.now() } = await nextStop(tx, tenantId, from);
    const counter = new Counter(schedules, cursor.closedMonth ?? undefined);
    if (to > cursor.seq) {
      const seqs = { ...from, to };
      for await (const { payments } of finalPayments(tx, tenantId, { seqs })) payments.forEach((payment) => counter.add(payment));
      for await (const exchanges of finalExchanges(tx, tenantId, seqs)) exchanges.forEach((exchange) => counter.addExchange(exchange));
    }
    const rows = counter.rows();
    if (rows.length > 0) await addUsage(tx, tenantId, rows);
    await moveCursor(tx, tenantId, { seq: to, at });
    return to > cursor.seq;
  });
}
