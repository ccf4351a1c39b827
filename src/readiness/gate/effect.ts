import type { Binding } from '../binding/binding.ts';
import type { Millis } from '../../base/time.ts';
import type { PostponedBy } from '../checklist/checklist.ts';
import type { Entry, RecordState } from '../record/fold.ts';
import { endOfSigned, type ValidFor } from '../record/valid-for.ts';
import { harmOf } from '../run/combine.ts';
import type { GateSubject } from '../run/lines.ts';
import type { LineResult } from '../run/result.ts';
import type { Effect } from './decide.ts';
import { isSevere, type LineTier } from './tier.ts';

/**
 * What a line does to the decision, why, and which records speak for it. `alone`: it stands aside because the file of bindings
 * says so, and nobody with an account does. `guessed`: it would be put off, if the document said more clearly that it is.
 */
export type Effected = {
  effect: Effect;
  because: string;
  records: readonly number[];
  alone?: boolean;
  guessed?: boolean;
  /** ISO time at which the approval that it rests on is over. */
  until?: string;
};

/** What the effect of a line is made of. `below` are the effects of the lines that it is derived from, when it is. */
export type EffectSources = LineTier & {
  subject: GateSubject;
  result: LineResult;
  binding: Binding | undefined;
  records: RecordState;
  below: readonly Pick<Effected, 'effect' | 'alone'>[];
  environment: string;
  at: Millis;
  validFor: ValidFor;
  releasedAt?: Millis;
};

const SETTLED: ReadonlySet<Effect> = new Set<Effect>(['passes', 'approved', 'planned', 'waived', 'not_applicable']);

/**
 * What a line does to the decision, by its tier: what is critical blocks, what is high needs an approval, what is medium or
 * low a plan. A line that is waived or does not apply stands aside when an approver answers for that in the log; where only the
 * file of bindings says so, or makes the line lighter than the document does, a critical or high one needs an approval.
 */
export function effectOf(sources: EffectSources): Effected {
  const { subject, result, records } = sources;
  const later = notYetDue(sources);
  const isAside = result.state === 'waived' || result.state === 'not_applicable';
  // Nobody will look at what is put aside when its time comes, so it is answered for before the release.
  const isMet = later?.by === 'environment' || !isAside;
  if (later && later.by !== 'guess' && isMet) return { effect: 'later', because: later.because, records: [] };
  const speaking = recordsFor(subject.id, records);
  if (result.state === 'pass') return { effect: 'passes', because: result.summary, records: speaking };
  if (isAside) return setAside(sources, speaking);
  return later ? perhapsLater(sources, later, speaking) : open(sources, speaking);
}

/**
 * A line that a guess puts off. Where nothing good is known of it and much hangs on it, somebody has to say that it may wait;
 * what is medium or low waits, and is told.
 */
function perhapsLater(sources: EffectSources, { because }: Later, records: readonly number[]): Effected {
  if (sources.asked !== undefined) return open(sources, records);
  if (!isSevere(sources.tier)) return { effect: 'later', because, records };
  const approval = approvalOf(sources);
  if (approval) return { effect: 'approved', ...approvedBy(approval, because, sources), records };
  return {
    effect: 'needs_approval',
    because: `${because} No heading says so for certain: ${sources.result.summary}`,
    records,
    guessed: true,
  };
}

const ORDER = ['development', 'staging', 'production'];

/** Why a line is not due yet; `by` is what puts it off. */
type Later = { because: string; by: 'environment' | PostponedBy };

/**
 * Why a line is not due yet, undefined when it is. Only the document puts it off: an environment that comes after this one, or
 * a heading of the time after the release (`First 24 hours`, `Roll back if`). The line's own words never do, and for one that
 * the document calls critical it takes a heading that says so for certain, no mere sentence that leads to it and no guess. What
 * is known to be bad, or cannot be checked at all, counts at once, whenever it is asked for, and so does a line that nothing
 * decides.
 */
function notYetDue(sources: EffectSources): Later | undefined {
  const { subject, result, binding, environment } = sources;
  // What nothing decides would not be noticed later either.
  if (!binding && subject.role === undefined) return undefined;
  const [asked, here] = [ORDER.indexOf(subject.environment ?? ''), ORDER.indexOf(environment)];
  if (asked >= 0 && here >= 0 && asked > here)
    return { because: `It is due in ${subject.environment}, which comes after ${environment}.`, by: 'environment' };
  return result.state === 'fail' || result.state === 'error' ? undefined : postponed(sources);
}

function postponed({ subject, tier, tierFrom, at, releasedAt }: EffectSources): Later | undefined {
  const { window, action, postponedBy: by } = subject;
  const severe = tier === 'critical' && tierFrom !== 'default';
  if (by === undefined || (severe && by !== 'section')) return undefined;
  const seems = by === 'guess' ? 'seems to be' : 'is';
  const begins = window && window.fromMs >= 0 && window.toMs > 0 ? window.fromMs : undefined;
  if (begins !== undefined && (releasedAt === undefined || at < releasedAt + begins))
    return { because: `It ${seems} due after the release: ${window!.text}.`, by };
  const watched = action !== undefined && action !== 'stop_launch' && releasedAt === undefined;
  return watched ? { because: `It ${seems} watched after the release.`, by } : undefined;
}

function recordsFor(id: string, { waivers, notApplicable, approvals, plans, signOffs }: RecordState): number[] {
  const signed = [...signOffs.values()].filter(({ body }) => body.lineId === id).map(({ index }) => index);
  const others = [waivers, notApplicable, approvals, plans].flatMap((map) => map.get(id)?.index ?? []);
  return [...new Set([...signed, ...others])].sort((a, b) => a - b);
}

function setAside(sources: EffectSources, records: readonly number[]): Effected {
  const { result, tier } = sources;
  const effect = result.state === 'waived' ? 'waived' : 'not_applicable';
  if (!onlyByFile(sources)) return { effect, because: result.summary, records };
  const approval = approvalOf(sources);
  if (approval) return { effect, ...approvedBy(approval, result.summary, sources), records };
  if (!isSevere(tier)) return { effect, because: result.summary, records, alone: true };
  return { effect: 'needs_approval', because: `Only the file of bindings says so: ${result.summary}`, records };
}

/** Whether no record of the log puts the line aside, but its binding does, or that of a line that it is derived from. */
function onlyByFile({ subject, binding, records, below }: EffectSources): boolean {
  if (records.waivers.has(subject.id) || records.notApplicable.has(subject.id)) return false;
  const kind = binding?.disposition.kind;
  return kind === 'waived' || kind === 'not_applicable' || below.some(({ alone }) => alone);
}

function open(sources: EffectSources, records: readonly number[]): Effected {
  const { tier, asked, result, subject, below, binding } = sources;
  if (asked !== undefined)
    return {
      effect: 'needs_approval',
      because: `Only the file of bindings makes it ${asked} instead of ${tier}: ${result.summary}`,
      records,
    };
  if (tier === 'critical') return { effect: 'blocks', because: result.summary, records };
  const approval = approvalOf(sources);
  if (approval) return { effect: 'approved', ...approvedBy(approval, result.summary, sources), records };
  const carried = binding?.disposition.kind === 'derived' && below.length > 0 && below.every(({ effect }) => SETTLED.has(effect));
  if (carried)
    return { effect: tier === 'high' ? 'approved' : 'planned', because: `${result.summary} Each of them is answered for.`, records };
  if (tier === 'high') return { effect: 'needs_approval', because: result.summary, records };
  const plan = sources.records.plans.get(subject.id);
  if (!plan) return { effect: 'needs_plan', because: result.summary, records };
  const { plan: words, due, signature } = plan.body;
  return { effect: 'planned', because: `${result.summary} Planned by ${signature.name} until ${due}: ${words}`, records };
}

/** The approval of the line as it is; one of a better state than today's does not cover it. */
export function approvalOf({ subject, result, records }: Pick<EffectSources, 'subject' | 'result' | 'records'>): Approval | undefined {
  const entry = records.approvals.get(subject.id);
  const seen = entry && Object.hasOwn(entry.body.states, subject.id) ? entry.body.states[subject.id] : undefined;
  if (!entry || seen === undefined || harmOf(result.state) > harmOf(seen)) return undefined;
  return entry;
}

type Approval = Entry<'approved'>;

/** Why the line may stand aside, and until when. */
function approvedBy(entry: Approval, because: string, { validFor }: EffectSources): Pick<Effected, 'because' | 'until'> {
  const { signature, reason } = entry.body;
  const until = new Date(endOfSigned(entry, validFor.approved)).toISOString();
  return { because: `${because} Approved by ${signature.name} until ${until.slice(0, 10)}: ${reason}.`, until };
}
