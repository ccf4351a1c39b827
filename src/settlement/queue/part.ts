import { dayOf } from '../../base/time.ts';
import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { windowSettled } from '../window/contract.ts';
import type { Part } from '../part.ts';
import * as queue from './contract.ts';
import { cancelQueued, moveQueued, runQueue } from './manage-queue.ts';
import { queueGauge } from './metrics.ts';
import { listQueue, listReleases } from './read-queue.ts';
import { tenantsWaiting } from './store.ts';

/** How soon money that came in unseen, as by funding, lets go what waits for it. */
const LOOK_EVERY_MS = 1_000;

/** Payments that wait for money: what waits, who may move it, and what lets it go. */
export function queuePart(deps: SettlementDeps): Part {
  const seen = new Set<string>();
  return {
    routes: [
      route(queue.listQueue, (ctx, input) => listQueue(deps, ctx, input)),
      route(queue.listReleases, (ctx, input) => listReleases(deps, ctx, input)),
      route(queue.runQueue, (ctx) => runQueue(deps, ctx)),
      route(queue.cancelQueued, (ctx, input) => cancelQueued(deps, ctx, input)),
      route(queue.moveQueued, (ctx, input) => moveQueued(deps, ctx, input)),
    ],
    jobs: [
      {
        name: 'settlement.run_queues',
        everyMs: LOOK_EVERY_MS,
        async run(signal) {
          await queueGauge(deps, seen);
          const tenants = await deps.db.read({ role: 'rialto_relay' }, (tx) => tenantsWaiting(tx, dayOf(deps.clock.now())));
          for (const tenantId of tenants) {
            if (signal.aborted) return;
            const ctx = deps.access.systemCtx('settlement.run_queues', tenantId);
            await deps.queue.run(ctx).catch((error: unknown) => deps.log.error('The queue could not be looked at', { tenantId, error }));
          }
        },
      },
    ],
    consumers: [
      {
        name: 'settlement.queue_after_window',
        types: [windowSettled.type],
        from: 'now',
        // A window gives back what was reserved too much, and pays the receivers.
        handle: async (event) => deps.queue.stir(event.tenantId),
      },
    ],
    close: () => deps.queue.close(),
  };
}
