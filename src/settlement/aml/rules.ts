import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import { Asset } from '../../base/money.ts';

const closed = { additionalProperties: false };

/** How far back a rule may look. */
export const WINDOWS = ['1h', '24h', '7d', '30d'] as const;
export type Window = (typeof WINDOWS)[number];

const window = Type.Union([Type.Literal('1h'), Type.Literal('24h'), Type.Literal('7d'), Type.Literal('30d')]);
const op = Type.Union([Type.Literal('>='), Type.Literal('>'), Type.Literal('<='), Type.Literal('<'), Type.Literal('==')]);
const money = Type.String({ pattern: '^(0|[1-9][0-9]{0,37})$', description: 'Minor units of the reference currency' });
const number = Type.Number({ minimum: 0, maximum: 1e9 });

/** Amount of this payment, in the reference currency. */
const Amount = Type.Object({ feature: Type.Literal('amount'), op, value: money }, closed);
/** Sum paid by the party within a window, this payment included. */
const Sum = Type.Object({ feature: Type.Literal('sum'), window, op, value: money }, closed);
/** Number of payments of the party within a window, this one included. */
const Count = Type.Object({ feature: Type.Literal('count'), window, op, value: number }, closed);
/** Number of payments of the party within a window whose amount is at least `from` and below `to`, this one included. */
const CountBetween = Type.Object({ feature: Type.Literal('count_between'), window, from: money, to: money, op, value: number }, closed);
/** Sum of these. */
const SumBetween = Type.Object({ feature: Type.Literal('sum_between'), window, from: money, to: money, op, value: money }, closed);
/** Zeros at the end of the amount in whole units of its own currency: 50,000.00 has 4; with cents that are not zero, none. */
const RoundDigits = Type.Object({ feature: Type.Literal('round_digits'), op, value: number }, closed);
/** Risk of the corridor, 0 to 100, from the rule set's table. */
const CorridorRisk = Type.Object({ feature: Type.Literal('corridor_risk'), op, value: number }, closed);
/** Earlier payments of the party to this counterparty; 0 for a new one. */
const CounterpartyPayments = Type.Object({ feature: Type.Literal('counterparty_payments'), op, value: number }, closed);
/** Days since the party paid last; never true of a party that has not paid before. */
const DaysIdle = Type.Object({ feature: Type.Literal('days_idle'), op, value: number }, closed);
/** Days since the party was seen first. */
const DaysKnown = Type.Object({ feature: Type.Literal('days_known'), op, value: number }, closed);
/** This amount divided by the mean of the party's earlier ones within 30 days; never true without earlier ones. */
const TimesMean = Type.Object({ feature: Type.Literal('times_mean'), op, value: number }, closed);

const Test = Type.Union([
  Amount,
  Sum,
  Count,
  CountBetween,
  SumBetween,
  RoundDigits,
  CorridorRisk,
  CounterpartyPayments,
  DaysIdle,
  DaysKnown,
  TimesMean,
]);
/** One comparison of a feature with a value. */
export type RuleTest = Static<typeof Test>;

/** A condition: one test, or several joined. */
export type Condition = RuleTest | { all: readonly Condition[] } | { any: readonly Condition[] } | { not: Condition };

const RuleHead = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
    title: Type.String({ minLength: 3, maxLength: 200 }),
    /** What a hit does: is noted, raises an alert, or holds the payment. */
    severity: Type.Union([Type.Literal('note'), Type.Literal('alert'), Type.Literal('hold')]),
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    when: Type.Unknown(),
  },
  closed,
);
const RuleSetShape = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    /** Risk of corridors: `IR>*`, `*>KP`, `NO>SE`; the highest that fits counts. */
    corridors: Type.Record(Type.String({ pattern: '^([A-Z]{2}|\\*)>([A-Z]{2}|\\*)$' }), Type.Integer({ minimum: 0, maximum: 100 })),
    rules: Type.Array(RuleHead, { minItems: 1, maxItems: 200 }),
    /** What amounts are counted in, and what one whole unit of other currencies is worth in it; one that is missing counts as equal. */
    reference: Type.Optional(
      Type.Object(
        { asset: Asset, rates: Type.Record(Type.String({ pattern: '^[A-Z]{3}$' }), Type.Number({ exclusiveMinimum: 0, maximum: 1e9 })) },
        closed,
      ),
    ),
    /** What is asked of a payment by the travel rule, in minor units of the reference, and what happens when it is missing. */
    travelRule: Type.Optional(
      Type.Object(
        {
          threshold: money,
          domesticInFull: Type.Boolean(),
          beneficiaryAddress: Type.Boolean(),
          action: Type.Union([Type.Literal('note'), Type.Literal('hold'), Type.Literal('reject')]),
        },
        closed,
      ),
    ),
    /** From which risk score on a payment is held; never when absent. */
    holdFromRisk: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  closed,
);

export type Rule = Omit<Static<typeof RuleHead>, 'when'> & { when: Condition };

/** Rules as people write them, checked, with the hash that decisions are stored with. */
export type RuleSet = Omit<Static<typeof RuleSetShape>, 'rules'> & { rules: readonly Rule[]; version: string };

const shape = Compile(RuleSetShape);
const test = Compile(Test);

const LIMITS = { depth: 8, tests: 50, bands: 16 };

function invalid(at: string, what: string): AppError {
  return new AppError('invalid', 'settlement.rules_invalid', `${at}: ${what}.`);
}

/**
 * Checks a rule set. Its version is the SHA-256 of its canonical JSON, so equal rules have equal versions.
 * Errors: `settlement.rules_invalid` with the place.
 */
export function readRuleSet(value: unknown): RuleSet {
  if (!shape.Check(value)) {
    const [first] = shape.Errors(value);
    throw invalid(`rules${first?.instancePath.replaceAll('/', '.') ?? ''}`, first?.message ?? 'is not a rule set');
  }
  const seen = new Set<string>();
  for (const rule of value.rules) {
    if (seen.has(rule.id)) throw invalid(`rules.${rule.id}`, 'the id stands there twice');
    seen.add(rule.id);
    checkCondition(rule.when, `rules.${rule.id}.when`, { depth: 0, tests: { left: LIMITS.tests } });
  }
  const set = value as unknown as Omit<RuleSet, 'version'>;
  if (bandsOf(set).length > LIMITS.bands) throw invalid('rules', `more than ${LIMITS.bands} different bands of amounts`);
  return { ...structuredClone(set), version: createHash('sha256').update(canonicalJson(value)).digest('hex') };
}

function checkCondition(value: unknown, at: string, { depth, tests }: { depth: number; tests: { left: number } }): void {
  if (depth > LIMITS.depth) throw invalid(at, `nested deeper than ${LIMITS.depth}`);
  const deeper = (inner: unknown, place: string) => checkCondition(inner, place, { depth: depth + 1, tests });
  if (typeof value !== 'object' || value === null) throw invalid(at, 'is not a condition');
  const keys = Object.keys(value);
  if (keys.length === 1 && (keys[0] === 'all' || keys[0] === 'any')) {
    const parts = (value as Record<string, unknown>)[keys[0]];
    if (!Array.isArray(parts) || parts.length === 0) throw invalid(`${at}.${keys[0]}`, 'must be a list of conditions');
    parts.forEach((part, i) => deeper(part, `${at}.${keys[0]}[${i}]`));
    return;
  }
  if (keys.length === 1 && keys[0] === 'not') return deeper((value as { not: unknown }).not, `${at}.not`);
  if (--tests.left < 0) throw invalid(at, `a rule has at most ${LIMITS.tests} tests`);
  if (!test.Check(value)) throw invalid(at, 'is not a test of a known feature with its fields');
  if ('from' in value && BigInt(value.from) >= BigInt(value.to)) throw invalid(at, '`from` must be below `to`');
}

/** A span of amounts that some rule counts: at least `from` and below `to`. */
export type Band = { from: bigint; to: bigint };

/** The name of a band in state and features. */
export const bandKey = ({ from, to }: { from: bigint | string; to: bigint | string }): string => `${from}-${to}`;

/** The bands of amounts that a rule set counts, each once. */
export function bandsOf({ rules }: Pick<RuleSet, 'rules'>): Band[] {
  const found = new Map<string, Band>();
  const visit = (condition: Condition): void => {
    if ('all' in condition) condition.all.forEach(visit);
    else if ('any' in condition) condition.any.forEach(visit);
    else if ('not' in condition) visit(condition.not);
    else if ('from' in condition) found.set(bandKey(condition), { from: BigInt(condition.from), to: BigInt(condition.to) });
  };
  for (const { when } of rules) visit(when);
  return [...found.values()];
}
