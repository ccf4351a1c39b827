import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import { closeBusinessDay, closeBusinessDays, getBusinessDay, listBusinessDays } from './close-day.ts';
import * as calendar from './contract.ts';

/** How soon a business day is closed once its last window is settled. */
const CLOSE_EVERY_MS = 30_000;

/** The ends of business days. */
export function calendarPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(calendar.listBusinessDays, (ctx, input) => listBusinessDays(deps, ctx, input)),
      route(calendar.getBusinessDay, (ctx, input) => getBusinessDay(deps, ctx, input)),
      route(calendar.closeBusinessDay, (ctx, input) => closeBusinessDay(deps, ctx, input)),
    ],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.close_business_days', everyMs: CLOSE_EVERY_MS }, (tenantId) =>
        closeBusinessDays(deps, deps.access.systemCtx('settlement.close_business_days', tenantId)),
      ),
    ],
  };
}
