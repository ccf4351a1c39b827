import type { Uuid } from '../base/id.ts';
import type { Route } from '../infra/http/route.ts';
import type { Check, Consumer, Job } from '../infra/module.ts';
import type { SettlementDeps } from './deps.ts';

/** What one part of the network brings along; the module is the sum of its parts. */
export type Part = {
  routes?: readonly Route[];
  jobs?: readonly Job[];
  consumers?: readonly Consumer[];
  checks?: readonly Check[];
  close?(): Promise<void>;
};

/** Background work of a part that is done for each tenant by itself: one tenant's trouble must not hold up the others. */
export function jobOfTenants(
  deps: Pick<SettlementDeps, 'access' | 'log'>,
  job: Pick<Job, 'name' | 'everyMs' | 'cron'>,
  work: (tenantId: Uuid, signal: AbortSignal) => Promise<unknown>,
): Job {
  return {
    ...job,
    async run(signal) {
      for (const tenantId of await deps.access.tenantIds()) {
        if (signal.aborted) return;
        await work(tenantId, signal).catch((error: unknown) =>
          deps.log.error('Background work failed for a tenant', { job: job.name, tenantId, error }),
        );
      }
    },
  };
}

/** Work that is done for each tenant at the first call that succeeds, and never again. */
export function onceForTenants(work: (tenantId: Uuid) => Promise<unknown>): (tenantId: Uuid) => Promise<void> {
  const done = new Set<Uuid>();
  return async (tenantId) => {
    if (!done.has(tenantId)) await work(tenantId);
    done.add(tenantId);
  };
}
