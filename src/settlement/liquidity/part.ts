import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import * as liquidity from './contract.ts';
import { getPolicy, setPolicy } from './manage-policy.ts';

/** Which way payments go, and what money is needed for it. */
export function liquidityPart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(liquidity.getLiquidityPolicy, (ctx) => getPolicy(deps, ctx)),
      route(liquidity.setLiquidityPolicy, (ctx, input) => setPolicy(deps, ctx, input)),
    ],
  };
}
