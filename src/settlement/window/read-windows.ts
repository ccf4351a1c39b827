import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getWindow as getContract, getWindowFlows as flowsContract, listWindows as listContract } from './contract.ts';
import { defaultsOf } from '../clearing/store.ts';
import { allSpansOf, flowsOf, movesOf } from './membership-store.ts';
import { findWindow, pageOfWindows, positionsOf } from './store.ts';
import { detailOfWindow, forMember, viewOfWindow } from './view.ts';

type ReadDeps = Pick<SettlementDeps, 'db'>;

export async function listWindows(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const rows = await deps.db.read(ctx, (tx) =>
    pageOfWindows(tx, ctx.tenantId, {
      limit: limit + 1,
      after: idCursor(input.after),
      ...(input.group !== undefined && { groupId: input.group }),
    }),
  );
  return toPage(rows, limit, (row) => (ctx.memberId === undefined ? viewOfWindow(row) : forMember(viewOfWindow(row))));
}

/** Errors: `settlement.window_not_found`. A member sees its own positions only. */
export async function getWindow(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  return deps.db.read(ctx, (tx) => readDetail(tx, ctx, input.id));
}

/** A window with all that hangs on it, in a transaction. Errors: `settlement.window_not_found`. */
export async function readDetail(tx: Tx, ctx: Ctx, id: Uuid): Promise<OutputOf<typeof getContract>> {
  const row = await findWindow(tx, ctx.tenantId, id);
  if (!row) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
  const spans = (await allSpansOf(tx, ctx.tenantId, row.id)).map(({ asset, fromSeq, toSeq }) => ({
    asset,
    fromSeq: fromSeq.toString(),
    ...(toSeq !== null && { toSeq: toSeq.toString() }),
  }));
  const defaults = await defaultsOf(tx, ctx.tenantId, row.id);
  const isMember = ctx.memberId !== undefined;
  const parts = {
    positions: await positionsOf(tx, ctx.tenantId, row.id),
    spans,
    moves: await movesOf(tx, ctx.tenantId, row.id),
    // Why, and by whom, is between the operator and the participant.
    defaults: isMember ? defaults.map(({ reason: _reason, by: _by, ...rest }) => rest) : defaults,
  };
  const detail = detailOfWindow(row, parts);
  return isMember ? forMember(detail) : detail;
}

/** Flows that are listed one by one. */
const LISTED_FLOWS = 80;

/** Who owes whom, of a window that is open or was cut off; what was taken out on a default is left out. Errors: `settlement.window_not_found`. */
export async function getWindowFlows(
  deps: ReadDeps,
  ctx: Ctx,
  { id, asset }: InputOf<typeof flowsContract>,
): Promise<OutputOf<typeof flowsContract>> {
  return deps.db.read(ctx, async (tx) => {
    if (!(await findWindow(tx, ctx.tenantId, id))) {
      throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
    }
    const rows = await flowsOf(tx, ctx.tenantId, id, { asset, limit: LISTED_FLOWS });
    const end = (of: Uuid, bic: string, name: string) => ({ id: of, bic, name });
    return {
      items: rows.map((row) => ({
        debtor: end(row.debtor, row.debtorBic, row.debtorName),
        creditor: end(row.creditor, row.creditorBic, row.creditorName),
        payments: row.payments,
        units: row.units,
      })),
      pairs: rows[0]?.pairs ?? 0,
      gross: rows[0]?.gross ?? 0n,
    };
  });
}
