import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import { listRecalls as contract } from './contract.ts';
import { listRecalls } from './list-recalls.ts';
import { tellOverdue } from './tell-overdue.ts';

const OVERDUE_EVERY_MS = 900_000;

/** Money that goes back: returns, recalls and their answers come in by messages; what waits for an answer is listed, and told of when it is late. */
export function returnPart(deps: SettlementDeps): Part {
  return {
    routes: [route(contract, (ctx, input) => listRecalls(deps, ctx, input))],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.tell_overdue_recalls', everyMs: OVERDUE_EVERY_MS }, (tenantId) => tellOverdue(deps, tenantId)),
    ],
  };
}
