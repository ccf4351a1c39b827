import Type from 'typebox';

const closed = { additionalProperties: false };

const ruleFields = {
  ruleId: Type.String(),
  title: Type.String(),
  severity: Type.String(),
  score: Type.Integer(),
  reasons: Type.Array(Type.String()),
};

/** A rule that a payment met, with the reasons in words and every test as it is kept. */
export const RuleHit = Type.Object({ ...ruleFields, inputs: Type.Array(Type.Unknown()) }, closed);

/** The same with every test as one line of fields. */
const JudgedRule = Type.Object(
  {
    ...ruleFields,
    tests: Type.Array(
      Type.Object(
        {
          feature: Type.String(),
          window: Type.Optional(Type.String()),
          from: Type.Optional(Type.String()),
          to: Type.Optional(Type.String()),
          op: Type.String(),
          value: Type.String(),
          actual: Type.String({ description: 'What was found' }),
          holds: Type.Boolean(),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** What the travel rule asks for and a payment does not say. */
export const MissingInformation = Type.Object({ path: Type.String(), why: Type.String() }, closed);

const riskReasons = Type.Array(Type.Object({ factor: Type.String(), points: Type.Number(), text: Type.String() }, closed));

/** Risk of a payment with its parts, which add up to it. */
export const ScoredRisk = Type.Object(
  { score: Type.Integer(), level: Type.String(), reasons: riskReasons, weights: Type.String() },
  closed,
);

/** What a payment was judged by at the door and what came of it; the operator's alone. */
export const Judgement = Type.Object(
  {
    risk: Type.Object(
      {
        score: Type.Integer({ minimum: 0, maximum: 100 }),
        level: Type.Optional(Type.String()),
        reasons: Type.Optional(riskReasons),
        weights: Type.Optional(Type.String()),
      },
      { ...closed, description: 'Reasons are kept where there was something to look at, or the risk was not low' },
    ),
    ruleSet: Type.Integer({ description: 'The AML rules: see settlement.get_aml_rule_set' }),
    limitSet: Type.Integer({ description: 'The limits: see settlement.list_limits; 0 when there were none' }),
    screeningSet: Type.Optional(Type.Integer({ description: 'The lists: see settlement.get_screening_set' })),
    listVersion: Type.Optional(Type.String({ description: 'The same lists, each with the beginning of its SHA-256' })),
    rules: Type.Optional(Type.Array(JudgedRule, { description: 'AML rules that it met' })),
    missing: Type.Optional(Type.Array(MissingInformation, { description: 'What the travel rule asks for and was not said' })),
    limits: Type.Optional(
      Type.Array(
        Type.Object(
          { limit: Type.String(), allowed: Type.Optional(Type.String()), wouldBe: Type.Optional(Type.String()), text: Type.String() },
          closed,
        ),
        { description: 'Limits that it would have passed' },
      ),
    ),
    breaker: Type.Optional(Type.String({ description: 'The circuit breaker that refused it, by its key: see settlement.list_breakers' })),
    value: Type.Optional(Type.String({ description: 'Amount in minor units of the reference currency of the rules' })),
    corridor: Type.Optional(Type.String()),
  },
  { ...closed, description: 'What it was judged by and what came of it; told to the operator alone' },
);
