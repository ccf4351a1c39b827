import type { Job } from '../../../infra/module.ts';
import type { SettlementDeps } from '../../deps.ts';
import type { ListFetcher } from './fetch-list.ts';
import { refreshList } from './refresh-list.ts';
import type { Source } from './source.ts';
import { dueSources } from './source-store.ts';

const LOOK_MS = 10_000;
/** Lists that are fetched at once: a slow server holds up a few others at most. */
const AT_ONCE = 4;

/** Fetches the lists whose time has come, of all tenants. What fails for one is noted with it and holds up no other. */
export function refreshJob(deps: SettlementDeps, fetcher: ListFetcher): Job {
  return {
    name: 'settlement.refresh_lists',
    everyMs: LOOK_MS,
    async run(signal) {
      const due: Source[] = [];
      for (const tenantId of await deps.access.tenantIds()) {
        due.push(...(await deps.db.read({ tenantId }, (tx) => dueSources(tx, tenantId, deps.clock.now()))));
      }
      const lane = async () => {
        for (let source = due.shift(); source && !signal.aborted; source = due.shift()) await refreshOne(deps, fetcher, source, signal);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    },
  };
}

async function refreshOne(deps: SettlementDeps, fetcher: ListFetcher, source: Source, signal: AbortSignal): Promise<void> {
  const { tenantId, listId } = source;
  try {
    const tried = await refreshList(deps, fetcher, deps.access.systemCtx('settlement.refresh_lists', tenantId), source, signal);
    deps.log.info('A list was fetched', { tenantId, listId, outcome: tried.outcome, code: tried.code });
  } catch (error) {
    deps.log.error('A list could not be refreshed', { tenantId, listId, error });
  }
}
