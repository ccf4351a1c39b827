import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { refuseWaiver as refuseContract, requestWaiver as requestContract } from '../signing-contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import {
  decideWaiverRequest,
  findWaiverRequest,
  insertWaiverRequest,
  lockWaiverRequest,
  type WaiverRequestRow,
} from '../store/people-store.ts';
import { requireLine } from './find-line.ts';

export type WaiverView = OutputOf<typeof requestContract>;

/** A request as the caller sees it. */
export function viewOfWaiver(ctx: Ctx, row: WaiverRequestRow): WaiverView {
  const { id, checklist, lineId, reason, until, requestedName, requestedAt, state, decidedBy, decidedAt } = row;
  return {
    id,
    checklist,
    lineId,
    reason,
    until,
    requestedBy: requestedName,
    requestedAt,
    own: row.requestedBy === ctx.actor.id,
    state,
    ...(decidedBy !== null && { decidedBy }),
    ...(decidedAt !== null && { decidedAt }),
  };
}

/** Errors: those of `requireLine`, `readiness.waiver_past`. */
export async function requestWaiver(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof requestContract>): Promise<WaiverView> {
  const { name, line, reason, until } = input;
  await requireLine(deps, ctx, { name, line });
  const at = deps.clock.now();
  if (until <= at) throw new AppError('unprocessable', 'readiness.waiver_past', 'A waiver ends in the future, or it waives nothing.');
  return await deps.access.command(ctx, requestContract, async (tx) => {
    const row: WaiverRequestRow = {
      id: newId(at),
      checklist: name,
      lineId: line,
      reason,
      until,
      requestedBy: ctx.actor.id,
      requestedName: ctx.actor.name,
      requestedAt: at,
      state: 'open',
      decidedBy: null,
      decidedAt: null,
    };
    await insertWaiverRequest(tx, ctx.tenantId, row);
    return {
      answer: viewOfWaiver(ctx, row),
      subject: toWireId('wvr', row.id),
      detail: { checklist: name, line, reason, until: new Date(until).toISOString() },
      events: [changedEvent(ctx.tenantId, at, name)],
    };
  });
}

/** Errors: those of `lockOpenRequest`. */
export async function refuseWaiver(deps: ReadinessDeps, ctx: Ctx, { id }: InputOf<typeof refuseContract>): Promise<WaiverView> {
  return await deps.access.command(ctx, refuseContract, async (tx) => {
    const row = await lockOpenRequest(tx, id);
    const at = deps.clock.now();
    await decideWaiverRequest(tx, id, { state: 'refused', by: ctx.actor.name, at });
    return {
      answer: viewOfWaiver(ctx, { ...row, state: 'refused', decidedBy: ctx.actor.name, decidedAt: at }),
      subject: toWireId('wvr', id),
      events: [changedEvent(ctx.tenantId, at, row.checklist)],
    };
  });
}

/** Locks a request that waits. Errors: those of `openRequest`. */
export async function lockOpenRequest(tx: Tx, id: string): Promise<WaiverRequestRow> {
  return openRequest(await lockWaiverRequest(tx, id));
}

/** Errors: `readiness.waiver_request_not_found`, `readiness.waiver_request_decided`. */
function openRequest(row: WaiverRequestRow | undefined): WaiverRequestRow {
  if (!row) throw notFound();
  if (row.state !== 'open')
    throw new AppError('conflict', 'readiness.waiver_request_decided', `The request has been ${row.state} by ${row.decidedBy}.`);
  return row;
}

/** A request, whatever became of it. Errors: `readiness.waiver_request_not_found`. */
export async function findRequest(deps: ReadinessDeps, ctx: Ctx, id: string): Promise<WaiverRequestRow> {
  const row = await deps.db.read(ctx, (tx) => findWaiverRequest(tx, id));
  if (!row) throw notFound();
  return row;
}

function notFound(): AppError {
  return new AppError('not_found', 'readiness.waiver_request_not_found', 'There is no such request.');
}
