import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type { listRailDocuments as contract } from './contract.ts';
import { pageOfDocuments, type DocumentRow } from './document-store.ts';
import { allRails } from './rail-store.ts';

type View = OutputOf<typeof contract>['items'][number];

/** Errors: `settlement.rail_not_found`. */
export async function listRailDocuments(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id: railId, limit = DEFAULT_PAGE, after }: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  return deps.db.read(ctx, async (tx) => {
    const rails = await allRails(tx, ctx.tenantId);
    if (!rails.some(({ id }) => id === railId)) throw railNotFound(railId);
    return toPage(await pageOfDocuments(tx, ctx.tenantId, { railId, limit: limit + 1, after: idCursor(after) }), limit, viewOf);
  });
}

export function railNotFound(id: string): AppError {
  return new AppError('not_found', 'settlement.rail_not_found', `There is no rail ${id}.`);
}

function viewOf({ railId: _, keptAs, nextAt: __, digest: ___, state, ...document }: DocumentRow): View {
  return { ...document, state: state as View['state'], ...(keptAs !== null && { keptAs }) };
}
