import { route } from '../../infra/http/route.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as screening from './contract.ts';
import { grantScreeningException, listScreeningExceptions, revokeScreeningException } from './manage-exceptions.ts';
import { getScreeningSet } from './get-screening-set.ts';
import { checkName, listScreeningLists, listScreeningListVersions, loadScreeningList } from './manage-lists.ts';
import * as refresh from './refresh/contract.ts';
import { createListFetcher } from './refresh/fetch-list.ts';
import { dismissScreeningAlert, listsCheck, listScreeningAlerts, openAlerts } from './refresh/manage-alerts.ts';
import { listListSources, removeListSource, runListSource, setListSource } from './refresh/manage-sources.ts';
import { refreshJob } from './refresh/refresh-lists.ts';
import type { Reach } from './refresh/source.ts';
import * as rescreening from './rescreening/contract.ts';
import { listRescreeningFindings, listRescreenings } from './rescreening/read-rescreenings.ts';
import { rescreenJob, type RescreeningSettings } from './rescreening/rescreen.ts';

/** What the operator of an installation decides about screening, and who hears of what is found later. */
export type ScreeningSettings = Partial<RescreeningSettings> & {
  /** From where lists may be fetched; public addresses over https unless told. */
  lists?: Reach;
};

/** How many days back final payments are screened again. */
const SETTLED_DAYS = 5;

/** Lists, where they come from, names and exceptions. */
export function screeningPart(deps: SettlementDeps, settings: ScreeningSettings, metrics: Metrics): Part {
  const reach: Reach = settings.lists ?? { hosts: [] };
  const fetcher = createListFetcher(reach);
  metrics.gauge({
    name: 'rialto_settlement_screening_alerts',
    help: 'Lists that could not be replaced by a newer file and wait for a good one',
    read: () => openAlerts(deps),
  });
  return {
    jobs: [refreshJob(deps, fetcher), rescreenJob(deps, { settledDays: SETTLED_DAYS, ...settings })],
    checks: [listsCheck(deps)],
    close: () => fetcher.close(),
    routes: [
      route(screening.listScreeningListVersions, (ctx, input) => listScreeningListVersions(deps, ctx, input)),
      route(rescreening.listRescreenings, (ctx) => listRescreenings(deps, ctx)),
      route(rescreening.listRescreeningFindings, (ctx, input) => listRescreeningFindings(deps, ctx, input)),
      route(refresh.listListSources, (ctx) => listListSources(deps, ctx)),
      route(refresh.setListSource, (ctx, input) => setListSource(deps, reach, ctx, input)),
      route(refresh.runListSource, (ctx, input) => runListSource(deps, fetcher, ctx, input)),
      route(refresh.removeListSource, (ctx, input) => removeListSource(deps, ctx, input)),
      route(refresh.listScreeningAlerts, (ctx) => listScreeningAlerts(deps, ctx)),
      route(refresh.dismissScreeningAlert, (ctx, input) => dismissScreeningAlert(deps, ctx, input)),
      route(screening.listScreeningLists, (ctx) => listScreeningLists(deps, ctx)),
      route(screening.loadScreeningList, (ctx, input, request) => loadScreeningList(deps, ctx, input, request)),
      route(screening.checkName, (ctx, input) => checkName(deps, ctx, input)),
      route(screening.getScreeningSet, (ctx, input) => getScreeningSet(deps, ctx, input)),
      route(screening.listScreeningExceptions, (ctx) => listScreeningExceptions(deps, ctx)),
      route(screening.grantScreeningException, (ctx, input) => grantScreeningException(deps, ctx, input)),
      route(screening.revokeScreeningException, (ctx, input) => revokeScreeningException(deps, ctx, input)),
    ],
  };
}
