import type { Binding } from '../binding/binding.ts';
import type { Tier } from '../checklist/checklist.ts';
import type { Millis } from '../../base/time.ts';
import { isPlaceholder } from '../people-roles.ts';
import type { RecordState } from '../record/fold.ts';
import { harmOf } from '../run/combine.ts';
import type { GateSubject } from '../run/lines.ts';
import type { LineResult } from '../run/result.ts';
import type { Effect } from './decide.ts';

/** What a line does to the decision, why, and which records speak for it. */
export type Effected = { effect: Effect; because: string; records: readonly number[] };

/** What the effect of a line is made of. `below` are the effects of the lines that it is derived from, when it is. */
export type EffectSources = {
  subject: GateSubject;
  tier: Tier;
  result: LineResult;
  binding: Binding | undefined;
  records: RecordState;
  below: readonly Effect[];
  environment: string;
  at: Millis;
  releasedAt?: Millis;
};

const SETTLED: ReadonlySet<Effect> = new Set<Effect>(['passes', 'approved', 'planned', 'waived', 'not_applicable']);

/**
 * What a line does to the decision, by its tier: what is critical blocks, what is high needs an approval, what is medium or
 * low a plan. A line that is waived or does not apply stands aside when another person answers for that; where only the file
 * of bindings says so, without two names, a critical or high line needs an approval as well.
 */
export function effectOf(sources: EffectSources): Effected {
  const { subject, result, records } = sources;
  const later = notYetDue(sources);
  if (later) return { effect: 'later', because: later, records: [] };
  const speaking = recordsFor(subject.id, records);
  if (result.state === 'pass') return { effect: 'passes', because: result.summary, records: speaking };
  if (result.state === 'waived' || result.state === 'not_applicable') return setAside(sources, speaking);
  return open(sources, speaking);
}

const ORDER = ['development', 'staging', 'production'];

/**
 * Why a line is not due yet, undefined when it is. Only the document's own words put it off: a window that begins with the
 * release or later, a trigger to watch after it, an environment that comes after this one. A trigger whose condition is true
 * already counts at once, and so does a line that nothing decides.
 */
function notYetDue({ subject, result, binding, environment, at, releasedAt }: EffectSources): string | undefined {
  const { window, action, role } = subject;
  // What nothing decides would not be noticed later either.
  if (!binding && role === undefined) return undefined;
  const [asked, here] = [ORDER.indexOf(subject.environment ?? ''), ORDER.indexOf(environment)];
  if (asked >= 0 && here >= 0 && asked > here) return `It is due in ${subject.environment}, which comes after ${environment}.`;
  const begins = window && window.fromMs >= 0 && window.toMs > 0 ? window.fromMs : undefined;
  if (begins !== undefined && (releasedAt === undefined || at < releasedAt + begins))
    return `It is due after the release: ${window!.text}.`;
  const watched = action !== undefined && releasedAt === undefined;
  return watched && result.state !== 'fail' ? 'It is watched after the release.' : undefined;
}

function recordsFor(id: string, { waivers, notApplicable, approvals, plans, signOffs }: RecordState): number[] {
  const signed = [...signOffs.values()].filter(({ body }) => body.lineId === id).map(({ index }) => index);
  const others = [waivers, notApplicable, approvals, plans].flatMap((map) => map.get(id)?.index ?? []);
  return [...new Set([...signed, ...others])].sort((a, b) => a - b);
}

function setAside(sources: EffectSources, records: readonly number[]): Effected {
  const { result, tier, binding } = sources;
  const effect = result.state === 'waived' ? 'waived' : 'not_applicable';
  const severe = tier === 'critical' || tier === 'high';
  if (!severe || !onlyByFile(sources) || fourEyes(binding)) return { effect, because: result.summary, records };
  const approval = approvalOf(sources);
  if (approval) return { effect, because: `${result.summary} Approved by ${approval}.`, records };
  return { effect: 'needs_approval', because: `${result.summary} Only the file of bindings says so, with one name.`, records };
}

function onlyByFile({ subject, binding, records }: EffectSources): boolean {
  const kind = binding?.disposition.kind;
  if (kind !== 'waived' && kind !== 'not_applicable') return false;
  return !records.waivers.has(subject.id) && !records.notApplicable.has(subject.id);
}

/** Whether one person put the line aside in the file and another confirmed it. */
function fourEyes(binding: Binding | undefined): boolean {
  const by = binding && 'by' in binding.disposition ? binding.disposition.by : '';
  const confirmedBy = binding?.confirmed?.by ?? '';
  if (isPlaceholder(by) || isPlaceholder(confirmedBy)) return false;
  return by.normalize('NFKC').trim().toLowerCase() !== confirmedBy.normalize('NFKC').trim().toLowerCase();
}

function open(sources: EffectSources, records: readonly number[]): Effected {
  const { tier, result, subject, below, binding } = sources;
  if (tier === 'critical') return { effect: 'blocks', because: result.summary, records };
  const approval = approvalOf(sources);
  if (approval) return { effect: 'approved', because: `${result.summary} Approved by ${approval}.`, records };
  const carried = binding?.disposition.kind === 'derived' && below.length > 0 && below.every((effect) => SETTLED.has(effect));
  if (carried)
    return { effect: tier === 'high' ? 'approved' : 'planned', because: `${result.summary} Each of them is answered for.`, records };
  if (tier === 'high') return { effect: 'needs_approval', because: result.summary, records };
  const plan = sources.records.plans.get(subject.id);
  if (!plan) return { effect: 'needs_plan', because: result.summary, records };
  const { plan: words, due, signature } = plan.body;
  return { effect: 'planned', because: `${result.summary} Planned by ${signature.name} until ${due}: ${words}`, records };
}

/** Who approved the line as it is; an approval of a better state than today's does not cover it. */
function approvalOf({ subject, result, records }: EffectSources): string | undefined {
  const entry = records.approvals.get(subject.id);
  const seen = entry && Object.hasOwn(entry.body.states, subject.id) ? entry.body.states[subject.id] : undefined;
  if (!entry || seen === undefined || harmOf(result.state) > harmOf(seen)) return undefined;
  return `${entry.body.signature.name}: ${entry.body.reason}`;
}
