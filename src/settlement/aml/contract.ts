import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { SetNumber } from '../risk/contract.ts';

const closed = { additionalProperties: false };

const Content = Type.Unknown({
  description: 'The rules as people write them: name, corridors, rules, reference, travelRule, holdFromRisk',
});
const Note = Type.String({ minLength: 3, maxLength: 500, examples: ['Structuring from four payments on'] });

const RuleResult = Type.Object(
  {
    ruleId: Type.String(),
    hits: Type.Integer(),
    rate: Type.Number(),
    alone: Type.Integer(),
    precision: Type.Optional(Type.Number()),
    recall: Type.Optional(Type.Number()),
    examples: Type.Array(Type.String()),
  },
  closed,
);

export const BackTestReport = Type.Object(
  {
    id: idOf('abt'),
    ruleSet: Type.Integer(),
    from: LocalDateText,
    to: LocalDateText,
    payments: Type.Integer(),
    labelled: Type.Integer({ description: 'Payments on which people have decided since' }),
    flagged: Type.Integer(),
    byDay: Type.Array(Type.Object({ day: LocalDateText, flagged: Type.Integer() }, closed)),
    rules: Type.Array(RuleResult),
    overlap: Type.Array(Type.Object({ a: Type.String(), b: Type.String(), both: Type.Integer(), jaccard: Type.Number() }, closed)),
    precision: Type.Optional(Type.Number()),
    recall: Type.Optional(Type.Number()),
    runBy: Type.String(),
    runAt: Instant,
  },
  closed,
);

const ruleSetFields = {
  number: Type.Integer(),
  version: Type.String({ description: 'SHA-256 of the rules' }),
  name: Type.String(),
  rules: Type.Integer({ description: 'How many' }),
  note: Type.String(),
  proposedBy: Type.String(),
  proposedAt: Instant,
  activatedBy: Type.Optional(Type.String()),
  activatedAt: Type.Optional(Instant),
  inForce: Type.Boolean(),
};

export const AmlRuleSet = Type.Object(ruleSetFields, closed);
export const AmlRuleSetDetail = Type.Object({ ...ruleSetFields, content: Content, backTest: Type.Optional(BackTestReport) }, closed);

export const listAmlRuleSets = operation({
  name: 'settlement.list_aml_rule_sets',
  method: 'GET',
  path: '/v1/aml/rule-sets',
  summary: 'Sets of AML rules, the newest first, at most 50; which is in force is marked',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(AmlRuleSet) }, closed),
  errors: ['settlement.operators_only'],
  example: {},
});

const numbered = {
  params: Type.Object({ number: SetNumber }, closed),
  errors: ['settlement.rule_set_not_found', 'settlement.operators_only'],
};

export const getAmlRuleSet = operation({
  name: 'settlement.get_aml_rule_set',
  method: 'GET',
  path: '/v1/aml/rule-sets/{number}',
  summary: 'One set of AML rules, as it is written, with its last back-test',
  scope: 'screening:read',
  cost: 'light',
  ...numbered,
  output: AmlRuleSetDetail,
  example: { params: { number: '1' } },
});

export const proposeAmlRuleSet = operation({
  name: 'settlement.propose_aml_rule_set',
  method: 'POST',
  path: '/v1/aml/rule-sets',
  summary: 'Proposes a whole set of AML rules; nothing changes before it is activated',
  scope: 'screening:write',
  cost: 'normal',
  status: 201,
  body: Type.Object({ content: Content, note: Note }, closed),
  output: AmlRuleSet,
  errors: ['settlement.rules_invalid', 'settlement.operators_only', 'request.key_reused'],
  example: {
    body: {
      note: 'Structuring from four payments on',
      content: {
        name: 'Two rules',
        corridors: { '*>KP': 100 },
        rules: [
          {
            id: 'corridor',
            title: 'A corridor of high risk',
            severity: 'alert',
            score: 30,
            when: { feature: 'corridor_risk', op: '>=', value: 70 },
          },
        ],
      },
    },
  },
});

export const backTestAmlRuleSet = operation({
  name: 'settlement.back_test_aml_rule_set',
  method: 'POST',
  path: '/v1/aml/rule-sets/{number}/back-test',
  summary: 'What the rules would have found in the recorded payments of some days; needed before activation',
  scope: 'screening:write',
  cost: 'heavy',
  ...numbered,
  errors: [...numbered.errors, 'settlement.back_test_range', 'request.key_reused'],
  body: Type.Object({ from: Type.Optional(LocalDateText), to: Type.Optional(LocalDateText) }, closed),
  output: BackTestReport,
  example: { params: { number: '1' }, body: {} },
});

export const activateAmlRuleSet = operation({
  name: 'settlement.activate_aml_rule_set',
  method: 'POST',
  path: '/v1/aml/rule-sets/{number}/activate',
  summary: 'Puts a set of AML rules in force, by another person than the one who proposed it, after a back-test',
  scope: 'screening:write',
  cost: 'normal',
  ...numbered,
  errors: [...numbered.errors, 'settlement.four_eyes_needed', 'settlement.back_test_missing', 'request.key_reused'],
  output: AmlRuleSet,
  example: { params: { number: '1' } },
});

export const amlOperations = [listAmlRuleSets, getAmlRuleSet, proposeAmlRuleSet, backTestAmlRuleSet, activateAmlRuleSet] as const;

export const amlRulesActivated = eventKind({
  type: 'settlement.aml_rules_activated',
  version: 1,
  summary: 'A set of AML rules is in force',
  data: Type.Object({ number: Type.Integer(), version: Type.String() }),
});
