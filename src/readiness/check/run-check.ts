import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { AppError } from '../../base/error.ts';
import type { CheckResult, CheckState, Measurement } from '../run/result.ts';
import type { CheckKind, Outcome, Probe } from './check.ts';
import { failureOf } from './failure.ts';
import { takeNotes } from './notes.ts';
import { unheldIn } from './unheld.ts';
import { redact, redactNamed, redactOutput } from './redact.ts';

/** What one check found, and what it saw in full, masked and bounded, to be kept as evidence. */
export type Checked = { result: CheckResult; output: string };

export type RunOptions = {
  /** Longest time, unless the kind asks for more because it looks over a window. */
  timeoutMs?: number;
  /** How long a check that was told to stop may take to do so before it is left behind. */
  graceMs?: number;
};

const TIMEOUT_MS = 10_000;
const GRACE_MS = 500;
const LONGEST_MS = 15 * 60_000;
const SUMMARY_CHARACTERS = 1_000;
const NOT_SHOWN = '[not shown]';
const MOST_MEASUREMENTS = 100;
const STATES: ReadonlySet<unknown> = new Set<CheckState>(['pass', 'warn', 'fail', 'error', 'unreachable', 'stale']);

/**
 * Runs one check and never throws. Whatever the kind does, the result is `pass` only when the kind itself said so, in time
 * and in the right shape; parameters that do not fit, refused targets and everything unexpected are `error`, what the
 * network does not answer is `unreachable`, and a check that does not stop when told is left behind as `error`.
 */
export async function runCheck(kind: CheckKind, params: unknown, probe: Probe, options: RunOptions = {}): Promise<Checked> {
  const startedAt = probe.clock.now();
  const start = performance.now();
  const notes = takeNotes(probe.hide);
  const outcome = await outcomeOf(kind, params, { ...probe, note: notes.note }, options);
  const clean = cleanerOf(probe);
  const result: CheckResult = {
    kind: kind.name,
    asked: clean(askedOf(kind, params)),
    state: outcome.state,
    summary: clean(outcome.summary),
    measurements: (outcome.measurements ?? []).slice(0, MOST_MEASUREMENTS).map((measurement) => cleanMeasurement(measurement, clean)),
    startedAt: new Date(startedAt).toISOString(),
    ms: Math.round((performance.now() - start) * 10) / 10,
  };
  return { result, output: keptOf(evidenceOf(outcome, notes.all(), result.summary), probe) };
}

/** What cannot be masked is not kept. */
function keptOf(evidence: string, { hide }: Probe): string {
  try {
    return redactOutput(evidence, hide);
  } catch {
    return NOT_SHOWN;
  }
}

/** Evidence of a check that came to see nothing. */
export const nothingSeen = (summary: string): string => `Nothing was seen: ${summary}`;

/**
 * What is kept of a check: its own account, else what it noted. Of one that did not end by itself, what was seen until then and
 * how it ended; there is always something, so that nobody has to believe a result.
 */
function evidenceOf({ state, output = '' }: Outcome, notes: string | undefined, summary: string): string {
  const seen = output === '' ? notes : output;
  if (seen === undefined) return nothingSeen(summary);
  return state === 'error' || state === 'unreachable' ? `${seen}\n\nIt ended so: ${summary}` : seen;
}

async function outcomeOf(kind: CheckKind, params: unknown, probe: Probe, options: RunOptions): Promise<Outcome> {
  const problem = paramsProblem(kind, params);
  if (problem) return { state: 'error', summary: problem };
  try {
    const wanted = Math.max(options.timeoutMs ?? TIMEOUT_MS, kind.timeoutMs?.(params) ?? 0);
    return await within(kind, params, probe, { timeoutMs: Math.min(wanted, LONGEST_MS), graceMs: options.graceMs ?? GRACE_MS });
  } catch (error) {
    return failureOf(error);
  }
}

/** The kind's own answer, or what became of it when time ran out or the run was stopped. */
function within(kind: CheckKind, params: unknown, probe: Probe, { timeoutMs, graceMs }: Required<RunOptions>): Promise<Outcome> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    let ended: Outcome | undefined;
    let grace: NodeJS.Timeout | undefined;
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      clearTimeout(grace);
      probe.signal.removeEventListener('abort', stopped);
      resolve(outcome);
    };
    const end = (outcome: Outcome): void => {
      if (ended) return;
      ended = outcome;
      grace = setTimeout(finish, graceMs, { state: 'error', summary: `${outcome.summary} It did not stop when told and was left behind.` });
      stop.abort(new AppError('timeout', 'readiness.check_stopped', outcome.summary));
    };
    const timer = setTimeout(end, timeoutMs, { state: 'unreachable', summary: `No answer within ${timeoutMs / 1_000} s.` });
    const stopped = (): void => end({ state: 'error', summary: 'The run was stopped before this check had ended.' });
    probe.signal.addEventListener('abort', stopped, { once: true });
    if (probe.signal.aborted) stopped();
    // What comes after the end is late: it cannot make the result better.
    void answerOf(kind, params, { ...probe, signal: stop.signal }).then((outcome) => finish(ended ?? outcome));
  });
}

async function answerOf(kind: CheckKind, params: unknown, probe: Probe): Promise<Outcome> {
  try {
    return shaped(await kind.run(params, probe));
  } catch (error) {
    return failureOf(error);
  }
}

/** A plain copy of an outcome in the right shape; anything else is the kind's mistake and an `error`. */
function shaped(outcome: unknown): Outcome {
  const { state, summary, measurements = [], output } = (outcome ?? {}) as Partial<Outcome>;
  const fits =
    STATES.has(state) &&
    typeof summary === 'string' &&
    (output === undefined || typeof output === 'string') &&
    Array.isArray(measurements) &&
    measurements.every(isMeasurement);
  if (!fits) return { state: 'error', summary: 'The check answered with something that is no outcome.' };
  return { state: state!, summary, measurements: [...(measurements as Measurement[])], ...(output !== undefined && { output }) };
}

function isMeasurement(value: unknown): value is Measurement {
  if (typeof value !== 'object' || value === null) return false;
  const { name, value: measured, unit, demanded, samples } = value as Measurement;
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string';
  return (
    typeof name === 'string' &&
    (typeof measured === 'string' || (typeof measured === 'number' && Number.isFinite(measured))) &&
    isText(unit) &&
    isText(demanded) &&
    (samples === undefined || typeof samples === 'number')
  );
}

type Validator = { Check(value: unknown): boolean; Errors(value: unknown): { instancePath: string; message: string; keyword: string }[] };
const validators = new WeakMap<TSchema, Validator>();

/** What is wrong with parameters, in words that never quote them; undefined when they fit. */
export function paramsProblem(kind: CheckKind, params: unknown): string | undefined {
  const validator = validators.get(kind.params) ?? (Compile(kind.params) as unknown as Validator);
  validators.set(kind.params, validator);
  try {
    if (validator.Check(params)) {
      const unheld = unheldIn(kind, params);
      return unheld && `The parameters of ${kind.name} cannot be held together: ${unheld.why}.`;
    }
    const [first] = validator.Errors(params).filter(({ keyword }) => keyword !== 'boolean');
    const unknown = (first as { params?: { additionalProperties?: string[] } } | undefined)?.params?.additionalProperties?.[0];
    const where = first?.instancePath ? ` at ${first.instancePath.slice(0, 100)}` : '';
    const why =
      unknown === undefined ? (first?.message ?? 'they do not fit') : `there is no parameter ${JSON.stringify(unknown.slice(0, 64))}`;
    return `The parameters of ${kind.name} do not fit${where}: ${why}.`;
  } catch {
    return `The parameters of ${kind.name} cannot be read.`;
  }
}

function askedOf(kind: CheckKind, params: unknown): string {
  try {
    return paramsProblem(kind, params) ? kind.name : kind.describe(params);
  } catch {
    return kind.name;
  }
}

function cleanerOf(probe: Probe): (text: string) => string {
  return (text) => {
    const bounded = text.length > 8_192 ? text.slice(0, 8_192) : text;
    let clean: string;
    try {
      clean = redact(probe.hide ? probe.hide(bounded) : bounded);
    } catch {
      clean = NOT_SHOWN;
    }
    return clean.length > SUMMARY_CHARACTERS ? `${clean.slice(0, SUMMARY_CHARACTERS)}…` : clean;
  };
}

function cleanMeasurement(measurement: Measurement, clean: (text: string) => string): Measurement {
  const { name, value, unit, demanded, samples } = measurement;
  return {
    name: clean(name),
    value: typeof value === 'string' ? clean(redactNamed(name, value)) : value,
    ...(unit !== undefined && { unit: clean(unit) }),
    ...(demanded !== undefined && { demanded: clean(redactNamed(name, demanded)) }),
    ...(samples !== undefined && { samples }),
  };
}
