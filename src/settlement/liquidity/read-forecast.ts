import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { scaleOf } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf, isLocalDate, type Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import type {
  getForecast as forecastContract,
  getForecastCalibration as calibrationContract,
  listCorridors as corridorsContract,
} from './contract.ts';
import { bandAt, calibrate, historyOf, MEMORY_WEEKS, withQuietHours, type Band, type HourValue } from './forecast.ts';
import { corridorsBetween, corridorsByHour, countedSpan, hoursOf, incomeByHour, type Series } from './flow-store.ts';

type ReadDeps = Pick<SettlementDeps, 'db' | 'clock'>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MEMORY_MS = MEMORY_WEEKS * 7 * DAY_MS;

/** The full hour that an instant lies in. */
export const hourOf = (at: Millis) => Math.floor(at / HOUR_MS) * HOUR_MS;

/** The hour of the day (UTC) that an instant lies in. */
const timeOfDay = (at: Millis) => new Date(at).getUTCHours();

/** The whole days before an instant: what a forecast may know. */
const lastMidnight = (at: Millis) => Math.floor(at / DAY_MS) * DAY_MS;

/** Statistics are told in whole units of the asset. */
export function inWholeUnits({ low, median, high }: Band, asset: string) {
  const one = 10 ** scaleOf(asset);
  return { low: low / one, median: median / one, high: high / one };
}

/** The last 24 hours as they were foretold and came, and the next 24. Errors: `settlement.forecast_of_what`. */
export async function getForecast(
  deps: ReadDeps,
  ctx: Ctx,
  input: InputOf<typeof forecastContract>,
): Promise<OutputOf<typeof forecastContract>> {
  const series = seriesOf(ctx, input);
  const now = deps.clock.now();
  const { span, values } = await deps.db.read(ctx, async (tx) => {
    const counted = await countedSpan(tx, ctx.tenantId);
    return { span: counted, values: withQuietHours(await hoursOf(tx, ctx.tenantId, series, now - MEMORY_MS - DAY_MS), counted) };
  });
  const actual = new Map(values.map(({ hour, value }) => [hour, value / 10 ** scaleOf(input.asset)]));
  const histories = new Map([now - DAY_MS, now].map((at) => [lastMidnight(at), historyOf(values, lastMidnight(at))]));
  const hours = Array.from({ length: 48 }, (_, i) => hourOf(now) + (i - 24) * HOUR_MS).map((hour) => {
    const history = histories.get(lastMidnight(hour)) ?? histories.get(lastMidnight(now))!;
    const band = bandAt(history, hour);
    const came = actual.get(hour);
    return { hour, ...inWholeUnits(band, input.asset), samples: band.samples, ...(came !== undefined && { actual: came }) };
  });
  return { hours, ...(span && { knownSince: span.from }) };
}

function seriesOf(ctx: Ctx, { asset, participantId, direction = 'incoming', from, to }: InputOf<typeof forecastContract>): Series {
  const whose = ctx.memberId ?? participantId;
  if (whose !== undefined && (from !== undefined || to !== undefined)) {
    throw new AppError('invalid', 'settlement.forecast_of_what', 'A forecast is of one participant or of one corridor, not of both.');
  }
  if (whose === undefined) return { asset, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  return direction === 'incoming' ? { asset, creditorId: whose } : { asset, debtorId: whose };
}

/** Over the income of every participant in a currency; of a bank its own. */
export async function getCalibration(
  deps: ReadDeps,
  ctx: Ctx,
  { asset, days = '10' }: InputOf<typeof calibrationContract>,
): Promise<OutputOf<typeof calibrationContract>> {
  const until = lastMidnight(deps.clock.now());
  const { span, rows } = await deps.db.read(ctx, async (tx) => ({
    span: await countedSpan(tx, ctx.tenantId),
    rows: await incomeByHour(tx, ctx.tenantId, { asset, sinceMs: until - MEMORY_MS - Number(days) * DAY_MS }),
  }));
  const own = rows.filter(({ participantId }) => ctx.memberId === undefined || participantId === ctx.memberId);
  const series = [...Map.groupBy(own, ({ participantId }) => participantId).values()].map((values) => withQuietHours(values, span));
  const { hours, points, band80 } = calibrate(series, { until, days: Number(days) });
  return { hours, points, band80 };
}

/** What was paid between countries. For a bank what it paid or was paid. Errors: `settlement.day_invalid`. */
export async function listCorridors(
  deps: ReadDeps,
  ctx: Ctx,
  input: InputOf<typeof corridorsContract>,
): Promise<OutputOf<typeof corridorsContract>> {
  const now = deps.clock.now();
  const day = input.day ?? dayOf(now);
  if (!isLocalDate(day)) throw new AppError('invalid', 'settlement.day_invalid', `${day} is not a day.`);
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const asset = input.asset === undefined ? {} : { asset: input.asset };
  const { rows, hours, span } = await deps.db.read(ctx, async (tx) => ({
    rows: await corridorsBetween(tx, ctx.tenantId, { fromMs, toMs: fromMs + DAY_MS, ...asset }),
    hours: await corridorsByHour(tx, ctx.tenantId, {
      sinceMs: lastMidnight(now) - MEMORY_MS,
      timeOfDay: timeOfDay(hourOf(now) + HOUR_MS),
      ...asset,
    }),
    span: await countedSpan(tx, ctx.tenantId),
  }));
  const past = Map.groupBy(hours, ({ from, to, asset: of }) => `${from} ${to} ${of}`);
  const items = rows.map((row) => {
    const values = past.get(`${row.from} ${row.to} ${row.asset}`);
    return { ...row, ...(values && { nextHour: inWholeUnits(nextHour(values, span, now), row.asset) }) };
  });
  return { day, items };
}

/** What the hour after this one will bring. */
function nextHour(values: readonly HourValue[], span: { from: Millis; to: Millis } | undefined, now: Millis): Band {
  const hour = hourOf(now) + HOUR_MS;
  return bandAt(historyOf(withQuietHours(values, span, hour), lastMidnight(now)), hour);
}

/** What each participant will receive in this full hour, in minor units, by `participant asset`. */
export async function expectedIncome(
  deps: Pick<SettlementDeps, 'db'>,
  tenantId: Uuid,
  now: Millis,
  asset?: string,
): Promise<Map<string, Band>> {
  const sinceMs = lastMidnight(now) - MEMORY_MS;
  const { rows, span } = await deps.db.read({ tenantId }, async (tx) => ({
    rows: await incomeByHour(tx, tenantId, { sinceMs, timeOfDay: timeOfDay(now), ...(asset !== undefined && { asset }) }),
    span: await countedSpan(tx, tenantId),
  }));
  const groups = Map.groupBy(rows, ({ participantId, asset: of }) => `${participantId} ${of}`);
  const hour = hourOf(now);
  const bandOf = (values: readonly HourValue[]) => bandAt(historyOf(withQuietHours(values, span, hour), lastMidnight(now)), hour);
  return new Map([...groups].map(([key, values]) => [key, bandOf(values)]));
}
