import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { cancelReport as contract } from './contract.ts';
import { changedEvent } from './events.ts';
import { notFound } from './read-reports.ts';
import { endRun, findRun } from './store.ts';
import { viewOfRun, type ReportView } from './view.ts';

/**
 * Stops a report: whoever writes it learns of it when it next says how far it is, and leaves no file.
 * Errors: `settlement.report_not_found`, `settlement.report_over`.
 */
export async function cancelReport(deps: SettlementDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<ReportView> {
  return deps.access.command(ctx, contract, async (tx) => {
    const at = deps.clock.now();
    const row = await endRun(tx, ctx.tenantId, id, { state: 'cancelled', at });
    if (row) return { answer: viewOfRun(row), subject: toWireId('rep', id), events: [changedEvent(ctx.tenantId, row, at)] };
    const over = await findRun(tx, ctx.tenantId, id);
    if (!over) throw notFound();
    // Asked twice, or too late to matter.
    if (over.state === 'cancelled') return { answer: viewOfRun(over), subject: toWireId('rep', id) };
    throw new AppError('conflict', 'settlement.report_over', `The report is ${over.state} already.`);
  });
}
