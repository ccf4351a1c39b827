import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import { dayOf, type LocalDate } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type { listRecalls as contract } from './contract.ts';
import { pageOfRecalls, type ListedRecall } from './store.ts';

type Page = OutputOf<typeof contract>;

export async function listRecalls(
  deps: Pick<SettlementDeps, 'db' | 'clock'>,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, ...filter }: InputOf<typeof contract>,
): Promise<Page> {
  const rows = await deps.db.read(ctx, (tx) => pageOfRecalls(tx, ctx.tenantId, { ...filter, limit: limit + 1, after: idCursor(after) }));
  const today = dayOf(deps.clock.now());
  return toPage(rows, limit, (row) => viewOf(row, today));
}

function viewOf(row: ListedRecall, today: LocalDate): Page['items'][number] {
  const state = row.returnedUnits > 0n ? 'returned' : row.state;
  return {
    id: row.id,
    paymentId: row.paymentId,
    uetr: row.uetr,
    endToEndId: row.endToEndId,
    requester: row.requesterBic,
    responder: row.responderBic,
    asset: row.asset,
    units: row.units,
    returnedUnits: row.returnedUnits,
    reason: { code: row.reasonCode, ...(row.reasonText !== null && { text: row.reasonText }) },
    ...(row.caseId !== null && { caseId: row.caseId }),
    state,
    askedAt: row.askedAt,
    dueOn: row.dueOn,
    isOverdue: state === 'pending' && row.dueOn < today,
    ...(row.answeredAt !== null && { answeredAt: row.answeredAt }),
    ...(row.answerCode !== null && { answer: { code: row.answerCode, ...(row.answerText !== null && { text: row.answerText }) } }),
  };
}
