import type { WireOutput } from '../../../src/base/client.ts';
import type { getChecklist, getLine } from '../../../src/readiness/contract.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { words } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

export type Checklist = WireOutput<typeof getChecklist>;
export type Line = Checklist['lines'][number];
export type LineDetail = WireOutput<typeof getLine>;
export type Decision = Checklist['gate']['decision'];
export type State = Line['state'];

type Mark = { tone: Tone; icon: IconName; word: string; fill: string };

/** How each state looks: a shape beside the colour, so that colour is not all that tells. */
const MARKS: Readonly<Record<State, Mark>> = {
  pass: { tone: 'good', icon: 'check', word: 'pass', fill: 'bg-good' },
  warn: { tone: 'warn', icon: 'warning', word: 'warn', fill: 'bg-warn' },
  fail: { tone: 'bad', icon: 'close', word: 'fail', fill: 'bg-bad' },
  error: { tone: 'bad', icon: 'warning', word: 'error', fill: 'bg-bad/70' },
  unreachable: { tone: 'bad', icon: 'cut', word: 'unreachable', fill: 'bg-bad/45' },
  stale: { tone: 'warn', icon: 'windows', word: 'stale', fill: 'bg-warn/60' },
  awaiting_sign_off: { tone: 'accent', icon: 'users', word: 'awaiting sign-off', fill: 'bg-accent' },
  not_applicable: { tone: 'plain', icon: 'cut', word: 'not applicable', fill: 'bg-line-strong' },
  waived: { tone: 'calm', icon: 'exit', word: 'waived', fill: 'bg-calm' },
};

const INK: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  accent: 'text-accent',
  calm: 'text-calm',
  warn: 'text-warn',
  bad: 'text-bad',
  plain: 'text-ink-3',
};

/** All states, the good one first. */
export const STATES = Object.keys(MARKS) as State[];

export const markOf = (state: State): Mark => MARKS[state];

/** A state as its shape alone, for the left of a line; its word is read to those who do not see it. */
export function StateMark({ state, size = 15 }: { state: State; size?: number | '1em' }) {
  const { icon, tone, word } = MARKS[state];
  return (
    <span className={`inline-flex shrink-0 ${INK[tone]}`} title={word}>
      <Icon name={icon} size={size} />
      <span className="sr-only">{word}</span>
    </span>
  );
}

export function StateBadge({ state }: { state: State }) {
  const { icon, tone, word } = MARKS[state];
  return (
    <Badge tone={tone}>
      <Icon name={icon} size={12} />
      {word}
    </Badge>
  );
}

const DECISIONS: Readonly<Record<Decision, { word: string; tone: Tone; says: string }>> = {
  go: { word: 'GO', tone: 'good', says: 'Nothing stands in the way.' },
  conditional: { word: 'CONDITIONAL', tone: 'warn', says: 'No critical line is open. Approvals or plans are missing.' },
  no_go: { word: 'NO-GO', tone: 'bad', says: 'Critical lines are open.' },
  undecided: { word: 'UNDECIDED', tone: 'plain', says: 'Nothing can be decided yet.' },
};

export const decisionOf = (decision: Decision) => DECISIONS[decision];

/** The decision as it stands on boards: large, in its colour. */
export function DecisionWord({ decision, className = 'text-2xl' }: { decision: Decision; className?: string }) {
  const { word, tone } = DECISIONS[decision];
  return <span className={`font-semibold tracking-tight ${INK[tone]} ${className}`}>{word}</span>;
}

/** What failing costs. In no colour, which is for what was found; a tier that the document does not name is marked as assumed. */
export function TierBadge({ tier, from }: { tier: Line['tier']; from: Line['tierFrom'] }) {
  return (
    <span className="inline-flex" title={from === 'default' ? 'The document names no tier, so it is critical' : `Tier from the ${from}`}>
      <Badge tone="plain">
        {tier}
        {from === 'default' && <span aria-hidden="true">*</span>}
      </Badge>
    </span>
  );
}

/** How many lines are in each state, as one bar with its words below. */
export function StateBar({ counts, className = 'h-2.5' }: { counts: Readonly<Record<string, number>>; className?: string }) {
  const shown = STATES.filter((state) => (counts[state] ?? 0) > 0);
  const all = shown.reduce((sum, state) => sum + counts[state]!, 0);
  return (
    <div className={`flex w-full overflow-hidden rounded-full bg-sunken ${className}`} aria-hidden="true">
      {shown.map((state) => (
        <span
          key={state}
          className={`${MARKS[state].fill} border-r border-surface last:border-0`}
          style={{ width: `${(100 * counts[state]!) / all}%` }}
        />
      ))}
    </div>
  );
}

/** The states with their counts, in words. */
export function StateCounts({ counts }: { counts: Readonly<Record<string, number>> }) {
  const shown = STATES.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
      {shown.map((state) => (
        <li key={state} className="flex items-center gap-1.5">
          <span className={`size-2 rounded-full ${MARKS[state].fill}`} aria-hidden="true" />
          <span className="num font-medium text-ink">{counts[state]}</span> {MARKS[state].word}
        </li>
      ))}
    </ul>
  );
}

/** Effects that keep a release away. */
export const STANDS_IN_THE_WAY: ReadonlySet<Line['effect']> = new Set(['blocks', 'needs_approval', 'needs_plan']);

const EFFECT_TONES: Partial<Record<Line['effect'], Tone>> = { blocks: 'bad', needs_approval: 'warn', needs_plan: 'warn', later: 'plain' };

/** What a line does to the decision, where that is not plain from its state. */
export function EffectBadge({ effect }: { effect: Line['effect'] }) {
  if (effect === 'passes' || effect === 'waived' || effect === 'not_applicable') return null;
  return <Badge tone={EFFECT_TONES[effect] ?? 'calm'}>{words(effect)}</Badge>;
}
