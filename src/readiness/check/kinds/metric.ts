import { setTimeout as delay } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { AppError } from '../../../base/error.ts';
import type { Measurement } from '../../run/result.ts';
import { openHttp, type HttpClient } from '../ask-http.ts';
import type { Outcome, Probe } from '../check.ts';
import { holds } from '../compare.ts';
import { defineKind, fields, judged, listed, oneOf, Op, TargetName, Text, Texts, UrlPath } from '../define.ts';
import { httpOnLoopback } from '../loopback.ts';
import { readMetrics, type MetricsPage } from '../prometheus-text.ts';

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
  const client = await openHttp(probe, target);
  try {
    const first = await pageOf(client, params, probe);
    if (typeof first === 'string') return { state: 'fail', summary: `${first}.` };
    const missing = (params.families ?? []).filter((family) => !hasFamily(first, family));
    const valued = params.name === undefined ? { problems: [], measurements: [] } : await valueFindings(params, first, client, probe);
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

async function pageOf(client: HttpClient, { path = '/metrics', bearerFrom }: Params, probe: Probe): Promise<MetricsPage | string> {
  const token = bearerFrom === undefined ? undefined : probe.setting(bearerFrom);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await client.ask({ path, headers, mostBytes: 16 << 20 });
  if (answer.status !== 200) return `${answer.shown} answered ${answer.status}`;
  const page = readMetrics(answer.body);
  if (answer.cut) return `${answer.shown} is longer than can be read`;
  return page.samples.length === 0 || page.unreadable > page.samples.length ? `${answer.shown} is no page of metrics` : page;
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
    problems: holds(measured, op!, limit!) ? [] : [`${name} is ${words}, demanded ${demanded}`],
    measurements: [{ name: name!, value: Number.isFinite(measured) ? measured : String(measured), demanded, ...(unit && { unit }) }],
  };
}

/** The value of the series that fit, or in words why there is none. */
function valueOf({ name, labels, of = 'sum', per }: Params, page: MetricsPage): number | string {
  const own = combined(page, { name: name!, labels }, of);
  if (own === undefined) return `there is no ${name} with these labels`;
  if (!per) return own;
  const other = combined(page, per, 'sum');
  return other === undefined || other === 0 ? `${per.name} is ${other ?? 'not there'}, so nothing can be divided by it` : own / other;
}

function combined(
  page: MetricsPage,
  { name, labels = {} }: { name: string; labels?: Record<string, string> | undefined },
  of: 'sum' | 'max' | 'min',
): number | undefined {
  const fits = page.samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted),
  );
  const values = fits.map(({ value }) => value);
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  if (of === 'sum') return values.reduce((sum, value) => sum + value, 0);
  return of === 'max' ? Math.max(...values) : Math.min(...values);
}

async function changeOf(params: Params, first: MetricsPage, client: HttpClient, probe: Probe): Promise<number | string> {
  const start = performance.now();
  await delay(params.overS! * 1_000, undefined, { signal: probe.signal });
  const second = await pageOf(client, params, probe);
  if (typeof second === 'string') return second;
  const increases = [{ name: params.name!, labels: params.labels }, ...(params.per ? [params.per] : [])].map((series) => {
    const [before, after] = [combined(first, series, 'sum'), combined(second, series, 'sum')];
    // A counter that went back was started anew; what it counted since is all that is known.
    return before === undefined || after === undefined ? undefined : after < before ? after : after - before;
  });
  const [own, other] = increases;
  if (own === undefined) return `there is no ${params.name} with these labels`;
  if (params.per)
    return other === undefined || other === 0 ? `${params.per.name} did not increase, so nothing can be divided by it` : own / other;
  return params.as === 'rate' ? own / ((performance.now() - start) / 1_000) : own;
}

export const metric = defineKind({
  name: 'metric',
  summary: 'A page of metrics has the demanded families, and a series holds now or by its increase over a window.',
  params: Params,
  describe: ({ target, families, name, op, value, overS }) =>
    `${target}: ${[...(families ?? []), ...(name ? [`${name} ${op} ${value}${overS === undefined ? '' : ` over ${overS} s`}`] : [])].join(', ')}`,
  run,
  timeoutMs: ({ overS = 0 }) => overS * 1_000 + 10_000,
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
      name: 'a counter that stands still',
      async arrange() {
        const { url, end } = await httpOnLoopback((_, reply) => void reply.end('trades_total 5\n'));
        return { params: { target: url, name: 'trades_total', op: '>' as const, value: 0, overS: 0.02 }, end };
      },
    },
  ],
});
