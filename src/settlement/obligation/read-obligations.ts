import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import { actsOn } from './act-store.ts';
import type { getObligation as getContract, listObligations as listContract } from './contract.ts';
import { clearedOf } from './round-store.ts';
import { findObligation, pageOfObligations } from './store.ts';
import { actViews, viewOf } from './view.ts';

type Deps = Pick<SettlementDeps, 'db' | 'directory'>;

/** Newest first; a bank sees its own. */
export async function listObligations(
  deps: Deps,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, ...filter }: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const page = { ...filter, limit: limit + 1, after: idCursor(after) };
  const rows = await deps.db.read(ctx, (tx) => pageOfObligations(tx, ctx.tenantId, page));
  const participants = await deps.directory.of(ctx.tenantId, { ids: rows.flatMap(({ debtorId, creditorId }) => [debtorId, creditorId]) });
  return toPage(rows, limit, (row) => viewOf(row, participants));
}

/** Errors: `settlement.obligation_not_found`. */
export async function getObligation(deps: Deps, ctx: Ctx, { id }: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const { row, acts, cleared } = await deps.db.read(ctx, async (tx) => ({
    row: await findObligation(tx, ctx.tenantId, id),
    acts: await actsOn(tx, ctx.tenantId, id),
    cleared: await clearedOf(tx, ctx.tenantId, id),
  }));
  if (!row) throw new AppError('not_found', 'settlement.obligation_not_found', 'There is no such obligation.');
  const participants = await deps.directory.of(ctx.tenantId, { ids: [row.debtorId, row.creditorId] });
  const setOffs = cleared.map((one) => ({ ...one, left: one.units - one.cleared }));
  return { ...viewOf(row, participants), acts: actViews(acts, row, ctx), setOffs };
}
