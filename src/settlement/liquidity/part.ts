import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as liquidity from './contract.ts';
import { countFlows } from './count-flows.ts';
import { listLiquidity } from './list-liquidity.ts';
import { getPolicy, setPolicy } from './manage-policy.ts';
import { getCalibration, getForecast, listCorridors } from './read-forecast.ts';

const COUNT_EVERY_MS = 300_000;

/** Which way payments go, what money is needed for it, and what will come. */
export function liquidityPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(liquidity.getLiquidityPolicy, (ctx) => getPolicy(deps, ctx)),
      route(liquidity.setLiquidityPolicy, (ctx, input) => setPolicy(deps, ctx, input)),
      route(liquidity.listLiquidity, (ctx, input) => listLiquidity(deps, ctx, input)),
      route(liquidity.getForecast, (ctx, input) => getForecast(deps, ctx, input)),
      route(liquidity.getForecastCalibration, (ctx, input) => getCalibration(deps, ctx, input)),
      route(liquidity.listCorridors, (ctx, input) => listCorridors(deps, ctx, input)),
    ],
    jobs: [jobOfTenants(deps, { name: 'settlement.count_flows', everyMs: COUNT_EVERY_MS }, (tenantId) => countFlows(deps, tenantId))],
  };
}
