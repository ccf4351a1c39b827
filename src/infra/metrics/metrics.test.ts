import { afterEach, expect, test } from 'vitest';
import { createMetrics, type MetricsRegistry } from './metrics.ts';

let metrics: MetricsRegistry;
const fresh = (processMetrics = false) => (metrics = createMetrics({ processMetrics }));
afterEach(() => metrics.close());

test('counters, gauges and histograms are scraped with their labels', async () => {
  fresh();
  metrics.counter({ name: 'payments_total', help: 'Payments', labels: ['status'] }).inc({ status: 'ok' }, 3);
  metrics.gauge({ name: 'open', help: 'Open' }).set(7);
  metrics.histogram({ name: 'wait_seconds', help: 'Wait', buckets: [0.1, 1], labels: ['op'] }).observe(0.5, { op: 'a' });
  const text = await metrics.text();
  expect(text).toContain('payments_total{status="ok"} 3');
  expect(text).toContain('open 7');
  expect(text).toContain('wait_seconds_bucket{le="1",op="a"} 1');
  expect(text).toContain('wait_seconds_bucket{le="0.1",op="a"} 0');
});

test('a name asked for twice is one metric, and as another kind is a mistake', async () => {
  fresh();
  const spec = { name: 'acts_total', help: 'Acts' };
  metrics.counter(spec).inc();
  metrics.counter(spec).inc();
  expect(await metrics.text()).toContain('acts_total 2');
  expect(() => metrics.gauge(spec)).toThrow(/acts_total exists and is not a Gauge/);
});

test('a gauge may be read at the scrape, and one that fails does not cost the others', async () => {
  fresh();
  metrics.gauge({ name: 'queue', help: 'Queue', read: () => Promise.resolve(4) });
  metrics.gauge({ name: 'broken', help: 'Broken', read: () => Promise.reject(new Error('no')) });
  expect(await metrics.text()).toContain('queue 4');
});

test('two registries in one process share nothing', async () => {
  fresh();
  const other = createMetrics({ processMetrics: false });
  metrics.counter({ name: 'a_total', help: 'A' }).inc();
  other.counter({ name: 'a_total', help: 'A' }).inc(undefined, 5);
  expect(await metrics.text()).toContain('a_total 1');
  expect(await other.text()).toContain('a_total 5');
});

test('the process itself is measured: memory, CPU and event loop lag', async () => {
  fresh(true);
  const text = await metrics.text();
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
    expect(text).toContain(name);
});
