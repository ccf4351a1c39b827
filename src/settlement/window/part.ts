import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { route } from '../../infra/http/route.ts';
import type { Job } from '../../infra/module.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import { closeWindow, finishWindows } from './close-window.ts';
import * as window from './contract.ts';
import { getWindow, listWindows } from './read-windows.ts';

/** How soon a window that a crash left half-way is taken up again. */
const FINISH_EVERY_MS = 5_000;

/** Netting windows; `windowSeconds` 0 leaves their closing to people. */
export function windowPart(deps: SettlementDeps, windowSeconds: number): Part {
  return {
    routes: [
      route(window.listWindows, (ctx, input) => listWindows(deps, ctx, input)),
      route(window.getWindow, (ctx, input) => getWindow(deps, ctx, input)),
      route(window.closeWindow, (ctx) => closeWindow(deps, ctx)),
    ],
    jobs: jobsOf(deps, windowSeconds),
  };
}

function jobsOf(deps: SettlementDeps, windowSeconds: number): Job[] {
  const finish = jobOfTenants(deps, { name: 'settlement.finish_windows', everyMs: FINISH_EVERY_MS }, (tenantId) =>
    finishWindows(deps, deps.access.systemCtx('settlement.finish_windows', tenantId)),
  );
  if (windowSeconds === 0) return [finish];
  const close = jobOfTenants(deps, { name: 'settlement.close_windows', everyMs: windowSeconds * 1_000 }, (tenantId) =>
    closeUnlessEmpty(deps, tenantId),
  );
  return [finish, close];
}

async function closeUnlessEmpty(deps: SettlementDeps, tenantId: Uuid): Promise<void> {
  try {
    await closeWindow(deps, deps.access.systemCtx('settlement.close_windows', tenantId));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'settlement.window_empty') throw error;
  }
}
