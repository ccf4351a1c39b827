import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import type { settleNettedWindow as contract } from './contract.ts';
import { requireOperator } from './operator.ts';
import { settleWindow } from './settle-window.ts';
import { findWindow } from './store.ts';
import { viewOfWindow } from './view.ts';

/**
 * Settles a netted window now. One that is settled already is answered as it is, so that it may be sent again.
 * Errors: `settlement.window_not_found`, `settlement.window_not_netted`, `settlement.window_blocked`.
 */
export async function settleNetted(deps: SettlementDeps, ctx: Ctx, { id }: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  requireOperator(ctx);
  const window = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findWindow(tx, ctx.tenantId, id));
  if (!window) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
  if (window.state === 'open' || window.state === 'cut_off') {
    throw new AppError(
      'conflict',
      'settlement.window_not_netted',
      `Window ${window.number} has no positions yet: it is ${window.state.replace('_', ' ')}.`,
    );
  }
  return viewOfWindow(window.state === 'netted' ? await settleWindow(deps, ctx, window) : window);
}
