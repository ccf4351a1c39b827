import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type { listReportKinds as kindsContract, listReports as listContract } from './contract.ts';
import { KINDS } from './kinds/kinds.ts';
import { findRun, pageOfRuns, type RunRow } from './store.ts';
import { viewOfRun, type ReportView } from './view.ts';

/** The kinds that the caller may have. */
export function listReportKinds(ctx: Ctx): OutputOf<typeof kindsContract> {
  const mine = Object.values(KINDS).filter(
    ({ forParticipants, scope }) => (forParticipants || ctx.memberId === undefined) && ctx.actor.scopes.has(scope),
  );
  return {
    items: mine.map(({ name, title, about, needs, takes, columns }) => ({
      kind: name,
      title,
      about,
      needs: [...needs],
      takes: [...takes],
      columns: columns.map((column) => ({ name: column.name, type: column.type })),
    })),
  };
}

export async function listReports(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const limit = input.limit ?? DEFAULT_PAGE;
  const filter = { limit: limit + 1, after: idCursor(input.after), kind: input.kind, state: input.state };
  const rows = await deps.db.read(ctx, (tx) => pageOfRuns(tx, ctx.tenantId, filter));
  return toPage(rows, limit, viewOfRun);
}

/** Errors: `settlement.report_not_found`, the same for another's report. */
export async function getReport(deps: SettlementDeps, ctx: Ctx, input: { id: Uuid }): Promise<ReportView> {
  return viewOfRun(await mustFindRun(deps, ctx, input.id));
}

/** The row, or the error that says it does not exist. */
export async function mustFindRun(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<RunRow> {
  const row = await deps.db.read(ctx, (tx) => findRun(tx, ctx.tenantId, id));
  if (!row) throw notFound();
  return row;
}

export function notFound(): AppError {
  return new AppError('not_found', 'settlement.report_not_found', 'There is no such report.');
}
