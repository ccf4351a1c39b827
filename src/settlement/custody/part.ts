import { AppError } from '../../base/error.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as custody from './contract.ts';
import * as income from './income-contract.ts';
import { getIncome, proposeIncomePayout } from './income-payout.ts';
import * as reserves from './reserves-contract.ts';
import { approveProposal, rejectProposal, type Executors } from './decide-proposal.ts';
import { announceFunding, getCustody, getFundingInstructions, listAnnouncedFunding, withdrawAnnouncedFunding } from './funding.ts';
import { listProposals, proposeCustodyAccount, proposeCustodyPolicy, proposeMint, proposePayoutAccount } from './propose.ts';
import { getLatestReserveProof, getReserveFile, publishReserves } from './publish-reserves.ts';
import { getReserves } from './reserves.ts';
import { createReserveWatch } from './watch.ts';
import { setWriteOffLimit } from './write-off-limit.ts';

/** When the reserves of the day are published: ten minutes before it ends in UTC. */
const PUBLISH_AT = '50 23 * * *';
const LOOK_EVERY_MS = 60_000;

/** Money in custody, the tokens against it, and the proof that the one covers the other; `executors` do what is approved. */
export function custodyPart(deps: SettlementDeps, metrics: Metrics, executors: Executors): Part {
  const watch = createReserveWatch(deps, metrics);
  return {
    routes: [
      route(custody.getCustody, (ctx) => getCustody(deps, ctx)),
      route(custody.proposeCustodyAccount, (ctx, input) => proposeCustodyAccount(deps, ctx, input)),
      route(custody.proposeCustodyPolicy, (ctx, input) => proposeCustodyPolicy(deps, ctx, input)),
      route(custody.setWriteOffLimit, (ctx, input) => setWriteOffLimit(deps, ctx, input)),
      route(custody.proposePayoutAccount, (ctx, input) => proposePayoutAccount(deps, ctx, input)),
      route(custody.proposeMint, (ctx, input) => proposeMint(deps, ctx, input)),
      route(custody.listProposals, (ctx, input) => listProposals(deps, ctx, input)),
      route(custody.approveProposal, (ctx, input) => approveProposal(deps, ctx, input, executors)),
      route(custody.rejectProposal, (ctx, input) => rejectProposal(deps, ctx, input)),
      route(custody.getFundingInstructions, (ctx, input) => getFundingInstructions(deps, ctx, input)),
      route(custody.announceFunding, (ctx, input) => announceFunding(deps, ctx, input)),
      route(custody.listAnnouncedFunding, (ctx, input) => listAnnouncedFunding(deps, ctx, input)),
      route(custody.withdrawAnnouncedFunding, (ctx, input) => withdrawAnnouncedFunding(deps, ctx, input)),
      route(income.getIncome, (ctx) => getIncome(deps, ctx)),
      route(income.proposeIncomePayout, (ctx, input) => proposeIncomePayout(deps, ctx, input)),
      route(reserves.getReserves, (ctx) => getReserves(deps, ctx)),
      route(reserves.publishReserves, (ctx) => publishReserves(deps, ctx)),
      route(reserves.getLatestReserveProof, (ctx) => getLatestReserveProof(deps, ctx)),
      route(reserves.getReserveFile, (ctx, input) => getReserveFile(deps, ctx, input)),
    ],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.publish_reserves', cron: PUBLISH_AT }, (tenantId) =>
        publishReserves(deps, deps.access.systemCtx('settlement.publish_reserves', tenantId)).catch(unlessEmpty),
      ),
      { name: 'settlement.watch_reserves', everyMs: LOOK_EVERY_MS, run: () => watch.look() },
    ],
    checks: [watch.check],
  };
}

function unlessEmpty(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'settlement.reserves_empty') throw error;
}
