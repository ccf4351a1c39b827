import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';

/** What is known of a payment when its risk is told; each from 0 (nothing) to 1 (as much as there can be). */
export const FACTORS = {
  screening: 'likeness to a listed name',
  pep: 'a politically exposed person',
  aml: 'rules that were met',
  corridor: 'risk of the corridor',
  newCounterparty: 'a counterparty never paid before',
  amount: 'an amount far from the usual',
  travelRule: 'information on the parties that is missing',
  rating: 'rating of the participant',
  velocity: 'use of its limits',
} as const;
export type Factor = keyof typeof FACTORS;

/** How much of the whole risk each factor can make by itself, 0 to 1, and from which scores on a payment is of medium and high risk. */
export type RiskWeights = { weights: Readonly<Record<Factor, number>>; medium: number; high: number };

export const STARTING_WEIGHTS: RiskWeights = {
  weights: {
    screening: 0.7,
    pep: 0.35,
    aml: 0.6,
    corridor: 0.5,
    newCounterparty: 0.12,
    amount: 0.25,
    travelRule: 0.3,
    rating: 0.3,
    velocity: 0.2,
  },
  medium: 35,
  high: 65,
};

/** A part of a score in points, with the words for people. */
export type RiskReason = { factor: Factor; points: number; text: string };

/** Risk of a payment, 0 to 100, its level, and why, the heaviest reason first. `version` names the weights. */
export type Risk = { score: number; level: 'low' | 'medium' | 'high'; reasons: RiskReason[]; version: string };

/** Checks weights that someone wrote and gives their version. Errors: `settlement.weights_invalid`. */
export function readWeights(given: RiskWeights): RiskWeights & { version: string } {
  const wrong = (Object.keys(FACTORS) as Factor[]).find((factor) => !(given.weights[factor] >= 0 && given.weights[factor] <= 1));
  const levels = given.medium > 0 && given.medium < given.high && given.high <= 100;
  if (wrong || !levels) {
    const what = wrong ? `The weight of ${wrong} must be from 0 to 1.` : 'The levels must rise from above 0 to at most 100.';
    throw new AppError('invalid', 'settlement.weights_invalid', what);
  }
  return { ...given, version: createHash('sha256').update(canonicalJson(given)).digest('hex') };
}

/**
 * The risk of a payment. Factors are joined like independent causes: each leaves its part of what the others left
 * (1 − Π(1 − weight·value)), so more of anything never lowers the score and nothing goes beyond 100. The points of the
 * reasons add up to the score.
 */
export function riskOf(given: Partial<Record<Factor, number>>, weights: RiskWeights & { version: string }): Risk {
  const parts: { factor: Factor; share: number }[] = [];
  let left = 1;
  for (const factor of Object.keys(FACTORS) as Factor[]) {
    const value = Math.min(1, Math.max(0, given[factor] ?? 0));
    const share = weights.weights[factor] * value;
    if (!(share > 0)) continue;
    left *= 1 - share;
    parts.push({ factor, share });
  }
  const score = Math.round((1 - left) * 100);
  const level = score >= weights.high ? 'high' : score >= weights.medium ? 'medium' : 'low';
  return { score, level, reasons: reasonsOf(parts, score), version: weights.version };
}

const ALL = Object.keys(FACTORS) as Factor[];

/** The score of `riskOf` alone, for the many payments of which nobody will ask why. */
export function scoreOf(given: Partial<Record<Factor, number>>, { weights }: RiskWeights): number {
  let left = 1;
  for (const factor of ALL) {
    const value = given[factor];
    if (value !== undefined && value > 0) left *= 1 - weights[factor] * Math.min(1, value);
  }
  return Math.round((1 - left) * 100);
}

/** Splits the score among its parts by their size, to the tenth of a point, by largest remainder. */
function reasonsOf(parts: readonly { factor: Factor; share: number }[], score: number): RiskReason[] {
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  const exact = parts.map(({ factor, share }) => ({ factor, tenths: (score * 10 * share) / total }));
  let rest = score * 10 - exact.reduce((sum, { tenths }) => sum + Math.floor(tenths), 0);
  return exact
    .toSorted((a, b) => (b.tenths % 1) - (a.tenths % 1))
    .map(({ factor, tenths }) => ({ factor, points: (Math.floor(tenths) + (rest-- > 0 ? 1 : 0)) / 10, text: FACTORS[factor] }))
    .sort((a, b) => b.points - a.points || (a.factor < b.factor ? -1 : 1));
}
