import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import { askHttp, jsonOf, type Answer } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { holds } from '../compare.ts';
import { Count, defineKind, fields, judged, oneOf, Op, Positive, TargetName, Text } from '../define.ts';
import { httpOnLoopback } from '../loopback.ts';

const Params = fields({
  /** Address of Prometheus. */
  target: TargetName,
  query: Text,
  op: Op,
  value: Type.Number(),
  unit: Type.Optional(Text),
  /** Looks at so many seconds up to now instead of at this moment. */
  overS: Type.Optional(Positive),
  stepS: Type.Optional(Positive),
  /** What of the window is compared; `every` sample must hold unless told. */
  reduce: Type.Optional(oneOf('every', 'last', 'max', 'min', 'mean')),
  /** So many samples at least, of every series; 1 unless told, and of a window half of its steps. */
  minSamples: Type.Optional(Count),
  /** How old the newest sample of every series may be; two steps of the window unless told, of long ones a step and five minutes. */
  maxAgeS: Type.Optional(Positive),
  /** How many series there must be at least; 1 unless told. */
  minSeries: Type.Optional(Count),
  /** What it means when there is no data: `fail` unless told. */
  noData: Type.Optional(oneOf('fail', 'stale')),
});
type Params = Static<typeof Params>;
/** `newestS` is the time of the newest sample that is a number, in seconds; undefined where there is none. */
type Series = { labels: string; samples: readonly number[]; newestS?: number };

const MOST_STEPS = 10_000;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const target = probe.target(params.target);
  const nowS = probe.clock.now() / 1_000;
  const answer = await askHttp(probe, target, { path: pathOf(params, nowS), mostBytes: 8 << 20 });
  probe.note?.(`query: ${params.query}`);
  const { series, warnings } = seriesOf(answer);
  const samples = series.reduce((sum, one) => sum + one.samples.length, 0);
  const demanded = `${params.op} ${params.value}`;
  const missing = missingOf(params, series, nowS);
  const common = { output: [params.query, answer.body].join('\n') };
  if (missing) {
    const measurements = [{ name: params.query, value: 'no data', demanded, samples }];
    return { state: params.noData ?? 'fail', summary: `${missing}.`, measurements, ...common };
  }
  const judgedSeries = series.map((one) => ({ ...one, value: reduced(params, one.samples) }));
  const bad = judgedSeries.filter(({ value }) => !holdsFinite(value, params));
  const worst = bad[0] ?? judgedSeries[0]!;
  return judged({
    problems: bad
      .map(({ labels, value }) => `${labels || 'it'} is ${value}${params.unit ? ` ${params.unit}` : ''}, demanded ${demanded}`)
      .slice(0, 5),
    warnings: warnings.map((warning) => `Prometheus says: ${warning.slice(0, 200)}`).slice(0, 5),
    seen: `${params.query} is ${worst.value}${series.length > 1 ? ` and ${series.length - 1} more hold` : ''}, demanded ${demanded}.`,
    measurements: [
      {
        name: params.query,
        value: Number.isFinite(worst.value) ? worst.value : String(worst.value),
        demanded,
        samples,
        ...(params.unit && { unit: params.unit }),
      },
    ],
    ...common,
  });
}

function pathOf({ query, overS, stepS }: Params, now: number): string {
  if (overS === undefined) return `/api/v1/query?${new URLSearchParams({ query, time: String(now) }).toString()}`;
  const step = stepOf(overS, stepS);
  return `/api/v1/query_range?${new URLSearchParams({ query, start: String(now - overS), end: String(now), step: String(step) }).toString()}`;
}

const stepOf = (overS: number, stepS = overS / 60): number => Math.max(stepS, overS / MOST_STEPS);

/** A window of which hardly anything was seen does not hold. */
function fewest({ minSamples, overS, stepS }: Params): number {
  const usual = overS === undefined ? 1 : Math.ceil((Math.floor(overS / stepOf(overS, stepS)) + 1) / 2);
  return Math.max(1, minSamples ?? usual);
}

/** A share of nothing is infinite: such a sample is no number that could be as low or as high as demanded. */
const holdsFinite = (sample: number, { op, value }: Params): boolean => Number.isFinite(sample) && holds(sample, op, value);

type Wire = { status?: string; error?: string; warnings?: unknown; data?: { resultType?: string; result?: unknown } };
type WireSeries = { metric?: Record<string, string>; value?: [number, string]; values?: [number, string][] };

/** The series, and what Prometheus warns of: an answer of which parts are missing. Errors: `readiness.promql_refused`. */
function seriesOf(answer: Answer): { series: Series[]; warnings: string[] } {
  const parsed = jsonOf(answer);
  if ('problem' in parsed) throw new AppError('upstream', 'readiness.promql_refused', `${parsed.problem}; it answered ${answer.status}.`);
  const { status, error, data, warnings: told } = parsed.value as Wire;
  const warnings = Array.isArray(told) ? told.map(String) : [];
  if (status !== 'success' || answer.status !== 200)
    throw new AppError('upstream', 'readiness.promql_refused', `The query was refused: ${String(error ?? answer.status).slice(0, 300)}.`);
  if (data?.resultType === 'scalar')
    return { series: [{ labels: '', samples: [numberOf((data.result as [number, string])[1])] }], warnings };
  if (data?.resultType !== 'vector' && data?.resultType !== 'matrix')
    throw new AppError('upstream', 'readiness.promql_refused', 'The query gives no numbers.');
  const series = (data.result as WireSeries[]).map(({ metric = {}, value, values }) => ({
    labels: Object.entries(metric)
      .map(([name, label]) => `${name}=${label}`)
      .join(' '),
    samples: (values ?? (value ? [value] : [])).map(([, sample]) => numberOf(sample)),
    ...newestOf(values),
  }));
  return { series, warnings };
}

function newestOf(values: WireSeries['values']): { newestS?: number } {
  const newest = values?.findLast(([, sample]) => !Number.isNaN(numberOf(sample)));
  return newest ? { newestS: newest[0] } : {};
}

/** A sample as Prometheus writes it: `0.5`, `+Inf`, `-Inf`, `NaN`. */
function numberOf(sample: string): number {
  const infinite = /^([+-]?)Inf(?:inity)?$/i.exec(sample);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return sample === '' ? Number.NaN : Number(sample);
}

/** What is missing before anything can be compared. A sample that is no number is no sample. */
function missingOf(params: Params, series: readonly Series[], nowS: number): string | undefined {
  const { query, minSeries = 1, overS, stepS } = params;
  const demanded = fewest(params);
  if (series.length < Math.max(1, minSeries))
    return `${query} has ${series.length === 0 ? 'no data' : `${series.length} series, at least ${minSeries} are demanded`}`;
  const thin = series.find(({ samples }) => samples.filter((sample) => !Number.isNaN(sample)).length < demanded);
  if (thin)
    return `${query} has ${thin.samples.filter((sample) => !Number.isNaN(sample)).length} samples, at least ${demanded} are demanded`;
  if (overS === undefined) return undefined;
  const step = stepOf(overS, stepS);
  // Rounding may leave out the last step; behind it Prometheus itself looks back five minutes.
  const oldest = params.maxAgeS ?? step + Math.min(step, 300);
  // What ended in the middle of the window is not known to hold since.
  const ended = series.find(({ newestS = 0 }) => !(nowS - newestS <= oldest));
  return ended && `${query} has its newest sample ${agoOf(ended, nowS)} s ago, at most ${oldest} s are allowed`;
}

const agoOf = ({ newestS = 0 }: Series, nowS: number): number => Math.round(nowS - newestS);

function reduced(params: Params, all: readonly number[]): number {
  const samples = all.filter((sample) => !Number.isNaN(sample));
  switch (params.reduce ?? 'every') {
    case 'last':
      return samples.at(-1)!;
    case 'max':
      return samples.reduce((most, sample) => Math.max(most, sample));
    case 'min':
      return samples.reduce((least, sample) => Math.min(least, sample));
    case 'mean':
      return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    case 'every':
      return samples.find((sample) => !holdsFinite(sample, params)) ?? samples.at(-1)!;
  }
}

/** Samples of a window that ends now, so many seconds from one to the next. */
const until = (stepS: number, ...samples: readonly string[]) => [
  { metric: {}, values: samples.map((sample, at) => [Math.floor(Date.now() / 1_000) - (samples.length - 1 - at) * stepS, sample]) },
];
const onLoopback = (result: unknown, resultType: string) =>
  httpOnLoopback((_, reply) => void reply.end(JSON.stringify({ status: 'success', data: { resultType, result } })));

export const promql = defineKind({
  name: 'promql',
  summary: 'A query of Prometheus holds now or over a window, with enough samples; no data is no pass.',
  params: Params,
  describe: ({ query, op, value, overS }) => `${query} ${op} ${value}${overS === undefined ? '' : ` over ${overS} s`}`,
  run,
  unheld: [{ names: ['stepS', 'reduce', 'maxAgeS'], when: ({ overS }) => overS === undefined, where: 'without overS' }],
  negative: [
    {
      name: 'a rate of errors above the limit',
      async arrange() {
        const { url, end } = await onLoopback([{ metric: { job: 'api' }, value: [0, '0.07'] }], 'vector');
        return { params: { target: url, query: 'error_ratio', op: '<' as const, value: 0.01 }, end };
      },
    },
    {
      name: 'a query without data',
      async arrange() {
        const { url, end } = await onLoopback([], 'vector');
        return { params: { target: url, query: 'nothing_counted', op: '<' as const, value: 1 }, end };
      },
    },
    {
      name: 'a day of which one minute was seen',
      async arrange() {
        const { url, end } = await onLoopback(until(60, '0.1'), 'matrix');
        return { params: { target: url, query: 'load', op: '<' as const, value: 0.7, overS: 86_400 }, end };
      },
    },
    {
      name: 'an answer of which Prometheus says that a part is missing',
      expects: 'warn',
      async arrange() {
        const data = { resultType: 'vector', result: [{ metric: {}, value: [0, '0'] }] };
        const warnings = ['store unreachable: partial response'];
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end(JSON.stringify({ status: 'success', warnings, data })));
        return { params: { target: url, query: 'errors', op: '<' as const, value: 1 }, end };
      },
    },
    {
      name: 'a window with one bad sample in it',
      async arrange() {
        const { url, end } = await onLoopback(until(60, '0.1', '0.9', '0.1'), 'matrix');
        return { params: { target: url, query: 'load', op: '<' as const, value: 0.7, overS: 120, stepS: 60 }, end };
      },
    },
    ...(['last', 'min', 'mean'] as const).map((reduce) => ({
      name: `a window that does not hold by its ${reduce}`,
      async arrange() {
        const samples = { last: ['0.1', '0.1', '0.9'], min: ['0.9', '0.8', '0.9'], mean: ['0.5', '0.9', '0.9'] };
        const { url, end } = await onLoopback(until(60, ...samples[reduce]), 'matrix');
        return { params: { target: url, query: 'load', op: '<' as const, value: 0.7, overS: 120, stepS: 60, reduce }, end };
      },
    })),
    {
      name: 'a window whose highest sample is infinite',
      async arrange() {
        const { url, end } = await onLoopback(until(60, '0.001', '+Inf', '0.001'), 'matrix');
        return {
          params: { target: url, query: 'ratio', op: '<' as const, value: 0.01, overS: 120, stepS: 60, reduce: 'max' as const },
          end,
        };
      },
    },
    {
      name: 'a window whose samples ended long before now',
      async arrange() {
        const { url, end } = await onLoopback(until(60, '0.1', '0.1', 'NaN', 'NaN', 'NaN'), 'matrix');
        return { params: { target: url, query: 'load', op: '<' as const, value: 0.7, overS: 240, stepS: 60, minSamples: 1 }, end };
      },
    },
  ],
});
