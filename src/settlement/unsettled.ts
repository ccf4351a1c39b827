import type { Millis } from '../base/time.ts';
import type { Uuid } from '../base/id.ts';
import type { Metrics } from '../infra/metrics/metrics.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { SettlementDeps } from './deps.ts';

/**
 * Shows how long the eldest window should have been final already. A window takes milliseconds from its cut-off on, so a
 * figure that grows is a settlement that fails.
 */
export function showUnsettled({ db, access, clock }: Pick<SettlementDeps, 'db' | 'access' | 'clock'>, metrics: Metrics): void {
  metrics.gauge({
    name: 'rialto_settlement_window_unsettled_seconds',
    help: 'How long the eldest window has been cut off and not settled; where people settle, only when it is blocked, not netted, or a day over; 0 when there is none',
    async read() {
      const now = clock.now();
      let eldest = now;
      for (const tenantId of await access.tenantIds()) eldest = Math.min(eldest, (await dueSince(db, tenantId)) ?? now);
      return (now - eldest) / 1_000;
    },
  });
}

/**
 * Since when the eldest window should be final: since its cut-off. One that waits for people by the settings of its group has a
 * day from there, unless something stands in its way.
 */
async function dueSince(db: Db, tenantId: Uuid): Promise<Millis | undefined> {
  const [row] = await db.read({ tenantId }, (tx) =>
    tx.query<{ at: Millis | null }>(
      `select min(case when w.state = 'netted' and w.blocked_reason is null and g.settles = 'by_hand'
                       then w.cut_off_at + interval '1 day' else w.cut_off_at end) as at
         from settlement.netting_window w
         left join settlement.window_group g on g.tenant_id = w.tenant_id and g.id = w.group_id
        where w.tenant_id = $1 and w.state in ('cut_off', 'netted')`,
      [tenantId],
    ),
  );
  return row?.at ?? undefined;
}
