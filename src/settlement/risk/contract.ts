import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { Asset, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { ParticipantId } from '../participant/contract.ts';
import { PaymentId } from '../payment/contract.ts';

const closed = { additionalProperties: false };

/** A participant, or `*` for each that is not named. */
const Whom = Type.Union([Type.Literal('*'), ParticipantId]);

/**
 * Limits of one participant in one currency; what is absent is not limited. Caps are on what is owed, net, and not final
 * yet: to the network, and to one other. Concentration counts once so much has been sent within a window.
 */
export const LimitLine = Type.Object(
  {
    participant: Whom,
    asset: Asset,
    netSenderCap: Type.Optional(WholeUnits),
    bilateralCaps: Type.Optional(Type.Array(Type.Object({ counterparty: Whom, cap: WholeUnits }, closed), { maxItems: 2_000 })),
    perPayment: Type.Optional(WholeUnits),
    perDay: Type.Optional(WholeUnits),
    concentration: Type.Optional(Type.Object({ percent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }), from: WholeUnits }, closed)),
  },
  closed,
);

const Lines = Type.Array(LimitLine, { maxItems: 5_000 });
const Note = Type.String({ minLength: 3, maxLength: 500, examples: ['Lower cap for the year end'] });

export const LimitSet = Type.Object(
  {
    number: Type.Integer(),
    version: Type.String({ description: 'SHA-256 of the lines' }),
    lines: Lines,
    note: Type.String(),
    proposedBy: Type.String(),
    proposedAt: Instant,
    activatedBy: Type.Optional(Type.String()),
    activatedAt: Type.Optional(Instant),
    inForce: Type.Boolean(),
  },
  closed,
);

/** Number of a set in the path. */
export const SetNumber = Type.Codec(Type.String({ pattern: '^[1-9][0-9]{0,8}$', examples: ['2'] }))
  .Decode((text) => Number(text))
  .Encode((number: number) => String(number));

export const listLimits = operation({
  name: 'settlement.list_limits',
  method: 'GET',
  path: '/v1/limits',
  summary: 'Sets of limits, the newest first, at most 50; which is in force is marked',
  scope: 'settlement:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(LimitSet) }, closed),
  errors: ['settlement.operators_only'],
  example: {},
});

const lineErrors = ['settlement.limits_invalid', 'settlement.participant_unknown', 'settlement.limits_too_many'] as const;
const LINE_EXAMPLE = { participant: '*', asset: 'EUR/2', netSenderCap: '500000000', perPayment: '100000000' };

export const proposeLimits = operation({
  name: 'settlement.propose_limits',
  method: 'POST',
  path: '/v1/limits',
  summary: 'Proposes a whole set of limits; nothing changes before it is activated',
  scope: 'settlement:write',
  cost: 'normal',
  status: 201,
  body: Type.Object({ lines: Lines, note: Note }, closed),
  output: LimitSet,
  errors: [...lineErrors, 'settlement.operators_only', 'request.key_reused'],
  example: { body: { lines: [LINE_EXAMPLE], note: 'Lower cap for the year end' } },
});

const Side = Type.Object(
  {
    accepted: Type.Integer(),
    refused: Type.Integer(),
    refusedUnits: Type.Array(Type.Object({ asset: Asset, units: Units }, closed)),
    byLimit: Type.Array(Type.Object({ limit: Type.String(), payments: Type.Integer() }, closed)),
  },
  closed,
);

export const simulateLimitsOperation = operation({
  name: 'settlement.simulate_limits',
  method: 'POST',
  path: '/v1/limits/simulate',
  summary: 'What limits would have done to the traffic of a day, beside those in force',
  scope: 'settlement:read',
  cost: 'heavy',
  idempotencyKey: 'none',
  body: Type.Object({ lines: Lines, day: Type.Optional(LocalDateText) }, closed),
  output: Type.Object(
    {
      day: LocalDateText,
      payments: Type.Integer(),
      before: Side,
      after: Side,
      newlyRefused: Type.Array(PaymentId),
      newlyRefusedCount: Type.Integer(),
      newlyAccepted: Type.Array(PaymentId),
      newlyAcceptedCount: Type.Integer(),
      peaks: Type.Array(
        Type.Object(
          { participantId: ParticipantId, bic: Type.String(), asset: Asset, before: Units, after: Units, cap: Type.Optional(Units) },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: [...lineErrors, 'settlement.operators_only'],
  example: { body: { lines: [LINE_EXAMPLE] } },
});

export const activateLimits = operation({
  name: 'settlement.activate_limits',
  method: 'POST',
  path: '/v1/limits/{number}/activate',
  summary: 'Puts a proposed set of limits in force; by a second person where two people decide',
  scope: 'settlement:write',
  cost: 'normal',
  params: Type.Object({ number: SetNumber }, closed),
  output: LimitSet,
  errors: [
    'settlement.limit_set_not_found',
    'settlement.four_eyes_needed',
    ...lineErrors,
    'settlement.operators_only',
    'request.key_reused',
  ],
  example: { params: { number: '1' } },
});

export const listExposures = operation({
  name: 'settlement.list_exposures',
  method: 'GET',
  path: '/v1/exposures',
  summary: 'How far the caps in force are used, the fullest first, at most 500',
  scope: 'settlement:read',
  cost: 'normal',
  output: Type.Object(
    {
      items: Type.Array(
        Type.Object(
          {
            participantId: ParticipantId,
            counterpartyId: Type.Optional(ParticipantId),
            asset: Asset,
            net: Units,
            cap: Type.Optional(Units),
            sentToday: Units,
            dayCap: Type.Optional(Units),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: ['settlement.operators_only'],
  example: {},
});

const Country = Type.String({ pattern: '^[A-Z]{2}$', examples: ['NO'] });
const BreakerScope = Type.Object(
  {
    kind: Type.Union([Type.Literal('network'), Type.Literal('corridor'), Type.Literal('participant')]),
    participantId: Type.Optional(ParticipantId),
    from: Type.Optional(Country),
    to: Type.Optional(Country),
  },
  closed,
);

const BreakerState = Type.Union([Type.Literal('closed'), Type.Literal('open'), Type.Literal('half_open')]);

export const Breaker = Type.Object(
  {
    key: Type.String(),
    scope: BreakerScope,
    state: BreakerState,
    by: Type.Optional(Type.Union([Type.Literal('failures'), Type.Literal('hand')])),
    until: Type.Optional(Instant),
    reason: Type.String(),
    movedBy: Type.String(),
    movedAt: Instant,
  },
  closed,
);

export const BreakerPolicyShape = Type.Object(
  {
    automatic: Type.Boolean({ description: 'Whether breakers open by themselves; people can open them in any case' }),
    counts: Type.Array(Type.Union([Type.Literal('ledger'), Type.Literal('limit'), Type.Literal('funds')]), {
      uniqueItems: true,
      maxItems: 3,
      description: 'Which refusals count as failures',
    }),
    failures: Type.Integer({ minimum: 1, maximum: 100_000 }),
    percent: Type.Integer({ minimum: 1, maximum: 100 }),
    windowMs: Type.Integer({ minimum: 1_000, maximum: 3_600_000 }),
    openMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    longestOpenMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    probes: Type.Integer({ minimum: 1, maximum: 1_000 }),
    probeMs: Type.Integer({ minimum: 100, maximum: 3_600_000 }),
  },
  closed,
);

const BreakerMove = Type.Object(
  { key: Type.String(), from: BreakerState, to: BreakerState, reason: Type.String(), movedBy: Type.String(), movedAt: Instant },
  closed,
);

export const listBreakers = operation({
  name: 'settlement.list_breakers',
  method: 'GET',
  path: '/v1/breakers',
  summary: 'Circuit breakers that are not closed, their last 100 moves, and when they open by themselves',
  scope: 'settlement:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(Breaker), moves: Type.Array(BreakerMove), policy: BreakerPolicyShape }, closed),
  errors: ['settlement.operators_only'],
  example: {},
});

const byHand = {
  scope: 'settlement:write' as const,
  cost: 'normal' as const,
  body: Type.Object(
    { scope: BreakerScope, reason: Type.String({ minLength: 3, maxLength: 500, examples: ['The bank asked for it'] }) },
    closed,
  ),
  output: Breaker,
  errors: ['settlement.breaker_scope_invalid', 'settlement.participant_unknown', 'settlement.operators_only', 'request.key_reused'],
  example: { body: { scope: { kind: 'corridor', from: 'NO', to: 'SE' }, reason: 'The bank asked for it' } },
};

export const openBreaker = operation({
  ...byHand,
  name: 'settlement.open_breaker',
  method: 'POST',
  path: '/v1/breakers/open',
  summary: 'Stops payments of a participant, a corridor or the whole network until someone closes the breaker',
});

export const closeBreaker = operation({
  ...byHand,
  name: 'settlement.close_breaker',
  method: 'POST',
  path: '/v1/breakers/close',
  summary: 'Lets payments through again',
});

export const setBreakerPolicy = operation({
  name: 'settlement.set_breaker_policy',
  method: 'PUT',
  path: '/v1/breakers/policy',
  summary: 'Says when breakers open by themselves, and how they close again',
  scope: 'settlement:write',
  cost: 'normal',
  body: BreakerPolicyShape,
  output: BreakerPolicyShape,
  errors: ['settlement.operators_only', 'request.key_reused'],
  example: {
    body: {
      automatic: true,
      counts: ['ledger', 'limit'],
      failures: 5,
      percent: 50,
      windowMs: 60_000,
      openMs: 30_000,
      longestOpenMs: 900_000,
      probes: 3,
      probeMs: 30_000,
    },
  },
});

export const riskOperations = [
  listLimits,
  proposeLimits,
  simulateLimitsOperation,
  activateLimits,
  listExposures,
  listBreakers,
  openBreaker,
  closeBreaker,
  setBreakerPolicy,
] as const;

export const breakerMoved = eventKind({
  type: 'settlement.breaker_moved',
  version: 1,
  summary: 'A circuit breaker opened, lets probes through, or closed',
  data: Type.Object({ key: Type.String(), from: BreakerState, to: BreakerState, reason: Type.String() }),
});

export const limitsActivated = eventKind({
  type: 'settlement.limits_activated',
  version: 1,
  summary: 'A set of limits is in force',
  data: Type.Object({ number: Type.Integer(), version: Type.String() }),
});
