import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { countedSpan, countHour, firstPaymentAt } from './flow-store.ts';
import { hourOf } from './read-forecast.ts';

const HOUR_MS = 3_600_000;
/** An hour is counted when nothing of it can be under way any more. */
const AFTER_MS = 60_000;
/** Hours that one run catches up on at most. */
const AT_ONCE = 500;

/** Counts the hours that are over since the last time, each in a transaction of its own; safe to repeat. Answers with how many. */
export async function countFlows(deps: Pick<SettlementDeps, 'db' | 'clock'>, tenantId: Uuid): Promise<number> {
  const next = await deps.db.read({ tenantId }, async (tx) => {
    const span = await countedSpan(tx, tenantId);
    const first = span ? span.to + HOUR_MS : await firstPaymentAt(tx, tenantId);
    return first === undefined ? undefined : hourOf(first);
  });
  if (next === undefined) return 0;
  const last = hourOf(deps.clock.now() - AFTER_MS) - HOUR_MS;
  let counted = 0;
  for (let hour = next; hour <= last && counted < AT_ONCE; hour += HOUR_MS) {
    await deps.db.write({ tenantId }, (tx) => countHour(tx, tenantId, hour));
    counted++;
  }
  return counted;
}
