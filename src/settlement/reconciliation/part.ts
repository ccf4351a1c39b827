import type { Uuid } from '../../base/id.ts';
import { route } from '../../infra/http/route.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Job } from '../../infra/module.ts';
import { requireOperator } from '../custody/reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import { countBreaks } from './break-store.ts';
import * as breaks from './break-contract.ts';
import * as reconciliation from './contract.ts';
import { statementHandler } from './door.ts';
import { linkBreakPart } from './link-part.ts';
import { matchNew, matchTaken } from './match-entries.ts';
import { proposeBreakReturn } from './propose-return.ts';
import { readStatement } from './read-statement.ts';
import { getEndOfDay, listStatementEntries, listStatements } from './read-statements.ts';
import { proposeBreakReturn as proposeReturnContract } from './return-contract.ts';
import { takeStatement } from './take-statement.ts';
import { assignBreak, commentBreak, getBreak, linkBreak, listBreaks, proposeBreakFunding, proposeWriteOff } from './work-breaks.ts';
import { proposeBreakReversal } from './work-missing.ts';

/** How soon lines that a crash left are looked at. */
const MATCH_EVERY_MS = 30_000;
/** More lines than these are left to the job, so that whoever uploads them need not wait. */
const MATCHED_AT_ONCE = 2_000;
const COUNT_EVERY_MS = 60_000;

/** Statements of custodians against the ledger, and the breaks between them. */
export function reconciliationPart(deps: SettlementDeps, metrics: Metrics): Part {
  deps.messages.handle('camt.052', statementHandler(deps));
  deps.messages.handle('camt.053', statementHandler(deps));
  deps.messages.handle('camt.054', statementHandler(deps));
  return {
    routes: [
      route(reconciliation.uploadStatement, async (ctx, _input, { document, charset }) => {
        requireOperator(ctx);
        const items = await takeStatement(deps, ctx, readStatement([document], charset));
        const fresh = items.reduce((sum, one) => sum + one.fresh, 0);
        if (fresh <= MATCHED_AT_ONCE) await matchTaken(deps, ctx);
        return { items };
      }),
      route(reconciliation.matchStatements, async (ctx) => {
        requireOperator(ctx);
        return matchNew(deps, ctx);
      }),
      route(reconciliation.listStatements, (ctx, input) => listStatements(deps, ctx, input)),
      route(reconciliation.listStatementEntries, (ctx, input) => listStatementEntries(deps, ctx, input)),
      route(breaks.listBreaks, (ctx, input) => listBreaks(deps, ctx, input)),
      route(breaks.getBreak, (ctx, input) => getBreak(deps, ctx, input)),
      route(breaks.assignBreak, (ctx, input) => assignBreak(deps, ctx, input)),
      route(breaks.commentBreak, (ctx, input) => commentBreak(deps, ctx, input)),
      route(breaks.linkBreak, (ctx, input) => linkBreak(deps, ctx, input)),
      route(breaks.linkBreakPart, (ctx, input) => linkBreakPart(deps, ctx, input)),
      route(breaks.proposeBreakFunding, (ctx, input) => proposeBreakFunding(deps, ctx, input)),
      route(breaks.proposeWriteOff, (ctx, input) => proposeWriteOff(deps, ctx, input)),
      route(breaks.proposeBreakReversal, (ctx, input) => proposeBreakReversal(deps, ctx, input)),
      route(proposeReturnContract, (ctx, input) => proposeBreakReturn(deps, ctx, input)),
      route(reconciliation.getEndOfDay, (ctx, input) => getEndOfDay(deps, ctx, input)),
    ],
    jobs: [
      jobOfTenants(deps, { name: 'settlement.match_statements', everyMs: MATCH_EVERY_MS }, (tenantId) =>
        matchNew(deps, deps.access.systemCtx('settlement.match_statements', tenantId)),
      ),
      countJob(deps, metrics),
    ],
  };
}

function countJob(deps: SettlementDeps, metrics: Metrics): Job {
  const labels = ['kind'];
  const breaks = metrics.gauge({ name: 'rialto_settlement_breaks', help: 'Breaks between custodians and ledger that are open', labels });
  const age = metrics.gauge({ name: 'rialto_settlement_break_age_seconds', help: 'Age of the oldest open break', labels });
  const seen = async (tenants: readonly Uuid[]) => {
    const now = deps.clock.now();
    const totals = { entry: { count: 0, oldest: now }, missing: { count: 0, oldest: now } };
    for (const tenantId of tenants) {
      for (const { kind, count, oldest } of await deps.db.read({ tenantId }, (tx) => countBreaks(tx, tenantId))) {
        totals[kind].count += count;
        totals[kind].oldest = Math.min(totals[kind].oldest, oldest);
      }
    }
    for (const [kind, { count, oldest }] of Object.entries(totals)) {
      breaks.set(count, { kind });
      age.set((now - oldest) / 1_000, { kind });
    }
  };
  return { name: 'settlement.count_breaks', everyMs: COUNT_EVERY_MS, run: async () => seen(await deps.access.tenantIds()) };
}
