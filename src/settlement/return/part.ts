import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import { listRecalls as contract } from './contract.ts';
import { listRecalls } from './list-recalls.ts';

/** Money that goes back: returns, recalls and their answers come in by messages; what waits for an answer is listed. */
export function returnPart(deps: SettlementDeps): Part {
  return { routes: [route(contract, (ctx, input) => listRecalls(deps, ctx, input))] };
}
