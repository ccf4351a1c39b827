import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as simulator from './contract.ts';
import { exportSimulation, failLost, getSimulation, listSimulations, startSimulation } from './manage-simulations.ts';
import { createSimulations } from './run-simulations.ts';

const LOOK_EVERY_MS = 600_000;

/** Days replayed under other ways of settling. */
export function simulatorPart(given: SettlementDeps): Part {
  const deps = { ...given, simulations: createSimulations() };
  return {
    routes: [
      route(simulator.startSimulation, (ctx, input) => startSimulation(deps, ctx, input)),
      route(simulator.listSimulations, (ctx) => listSimulations(deps, ctx)),
      route(simulator.getSimulation, (ctx, input) => getSimulation(deps, ctx, input)),
      route(simulator.exportSimulation, (ctx, input) => exportSimulation(deps, ctx, input)),
    ],
    jobs: [jobOfTenants(deps, { name: 'settlement.lost_simulations', everyMs: LOOK_EVERY_MS }, (tenantId) => failLost(deps, tenantId))],
    close: () => deps.simulations.close(),
  };
}
