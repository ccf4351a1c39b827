import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import type {
  checkName as checkContract,
  listScreeningLists as listContract,
  listScreeningListVersions as versionsContract,
  loadScreeningList as loadContract,
} from './contract.ts';
import { THRESHOLD } from './match.ts';
import { putInForce } from './put-in-force.ts';
import { raiseAlert } from './refresh/alerts.ts';
import { versionsOfList, versionsOfLists } from './store.ts';

export async function listScreeningLists(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => versionsOfLists(tx, ctx.tenantId));
  return { items: rows.map((row) => ({ ...row, name: row.id })) };
}

/** The largest part of the entries in force that a file may lack before it is taken for a torn one. */
const LARGEST_SHRINK = 0.5;

/**
 * Puts a list in force that somebody sends; see `putInForce`. A file that is refused while another is in force is told by an
 * alert as well.
 * Errors: `settlement.list_malformed` names the line, `settlement.list_empty`, `settlement.list_truncated`,
 * `settlement.list_unknown_format`, `settlement.list_checksum`, `settlement.list_shrunk`.
 */
export async function loadScreeningList(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, purpose, sha256, allowSmaller }: InputOf<typeof loadContract>,
  request: Pick<RequestExtras, 'document'>,
): Promise<OutputOf<typeof loadContract>> {
  const demands = { purpose, sha256, largestShrink: allowSmaller === 'true' ? 1 : LARGEST_SHRINK };
  try {
    return await putInForce(deps, ctx, { id, document: request.document }, demands);
  } catch (error) {
    // Whoever sends lists may be a program whose answers nobody reads.
    if (error instanceof AppError && error.code.startsWith('settlement.list_'))
      await raiseAlert(deps, ctx.tenantId, {
        listId: id,
        code: error.code,
        detail: error.message,
        source: ctx.actor.name,
        isExpected: false,
      });
    throw error;
  }
}

/** What was in force under an id, and since when. */
export async function listScreeningListVersions(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id }: InputOf<typeof versionsContract>,
): Promise<OutputOf<typeof versionsContract>> {
  return { items: await deps.db.read(ctx, (tx) => versionsOfList(tx, ctx.tenantId, id, 200)) };
}

export async function checkName(
  deps: Pick<SettlementDeps, 'screening'>,
  ctx: Ctx,
  { name, ...known }: InputOf<typeof checkContract>,
): Promise<OutputOf<typeof checkContract>> {
  return { matches: await deps.screening.check(ctx.tenantId, name, known), threshold: THRESHOLD };
}
