import { setTimeout as delay } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Measurement } from '../../run/result.ts';
import { bearerOf, openHttp, transcript, type HttpClient } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { holds } from '../compare.ts';
import { defineKind, fields, judged, listed, oneOf, Op, TargetName, Text, Texts, UrlPath } from '../define.ts';
import { httpOnLoopback } from '../loopback.ts';
import { firstLines } from '../notes.ts';
import { readMetrics, type MetricsPage, type Sample } from '../prometheus-text.ts';

const Params = fields({
  target: TargetName,
  /** `/metrics` unless told. */
  path: Type.Optional(UrlPath),
  bearerFrom: Type.Optional(Text),
  /** Families that must be there with type, help and a sample; a name that ends in `*` is a beginning. */
  families: Type.Optional(Texts),
  /** A series whose value is compared; the sum where several fit, unless `of` says otherwise. */
  name: Type.Optional(Text),
  labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  of: Type.Optional(oneOf('sum', 'max', 'min')),
  /** Divides by the sum of another series with the same way of counting. */
  per: Type.Optional(fields({ name: Text, labels: Type.Optional(Type.Record(Type.String(), Type.String())) })),
  op: Type.Optional(Op),
  value: Type.Optional(Type.Number()),
  unit: Type.Optional(Text),
  /** Reads the page twice, so many seconds apart, and compares the increase, or the rate per second. */
  overS: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 600 })),
  as: Type.Optional(oneOf('increase', 'rate')),
});
type Params = Static<typeof Params>;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  if (params.families === undefined && params.name === undefined) throw invalid('it names neither families nor a series');
  if (params.name !== undefined && (params.op === undefined || params.value === undefined)) throw invalid('a series needs op and value');
  const target = probe.target(params.target);
  // Of a page with thousands of series only what is looked at is kept.
  const client = await openHttp({ ...probe, note: () => {} }, target);
  try {
    const first = await pageOf(client, params, probe);
    if (typeof first === 'string') return { state: 'fail', summary: `${first}.` };
    const missing = (params.families ?? []).filter((family) => !hasFamily(first, family));
    const valued = params.name === undefined ? { problems: [], measurements: [] } : await valueFindings(params, first, client, probe);
    const families = [...first.types].map(([name, type]) => `${name} ${type}`).toSorted();
    probe.note?.(firstLines([`${first.samples.length} samples, ${families.length} families`, ...families]));
    return judged({
      problems: [...(missing.length > 0 ? [`${target.shown} has no ${listed(missing, 20)}`] : []), ...valued.problems],
      seen: `${target.shown} shows ${first.types.size} families and ${first.samples.length} samples as demanded.`,
      measurements: [{ name: 'families', value: first.types.size }, ...valued.measurements],
    });
  } finally {
    await client.close();
  }
}

const invalid = (why: string): AppError => new AppError('invalid', 'readiness.params_invalid', `The check demands nothing: ${why}.`);

async function pageOf(
  client: HttpClient,
  { path = '/metrics', bearerFrom, name, per }: Params,
  probe: Probe,
): Promise<MetricsPage | string> {
  const answer = await client.ask({ path, headers: bearerOf(probe, bearerFrom), mostBytes: 16 << 20 });
  const page = readMetrics(answer.body);
  probe.note?.(
    answer.status === 200 && page.samples.length > 0
      ? `${answer.shown} answered 200 with ${answer.body.length} characters`
      : transcript(answer),
  );
  if (answer.status !== 200) return `${answer.shown} answered ${answer.status}`;
  for (const series of [name, per?.name].filter((each) => each !== undefined)) probe.note?.(linesOf(page, series));
  if (answer.cut) return `${answer.shown} is longer than can be read`;
  return page.samples.length === 0 || page.unreadable.length > page.samples.length ? `${answer.shown} is no page of metrics` : page;
}

function hasFamily({ types, help, samples }: MetricsPage, family: string): boolean {
  const isIt = (name: string): boolean => (family.endsWith('*') ? name.startsWith(family.slice(0, -1)) : name === family);
  const declared = [...types.keys()].filter(isIt);
  return declared.some(
    (name) =>
      help.has(name) &&
      samples.some(
        (sample) =>
          sample.name === name ||
          (/^_(bucket|sum|count|total|created|info)$/.test(sample.name.slice(name.length)) && sample.name.startsWith(name)),
      ),
  );
}

async function valueFindings(
  params: Params,
  first: MetricsPage,
  client: HttpClient,
  probe: Probe,
): Promise<{ problems: string[]; measurements: Measurement[] }> {
  const { name, op, value: limit, overS, unit } = params;
  const measured = overS === undefined ? valueOf(params, first) : await changeOf(params, first, client, probe);
  const demanded = `${op} ${limit}`;
  if (typeof measured === 'string') return { problems: [measured], measurements: [{ name: name!, value: measured, demanded }] };
  const words = `${measured}${unit ? ` ${unit}` : ''}`;
  return {
    // An infinite value was not measured: it is a share of nothing, or of what has no end.
    problems: Number.isFinite(measured) && holds(measured, op!, limit!) ? [] : [`${name} is ${words}, demanded ${demanded}`],
    measurements: [{ name: name!, value: Number.isFinite(measured) ? measured : String(measured), demanded, ...(unit && { unit }) }],
  };
}

/** The value of the series that fit, or in words why there is none. */
function valueOf({ name, labels, of = 'sum', per }: Params, page: MetricsPage): number | string {
  const own = combined(page, { name: name!, labels }, of);
  const unread = [name!, ...(per ? [per.name] : [])].map((each) => unreadOf(page, each)).find((words) => words !== undefined);
  if (unread !== undefined) return unread;
  if (own === undefined) return `there is no ${name} with these labels`;
  if (!per) return own;
  const other = combined(page, per, 'sum');
  return other === undefined || other === 0 || !Number.isFinite(other)
    ? `${per.name} is ${other ?? 'not there'}, so nothing can be divided by it`
    : own / other;
}

/** The lines of a series as they were read, also those that could not be. */
function linesOf({ samples, unreadable }: MetricsPage, name: string): string {
  const own = samples.filter((sample) => sample.name === name).map(({ labels, value }) => `${name}${JSON.stringify(labels)} ${value}`);
  const unread = unreadable.filter((line) => line.includes(name)).map((line) => `not understood: ${line}`);
  return firstLines([...own, ...unread].length === 0 ? [`no sample of ${name}`] : [...own, ...unread]);
}

type Labels = Record<string, string>;

function fitting({ samples }: MetricsPage, { name, labels = {} }: { name: string; labels?: Labels | undefined }): Sample[] {
  return samples.filter((sample) => sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted));
}

function combined(page: MetricsPage, series: { name: string; labels?: Labels | undefined }, of: 'sum' | 'max' | 'min'): number | undefined {
  const values = fitting(page, series).map(({ value }) => value);
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  if (of === 'sum') return values.reduce((sum, value) => sum + value, 0);
  return of === 'max' ? Math.max(...values) : Math.min(...values);
}

/** In words how many lines that may be of a series cannot be read: without them no sum is right. */
function unreadOf(page: MetricsPage, name: string): string | undefined {
  const lines = page.unreadable.filter((line) => line.includes(name));
  return lines.length === 0 ? undefined : `${lines.length} lines of ${name} cannot be read`;
}

async function changeOf(params: Params, first: MetricsPage, client: HttpClient, probe: Probe): Promise<number | string> {
  const start = performance.now();
  await delay(params.overS! * 1_000, undefined, { signal: probe.signal });
  const second = await pageOf(client, params, probe);
  if (typeof second === 'string') return second;
  const increases = [{ name: params.name!, labels: params.labels }, ...(params.per ? [params.per] : [])].map((series) =>
    increaseOf(first, second, series),
  );
  const wrong = increases.find((increase) => typeof increase === 'string');
  if (wrong !== undefined) return wrong;
  const [own, other] = increases as number[];
  if (params.per)
    return other === undefined || other === 0 ? `${params.per.name} did not increase, so nothing can be divided by it` : own! / other;
  return params.as === 'rate' ? own! / ((performance.now() - start) / 1_000) : own!;
}

/** The increase of each series by itself: one that was started anew must not hide what another counted. */
function increaseOf(first: MetricsPage, second: MetricsPage, series: { name: string; labels?: Labels | undefined }): number | string {
  const unread = unreadOf(first, series.name) ?? unreadOf(second, series.name);
  if (unread !== undefined) return unread;
  const [before, after] = [first, second].map((page) => new Map(fitting(page, series).map(({ labels, value }) => [keyOf(labels), value])));
  if (before!.size === 0 || after!.size === 0) return `there is no ${series.name} with these labels`;
  if ([...before!.keys()].some((key) => !after!.has(key))) return `a series of ${series.name} went away meanwhile`;
  // A counter that went back was started anew; what it counted since is all that is known. A new one began at 0.
  const grown = [...after!].map(([key, value]) => (value < (before!.get(key) ?? 0) ? value : value - (before!.get(key) ?? 0)));
  return grown.some(Number.isNaN) ? `${series.name} is no number` : grown.reduce((sum, value) => sum + value, 0);
}

const keyOf = (labels: Sample['labels']): string => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

export const metric = defineKind({
  name: 'metric',
  summary: 'A page of metrics has the demanded families, and a series holds now or by its increase over a window.',
  params: Params,
  describe: ({ target, families, name, op, value, overS }) =>
    `${target}: ${[...(families ?? []), ...(name ? [`${name} ${op} ${value}${overS === undefined ? '' : ` over ${overS} s`}`] : [])].join(', ')}`,
  run,
  timeoutMs: ({ overS = 0 }) => overS * 1_000 + 10_000,
  unheld: [
    {
      names: ['labels', 'of', 'per', 'op', 'value', 'unit', 'overS', 'as'],
      when: ({ name }) => name === undefined,
      where: 'without name, the series',
    },
    { names: ['as'], when: ({ overS }) => overS === undefined, where: 'without overS' },
    { names: ['as'], when: ({ per }) => per !== undefined, where: 'beside per' },
    { names: ['of'], when: ({ overS, of }) => overS !== undefined && of !== 'sum', where: 'over a window: increases are added up' },
  ],
  negative: [
    {
      name: 'a page without the demanded family',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('# HELP up Whether.\n# TYPE up gauge\nup 1\n'));
        return { params: { target: url, families: ['orders_total'] }, end };
      },
    },
    {
      name: 'a value above the limit',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('pool_in_use{pool="main"} 97\n'));
        return { params: { target: url, name: 'pool_in_use', op: '<' as const, value: 90 }, end };
      },
    },
    {
      name: 'a series whose number cannot be read',
      async arrange() {
        const page = 'errors_total{service="a"} 0\nerrors_total{service="b"} 50,000\n';
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end(page));
        return { params: { target: url, name: 'errors_total', op: '=' as const, value: 0 }, end };
      },
    },
    {
      name: 'a series that hides by its new start what another counts',
      async arrange() {
        let asked = 0;
        const { url, end } = await httpOnLoopback(
          (_, reply) =>
            void reply.end((asked += 1) === 1 ? 'errors{a="1"} 100\nerrors{a="2"} 0\n' : 'errors{a="1"} 0\nerrors{a="2"} 100\n'),
        );
        return { params: { target: url, name: 'errors', op: '<' as const, value: 5, overS: 0.02 }, end };
      },
    },
    {
      name: 'a counter that stands still',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('trades_total 5\n'));
        return { params: { target: url, name: 'trades_total', op: '>' as const, value: 0, overS: 0.02 }, end };
      },
    },
  ],
});
