import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as risk from './contract.ts';
import { closeBreaker, listBreakers, openBreaker, setBreakerPolicy } from './manage-breakers.ts';
import { activateLimits, listExposures, listLimits, proposeLimits, simulateLimits } from './manage-limits.ts';
import { createCapWatch } from './watch-caps.ts';

/** Limits with their simulation, their use, and circuit breakers. */
export function riskPart(deps: SettlementDeps): Part {
  const watch = createCapWatch(deps);
  return {
    routes: [
      route(risk.listLimits, (ctx) => listLimits(deps, ctx)),
      route(risk.proposeLimits, (ctx, input) => proposeLimits(deps, ctx, input)),
      route(risk.simulateLimitsOperation, (ctx, input) => simulateLimits(deps, ctx, input)),
      route(risk.activateLimits, (ctx, input) => activateLimits(deps, ctx, input)),
      route(risk.listExposures, (ctx) => listExposures(deps, ctx)),
      route(risk.listBreakers, (ctx) => listBreakers(deps, ctx)),
      route(risk.openBreaker, (ctx, input) => openBreaker(deps, ctx, input)),
      route(risk.closeBreaker, (ctx, input) => closeBreaker(deps, ctx, input)),
      route(risk.setBreakerPolicy, (ctx, input) => setBreakerPolicy(deps, ctx, input)),
    ],
    jobs: [jobOfTenants(deps, { name: 'settlement.watch_caps', everyMs: 5_000 }, (tenantId) => watch(tenantId))],
  };
}
