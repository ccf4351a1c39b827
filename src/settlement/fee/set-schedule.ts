import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf, isLocalDate, type LocalDate } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { setFeeSchedule as contract, type listFeeSchedules } from './contract.ts';
import { firstDayOf, monthOf } from './month.ts';
import { checkContent, EVERYONE, toWireContent } from './schedule.ts';
import { allSchedules, findCursor, insertSchedule, type ScheduleRow } from './store.ts';
import { viewOfSchedule, type FeeScheduleView } from './view.ts';

/**
 * Sets prices from a day on. What was counted stays as it was charged, so the day must lie behind the last one that is counted;
 * the first prices of all may begin with the month.
 *
 * Errors: `settlement.fee_schedule_invalid`, `settlement.fee_day_counted`, `settlement.asset_unknown`,
 * `settlement.participant_not_found`.
 */
export async function setFeeSchedule(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<FeeScheduleView> {
  const { name, asset, validFrom, content } = input;
  if (!isKnownAsset(asset))
    throw new AppError('invalid', 'settlement.asset_unknown', `${asset} is not a currency with its number of decimals.`);
  if (!isLocalDate(validFrom)) throw new AppError('invalid', 'settlement.fee_schedule_invalid', `There is no day ${validFrom}.`);
  checkContent(content);
  if (input.participantId !== undefined) await mustFind(deps, ctx, input.participantId);
  const now = deps.clock.now();
  return deps.access.command(ctx, contract, async (tx) => {
    await requireFuture(tx, ctx.tenantId, validFrom, dayOf(now));
    const row = {
      id: newId(now),
      name,
      asset,
      participantId: input.participantId ?? EVERYONE,
      validFrom,
      createdBy: ctx.actor.name,
      createdAt: now,
    };
    const version = await insertSchedule(tx, ctx.tenantId, { ...row, content: toWireContent(content) });
    const schedule: ScheduleRow = { ...row, version, content };
    return { answer: viewOfSchedule(schedule), subject: toWireId('fee', row.id), detail: { name, asset, version, validFrom } };
  });
}

async function requireFuture(tx: Tx, tenantId: Uuid, validFrom: LocalDate, today: LocalDate): Promise<void> {
  const cursor = await findCursor(tx, tenantId);
  if (cursor ? validFrom > today : validFrom >= firstDayOf(monthOf(today))) return;
  const from = cursor ? 'tomorrow' : 'the first of this month';
  const text = `Prices can begin with ${from} at the earliest: what was before is counted already.`;
  throw new AppError('conflict', 'settlement.fee_day_counted', text);
}

/** A bank sees the prices for everyone and its own. */
export async function listSchedules(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listFeeSchedules>> {
  const rows = await deps.db.read(ctx, (tx) => allSchedules(tx, ctx.tenantId));
  return { items: rows.map(viewOfSchedule) };
}
