import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { inRanges, membershipOf } from './membership-store.ts';

/** Payments that waited about equally long from their acceptance on. */
export type Waited = { payments: number; seconds: number };

/** How finely the time between two bounds is told apart. */
const PARTS = 16;

/**
 * How long the payments of a settled window had waited when it became final: exact at the bounds, and between them to a
 * sixteenth. When each was taken is told by its id, so obligations are counted between ids and no payment is read: about a microsecond
 * for each, a fifth of what reading the time out of the ids would take.
 */
export async function waitedInWindow(
  tx: Tx,
  tenantId: Uuid,
  { windowId, settledAt, bounds }: { windowId: Uuid; settledAt: Millis; bounds: readonly number[] },
): Promise<Waited[]> {
  const { spans, moved } = await membershipOf(tx, tenantId, windowId);
  const { sql, values, from, to } = inRanges(spans);
  const ages = agesOf(bounds);
  const window = `$${5 + values.length}`;
  const left = (seq: string) =>
    `not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = ${seq} and x.left_window_id = ${window})`;
  const rows = await tx.query<{ place: number; payments: number }>(
    `select width_bucket(payment_id, $4::uuid[]) as place, count(*)::int as payments
       from (select o.payment_id from settlement.obligation o
              where o.tenant_id = $1 and o.seq > $2 and o.seq <= $3 and ${sql} ${moved ? `and ${left('o.seq')}` : ''}
             union all
             select c.payment_id from settlement.carried_obligation c
              where c.tenant_id = $1 and c.joined_window_id = ${window} and ${left('c.seq')}) m
      group by place`,
    [tenantId, from, to, uuids(ages.map((age) => idFloor(Math.round(settledAt - age * 1_000)))), ...values, windowId],
  );
  return rows.map(({ place, payments }) => ({ payments, seconds: secondsAt(ages, place) }));
}

/** Ages in seconds, the greatest first, so that the ids that tell them rise. */
function agesOf(bounds: readonly number[]): number[] {
  const ages = bounds.flatMap((bound, i) => {
    const below = bounds[i - 1] ?? 0;
    return Array.from({ length: PARTS }, (_, part) => below + ((bound - below) * (part + 1)) / PARTS);
  });
  return ages.reverse();
}

/** The middle of the ages at a place; behind the greatest, just more than that. */
function secondsAt(ages: readonly number[], place: number): number {
  if (place === 0) return (ages[0] ?? 0) + 1;
  return (ages[place - 1]! + (ages[place] ?? 0)) / 2;
}
