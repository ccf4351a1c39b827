import type { Criterion, Item, Line } from '../checklist/checklist.ts';
import type { Trait } from './theme.ts';

/** A line with what stands around it. */
export type LineInPlace = { line: Item | Criterion | Line; parent?: Line };

const DAY = 86_400_000;

/** What a line's place and form say beside its words, with the reason for people. */
export function traitsOf({ line, parent }: LineInPlace): ReadonlyMap<Trait, string> {
  const traits = new Map<Trait, string>();
  const headings = line.section.join(' / ');
  const near = `${line.section.slice(-2).join(' / ')} / ${parent?.title ?? ''}`;
  const say = (trait: Trait, holds: boolean, why: string) => void (holds && traits.set(trait, why));
  const settles = /\brollback\b|\broll back\b/i.test(near);
  say(
    'rollback_trigger',
    line.polarity === 'bad_when_true' && (settles || line.action === 'rollback'),
    'stands among the reasons to roll back',
  );
  say('rollback_step', settles && line.polarity === 'good_when_true', 'stands among the steps of a rollback');
  say('sign_off', /sign[- ]?off|\bapproval$/i.test(line.section.at(-1) ?? '') || signs(line), 'stands where people sign');
  say(
    'after_release',
    /\bfirst (hour|day|week|month|\d+)|\d+ ?[-–] ?\d+ (hours|days)|\bt\+\d/i.test(near),
    'is for the first hours, days or weeks after a release',
  );
  say(
    'before_release',
    (line.window?.toMs ?? 1) <= 0 || /\bpre[- ]?deploy|before (deploy|release)|t-\d/i.test(headings),
    'belongs to the time before a release',
  );
  for (const environment of ['development', 'staging', 'production'] as const)
    say(environment, isEnvironment(line, environment), `is about the ${environment} environment`);
  say(
    'latency',
    line.thresholds.some(({ unit }) => unit === 'ms' || unit === 's') && !long(line),
    'asks for a time in milliseconds or seconds',
  );
  say(
    'settings',
    line.section.some((heading) => /environment (variable|file)/i.test(heading)) || /environment variable/i.test(parent?.title ?? ''),
    'stands among environment variables',
  );
  say('port', /\bport \d{2,5}\b/i.test(`${line.title} ${line.detail ?? ''}`), 'names a port');
  return traits;
}

function signs(line: LineInPlace['line']): boolean {
  return line.roles.length > 0 && /_{3,}|\bdate\b/i.test(line.text);
}

function isEnvironment(line: LineInPlace['line'], environment: string): boolean {
  if (line.environment !== undefined && line.environment !== environment) return false;
  return new RegExp(`\\b${environment} environment`, 'i').test(line.section.at(-1) ?? '');
}

/** Windows of days are no latencies. */
function long(line: LineInPlace['line']): boolean {
  return line.thresholds.some(({ overMs }) => (overMs ?? 0) >= DAY);
}
