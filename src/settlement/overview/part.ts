import type { OutputOf } from '../../base/operation.ts';
import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import { getOverview as contract } from './contract.ts';
import { getOverview } from './get-overview.ts';
import { recent } from './recent.ts';

/** A console that hears thousands of events a second asks for the overview again and again. */
const OVERVIEW_AGE_MS = 1_000;

/** The figures of a day. */
export function overviewPart(deps: SettlementDeps): Part {
  const overview = recent<OutputOf<typeof contract>>(deps.clock, OVERVIEW_AGE_MS);
  return {
    routes: [
      route(contract, (ctx, input) => overview(`${ctx.tenantId}/${ctx.memberId}/${input.day}`, () => getOverview(deps, ctx, input))),
    ],
  };
}
