import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import { breachJob } from './breach.ts';
import * as compliance from './contract.ts';
import { confirmCase, decideCase } from './decide-case.ts';
import { createCaseOpener } from './open-cases.ts';
import { caseStatistics, getCase, getEvidence, listCases } from './read-cases.ts';
import { getComplianceSettings, setComplianceSettings } from './settings.ts';
import * as settings from './settings-contract.ts';
import { takeSnapshots } from './take-snapshot.ts';
import { addEvidence, assignCase, commentCase, holdCase, linkCase } from './work-case.ts';

/** Cases that people work, and what the judgement at the door needs in the background. */
export function compliancePart(deps: SettlementDeps): Part {
  const openCases = createCaseOpener(deps);
  return {
    routes: [
      route(compliance.listCases, (ctx, input) => listCases(deps, ctx, input)),
      route(compliance.getCase, (ctx, input) => getCase(deps, ctx, input)),
      route(compliance.caseStatistics, (ctx) => caseStatistics(deps, ctx)),
      route(compliance.assignCase, (ctx, input) => assignCase(deps, ctx, input)),
      route(compliance.commentCase, (ctx, input) => commentCase(deps, ctx, input)),
      route(compliance.holdCase, (ctx, input) => holdCase(deps, ctx, input)),
      route(compliance.linkCase, (ctx, input) => linkCase(deps, ctx, input)),
      route(compliance.addEvidence, (ctx, input, request) => addEvidence(deps, ctx, input, request)),
      route(compliance.getEvidence, (ctx, input) => getEvidence(deps, ctx, input)),
      route(compliance.decideCase, (ctx, input) => decideCase(deps, ctx, input)),
      route(compliance.confirmCase, (ctx, input) => confirmCase(deps, ctx, input)),
      route(settings.getComplianceSettings, (ctx) => getComplianceSettings(deps, ctx)),
      route(settings.setComplianceSettings, (ctx, input) => setComplianceSettings(deps, ctx, input)),
    ],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.open_cases', everyMs: 2_000 }, (tenantId, signal) => openCases(tenantId, signal)),
      breachJob(deps),
      jobOfTenants(deps, { name: 'settlement.snapshot_aml', cron: '*/10 * * * *' }, (tenantId) => takeSnapshots(deps, tenantId)),
    ],
  };
}
