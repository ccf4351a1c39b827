import { codeOf, toDecimalText } from '../../base/money.ts';
import { AT, look, tallyAt, vectorFor, type FeatureState, type Observed } from './features.ts';
import { bandKey, bandsOf, type Condition, type Rule, type RuleSet, type RuleTest } from './rules.ts';

/** One test that was looked at, with what it found: the input of a decision. */
export type TestInput = { test: RuleTest; actual: string; holds: boolean };

/** A rule that a payment met, with the reasons in words and every input. */
export type RuleHit = { ruleId: string; title: string; severity: Rule['severity']; score: number; reasons: string[]; inputs: TestInput[] };

/** What the rules say of a payment; stored with the decision, `version` names the rules. */
export type Verdict = { paymentId: string; version: string; hits: RuleHit[]; severity: Rule['severity'] | 'none' };

const GRAVITY: Record<Verdict['severity'], number> = { none: 0, note: 1, alert: 2, hold: 3 };
const NO_HITS: RuleHit[] = [];

/** Features as numbers in their places, and whether a condition holds of them. */
type Vector = Float64Array;
type Holds = (features: Vector) => boolean;
type Compiled = { rules: readonly { rule: Rule; holds: Holds }[]; bands: readonly string[]; features: Vector };

const compiled = new WeakMap<RuleSet, Compiled>();

/** Rules as functions of a vector, made once: nearly all payments meet none, and are told so within a microsecond or two. */
function compiledOf(set: RuleSet): Compiled {
  let known = compiled.get(set);
  if (!known) {
    const bands = bandsOf(set).map(bandKey);
    const rules = set.rules.map((rule) => ({ rule, holds: holdsOf(rule.when, bands) }));
    known = { rules, bands, features: vectorFor(bands.length) };
    compiled.set(set, known);
  }
  return known;
}

/** Judges a payment by the rules, given what came before it; counts nothing. The state must have the bands of the rules. */
export function evaluate(set: RuleSet, state: FeatureState, payment: Observed): Verdict {
  const { rules, bands, features } = compiledOf(set);
  look(state, payment, features);
  features[AT.corridor] = corridorRisk(set.corridors, payment);
  let hits = NO_HITS;
  for (const { rule, holds } of rules) {
    if (!holds(features)) continue;
    if (hits === NO_HITS) hits = [];
    hits.push(hitOf(rule, features, bands, set.reference?.asset));
  }
  return { paymentId: payment.id, version: set.version, hits, severity: severityOf(hits) };
}

/** The features that `evaluate` has just looked at, by name; for the score and for what is kept of a decision. */
export function lastFeatures(set: RuleSet): { corridor: number; counterpartyPayments: number; timesMean: number; isNew: boolean } {
  const { features } = compiledOf(set);
  return {
    corridor: features[AT.corridor]!,
    counterpartyPayments: features[AT.counterpartyPayments]!,
    timesMean: features[AT.timesMean]!,
    isNew: Number.isNaN(features[AT.daysIdle]),
  };
}

function severityOf(hits: readonly RuleHit[]): Verdict['severity'] {
  let worst: Verdict['severity'] = 'none';
  for (const { severity } of hits) if (GRAVITY[severity] > GRAVITY[worst]) worst = severity;
  return worst;
}

function holdsOf(condition: Condition, bands: readonly string[]): Holds {
  if ('all' in condition) {
    const parts = condition.all.map((part) => holdsOf(part, bands));
    return (features) => parts.every((part) => part(features));
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => holdsOf(part, bands));
    return (features) => parts.some((part) => part(features));
  }
  if ('not' in condition) {
    const inner = holdsOf(condition.not, bands);
    return (features) => !inner(features);
  }
  const place = placeOf(condition, bands);
  const wanted = Number(condition.value);
  return COMPARE[condition.op](place, wanted);
}

const COMPARE: Readonly<Record<RuleTest['op'], (place: number, wanted: number) => Holds>> = {
  '>=': (place, wanted) => (features) => features[place]! >= wanted,
  '>': (place, wanted) => (features) => features[place]! > wanted,
  '<=': (place, wanted) => (features) => features[place]! <= wanted,
  '<': (place, wanted) => (features) => features[place]! < wanted,
  '==': (place, wanted) => (features) => features[place] === wanted,
};

function placeOf(test: RuleTest, bands: readonly string[]): number {
  switch (test.feature) {
    case 'amount':
      return AT.amount;
    case 'sum':
      return tallyAt(test.window) + 1;
    case 'count':
      return tallyAt(test.window);
    case 'sum_between':
      return tallyAt(test.window, bands.indexOf(bandKey(test))) + 1;
    case 'count_between':
      return tallyAt(test.window, bands.indexOf(bandKey(test)));
    case 'round_digits':
      return AT.roundDigits;
    case 'corridor_risk':
      return AT.corridor;
    case 'counterparty_payments':
      return AT.counterpartyPayments;
    case 'days_idle':
      return AT.daysIdle;
    case 'days_known':
      return AT.daysKnown;
    case 'times_mean':
      return AT.timesMean;
  }
}

/** Every test of a condition is looked at, so that the inputs are complete whatever decided. */
function hitOf(rule: Rule, features: Vector, bands: readonly string[], asset: string | undefined): RuleHit {
  const inputs: TestInput[] = [];
  const visit = (condition: Condition): void => {
    if ('all' in condition) condition.all.forEach(visit);
    else if ('any' in condition) condition.any.forEach(visit);
    else if ('not' in condition) visit(condition.not);
    else inputs.push(inputOf(condition, features, bands));
  };
  visit(rule.when);
  const reasons = inputs.filter(({ holds }) => holds).map(({ test, actual }) => reasonOf(test, actual, asset));
  return { ruleId: rule.id, title: rule.title, severity: rule.severity, score: rule.score, reasons, inputs };
}

function inputOf(test: RuleTest, features: Vector, bands: readonly string[]): TestInput {
  const actual = features[placeOf(test, bands)]!;
  return { test, actual: Number.isNaN(actual) ? 'unknown' : written(actual), holds: holdsOf(test, bands)(features) };
}

const written = (value: number) => (Number.isInteger(value) ? BigInt(value).toString() : String(Math.round(value * 1_000) / 1_000));

/** Risk of a corridor: the highest of the entries that fit; 0 when none does or an end is not known. */
export function corridorRisk(corridors: Readonly<Record<string, number>>, { from = '', to = '' }: Pick<Observed, 'from' | 'to'>): number {
  return Math.max(corridors[`${from}>${to}`] ?? 0, corridors[`${from}>*`] ?? 0, corridors[`*>${to}`] ?? 0, corridors['*>*'] ?? 0);
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

const COMPARED: Record<RuleTest['op'], string> = { '>=': 'at least', '>': 'more than', '<=': 'at most', '<': 'less than', '==': 'exactly' };

/** What a test found, for people: amounts as they are written, in the reference currency where the rules name one. */
function reasonOf(test: RuleTest, actual: string, asset: string | undefined): string {
  const isMoney = test.feature === 'amount' || test.feature === 'sum' || test.feature === 'sum_between';
  const amount = (digits: string) => (asset ? `${toDecimalText({ asset, units: BigInt(digits) })} ${codeOf(asset)}` : digits);
  const shown = (value: string | number) => (isMoney && /^[0-9]+$/.test(String(value)) ? amount(String(value)) : String(value));
  const within = 'window' in test ? ` within ${test.window}` : '';
  const band = 'from' in test ? ` from ${amount(test.from)} to below ${amount(test.to)}` : '';
  return `${WORDS[test.feature]}${band}${within} is ${shown(actual)} (${COMPARED[test.op]} ${shown(test.value)}).`;
}
