import { scaleOf } from '../../base/money.ts';
import { dayOf, type Clock } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { SECONDS_BUCKETS, type Metrics } from '../../infra/metrics/metrics.ts';
import { lengthOfQueues } from './store.ts';

/** What Prometheus sees of the queues. */
export type QueueMetrics = {
  /** What waits in one currency; `value` in its whole units. */
  queueLength(asset: string, legs: number, value: number): void;
  /** `how`: the step of the settlement, or `expired`. */
  queueReleased(how: string, entries: number): void;
  gridlockRun(kind: 'bilateral' | 'multilateral', ms: number): void;
};

export function queueMetrics(metrics: Metrics): QueueMetrics {
  const length = metrics.gauge({
    name: 'rialto_settlement_queue_legs',
    help: 'Legs of payments and bundles that wait for money; those dated ahead from their day on',
    labels: ['asset'],
  });
  const worth = metrics.gauge({
    name: 'rialto_settlement_queue_value',
    help: 'What waits, in whole units of the asset',
    labels: ['asset'],
  });
  const left = metrics.counter({
    name: 'rialto_settlement_queue_released_total',
    help: 'What left the queue: by the step that settled it, or because its time was over',
    labels: ['how'],
  });
  const runs = metrics.histogram({
    name: 'rialto_settlement_gridlock_run_seconds',
    help: 'Time to find what can settle; multilateral: the largest set included',
    labels: ['kind'],
    buckets: SECONDS_BUCKETS,
  });
  return {
    queueLength(asset, legs, value) {
      length.set(legs, { asset });
      worth.set(value, { asset });
    },
    queueReleased: (how, entries) => left.inc({ how }, entries),
    gridlockRun: (kind, ms) => runs.observe(ms / 1_000, { kind }),
  };
}

/** Brings the lengths of the queues up to date; `seen` holds the currencies that had one once, so that an empty one is told as 0. */
export async function queueGauge(deps: { db: Db; clock: Clock; metrics: QueueMetrics }, seen: Set<string>): Promise<void> {
  const rows = await deps.db.read({ role: 'rialto_relay' }, (tx) => lengthOfQueues(tx, dayOf(deps.clock.now())));
  const byAsset = new Map(rows.map((row) => [row.asset, row]));
  for (const { asset } of rows) seen.add(asset);
  for (const asset of seen) {
    const { count = 0, units = 0n } = byAsset.get(asset) ?? {};
    // A float is good enough for a chart.
    deps.metrics.queueLength(asset, count, Number(units) / 10 ** scaleOf(asset));
  }
}
