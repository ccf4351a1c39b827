import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import { excludeParticipant as contract } from './contract.ts';
import { excludeParticipant } from './exclude-participant.ts';

/** The default of a participant. */
export function clearingPart(deps: SettlementDeps): Part {
  return { routes: [route(contract, (ctx, input) => excludeParticipant(deps, ctx, input))] };
}
