import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Leg } from '../gridlock/bundle.ts';

/** An exchange that is final, on a quote or a proposal: at once, or out of the queue. */
export type FinalExchange = { tradeId: Uuid; legs: readonly Leg[]; settledAt: Millis };

const PAGE_ROWS = 1_000;

/** Each branch is read along its index of times, on from where the page before ended. */
const FINAL = `
  (select t.id, t.legs, t.decided_at as settled_at from settlement.fx_trade t
    where t.tenant_id = $1 and t.decision = 'settled' and (t.decided_at, t.id) > ($2::timestamptz, $3::uuid) and t.seq > $4 and t.seq <= $5
      and t.decided_at < $6::timestamptz
    order by t.decided_at, t.id limit ${PAGE_ROWS})
  union all
  (select t.id, t.legs, q.decided_at from settlement.queue_exit q
     join settlement.fx_trade t on t.tenant_id = q.tenant_id and t.id = q.entry_id and t.decision = 'queued'
    where q.tenant_id = $1 and q.outcome = 'settled' and q.kind = 'pvp' and (q.decided_at, q.entry_id) > ($2::timestamptz, $3::uuid)
      and q.seq > $4 and q.seq <= $5 and q.decided_at < $6::timestamptz
    order by q.decided_at, q.entry_id limit ${PAGE_ROWS})`;

const NO_ID = '00000000-0000-0000-0000-000000000000';

const FOREVER_MS = Date.UTC(9999, 0, 1);
const EVERY_ACT = { after: -1n, to: 2n ** 63n - 1n };

/**
 * Which final exchanges: by the book's sequence of the act that made them final, behind `after` and up to `to` (`sinceMs` narrows the
 * search: nothing with these sequences has an earlier time), or by its time (half-open).
 */
type Finality = { after: bigint; to: bigint; sinceMs: Millis } | { fromMs: Millis; toMs: Millis };

/** Every exchange that became final, in pages of few, in order of time. */
export async function* finalExchanges(tx: Tx, tenantId: Uuid, which: Finality): AsyncGenerator<readonly FinalExchange[]> {
  const { after, to, fromMs, toMs } = 'toMs' in which ? { ...which, ...EVERY_ACT } : { ...which, fromMs: which.sinceMs, toMs: FOREVER_MS };
  // The smallest id of all, so that the first page begins with what settled at the very instant.
  let last = { settledAt: fromMs, tradeId: NO_ID };
  for (;;) {
    const rows = await tx.query<Omit<FinalExchange, 'legs'> & { legs: (Omit<Leg, 'units'> & { units: string })[] }>(
      `select f.id as "tradeId", f.legs, f.settled_at as "settledAt" from (${FINAL}) f order by f.settled_at, f.id limit ${PAGE_ROWS}`,
      [tenantId, instant(last.settledAt), last.tradeId, after, to, instant(toMs)],
    );
    if (rows.length > 0) yield rows.map((row) => ({ ...row, legs: row.legs.map((leg) => ({ ...leg, units: BigInt(leg.units) })) }));
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1)!;
  }
}
