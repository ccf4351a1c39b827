import Type from 'typebox';
import { WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { PRIORITIES } from './case.ts';

const closed = { additionalProperties: false };

const Settings = Type.Object(
  {
    fourEyes: Type.Boolean({ description: 'Whether two people decide on cases and put limits in force' }),
    fourEyesFrom: Type.Optional(WholeUnits),
    caseMinutes: Type.Object(
      Object.fromEntries(PRIORITIES.map((priority) => [priority, Type.Integer({ minimum: 1, maximum: 525_600 })])) as Record<
        (typeof PRIORITIES)[number],
        ReturnType<typeof Type.Integer>
      >,
      closed,
    ),
  },
  closed,
);

export const getComplianceSettings = operation({
  name: 'settlement.get_compliance_settings',
  method: 'GET',
  path: '/v1/compliance/settings',
  summary: 'Whether two people decide, from which value on, and within how many minutes cases are due',
  scope: 'screening:read',
  cost: 'light',
  output: Settings,
  errors: ['settlement.operators_only'],
  example: {},
});

export const setComplianceSettings = operation({
  name: 'settlement.set_compliance_settings',
  method: 'PUT',
  path: '/v1/compliance/settings',
  summary:
    'Says whether two people decide, from which value in minor units of the reference currency on (all when absent), and when cases are due',
  scope: 'access:write',
  cost: 'normal',
  body: Settings,
  output: Settings,
  errors: ['settlement.operators_only', 'request.key_reused'],
  example: { body: { fourEyes: false, caseMinutes: { critical: 60, high: 240, medium: 1_440, low: 4_320 } } },
});
