import type { Uuid } from '../../base/id.ts';
import { route } from '../../infra/http/route.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Job } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import { railStatements } from '../reconciliation/door.ts';
import * as rail from './contract.ts';
import { proposeHeldInstruction } from './decide-held.ts';
import { STATES } from './instruction.ts';
import { countInstructions } from './instruction-store.ts';
import { listRails, proposeInstructionOutcome, proposeRail, setRailState } from './manage-rails.ts';
import { allRails } from './rail-store.ts';
import { cancelInstruction, getInstruction, listInstructions } from './read-instructions.ts';
import { requestPayout, requestSweep } from './request.ts';
import { listRailDocuments } from './read-documents.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';
import { RailLost, type Holding } from './take-documents.ts';
import { createRailTransport, type RailSettings } from './transport.ts';

const RUN_EVERY_MS = 2_000;

/** Rails and their instructions; statements that a rail puts down are reconciled. */
export function railPart(deps: SettlementDeps, settings: RailSettings, metrics: Metrics): Part {
  const transport = createRailTransport(settings, deps.clock);
  const takeStatement = railStatements(deps);
  return {
    routes: [
      route(rail.listRails, (ctx) => listRails(deps, ctx, settings)),
      route(rail.proposeRail, (ctx, input) => proposeRail(deps, ctx, input, settings)),
      route(rail.setRailState, (ctx, input) => setRailState(deps, ctx, input, settings)),
      route(rail.listRailDocuments, (ctx, input) => listRailDocuments(deps, ctx, input)),
      route(rail.requestPayout, (ctx, input) => requestPayout(deps, ctx, input)),
      route(rail.requestSweep, (ctx, input) => requestSweep(deps, ctx, input)),
      route(rail.listInstructions, (ctx, input) => listInstructions(deps, ctx, input)),
      route(rail.getInstruction, (ctx, input) => getInstruction(deps, ctx, input)),
      route(rail.cancelInstruction, (ctx, input) => cancelInstruction(deps, ctx, input)),
      route(rail.proposeInstructionOutcome, (ctx, input) => proposeInstructionOutcome(deps, ctx, input)),
      route(rail.proposeHeldInstruction, (ctx, input) => proposeHeldInstruction(deps, ctx, input)),
    ],
    jobs: [runRailsJob({ ...deps, transport, takeStatement }, metrics)],
    close: () => transport.close(),
  };
}

/**
 * Runs every rail of every tenant, side by side, so that one that does not answer holds up nothing but itself. A rail is taken over
 * when this process first runs it, and again when somebody else has taken it.
 */
function runRailsJob(deps: RunDeps, metrics: Metrics): Job {
  const gauge = metrics.gauge({ name: 'rialto_settlement_instructions', help: 'Instructions to rails by state', labels: ['state'] });
  const holdings = new Map<string, Holding>();
  const run = async (tenantId: Uuid, signal: AbortSignal): Promise<void> => {
    const rails = await deps.db.read({ tenantId }, (tx) => allRails(tx, tenantId));
    await Promise.all(
      rails.map(async (row) => {
        const key = `${tenantId} ${row.id}`;
        try {
          const held = holdings.get(key);
          const holding = held ? { ...held, rail: row } : await takeOver(deps, tenantId, row);
          holdings.set(key, holding);
          await runRail(deps, holding, signal);
        } catch (error) {
          holdings.delete(key);
          if (!(error instanceof RailLost)) deps.log.error('a rail failed and is tried again', { tenantId, rail: row.id, error });
        }
      }),
    );
  };
  return {
    name: 'settlement.run_rails',
    everyMs: RUN_EVERY_MS,
    async run(signal) {
      const tenants = await deps.access.tenantIds();
      await Promise.all(tenants.map((tenantId) => run(tenantId, signal)));
      await count(deps, gauge, tenants);
    },
  };
}

async function count(deps: RunDeps, gauge: ReturnType<Metrics['gauge']>, tenants: readonly Uuid[]): Promise<void> {
  const totals = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const tenantId of tenants)
    for (const row of await deps.db.read({ tenantId }, (tx) => countInstructions(tx, tenantId)))
      totals.set(row.state, totals.get(row.state)! + row.count);
  for (const [state, value] of totals) gauge.set(value, { state });
}
