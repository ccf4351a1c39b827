import type { Binding, BoundCheck, Disposition } from '../binding/binding.ts';
import { MAX_WAIVER_DAYS, waiverEnd } from '../binding/waiver-end.ts';
import type { Millis } from '../../base/time.ts';
import { isPlaceholder } from '../people-roles.ts';
import { RESULT_STATES, type CheckResult, type CheckState, type LineResult, type ResultState } from './result.ts';

/** How long a result holds whose check does not say. */
export const DEFAULT_TTL_MS = 24 * 3_600_000;
/** A result may seem to lie so far ahead, when it was made by another machine's clock. */
const MOST_AHEAD_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;

/**
 * From the best to the worst. Only the first is good. What is known to be bad is worse than what is not known, so that the
 * reason that somebody can act on is told first.
 */
const STATES_BY_HARM: readonly ResultState[] = [
  'pass',
  'not_applicable',
  'waived',
  'warn',
  'awaiting_sign_off',
  'stale',
  'unreachable',
  'error',
  'fail',
];

/** How bad a state is, from 0 for `pass`; a state that nobody knows is an error. */
export function harmOf(state: ResultState): number {
  const at = STATES_BY_HARM.indexOf(state);
  return at < 0 ? STATES_BY_HARM.indexOf('error') : at;
}

/** What became of a line, before what its author claims is held against it. */
export type Found = Pick<LineResult, 'state' | 'summary' | 'validUntil'>;

/** What the document's own words say of what was found: they contradict, or a number of theirs is missed or held by nothing. */
export type Objection = { state: CheckState; summary: string };

/** A person's word that is in force for the line. `at` and `until` are ISO times. */
export type Word = { name: string; at: string; text: string; until?: string };

/** Everything that a line's state is made of. */
export type Sources = {
  /** What decides the line: its one confirmed binding, or why it has none. */
  binding: Binding | { missing: string };
  /** Results in the order of the binding's checks. */
  checks: readonly CheckResult[];
  /** Results of the checks that tell whether whoever looked has a network, in the order of the binding. */
  control?: readonly CheckResult[];
  /** Results of the lines below it. */
  children: readonly LineResult[];
  /** The signature in force of the role that the binding asks for. */
  signOff?: Word | undefined;
  waiver?: Word | undefined;
  notApplicable?: Word | undefined;
  /** What speaks against a pass, beside what decides the line. */
  objections?: readonly Objection[];
  at: Millis;
  defaultTtlMs?: number;
  /** How long a result holds at most, whatever the binding of its check says; no less than one whose check does not say. */
  mostTtlMs?: number;
  /** How long a waiver of the file lasts at most after it was confirmed. */
  maxWaiverDays?: number;
};

/**
 * The state of one line. It fails closed: `pass` takes a confirmed binding and, for everything that the binding asks for, a
 * pass that still holds. What is missing, unknown, too old, or of the wrong kind is never good, and an empty list is no
 * proof.
 *
 * A bound check always states what must hold. On a line that tells of something bad (a rollback trigger, an alert) the
 * check states that it is absent, and the signature that it has not happened. So nothing here is ever turned round: turning
 * `error` round would make it good.
 *
 * An objection makes it worse and never better: a line whose demands contradict is an error whatever was found, one whose number is
 * missed fails, one whose number nothing holds only warns; until somebody puts the line aside.
 *
 * A waiver or a ruling that the line does not apply is a named decision beside the result: it never makes a pass, and a
 * waiver does not hide one.
 */
export function combine(sources: Sources): Found {
  const { notApplicable, waiver } = sources;
  if (notApplicable) {
    const { name, text, until } = notApplicable;
    return { state: 'not_applicable', summary: `Ruled out by ${name}: ${text}`, ...(until !== undefined && { validUntil: until }) };
  }
  const found = 'missing' in sources.binding ? fail(sources.binding.missing) : met(disposed(sources.binding, sources), sources);
  if (!waiver || found.state === 'pass' || found.state === 'not_applicable') return found;
  const until = waiver.until === undefined ? '' : ` until ${waiver.until.slice(0, 10)}`;
  return { ...found, state: 'waived', summary: `Waived${until} by ${waiver.name}: ${waiver.text} (${found.state}: ${found.summary})` };
}

function disposed(binding: Binding, sources: Sources): Found {
  const { disposition } = binding;
  switch (disposition.kind) {
    case 'checked':
      return silenceHeld(disposition, combineChecks(disposition.checks, sources, disposition.any === true), sources);
    case 'attested':
      return attested(disposition.role, sources);
    case 'derived':
      return derived(sources.children);
    case 'outside':
      return outside(disposition, sources);
    case 'not_applicable':
      return ruledOut(disposition);
    case 'waived':
      return waivedByFile(disposition, binding.confirmed?.at ?? '', sources);
    default:
      return { state: 'error', summary: 'The binding is of no known kind.' };
  }
}

/** Silence that a line looks for: known to be bad while the control answers, and as unknown as ever while it does not. */
function silenceHeld({ silence }: Extract<Disposition, { kind: 'checked' }>, found: Found, sources: Sources): Found {
  if (!silence || found.state !== 'unreachable') return found;
  const control = combineChecks(silence.control, { ...sources, checks: sources.control ?? [] }, false);
  if (control.state !== 'pass')
    return {
      ...found,
      summary: `${found.summary} That it is silent is not sure: the control does not answer either (${control.summary}).`,
    };
  return { ...found, state: 'fail', summary: `${found.summary} The control answers, so it is silent: ${control.summary}` };
}

function met(found: Found, { objections = [] }: Sources): Found {
  if (found.state === 'waived' || found.state === 'not_applicable') return found;
  return objections.reduce((before, { state, summary }) => {
    if (harmOf(state) > harmOf(before.state)) return { ...before, state, summary };
    return state === 'pass' && before.state === 'pass' ? { ...before, summary: `${before.summary} ${summary}` } : before;
  }, found);
}

function fail(summary: string): Found {
  return { state: 'fail', summary };
}

/** A signature holds for its time: what somebody saw a year ago says little of today. */
function attested(role: string, { signOff, at }: Pick<Sources, 'signOff' | 'at'>): Found {
  if (isPlaceholder(role)) return fail('The binding names no role that could sign.');
  if (!signOff) return { state: 'awaiting_sign_off', summary: `Waits for the signature of ${role}.` };
  const { name, text, until } = signOff;
  if (until !== undefined && !(at < Date.parse(until)))
    return {
      state: 'stale',
      summary: `The signature of ${name} as ${role} ended on ${until.slice(0, 10)} and has to be given again: ${text}`,
    };
  return { state: 'pass', summary: `Signed by ${name} as ${role}: ${text}`, ...(until !== undefined && { validUntil: until }) };
}

/** A signature counts where nothing can be seen; where a probe sees something, that counts as well. */
function outside(disposition: Extract<Disposition, { kind: 'outside' }>, sources: Sources): Found {
  const word = attested(disposition.role, sources);
  if (!disposition.checks || disposition.checks.length === 0) return word;
  const probe = combineChecks(disposition.checks, sources, false);
  if (probe.state === 'pass') {
    const validUntil = earliest([probe.validUntil, word.validUntil]);
    return { ...word, ...(validUntil !== undefined && { validUntil }) };
  }
  // Nobody could look, but somebody answers for it: better than nothing, and still no pass.
  if (probe.state === 'unreachable' && word.state === 'pass')
    return { ...probe, state: 'warn', summary: `${word.summary} The probe could not see for itself: ${probe.summary}` };
  return probe;
}

function ruledOut({ reason, by }: Extract<Disposition, { kind: 'not_applicable' }>): Found {
  if (isPlaceholder(reason) || isPlaceholder(by)) return fail('It is said not to apply, without a reason or without a name.');
  return { state: 'not_applicable', summary: `Does not apply, by ${by}: ${reason}` };
}

/** It ends on its day, and no later after its confirmation than any other waiver; a confirmation of a day to come is none. */
function waivedByFile(
  { reason, by, until }: Extract<Disposition, { kind: 'waived' }>,
  confirmedAt: string,
  { at, maxWaiverDays = MAX_WAIVER_DAYS }: Pick<Sources, 'at' | 'maxWaiverDays'>,
): Found {
  if (isPlaceholder(reason) || isPlaceholder(by)) return fail('It is said to be waived, without a reason or without a name.');
  // The day of somebody in another time zone may have begun already.
  if (!(Date.parse(confirmedAt) <= at + DAY_MS)) return fail(`The waiver by ${by} was not confirmed on a day that has come.`);
  const end = waiverEnd(until, confirmedAt, { maxWaiverDays });
  if (Number.isNaN(end)) return fail(`The waiver by ${by} has no day on which it ends.`);
  const ends = new Date(end).toISOString();
  if (end <= at) return fail(`The waiver by ${by} ended on ${ends.slice(0, 10)}.`);
  return { state: 'waived', summary: `Waived until ${ends.slice(0, 10)} by ${by}: ${reason}`, validUntil: ends };
}

/** All lines below must pass; those that do not apply are left out, and nothing is made of nothing. */
function derived(children: readonly LineResult[]): Found {
  if (children.length === 0) return fail('It is derived from the lines below it, and there are none.');
  const counted = children.filter(({ state }) => state !== 'not_applicable');
  if (counted.length === 0) return { state: 'not_applicable', summary: 'None of the lines below it applies.' };
  const worst = counted.reduce((a, b) => (harmOf(b.state) > harmOf(a.state) ? b : a));
  const bad = counted.filter(({ state }) => state !== 'pass').length;
  const validUntil = earliest(counted.map((child) => child.validUntil));
  const until = validUntil !== undefined && { validUntil };
  if (bad === 0) return { state: 'pass', summary: `All ${counted.length} lines below it pass.`, ...until };
  const state = STATES_BY_HARM[harmOf(worst.state)]!;
  return { state, summary: `${bad} of ${counted.length} lines below it do not pass.`, ...until };
}

type Judged = { state: CheckState; summary: string; endsAt: Millis };

/** All of the checks must pass, or with `any` one of them. A result that is missing or of another kind is an error. */
export function combineChecks(
  bound: readonly BoundCheck[],
  {
    checks,
    at,
    defaultTtlMs = DEFAULT_TTL_MS,
    mostTtlMs = Number.POSITIVE_INFINITY,
  }: Pick<Sources, 'checks' | 'at' | 'defaultTtlMs' | 'mostTtlMs'>,
  any: boolean,
): Found {
  if (bound.length === 0) return fail('No check is bound to it.');
  if (checks.length > bound.length) return { state: 'error', summary: 'There are results of other checks than those that are bound.' };
  const longest = Math.max(defaultTtlMs, mostTtlMs);
  const judged = bound.map((check, i) => judgeCheck(check, checks[i], { at, ttlMs: Math.min(check.ttlMs ?? defaultTtlMs, longest) }));
  const better = (a: Judged, b: Judged) => harmOf(b.state) < harmOf(a.state);
  const decisive = judged.reduce((a, b) => (better(a, b) === any && a.state !== b.state ? b : a));
  const held = judged.filter(({ state }) => state === decisive.state).map(({ endsAt }) => endsAt);
  const endsAt = any ? Math.max(...held) : Math.min(...judged.map((one) => one.endsAt));
  const rest = judged.filter(({ state }) => state !== 'pass').length;
  const summary = judged.length === 1 || rest <= 1 || any ? decisive.summary : `${rest} of ${judged.length} checks: ${decisive.summary}`;
  const validUntil = Number.isFinite(endsAt) && Math.abs(endsAt) < 8.64e15 ? { validUntil: new Date(endsAt).toISOString() } : {};
  return { state: decisive.state, summary, ...validUntil };
}

const CHECK_STATES: ReadonlySet<string> = new Set<CheckState>(['pass', 'warn', 'fail', 'error', 'unreachable', 'stale']);

function judgeCheck(bound: BoundCheck, result: CheckResult | undefined, { at, ttlMs }: { at: Millis; ttlMs: number }): Judged {
  const error = (summary: string): Judged => ({ state: 'error', summary, endsAt: Number.POSITIVE_INFINITY });
  if (!result) return error(`The check ${bound.kind} was not run.`);
  if (result.kind !== bound.kind) return error(`A result of ${result.kind} stands where ${bound.kind} is bound.`);
  if (!CHECK_STATES.has(result.state)) return error(`The check ${bound.kind} answered with no known state.`);
  if (result.state !== 'pass' && result.state !== 'warn')
    return { state: result.state, summary: result.summary, endsAt: Number.POSITIVE_INFINITY };
  const startedAt = Date.parse(result.startedAt);
  const endsAt = startedAt + ttlMs;
  if (startedAt <= at + MOST_AHEAD_MS && at < endsAt) return { state: result.state, summary: result.summary, endsAt };
  return { state: 'stale', summary: `Too old to count, from ${minuteOf(result.startedAt)}: ${result.summary}`, endsAt };
}

/** `2026-11-23T19:30:11.056Z` → `2026-11-23 19:30 UTC`, as people read it. */
const minuteOf = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

function earliest(times: readonly (string | undefined)[]): string | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}

/** How many lines are in each state. */
export function countStates(results: readonly Pick<LineResult, 'state'>[]): Record<ResultState, number> {
  const counts = Object.fromEntries(RESULT_STATES.map((state) => [state, 0])) as Record<ResultState, number>;
  for (const { state } of results) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
