import Type from 'typebox';
import { Asset, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant } from '../../base/time.ts';
import { Priority, RouteKind } from '../payment/priority.ts';

const closed = { additionalProperties: false };

const Band = Type.Object(
  {
    asset: Asset,
    minUnits: Type.Optional(WholeUnits),
    maxUnits: Type.Optional(WholeUnits),
  },
  closed,
);

/** What must hold of a payment for a rule to speak for it; what is left out holds always. */
const When = Type.Object(
  {
    priorities: Type.Optional(Type.Array(Priority, { minItems: 1, uniqueItems: true })),
    /** The payment's currency must be one of these, and its amount within the band, both ends included. */
    bands: Type.Optional(Type.Array(Band, { minItems: 1, maxItems: 64 })),
    valueDate: Type.Optional(Type.Union([Type.Literal('today'), Type.Literal('later')])),
    /** Ten-thousandths of what the sender has free now that would be left after the payment; 0 when it has not enough. */
    leftBpsAtLeast: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    leftBpsBelow: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** Whether the payment is covered by what the sender will receive this hour with nine chances in ten. */
    inflowCovers: Type.Optional(Type.Boolean()),
    /** Whether payments of the sender wait already. */
    senderQueues: Type.Optional(Type.Boolean()),
  },
  closed,
);

const Rule = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Small and urgent'] }),
    route: RouteKind,
    when: When,
  },
  closed,
);

/** How a tenant's payments are routed. The first rule that holds decides; `otherwise` when none does. */
export const Policy = Type.Object(
  {
    rules: Type.Array(Rule, { maxItems: 50 }),
    otherwise: RouteKind,
    /** What becomes of a payment without cover. */
    withoutCover: Type.Union([Type.Literal('reject'), Type.Literal('queue')]),
    /** How long a payment may wait at most; in any case no longer than to the end of its day (UTC). */
    queueMinutes: Type.Integer({ minimum: 1, maximum: 1_440 }),
    /** The largest set of all that waits is looked for so often, or as soon as so many bundles wait. */
    loopSeconds: Type.Integer({ minimum: 1, maximum: 3_600 }),
    loopQueued: Type.Integer({ minimum: 1, maximum: 100_000 }),
  },
  closed,
);

const StandingPolicy = Type.Object(
  {
    policy: Policy,
    /** 0 for the policy that holds before any was set. */
    version: Type.Integer({ minimum: 0 }),
    changedBy: Type.Optional(Type.String()),
    changedAt: Type.Optional(Instant),
  },
  closed,
);

export const getLiquidityPolicy = operation({
  name: 'settlement.get_liquidity_policy',
  method: 'GET',
  path: '/v1/liquidity/policy',
  summary: 'The rules by which payments settle at once, wait in the queue or go into the window',
  scope: 'settlement:read',
  cost: 'light',
  output: StandingPolicy,
  errors: [],
  example: {},
});

export const setLiquidityPolicy = operation({
  name: 'settlement.set_liquidity_policy',
  method: 'PUT',
  path: '/v1/liquidity/policy',
  summary: 'Puts rules in force for the payments that come from now on',
  scope: 'settlement:write',
  cost: 'normal',
  body: Type.Object({ policy: Policy }, closed),
  output: StandingPolicy,
  errors: ['settlement.policy_operator_only', 'settlement.policy_invalid', 'request.key_reused'],
  example: {
    body: {
      policy: {
        rules: [
          { name: 'Asked for at once', route: 'instant', when: { priorities: ['instant'] } },
          { name: 'Small', route: 'instant', when: { bands: [{ asset: 'EUR/2', maxUnits: '1000000' }], leftBpsAtLeast: 5000 } },
        ],
        otherwise: 'window',
        withoutCover: 'queue',
        queueMinutes: 240,
        loopSeconds: 10,
        loopQueued: 50,
      },
    },
  },
});

export const liquidityOperations = [getLiquidityPolicy, setLiquidityPolicy] as const;
