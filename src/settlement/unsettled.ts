import type { Metrics } from '../infra/metrics/metrics.ts';
import type { SettlementDeps } from './deps.ts';

/**
 * Shows how long the eldest window has been cut off without being final. A window takes milliseconds from the one to
 * the other, so a figure that grows is a settlement that fails.
 */
export function showUnsettled({ db, access, clock }: Pick<SettlementDeps, 'db' | 'access' | 'clock'>, metrics: Metrics): void {
  metrics.gauge({
    name: 'rialto_settlement_window_unsettled_seconds',
    help: 'How long the eldest window has been cut off and not settled; 0 when there is none',
    async read() {
      let eldest = clock.now();
      for (const tenantId of await access.tenantIds()) {
        const [row] = await db.read({ tenantId }, (tx) =>
          tx.query<{ at: number | null }>(
            `select min(cut_off_at) as at from settlement.netting_window where tenant_id = $1 and state in ('cut_off', 'netted')`,
            [tenantId],
          ),
        );
        eldest = Math.min(eldest, row?.at ?? eldest);
      }
      return (clock.now() - eldest) / 1_000;
    },
  });
}
