import { route } from '../../infra/http/route.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Job } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, onceForTenants, type Part } from '../part.ts';
import { closeAllWindows, closeWindow, finishWindows } from './close-window.ts';
import * as window from './contract.ts';
import { cutOffByInterval, cutOffDue, planByCalendars } from './cut-off-due.ts';
import * as group from './group-contract.ts';
import { extendCutOff, listWindowGroups, setWindowGroup } from './manage-groups.ts';
import { getWindowFile, getWindowPart } from './read-file.ts';
import { getWindow, getWindowFlows, listWindows } from './read-windows.ts';
import { createSetAsideWatch } from './set-aside.ts';
import { settleNetted } from './settle-netted.ts';
import { verifySettled, windowsCheck } from './verify-settled.ts';

/** How soon a window that a crash left half-way is taken up again, and a settled one verified. */
const FINISH_EVERY_MS = 5_000;
/** How exactly a cut-off keeps its time. */
const DUE_EVERY_MS = 1_000;
/** How often what is set aside is held against what is owed: every obligation of open windows is read for it. */
const LOOK_EVERY_MS = 600_000;

/** Netting windows; `windowSeconds` is how often those are cut off that go by interval, 0 leaves that to people. */
export function windowPart(deps: SettlementDeps, windowSeconds: number, metrics: Metrics): Part {
  const watch = createSetAsideWatch(deps, metrics);
  const groupDeps = { ...deps, windowSeconds };
  return {
    routes: [
      route(window.listWindows, (ctx, input) => listWindows(deps, ctx, input)),
      route(window.getWindow, (ctx, input) => getWindow(deps, ctx, input)),
      route(window.closeWindow, (ctx, input) => closeWindow(deps, ctx, input)),
      route(window.closeAllWindows, (ctx) => closeAllWindows(deps, ctx)),
      route(window.settleNettedWindow, (ctx, input) => settleNetted(deps, ctx, input)),
      route(window.getWindowFile, (ctx, input) => getWindowFile(deps, ctx, input)),
      route(window.getWindowPart, (ctx, input) => getWindowPart(deps, ctx, input)),
      route(window.getWindowFlows, (ctx, input) => getWindowFlows(deps, ctx, input)),
      route(group.listWindowGroups, (ctx) => listWindowGroups(groupDeps, ctx)),
      route(group.setWindowGroup, (ctx, input) => setWindowGroup(groupDeps, ctx, input)),
      route(group.extendCutOff, (ctx, input) => extendCutOff(groupDeps, ctx, input)),
    ],
    jobs: [...jobsOf(deps, windowSeconds), { name: 'settlement.watch_set_aside', everyMs: LOOK_EVERY_MS, run: () => watch.look() }],
    checks: [windowsCheck(deps), watch.check],
  };
}

function jobsOf(deps: SettlementDeps, windowSeconds: number): Job[] {
  const ctxOf = (name: string, tenantId: string) => deps.access.systemCtx(name, tenantId);
  const finish = jobOfTenants(deps, { name: 'settlement.finish_windows', everyMs: FINISH_EVERY_MS }, (tenantId) =>
    finishWindows(deps, ctxOf('settlement.finish_windows', tenantId)),
  );
  // Calendars are read at the start only, so once is enough, and comes before the first cut-off by them.
  const planOnce = onceForTenants((tenantId) => planByCalendars(deps, ctxOf('settlement.cut_off_due', tenantId)));
  const due = jobOfTenants(deps, { name: 'settlement.cut_off_due', everyMs: DUE_EVERY_MS }, async (tenantId) => {
    await planOnce(tenantId);
    await cutOffDue(deps, ctxOf('settlement.cut_off_due', tenantId));
  });
  const verify = jobOfTenants(deps, { name: 'settlement.verify_windows', everyMs: FINISH_EVERY_MS }, (tenantId, signal) =>
    verifySettled(deps, ctxOf('settlement.verify_windows', tenantId), signal),
  );
  if (windowSeconds === 0) return [finish, due, verify];
  const close = jobOfTenants(deps, { name: 'settlement.close_windows', everyMs: windowSeconds * 1_000 }, (tenantId) =>
    cutOffByInterval(deps, ctxOf('settlement.close_windows', tenantId)),
  );
  return [finish, due, verify, close];
}
