import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { dayOf, isLocalDate } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { efficiencyOf } from '../window/view.ts';
import type { getOverview as contract } from './contract.ts';
import { countDay, currenciesOfDay, ownCurrenciesOfDay, windowsOfDay, type DayRow } from './store.ts';

const DAY_MS = 86_400_000;

type View = OutputOf<typeof contract>;

/** The figures of one UTC day, today unless told. Errors: `settlement.day_invalid`. */
export async function getOverview(deps: Pick<SettlementDeps, 'db' | 'clock'>, ctx: Ctx, input: InputOf<typeof contract>): Promise<View> {
  const day = input.day ?? dayOf(deps.clock.now());
  if (!isLocalDate(day)) throw new AppError('invalid', 'settlement.day_invalid', `${day} is not a day.`);
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const range = { tenantId: ctx.tenantId, fromMs, toMs: fromMs + DAY_MS };
  return deps.db.read(ctx, async (tx) => {
    const counts = await countDay(tx, range);
    const { memberId } = ctx;
    const currencies = await (memberId === undefined ? currenciesOfDay(tx, range) : ownCurrenciesOfDay(tx, range, memberId));
    const windows = await windowsOfDay(tx, range);
    return { day, ...figuresOf(counts), currencies: currencies.map((c) => ({ ...c, efficiency: efficiencyOf(c.gross, c.net) })), windows };
  });
}

function figuresOf(rows: readonly DayRow[]): Omit<View, 'day' | 'currencies' | 'windows'> {
  const part = <P extends DayRow['part']>(name: P) => rows.filter((row): row is Extract<DayRow, { part: P }> => row.part === name);
  const byStatus = new Map(part('status').map((row) => [row.key, row.count]));
  const count = (status: string) => byStatus.get(status) ?? 0;
  const [finality] = part('finality');
  return {
    payments: {
      received: [...byStatus.values()].reduce((sum, n) => sum + n, 0),
      reserved: count('reserved'),
      clearing: count('clearing'),
      settled: count('settled'),
      held: count('held'),
      queued: count('queued'),
      rejected: count('rejected'),
    },
    failures: part('failure').map(({ key, text, count: n }) => ({ code: key, text, count: n })),
    ...(finality && { timeToFinalityMs: { p50: finality.p50, p95: finality.p95, max: finality.max } }),
    series: part('bucket')
      .map((row) => ({ startMs: Number(row.key), received: row.count, rejected: row.rejected }))
      .sort((a, b) => a.startMs - b.startMs),
    flows: part('flow').map((row) => ({ from: row.key, to: row.text, payments: row.count })),
  };
}
