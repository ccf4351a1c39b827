import type { Tier } from '../../../readiness/checklist/checklist.ts';
import type { Effect, GateLine, Verdict } from '../../../readiness/gate/decide.ts';
import type { Voided } from '../../../readiness/record/fold.ts';
import { plain, shortened } from '../../../readiness/report/plain.ts';
import { DECISION_WORDS, STATE_WORDS } from '../../../readiness/report/report.ts';

const TIERS: readonly Tier[] = ['critical', 'high', 'medium', 'low'];
const TIER_WORDS: Readonly<Record<Tier, string>> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' };
const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  passes: 'passes',
  blocks: 'BLOCKS',
  needs_approval: 'needs an approval',
  approved: 'approved',
  needs_plan: 'needs a plan',
  planned: 'planned',
  waived: 'waived',
  not_applicable: 'not applicable',
  later: 'due later',
};
const WIDTH = 200;

/** The verdict for people: lines that do not pass by tier, what was put aside, what no longer counts, and last the decision. */
export function describeVerdict(verdict: Verdict): string {
  const tiers = TIERS.flatMap((tier) => describeTier(tier, verdict.lines));
  const voided = describeVoided(verdict.voided);
  return [...tiers, ...voided, describeDecision(verdict)].join('\n');
}

function describeTier(tier: Tier, all: readonly GateLine[]): string[] {
  const lines = all.filter((line) => line.tier === tier);
  if (lines.length === 0) return [];
  const passing = lines.filter(({ effect }) => effect === 'passes').length;
  const later = lines.filter(({ effect }) => effect === 'later').length;
  const head = `${TIER_WORDS[tier]}: ${passing} of ${lines.length} pass${later > 0 ? `, ${later} due later` : ''}`;
  const open = lines.filter(({ effect, state }) => effect !== 'passes' && (effect !== 'later' || state !== 'pass'));
  return [head, ...open.flatMap(describeLine), ''];
}

function describeLine({ lineId, line, title, state, effect, because }: GateLine): string[] {
  return [
    `  ${EFFECT_WORDS[effect]}  ${line}: ${shortened(plain(title), WIDTH)}  [${lineId}]`,
    `      ${STATE_WORDS[state]}: ${shortened(plain(because), WIDTH)}`,
  ];
}

function describeVoided(voided: readonly Voided[]): string[] {
  if (voided.length === 0) return [];
  const lines = voided.map(({ index, body, why, reconfirmable }) => {
    const about = 'lineId' in body ? ` of ${body.lineId}` : '';
    const again = reconfirmable && body.kind === 'waived' ? `; confirm it again with waive --reconfirm ${index}` : '';
    return `  record ${index}: ${body.kind}${about} by ${plain(body.signature.name)} (${why.map((reason) => reason.replaceAll('_', ' ')).join(', ')})${again}`;
  });
  return [`No longer counts (${voided.length})`, ...lines, ''];
}

/** The decision with the figures it rests on, in a few lines. */
export function describeDecision({ decision, undecided, effects, score, exitCode, holdsUntil }: Verdict): string {
  const figures = (Object.keys(EFFECT_WORDS) as Effect[]).filter((effect) => effects[effect] > 0);
  const sum = figures.map((effect) => `${effects[effect]} ${EFFECT_WORDS[effect].toLowerCase()}`).join(', ');
  const figuresLine = figures.length === 0 ? [] : [`${sum} (${score.toFixed(1)} % of what is due was shown; information only)`];
  const holds = holdsUntil === undefined ? [] : [`It holds until ${holdsUntil}, when the first result, signature or approval ends.`];
  return [
    ...undecided.map((reason) => plain(reason)),
    ...figuresLine,
    ...holds,
    `${DECISION_WORDS[decision]} (exit code ${exitCode})`,
  ].join('\n');
}
