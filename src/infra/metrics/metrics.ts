import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Values of a metric's labels. Only small, known sets: an operation, a status, never an id or a path. */
export type Labels = Readonly<Record<string, string>>;

export type CounterMetric = { inc(labels?: Labels, by?: number): void };
export type GaugeMetric = { set(value: number, labels?: Labels): void; add(by: number, labels?: Labels): void };
/** `times`: so many of the same at once. */
export type HistogramMetric = { observe(value: number, labels?: Labels, times?: number): void };

/** A metric's name (Prometheus manner: unit last, `_total` for counters), what it means, and its labels. */
export type MetricSpec = { name: string; help: string; labels?: readonly string[] };

/** What modules count with. The same name asked for twice is the same metric. */
export type Metrics = {
  counter(spec: MetricSpec): CounterMetric;
  /** `read` is asked at each scrape, for values that someone already keeps (a queue's length). */
  gauge(spec: MetricSpec & { read?: () => number | Promise<number> }): GaugeMetric;
  /** `buckets` are upper bounds in the metric's unit. */
  histogram(spec: MetricSpec & { buckets: readonly number[] }): HistogramMetric;
};

/** Upper bounds in seconds that fit everything from a cache hit to a slow report. */
export const SECONDS_BUCKETS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The registry of one process: `text()` is what Prometheus scrapes. */
export type MetricsRegistry = Metrics & { text(): Promise<string>; contentType: string; close(): void };

/** A registry of its own, apart from prom-client's global one, with the process's usual metrics (CPU, memory, event loop lag, GC) unless told not to. */
export function createMetrics(options: { processMetrics?: boolean } = {}): MetricsRegistry {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });

  return {
    counter: (spec) => counterOf(reuse(registry, spec, Counter) ?? new Counter(configOf(registry, spec))),
    gauge: (spec) =>
      gaugeOf(
        reuse(registry, spec, Gauge) ?? new Gauge({ ...configOf(registry, spec), ...(spec.read && { collect: collectBy(spec.read) }) }),
      ),
    histogram: (spec) =>
      histogramOf(reuse(registry, spec, Histogram) ?? new Histogram({ ...configOf(registry, spec), buckets: [...spec.buckets] })),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close: () => registry.clear(),
  };
}

function configOf(registry: Registry, { name, help, labels = [] }: MetricSpec) {
  return { name, help, labelNames: [...labels], registers: [registry] };
}

/** The metric of that name, if there is one. Errors: when it is of another kind, which is a mistake in the code. */
function reuse<M extends object>(registry: Registry, { name }: MetricSpec, kind: new (...args: never[]) => M): M | undefined {
  const found: unknown = registry.getSingleMetric(name);
  if (found === undefined) return undefined;
  if (found instanceof kind) return found;
  throw new Error(`The metric ${name} exists and is not a ${kind.name}`);
}

/** A metric with labels is kept per set of values, since looking a set up costs more than counting. */
function children<C>(make: (labels: Labels) => C): (labels: Labels) => C {
  const known = new Map<string, C>();
  return (labels) => {
    let key = '';
    for (const name in labels) key += `${name}=${labels[name]}\n`;
    let child = known.get(key);
    if (child === undefined) known.set(key, (child = make(labels)));
    return child;
  };
}

const none: Labels = {};

function counterOf(metric: Counter): CounterMetric {
  const child = children((labels) => metric.labels(labels));
  return { inc: (labels = none, by = 1) => child(labels).inc(by) };
}

function gaugeOf(metric: Gauge): GaugeMetric {
  const child = children((labels) => metric.labels(labels));
  return { set: (value, labels = none) => child(labels).set(value), add: (by, labels = none) => child(labels).inc(by) };
}

function histogramOf(metric: Histogram): HistogramMetric {
  const child = children((labels) => metric.labels(labels));
  return {
    observe(value, labels = none, times = 1) {
      const one = child(labels);
      for (let i = 0; i < times; i++) one.observe(value);
    },
  };
}

/** A reading that fails leaves the last value, so that one broken gauge does not cost the whole scrape. */
function collectBy(read: () => number | Promise<number>): (this: Gauge) => Promise<void> {
  return async function collect(this: Gauge) {
    try {
      this.set(await read());
    } catch {
      // The check of what it reads from tells the reason; a scrape has no place for it.
    }
  };
}
