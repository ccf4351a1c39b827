import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import { fillSearchJob } from './fill-search.ts';

/** Search for payments by the names of their parties; asked by `settlement.list_payments`. */
export function partySearchPart(deps: SettlementDeps): Part {
  return { jobs: [fillSearchJob(deps)] };
}
