import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getPayment as getContract, listPayments as listContract } from './contract.ts';
import { findNames } from '../party-search/find-names.ts';
import { latestFindings } from '../screening/rescreening/store.ts';
import { findPayment, pageOfPayments, type StandingPayment } from './store.ts';
import { judgementOf } from './judgement.ts';
import type { PaymentRecord } from './payment.ts';
import { detailOf, viewOfStanding } from './view.ts';

type ReadDeps = Pick<SettlementDeps, 'db'>;

/** Errors: `settlement.payment_not_found`, the same for a payment that the caller may not see. */
export async function getPayment(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const payment = await mustFindPayment(deps, ctx, input.id);
  if (ctx.memberId === undefined) return detailOf(payment, 'operator', await lookedUp(deps, ctx, payment.record));
  return detailOf(payment, ctx.memberId === payment.record.debtorAgentId ? 'debtor' : 'creditor');
}

export async function listPayments(deps: ReadDeps, ctx: Ctx, input: InputOf<typeof listContract>): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const { from, to, after, ...filter } = input;
  const names = filter.query === undefined ? undefined : await findNames(deps.db, ctx, filter.query);
  const rows = await deps.db.read(ctx, (tx) =>
    pageOfPayments(tx, ctx.tenantId, { ...filter, names, limit: limit + 1, after: idCursor(after), fromMs: from, toMs: to }),
  );
  return toPage(
    rows.map((row) => ({ ...row, id: row.record.id })),
    limit,
    viewOfStanding,
  );
}

/** How it was judged, and what lists that came after the payment was screened changed for it, the latest of each match. */
async function lookedUp(deps: ReadDeps, ctx: Ctx, record: PaymentRecord): Promise<Parameters<typeof detailOf>[2]> {
  const { found, judgement } = await deps.db.read(ctx, async (tx) => ({
    found: await latestFindings(tx, ctx.tenantId, [record.id]),
    judgement: await judgementOf(tx, ctx.tenantId, record.id),
  }));
  const later = found.flatMap(({ party, name, change, listed, listId, entryId, score, explanation, foundAt }) => {
    if (party === 'participant') return [];
    const behind = name === record[party].name ? {} : { name };
    return [{ party, ...behind, change, listed, listId, entryId, score, explanation: [...explanation], foundAt }];
  });
  return { later, judgement };
}

export async function mustFindPayment(deps: ReadDeps, ctx: Ctx, id: Uuid): Promise<StandingPayment> {
  const payment = await deps.db.read(ctx, (tx) => findPayment(tx, ctx.tenantId, id));
  if (!payment) throw new AppError('not_found', 'settlement.payment_not_found', 'There is no such payment.');
  return payment;
}
