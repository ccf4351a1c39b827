import type { Line, Threshold, Window } from './checklist.ts';
import { TIME_MS } from './units.ts';

/** A time for people in its largest whole unit: `24 h`, `7 d`, `90 min`. */
function describeTime(ms: number): string {
  const [unit, length] = [...TIME_UNITS].find(([, size]) => ms !== 0 && ms % size === 0) ?? ['ms', 1];
  return `${ms / length} ${unit}`;
}

const TIME_UNITS = (['d', 'h', 'min', 's'] as const).map((unit) => [unit, TIME_MS[unit]!] as const);

/** A threshold for people: `API latency p95 < 100 ms`, `error rate > 1 % for 10 min`; a version as it is written, `Node 20.10+`. */
export function describeThreshold(threshold: Threshold): string {
  const { metric, op, value, unit, percentile, scope, forMs, overMs, relative, unsure } = threshold;
  if (unit === 'version') return threshold.text;
  const measured = [metric, percentile === undefined ? '' : percentile === 'mean' ? 'mean' : `p${percentile}`, relative ?? ''];
  const demanded = [op, String(value), unit === 'count' ? '' : unit, scope === undefined ? '' : `(${scope})`];
  const held = [forMs === undefined ? '' : `for ${describeTime(forMs)}`, overMs === undefined ? '' : `over ${describeTime(overMs)}`];
  return [...measured, ...demanded, ...held, unsure ? '(not sure)' : ''].filter((part) => part !== '').join(' ');
}

/** A window for people: `0 to 24 h after the release, every 30 min`. */
function describeWindow({ fromMs, toMs, cadenceMs }: Window): string {
  const every = cadenceMs === undefined ? '' : `, every ${describeTime(cadenceMs)}`;
  if (toMs <= 0) return `${describeTime(-fromMs)} before${every}`;
  const from = fromMs === 0 ? '0' : describeTime(fromMs);
  return `${from} to ${describeTime(toMs)} after${every}`;
}

/** Everything that was understood of a line besides its words, as short parts. */
export function describeLine(line: Line): string[] {
  const { tier, environment, window, cadenceMs, polarity, action, applicability } = line;
  return [
    ...line.thresholds.map(describeThreshold),
    ...(tier ? [tier] : []),
    ...(environment ? [environment] : []),
    ...(window ? [describeWindow(window)] : cadenceMs === undefined ? [] : [`every ${describeTime(cadenceMs)}`]),
    ...(polarity === 'bad_when_true' ? ['bad when true'] : []),
    ...(action ? [ACTIONS[action]] : []),
    ...(applicability ? [applicability.kind] : []),
    ...line.claims.map(({ text }) => `claims “${text}”`),
    ...line.roles,
  ];
}

const ACTIONS = {
  rollback: 'roll back',
  recommend_rollback: 'recommend to roll back',
  continue: 'carry on',
  stop_launch: 'do not launch',
} as const;
