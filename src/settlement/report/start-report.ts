import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { checkParameters } from './check-parameters.ts';
import { startReport as contract } from './contract.ts';
import { changedEvent } from './events.ts';
import { KINDS } from './kinds/kinds.ts';
import { insertRun, openRuns } from './store.ts';
import { toWire, viewOfRun, type ReportView } from './view.ts';

/** Days that a file is kept unless told otherwise. */
export const KEEP_DAYS = 30;
/** Reports of a tenant that may wait or run at a time. */
const MOST_OPEN = 50;

/**
 * Puts a report into the queue. A bank's is made of what the bank may see, and only that bank and the operator see it.
 *
 * Errors: those of `checkParameters`, `settlement.too_many_reports`.
 */
export async function startReport(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<ReportView> {
  const parameters = await checkParameters(deps, ctx, { kind: KINDS[input.kind], parameters: input.parameters });
  return deps.access.command(ctx, contract, async (tx) => {
    await requireRoom(tx, ctx.tenantId);
    const at = deps.clock.now();
    const row = await insertRun(tx, ctx.tenantId, {
      id: newId(at),
      kind: input.kind,
      format: input.format,
      parameters: toWire(parameters),
      keepDays: input.keepDays ?? KEEP_DAYS,
      memberId: ctx.memberId ?? null,
      requestedBy: ctx.actor.name,
      requestedAt: at,
    });
    return {
      answer: viewOfRun(row!),
      subject: toWireId('rep', row!.id),
      events: [changedEvent(ctx.tenantId, row!, at)],
      detail: { kind: input.kind, format: input.format, parameters: row!.parameters },
    };
  });
}

async function requireRoom(tx: Tx, tenantId: Uuid): Promise<void> {
  if ((await openRuns(tx, tenantId)).length < MOST_OPEN) return;
  const advice = `${MOST_OPEN} reports wait or run already. Wait for them, or cancel some.`;
  throw new AppError('conflict', 'settlement.too_many_reports', advice);
}
