import type { Comparator } from '../checklist/checklist.ts';
import type { BoundCheck } from './binding.ts';

/** A number that a check holds what it sees against. `about` are the words beside it: what it is a number of; `overMs` is the time over which it is looked at, where that is not now alone; `text` is a number as it is written, which of a version is more than its value. */
export type HeldLimit = {
  op: Comparator;
  value: number;
  text?: string;
  unit?: string;
  percentile?: number | 'mean';
  overMs?: number;
  about: string;
};

const COMPARATORS: ReadonlySet<unknown> = new Set<Comparator>(['<', '<=', '>', '>=', '=', '!=']);
/** Parameters that say how a check is made, and not what it demands. */
const MANNER: ReadonlySet<string> = new Set(['of', 'timeoutMs', 'timeoutS', 'overS', 'stepS', 'samples', 'percentile', 'tries', 'follow']);
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, 'ms'],
  [/(?:Seconds|S)$/, 's'],
  [/Minutes$/, 'min'],
  [/Hours$/, 'h'],
  [/Days(?:Left)?$/, 'd'],
  [/Bytes$/, 'B'],
  [/MB$/, 'MB'],
  [/(?:Score|Percent)$/, '%'],
];
/** What kinds demand of themselves, without a parameter. */
const UNTOLD: Readonly<Record<string, readonly HeldLimit[]>> = {
  junit: [{ op: '=', value: 0, about: 'tests failed' }],
  package_audit: [
    { op: '<=', value: 0, about: 'critical vulnerabilities of packages' },
    { op: '<=', value: 0, about: 'high vulnerabilities of packages' },
  ],
};

/** Every number that a check holds something against, as its parameters tell: what has `op` and `value`, and what is named a least or a most. */
export function limitsOf({ kind, params }: BoundCheck): readonly HeldLimit[] {
  const untold = (UNTOLD[kind] ?? []).filter(() => params['max'] === undefined);
  const overMs = timeSpanOf(params);
  const over = overMs > 0 && { overMs };
  return [...untold, ...limitsIn(params, named(kind, params))].map((limit) => ({ ...percentileOf(limit, params), ...over, ...limit }));
}

/** A check and what it looks at, by the texts of its parameters: which drill, report, file, command or setting. */
function named(kind: string, params: BoundCheck['params']): string {
  const texts = Object.values(params)
    .flat()
    .filter((value) => typeof value === 'string' && value.length <= 100 && !COMPARATORS.has(value));
  return [kind, ...texts].join(' ');
}

const SPANS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Over how long a check looks back (ms): by its parameter, or the longest range of its query, such as `[1h]`. */
function timeSpanOf({ overS, query }: BoundCheck['params']): number {
  const ranges = typeof query === 'string' ? [...query.matchAll(/\[(\d{1,9})([smhdw])/g)] : [];
  return Math.max(typeof overS === 'number' ? overS * 1_000 : 0, ...ranges.map(([, count, unit]) => Number(count) * SPANS[unit!]!));
}

function limitsIn(value: unknown, about: string): HeldLimit[] {
  if (Array.isArray(value)) return value.flatMap((each) => limitsIn(each, about));
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  return [
    ...comparedIn(fields, about),
    ...Object.entries(fields).flatMap(([name, field]) => {
      if (MANNER.has(name)) return [];
      const named = namedLimit(name, field, about);
      return named ? [named] : limitsIn(field, `${about} ${name}`);
    }),
  ];
}

/** `{ at: $.errorRate, op: <, value: 0.01 }`, of whatever name. */
function comparedIn(fields: Readonly<Record<string, unknown>>, about: string): HeldLimit[] {
  const { op, unit } = fields;
  const value = numberOf(fields['value']);
  if (!COMPARATORS.has(op) || value === undefined) return [];
  const words = ['at', 'name', 'query', 'path'].flatMap((name) => (typeof fields[name] === 'string' ? [fields[name]] : []));
  const text = fields['value'];
  return [
    {
      op: op as Comparator,
      value,
      about: [about, ...words].join(' '),
      ...(typeof unit === 'string' && { unit }),
      ...(typeof text === 'string' && { text }),
    },
  ];
}

/** `maxAgeHours`, `min: { lines }`, `equals`: direction and unit are in the name. */
function namedLimit(name: string, field: unknown, about: string): HeldLimit | undefined {
  const value = numberOf(field);
  if (value === undefined) return undefined;
  const words = `${about} ${name}${name.endsWith('Ms') ? ' time' : ''}`;
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? (/^coverage\b.* min$/.test(about) ? '%' : undefined);
  const common = { value, about: words, ...(unit !== undefined && { unit }) };
  if (name === 'equals') return { op: '=', ...common };
  if (/^(?:min|keeps|hsts|least)|Share$/.test(name) || about.endsWith(' min')) return { op: '>=', ...common };
  if (/^(?:max|within|most)|Within/.test(name) || / (?:max|atMost)$/.test(about)) return { op: '<=', ...common };
  return undefined;
}

/** A number, also where it is written as text; of a version the part that a demand on versions names. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && /^\d+(?:\.\d+){0,3}$/.test(value) ? Number.parseFloat(value) : undefined;
}

/** Of which part of the measurements it is: as the parameters say, or their words. The slowest of several is beyond any. */
function percentileOf({ about, unit }: HeldLimit, { percentile, samples }: BoundCheck['params']): Pick<HeldLimit, 'percentile'> {
  if (typeof percentile === 'number') return { percentile };
  if (unit === 'ms' && typeof samples === 'number' && samples > 1) return { percentile: 100 };
  return percentileIn(about);
}

/** The percentile that the words beside a number name: `$.latencyMs.p95`, `histogram_quantile(0.95, …)`, `mean_exec_time`. */
export function percentileIn(words: string): { percentile?: number | 'mean' } {
  const named = /(?<![a-z])p(\d{2})(\d*)(?!\d)/i.exec(words);
  if (named) return { percentile: Number(`${named[1]}.${named[2] || 0}`) };
  const quantile = /quantile\w*\(\s*(0?\.\d+)/i.exec(words);
  if (quantile) return { percentile: Math.round(Number(quantile[1]) * 100_000) / 1_000 };
  if (/(?<![a-z])median(?![a-z])/i.test(words)) return { percentile: 50 };
  return /(?<![a-z])(?:mean|avg|average)(?![a-z])/i.test(words) ? { percentile: 'mean' } : {};
}
