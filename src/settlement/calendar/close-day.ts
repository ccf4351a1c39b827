import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf, type LocalDate } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { allGroups, findGroup } from '../window/group-store.ts';
import { groupNotFound } from '../window/manage-groups.ts';
import { requireOperator } from '../window/operator.ts';
import { findOpenWindow } from '../window/store.ts';
import {
  businessDayClosed,
  closeBusinessDay as contract,
  type getBusinessDay as getContract,
  type listBusinessDays as listContract,
} from './contract.ts';
import {
  currenciesOfDay,
  daysOf,
  findDay,
  insertDay,
  openDaysBefore,
  positionsOfDay,
  snapshotUnsettled,
  sumDay,
  unsettledOfDay,
  windowsOfDay,
  type DayKey,
  type DayRow,
} from './day-store.ts';

type DayDeps = Pick<SettlementDeps, 'db' | 'clock' | 'access'>;
type Detail = OutputOf<typeof getContract>;

const LISTED = 100;
const LISTED_UNSETTLED = 500;

const viewOf = ({ toSeq, ...row }: DayRow) => ({ ...row, toSeq: toSeq.toString() });

export async function listBusinessDays(
  deps: Pick<DayDeps, 'db'>,
  ctx: Ctx,
  { id }: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  const rows = await deps.db.read(ctx, (tx) => daysOf(tx, ctx.tenantId, id, LISTED));
  return { items: rows.map(viewOf) };
}

/** Errors: `settlement.business_day_not_found` for a day that is not over, or of which no window was. */
export async function getBusinessDay(deps: Pick<DayDeps, 'db'>, ctx: Ctx, { id, day }: InputOf<typeof getContract>): Promise<Detail> {
  return deps.db.read(ctx, async (tx) => {
    const detail = await readDay(tx, ctx.tenantId, { groupId: id, day });
    if (!detail) throw new AppError('not_found', 'settlement.business_day_not_found', 'There is no such business day, or it is not over.');
    return detail;
  });
}

async function readDay(tx: Tx, tenantId: Uuid, key: DayKey): Promise<Detail | undefined> {
  const row = await findDay(tx, tenantId, key);
  if (!row) return undefined;
  const unsettled = await unsettledOfDay(tx, tenantId, key, LISTED_UNSETTLED);
  return {
    ...viewOf(row),
    currencies: await currenciesOfDay(tx, tenantId, key),
    positions: await positionsOfDay(tx, tenantId, key),
    unsettled: unsettled.map(({ due, why, seq, ...rest }) => ({
      ...rest,
      seq: seq.toString(),
      ...(why !== null && { why }),
      ...(due !== null && { due }),
    })),
  };
}

/**
 * Ends a business day: its windows are settled, what was cut off and did not settle is written down and carried over. A day that is
 * closed already is answered as it was closed.
 * Errors: `settlement.window_group_not_found`, `settlement.business_day_going_on` while windows of it can still be cut off,
 * `settlement.business_day_unsettled` while one of them is not settled, `settlement.business_day_empty` when it had none.
 */
export async function closeBusinessDay(
  deps: DayDeps & Pick<SettlementDeps, 'access'>,
  ctx: Ctx,
  { id, day }: InputOf<typeof contract>,
): Promise<Detail> {
  requireOperator(ctx);
  const key = { groupId: id, day };
  return deps.access.command(ctx, contract, async (tx) => {
    const subject = `${id} ${day}`;
    const before = await readDay(tx, ctx.tenantId, key);
    if (before) return { answer: before, subject };
    const current = await currentDay(deps, tx, ctx.tenantId, id);
    if (day >= current)
      throw new AppError('conflict', 'settlement.business_day_going_on', `The business day ${day} is not over: ${id} is at ${current}.`);
    const { windows, unsettled, payments, toSeq } = await windowsOfDay(tx, ctx.tenantId, key);
    if (windows === 0) throw new AppError('conflict', 'settlement.business_day_empty', `No window of ${id} was cut off on ${day}.`);
    if (unsettled > 0) {
      throw new AppError(
        'conflict',
        'settlement.business_day_unsettled',
        `${unsettled} windows of ${day} are not settled. The day ends with them.`,
      );
    }
    const row = { group: id, day, windows, payments, toSeq: toSeq!, closedAt: deps.clock.now(), closedBy: ctx.actor.name };
    await insertDay(tx, ctx.tenantId, row);
    const waiting = await snapshotUnsettled(tx, ctx.tenantId, key, row.toSeq);
    await sumDay(tx, ctx.tenantId, key);
    const event = {
      id: newId(),
      tenantId: ctx.tenantId,
      type: businessDayClosed.type,
      version: businessDayClosed.version,
      subject: id,
      at: row.closedAt,
      data: { group: id, day, windows, payments, unsettled: waiting },
    };
    return { answer: (await readDay(tx, ctx.tenantId, key))!, subject, events: [event], detail: { windows, payments, unsettled: waiting } };
  });
}

/** The business day that a group is at: that of the next cut-off of its schedule, else the UTC day. */
async function currentDay({ clock }: Pick<DayDeps, 'clock'>, tx: Tx, tenantId: Uuid, groupId: string): Promise<LocalDate> {
  if (!(await findGroup(tx, tenantId, groupId))) throw groupNotFound();
  const open = await findOpenWindow(tx, tenantId, groupId);
  return open?.planned?.day ?? dayOf(clock.now());
}

/** Ends every business day that is over, of every group. One that cannot be ended yet is tried again at the next run. */
export async function closeBusinessDays(deps: DayDeps, ctx: Ctx): Promise<void> {
  const { tenantId } = ctx;
  const due = await deps.db.read({ tenantId }, async (tx) => {
    const days: { id: string; day: LocalDate }[] = [];
    for (const { id } of await allGroups(tx, tenantId)) {
      const current = await currentDay(deps, tx, tenantId, id);
      for (const day of await openDaysBefore(tx, tenantId, { groupId: id, day: current })) days.push({ id, day });
    }
    return days;
  });
  for (const one of due) {
    await closeBusinessDay(deps, ctx, one).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'settlement.business_day_unsettled') throw error;
    });
  }
}
