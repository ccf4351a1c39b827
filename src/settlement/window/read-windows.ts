import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getWindow as getContract, listWindows as listContract } from './contract.ts';
import { findWindow, pageOfWindows, positionsOf } from './store.ts';
import { detailOfWindow, viewOfWindow } from './view.ts';

type ReadDeps = Pick<SettlementDeps, 'db'>;

export async function listWindows(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const rows = await deps.db.read(ctx, (tx) => pageOfWindows(tx, ctx.tenantId, { limit: limit + 1, after: idCursor(input.after) }));
  return toPage(rows, limit, viewOfWindow);
}

/** Errors: `settlement.window_not_found`. A member sees its own positions only. */
export async function getWindow(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  return deps.db.read(ctx, async (tx) => {
    const row = await findWindow(tx, ctx.tenantId, input.id);
    if (!row) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
    return detailOfWindow(row, await positionsOf(tx, ctx.tenantId, row.id));
  });
}
