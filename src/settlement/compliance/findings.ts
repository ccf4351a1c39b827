import type { RuleHit } from '../aml/evaluate.ts';
import type { Observed } from '../aml/features.ts';
import type { Missing } from '../aml/travel-rule.ts';
import type { Reason } from '../payment/payment.ts';
import type { RiskReason } from '../risk/score.ts';
import type { LimitName } from '../risk/limits.ts';

/** A limit that a payment would have passed, as it is kept: amounts as digits. */
export type LimitFinding = { limit: LimitName; allowed?: string; wouldBe?: string; text: string };

/** What was found of a payment and a person would look at, with all that it was found from; kept with the payment as JSON. */
export type Findings = {
  /** Rules that were met, with every test and what it came to. */
  rules?: RuleHit[];
  /** What the travel rule asks for and the payment does not say. */
  missing?: Missing[];
  limits?: LimitFinding[];
  /** The circuit breaker that refused it. */
  breaker?: string;
  risk: { score: number; level: 'low' | 'medium' | 'high'; reasons: RiskReason[]; weights: string };
  /** Amount in minor units of the rules' reference currency. */
  value: string;
  corridor: string;
};

/** What `decided` needs again of a payment that was judged; not kept. */
export type Judged = {
  observed: Observed;
  breakerKeys: readonly string[];
  probes: readonly string[];
};

/**
 * What rules, limits and breakers say of a payment. `risk`, `ruleSet`, `limitSet` (0: no limits) and `findings` are kept
 * with it: with the order, the book up to there and the sets of these numbers the same verdict can be come to again.
 */
export type Verdict = {
  outcome: 'pass' | 'hold' | 'reject';
  /** What a bank is told: of a hold as much as of any other. */
  reason?: Reason;
  risk: number;
  ruleSet: number;
  limitSet: number;
  /** Absent when there is nothing that a person would look at. */
  findings?: Findings;
  judged: Judged;
};
