import Type from 'typebox';
import { Asset, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
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

const Bank = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);
const Count = Type.Integer({ minimum: 0 });
const Country = Type.String({ pattern: '^[A-Z]{2}$', examples: ['FI'] });

/** What will come, with nine chances in ten above `low` and nine in ten below `high`; whole units of the asset, statistics. */
const BandView = Type.Object({ low: Type.Number(), median: Type.Number(), high: Type.Number() }, closed);

const Position = Type.Object(
  {
    participant: Bank,
    asset: Asset,
    available: Units,
    /** Set aside for the window. */
    reserved: Units,
    queuedOut: Units,
    /** Shown to the operator only. */
    queuedIn: Type.Optional(Units),
    /** What the participant would have to bring. */
    needs: Type.Object(
      {
        /** To pay all that it has waiting, counting on nobody. */
        now: Units,
        /** If everything that waits, of everybody, settled at once. Shown to the operator only. */
        ifAllSettles: Type.Optional(Units),
        /** To let its largest payment that waits go by itself. */
        largest: Units,
      },
      closed,
    ),
    /** What is expected to come in within this full hour. */
    expected: BandView,
  },
  closed,
);

export const listLiquidity = operation({
  name: 'settlement.list_liquidity',
  method: 'GET',
  path: '/v1/liquidity',
  summary: 'Money by participant and currency: what is free, what waits, what would have to be brought, what is expected',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ asset: Type.Optional(Asset), participantId: Type.Optional(ParticipantId) }, closed),
  output: Type.Object({ items: Type.Array(Position), at: Instant }, closed),
  errors: [],
  example: { query: { asset: 'EUR/2' } },
});

const corridor = {
  asset: Asset,
  /** Income or outgo of one participant; its own when a bank asks. */
  participantId: Type.Optional(ParticipantId),
  direction: Type.Optional(Type.Union([Type.Literal('incoming'), Type.Literal('outgoing')])),
  /** Or a corridor: from banks of one country to banks of another. */
  from: Type.Optional(Country),
  to: Type.Optional(Country),
};

export const getForecast = operation({
  name: 'settlement.get_forecast',
  method: 'GET',
  path: '/v1/liquidity/forecast',
  summary: 'What the next 24 hours will bring, with bands, of a participant, a corridor or a whole currency',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(corridor, closed),
  output: Type.Object(
    {
      hours: Type.Array(
        Type.Object(
          {
            hour: Instant,
            low: Type.Number(),
            median: Type.Number(),
            high: Type.Number(),
            samples: Count,
            actual: Type.Optional(Type.Number()),
          },
          closed,
        ),
      ),
      /** From when on hours were counted. */
      knownSince: Type.Optional(Instant),
    },
    closed,
  ),
  errors: ['settlement.forecast_of_what'],
  example: { query: { asset: 'EUR/2' } },
});

export const getForecastCalibration = operation({
  name: 'settlement.get_forecast_calibration',
  method: 'GET',
  path: '/v1/liquidity/calibration',
  summary: 'How often what came stayed within what had been foretold, on days held out, over the income of every participant in a currency',
  scope: 'settlement:read',
  cost: 'heavy',
  query: Type.Object(
    { asset: Asset, days: Type.Optional(Type.String({ pattern: '^([1-9]|[12][0-9]|30)$', description: 'Held out; 10 when absent' })) },
    closed,
  ),
  output: Type.Object(
    {
      hours: Count,
      points: Type.Array(Type.Object({ nominal: Type.Number(), measured: Type.Number() }, closed)),
      /** Share of hours within the band from 10 to 90 %. */
      band80: Type.Number(),
    },
    closed,
  ),
  errors: [],
  example: { query: { asset: 'EUR/2' } },
});

export const listCorridors = operation({
  name: 'settlement.list_corridors',
  method: 'GET',
  path: '/v1/liquidity/corridors',
  summary: 'What was paid between countries on a day, by currency, and what the coming hour should bring',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ day: Type.Optional(LocalDateText), asset: Type.Optional(Asset) }, closed),
  output: Type.Object(
    {
      day: LocalDateText,
      items: Type.Array(
        Type.Object({ from: Country, to: Country, asset: Asset, payments: Count, units: Units, nextHour: Type.Optional(BandView) }, closed),
      ),
    },
    closed,
  ),
  errors: ['settlement.day_invalid'],
  example: { query: { asset: 'EUR/2' } },
});

export const liquidityOperations = [
  getLiquidityPolicy,
  setLiquidityPolicy,
  listLiquidity,
  getForecast,
  getForecastCalibration,
  listCorridors,
] as const;
