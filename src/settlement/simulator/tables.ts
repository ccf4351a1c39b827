import type { Simulation } from './simulate.ts';

/** The curve of liquidity against delay, one line for each run. Shares are of 1; times are `HH:MM`. */
export function curveCsv({ runs }: Simulation): string {
  const rows = runs.map((run) => [
    run.regime,
    share(run.level),
    share(run.liquidity),
    share(run.liquidityUsed),
    share(run.delay),
    share(run.settledShare),
    run.settledPayments,
    run.unsettledPayments,
    run.queue.longest,
    run.queue.mean.toFixed(1),
  ]);
  return csv('regime,level,liquidity,liquidity_used,delay,settled,settled_payments,unsettled_payments,longest_queue,mean_queue', rows);
}

/** Value settled and queues over the day, one line for each point of each run. */
export function seriesCsv({ runs }: Simulation): string {
  const rows = runs.flatMap(({ regime, level, series }) =>
    series.map((point) => [
      regime,
      share(level),
      timeOfDay(point.atMs),
      share(point.settledShare),
      share(point.queuedShare),
      point.settledPayments,
      point.queuedPayments,
    ]),
  );
  return csv('regime,level,time,settled,queued,settled_payments,queued_payments', rows);
}

/** Each currency of each run, in minor units. */
export function currenciesCsv({ runs, currencies }: Simulation): string {
  const rows = runs.flatMap((run) =>
    run.currencies.map((one, i) => [
      run.regime,
      share(run.level),
      one.asset,
      currencies[i]!.gross,
      currencies[i]!.lower,
      currencies[i]!.upper,
      one.liquidity,
      one.liquidityUsed,
      one.settled,
      one.unsettled,
      share(one.delay),
    ]),
  );
  return csv('regime,level,asset,gross,lower,upper,liquidity,liquidity_used,settled,unsettled,delay', rows);
}

/** `HH:MM`; the end of a day can be `24:00`. */
const timeOfDay = (ms: number) =>
  [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60].map((n) => String(n).padStart(2, '0')).join(':');

const share = (value: number) => value.toFixed(6);

const csv = (header: string, rows: readonly (readonly (string | number | bigint)[])[]) =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
