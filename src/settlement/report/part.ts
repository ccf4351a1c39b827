import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, onceForTenants, type Part } from '../part.ts';
import { cancelReport } from './cancel-report.ts';
import * as report from './contract.ts';
import { downloadReport } from './download-report.ts';
import { createFileStore } from './files.ts';
import { createReportSchedule, deleteReportSchedule, listSchedules, planByCalendars, queueScheduled } from './manage-schedules.ts';
import { getReport, listReportKinds, listReports } from './read-reports.ts';
import { createRunner } from './run-reports.ts';
import { startReport } from './start-report.ts';
import { expireRuns } from './store.ts';

const LOOK_EVERY_MS = 1_000;
const SCHEDULE_EVERY_MS = 15_000;
const EXPIRE_EVERY_MS = 600_000;

/** Reports on demand and by schedule, their files in `filesFolder`. */
export function reportPart(given: SettlementDeps, filesFolder: string): Part {
  const deps = { ...given, files: createFileStore(filesFolder) };
  const runner = createRunner(deps);
  // Calendars are read at the start only, so once is enough, and comes before the first report by them.
  const planOnce = onceForTenants((tenantId) => planByCalendars(deps, tenantId));
  return {
    routes: [
      route(report.listReportKinds, async (ctx) => listReportKinds(ctx)),
      route(report.startReport, (ctx, input) => startReport(deps, ctx, input)),
      route(report.listReports, (ctx, input) => listReports(deps, ctx, input)),
      route(report.getReport, (ctx, input) => getReport(deps, ctx, input)),
      route(report.cancelReport, (ctx, input) => cancelReport(deps, ctx, input)),
      route(report.downloadReport, (ctx, input, request) => downloadReport(deps, ctx, input, request)),
      route(report.createReportSchedule, (ctx, input) => createReportSchedule(deps, ctx, input)),
      route(report.listReportSchedules, (ctx) => listSchedules(deps, ctx)),
      route(report.deleteReportSchedule, (ctx, input) => deleteReportSchedule(deps, ctx, input)),
    ],
    jobs: [
      { name: 'settlement.run_reports', everyMs: LOOK_EVERY_MS, run: async (signal) => void (await runner.begin(signal)) },
      jobOfTenants(deps, { name: 'settlement.schedule_reports', everyMs: SCHEDULE_EVERY_MS }, async (tenantId) => {
        await planOnce(tenantId);
        await queueScheduled(deps, tenantId);
      }),
      jobOfTenants(deps, { name: 'settlement.expire_reports', everyMs: EXPIRE_EVERY_MS }, async (tenantId) => {
        const unneeded = await deps.db.write({ tenantId }, (tx) => expireRuns(tx, tenantId, deps.clock.now()));
        for (const hash of unneeded) await deps.files.remove({ tenantId, hash });
      }),
    ],
    close: () => runner.close(),
  };
}
