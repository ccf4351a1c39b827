import { featuresOf, type Features, type FeatureState, type Observed } from './features.ts';
import { bandKey, type Condition, type Rule, type RuleSet, type RuleTest } from './rules.ts';

/** One test that was looked at, with what it found: the input of a decision. */
export type TestInput = { test: RuleTest; actual: string; holds: boolean };

/** A rule that a payment met, with the reasons in words and every input. */
export type RuleHit = { ruleId: string; title: string; severity: Rule['severity']; score: number; reasons: string[]; inputs: TestInput[] };

/** What the rules say of a payment; stored with the decision, `version` names the rules. */
export type Verdict = { paymentId: string; version: string; hits: RuleHit[]; severity: Rule['severity'] | 'none' };

const GRAVITY: Record<Verdict['severity'], number> = { none: 0, note: 1, alert: 2, hold: 3 };

/** Judges a payment by the rules, given what came before it; counts nothing. */
export function evaluate(set: RuleSet, state: FeatureState, payment: Observed): Verdict {
  const features = featuresOf(state, payment);
  const hits: RuleHit[] = [];
  for (const rule of set.rules) {
    const inputs: TestInput[] = [];
    if (!meets(rule.when, (test) => look(test, { set, features, payment, inputs }))) continue;
    const reasons = inputs.filter(({ holds }) => holds).map(({ test, actual }) => reasonOf(test, actual));
    hits.push({ ruleId: rule.id, title: rule.title, severity: rule.severity, score: rule.score, reasons, inputs });
  }
  const severity = hits.reduce<Verdict['severity']>(
    (worst, hit) => (GRAVITY[hit.severity] > GRAVITY[worst] ? hit.severity : worst),
    'none',
  );
  return { paymentId: payment.id, version: set.version, hits, severity };
}

/** Every test of a condition is looked at, so that the inputs are complete whatever decided. */
function meets(condition: Condition, look: (test: RuleTest) => boolean): boolean {
  if ('all' in condition) return condition.all.map((part) => meets(part, look)).every(Boolean);
  if ('any' in condition) return condition.any.map((part) => meets(part, look)).some(Boolean);
  if ('not' in condition) return !meets(condition.not, look);
  return look(condition);
}

type Looking = { set: RuleSet; features: Features; payment: Observed; inputs: TestInput[] };

function look(test: RuleTest, { set, features, payment, inputs }: Looking): boolean {
  const actual = valueOf(test, set, features, payment);
  const holds = actual !== undefined && compare(test, actual);
  inputs.push({ test, actual: actual === undefined ? 'unknown' : written(actual), holds });
  return holds;
}

const written = (value: bigint | number) => (typeof value === 'bigint' ? value.toString() : String(Math.round(value * 1_000) / 1_000));

function valueOf(test: RuleTest, set: RuleSet, features: Features, payment: Observed): bigint | number | undefined {
  switch (test.feature) {
    case 'amount':
      return payment.value;
    case 'sum':
      return features.tally(test.window).sum;
    case 'count':
      return features.tally(test.window).count;
    case 'sum_between':
      return features.tally(test.window, bandKey(test)).sum;
    case 'count_between':
      return features.tally(test.window, bandKey(test)).count;
    case 'round_digits':
      return features.roundDigits;
    case 'corridor_risk':
      return corridorRisk(set.corridors, payment);
    case 'counterparty_payments':
      return features.counterpartyPayments;
    case 'days_idle':
      return features.daysIdle;
    case 'days_known':
      return features.daysKnown;
    case 'times_mean':
      return features.timesMean;
  }
}

/** Risk of a corridor: the highest of the entries that fit; 0 when none does or an end is not known. */
export function corridorRisk(corridors: Readonly<Record<string, number>>, { from = '', to = '' }: Pick<Observed, 'from' | 'to'>): number {
  return Math.max(...[`${from}>${to}`, `${from}>*`, `*>${to}`, '*>*'].map((key) => corridors[key] ?? 0));
}

function compare({ op, value }: RuleTest, actual: bigint | number): boolean {
  const wanted = typeof value === 'string' ? BigInt(value) : value;
  switch (op) {
    case '>=':
      return actual >= wanted;
    case '>':
      return actual > wanted;
    case '<=':
      return actual <= wanted;
    case '<':
      return actual < wanted;
    case '==':
      // A bigint and a number are never strictly equal; amounts are compared with digits, the rest with numbers.
      return typeof actual === 'bigint' ? actual === BigInt(wanted) : actual === Number(wanted);
  }
}

const WORDS: Record<RuleTest['feature'], string> = {
  amount: 'The amount',
  sum: 'The sum paid',
  count: 'The number of payments',
  sum_between: 'The sum of amounts in the band',
  count_between: 'The number of amounts in the band',
  round_digits: 'The number of zeros at the end of the amount',
  corridor_risk: 'The risk of the corridor',
  counterparty_payments: 'The number of earlier payments to this counterparty',
  days_idle: 'The number of days without a payment',
  days_known: 'The number of days the party is known',
  times_mean: 'The amount, as a multiple of the usual one,',
};

function reasonOf(test: RuleTest, actual: string): string {
  const within = 'window' in test ? ` within ${test.window}` : '';
  const band = 'from' in test ? ` from ${test.from} to below ${test.to}` : '';
  return `${WORDS[test.feature]}${band}${within} is ${actual} (${test.op} ${test.value}).`;
}
