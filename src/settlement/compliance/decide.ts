import type { Millis } from '../../base/time.ts';
import { evaluate, lastFeatures } from '../aml/evaluate.ts';
import type { FeatureState, Observed } from '../aml/features.ts';
import { observedOf } from '../aml/observe.ts';
import type { RuleSet } from '../aml/rules.ts';
import { checkTravelRule, type Missing, type TravelParty } from '../aml/travel-rule.ts';
import type { Checked } from '../payment/check-order.ts';
import type { Party } from '../payment/party.ts';
import { HELD, type PaymentOrder, type Reason } from '../payment/payment.ts';
import { breakerKeys } from '../risk/breaker.ts';
import type { LiveBreakers, Move } from '../risk/live-breakers.ts';
import type { LimitBook, LimitName } from '../risk/limits.ts';
import type { Positions } from '../risk/positions.ts';
import { breakerReason } from './passage.ts';
import { readWeights, riskOf, scoreOf, STARTING_WEIGHTS, type Factor } from '../risk/score.ts';
import type { Findings, LimitFinding, Verdict } from './findings.ts';
import { usedPart, type CapUse } from './limit-check.ts';

/** All that a payment is judged by, in memory. */
export type Ground = {
  ruleSet: number;
  rules: RuleSet;
  features: FeatureState;
  limitSet: number;
  book: LimitBook;
  use: CapUse;
  positions: Positions;
  breakers: LiveBreakers;
};

/** What screening said of the names, as far as the score takes it in. */
export type Screened = { hits: readonly { score: number }[]; notices?: readonly unknown[] };

/** A payment on its way through the judgement. */
export type Case = {
  order: PaymentOrder;
  checked: Pick<Checked, 'debtorAgent' | 'creditorAgent'>;
  at: Millis;
  screened?: Screened | undefined;
};

const WEIGHTS = readWeights(STARTING_WEIGHTS);

/** ISO 20022 external status reasons: above what the system allows for one amount, and above a settlement limit. */
const LIMIT_CODES: Readonly<Record<LimitName, string>> = {
  per_payment: 'AM13',
  per_day: 'AM13',
  net_sender_cap: 'AM23',
  bilateral_cap: 'AM23',
  concentration: 'AM23',
};

/** What a bank is told of a limit. */
export function limitReason({ limit, text }: Pick<LimitFinding, 'limit' | 'text'>): Reason {
  return { code: LIMIT_CODES[limit], text };
}

/** Judges a payment given what limits it would pass. Counts nothing but probes of breakers, whose moves are told to `onMove`. */
export function decide(
  ground: Ground,
  { order, checked, at, screened }: Case,
  passed: readonly LimitFinding[],
  onMove: (move: Move) => void,
): Verdict {
  const { rules } = ground;
  const { debtorAgent, creditorAgent } = checked;
  const observed = observedOf(rules, { id: '', at, ...order, debtorAgent, creditorAgent });
  const keys = breakerKeys({ debtor: debtorAgent.id, creditor: creditorAgent.id, from: observed.from!, to: observed.to! });
  const { hits, severity } = evaluate(rules, ground.features, observed);
  const missing = rules.travelRule ? missingOf(rules, order, observed) : NONE_MISSING;
  const factors = factorsOf(ground, { observed, order, debtor: debtorAgent.id, hits, missing: missing.length, screened });
  const risk = scoreOf(factors, WEIGHTS);
  const pass = (limits: readonly LimitFinding[], probes: readonly string[] = []): Verdict => ({
    outcome: 'pass',
    risk,
    ruleSet: ground.ruleSet,
    limitSet: ground.limitSet,
    judged: { observed, breakerKeys: keys, probes },
    ...((hits.length > 0 || missing.length > 0 || risk >= WEIGHTS.medium || limits.length > 0) && {
      findings: {
        ...told(observed, factors),
        ...(hits.length > 0 && { rules: hits }),
        ...(missing.length > 0 && { missing: [...missing] }),
      },
    }),
  });
  const withFindings = (verdict: Verdict, outcome: 'hold' | 'reject', reason: Reason, more: Partial<Findings> = {}): Verdict => ({
    ...verdict,
    outcome,
    reason,
    findings: { ...told(observed, factors), ...verdict.findings, ...more },
  });
  if (passed.length > 0) return withFindings(pass(passed), 'reject', limitReason(passed[0]!), { limits: [...passed] });
  if (missing.length > 0 && rules.travelRule!.action === 'reject') return withFindings(pass([]), 'reject', travelReason(missing[0]!));
  const { admitted, refusedBy, probes, moves } = ground.breakers.admit(keys, at);
  for (const move of moves) onMove(move);
  if (!admitted) return withFindings(pass([]), 'reject', breakerReason(refusedBy!, creditorAgent.id), { breaker: refusedBy! });
  const verdict = pass([], probes);
  const isHeld =
    severity === 'hold' ||
    (missing.length > 0 && rules.travelRule!.action === 'hold') ||
    (rules.holdFromRisk !== undefined && risk >= rules.holdFromRisk);
  return isHeld ? withFindings(verdict, 'hold', HELD) : verdict;
}

const NONE_MISSING: readonly Missing[] = [];

function missingOf({ travelRule }: RuleSet, { debtor, creditor }: PaymentOrder, { value, from, to }: Observed): readonly Missing[] {
  const { threshold, domesticInFull, beneficiaryAddress } = travelRule!;
  const policy = { threshold: BigInt(threshold), domesticInFull, beneficiaryAddress };
  const payment = { value, crossBorder: from !== to, originator: travelling(debtor), beneficiary: travelling(creditor) };
  const { complete, missing } = checkTravelRule(payment, policy);
  return complete ? NONE_MISSING : missing;
}

const travelling = ({ birth, ...party }: Party): TravelParty => (birth ? { ...party, bornOn: birth.on, bornIn: birth.town } : party);

type Known = {
  observed: Observed;
  order: PaymentOrder;
  debtor: string;
  hits: readonly { score: number }[];
  missing: number;
  screened: Screened | undefined;
};

/** What everything that is known comes to as parts of the risk, each from 0 to 1. */
function factorsOf(ground: Ground, { order, debtor, hits, missing, screened }: Known): Partial<Record<Factor, number>> {
  const { corridor, counterpartyPayments, timesMean } = lastFeatures(ground.rules);
  const factors: Partial<Record<Factor, number>> = { corridor: corridor / 100, newCounterparty: counterpartyPayments === 0 ? 1 : 0 };
  // Fifty times the usual is as far from it as counts.
  if (timesMean > 1) factors.amount = (timesMean - 1) / 49;
  if (missing > 0) factors.travelRule = missing / 4;
  if (hits.length > 0) factors.aml = 1 - hits.reduce((left, { score }) => left * (1 - score / 100), 1);
  if (ground.limitSet > 0) factors.velocity = usedPart(ground.use, { debtor, asset: order.asset });
  if (screened && screened.hits.length > 0) factors.screening = Math.max(...screened.hits.map(({ score }) => score));
  if (screened?.notices && screened.notices.length > 0) factors.pep = 1;
  return factors;
}

function told(observed: Observed, factors: Partial<Record<Factor, number>>): Pick<Findings, 'risk' | 'value' | 'corridor'> {
  const { score, level, reasons, version } = riskOf(factors, WEIGHTS);
  return {
    risk: { score, level, reasons, weights: version.slice(0, 16) },
    value: observed.value.toString(),
    corridor: `${observed.from}>${observed.to}`,
  };
}

function travelReason({ path }: Missing): Reason {
  const code = path.endsWith('account') ? 'RR01' : path.startsWith('originator') ? 'RR02' : 'RR03';
  return { code, text: `Information on the parties is missing: ${path}.` };
}
