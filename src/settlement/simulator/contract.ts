import Type from 'typebox';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant, LocalDateText } from '../../base/time.ts';

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });
const SimulationId = idOf('sim');

const RegimeName = Type.Union([Type.Literal('rtgs'), Type.Literal('rtgs_gridlock'), Type.Literal('windows'), Type.Literal('set_off')]);

const Options = Type.Object(
  {
    regimes: Type.Optional(Type.Array(RegimeName, { minItems: 1, uniqueItems: true })),
    levels: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 21, description: 'Levels of liquidity from the least to the most; 8 when absent' }),
    ),
    windowMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 480, description: 'Between two windows or set-offs; 30 when absent' }),
    ),
    queues: Type.Optional(Type.Union([Type.Literal('account'), Type.Literal('participant')])),
  },
  closed,
);

/** What is replayed: a past day of the network's own payments, or an invented one. */
const summary = {
  id: SimulationId,
  name: Type.String(),
  day: Type.Optional(LocalDateText),
  seed: Type.Optional(Type.String()),
  options: Options,
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  error: Type.Optional(Type.String()),
  startedBy: Type.String(),
  startedAt: Instant,
  finishedAt: Type.Optional(Instant),
};

/** Shares are of 1; times count from midnight. See the simulator's README for the meaning of each figure. */
const Point = Type.Object(
  { atMs: Type.Number(), settledShare: Type.Number(), queuedShare: Type.Number(), settledPayments: Count, queuedPayments: Count },
  closed,
);
const Run = Type.Object(
  {
    regime: RegimeName,
    level: Type.Number(),
    liquidity: Type.Number(),
    liquidityUsed: Type.Number(),
    delay: Type.Number(),
    settledShare: Type.Number(),
    settledPayments: Count,
    unsettledPayments: Count,
    queue: Type.Object({ longest: Count, mean: Type.Number() }, closed),
    series: Type.Array(Point),
    currencies: Type.Array(
      Type.Object({ asset: Asset, liquidity: Units, liquidityUsed: Units, settled: Units, unsettled: Units, delay: Type.Number() }, closed),
    ),
  },
  closed,
);

export const Result = Type.Object(
  {
    openMs: Type.Number(),
    endMs: Type.Number(),
    payments: Count,
    participants: Count,
    currencies: Type.Array(
      Type.Object({ asset: Asset, payments: Count, gross: Units, lower: Units, upper: Units, share: Type.Number() }, closed),
    ),
    runs: Type.Array(Run),
  },
  closed,
);

const Summary = Type.Object(summary, closed);

export const startSimulation = operation({
  name: 'settlement.start_simulation',
  method: 'POST',
  path: '/v1/simulations',
  summary: 'Replays a day under four ways of settling it, in a thread of its own: liquidity against delay',
  scope: 'settlement:write',
  cost: 'heavy',
  status: 202,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Longer windows'] }),
      /** A past day of this network's payments. Without it an invented day of 40 banks is replayed. */
      day: Type.Optional(LocalDateText),
      seed: Type.Optional(Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z0-9 _.-]*$' })),
      payments: Type.Optional(Type.Integer({ minimum: 100, maximum: 100_000, description: 'Of an invented day; 20,000 when absent' })),
      options: Type.Optional(Options),
    },
    closed,
  ),
  output: Summary,
  errors: [
    'settlement.simulation_operator_only',
    'settlement.day_empty',
    'settlement.day_invalid',
    'settlement.simulations_busy',
    'request.key_reused',
  ],
  example: { body: { name: 'Longer windows', seed: 'example', payments: 200, options: { levels: 2, windowMinutes: 60 } } },
});

export const listSimulations = operation({
  name: 'settlement.list_simulations',
  method: 'GET',
  path: '/v1/simulations',
  summary: 'The last 100 simulations, newest first',
  scope: 'settlement:read',
  cost: 'light',
  output: Type.Object({ items: Type.Array(Summary) }, closed),
  errors: [],
  example: {},
});

const params = Type.Object({ id: SimulationId }, closed);

export const getSimulation = operation({
  name: 'settlement.get_simulation',
  method: 'GET',
  path: '/v1/simulations/{id}',
  summary: 'A simulation and, when it is done, every run of it',
  scope: 'settlement:read',
  cost: 'normal',
  params,
  output: Type.Object({ ...summary, result: Type.Optional(Result) }, closed),
  errors: ['settlement.simulation_not_found'],
  example: { params: { id: 'sim_0192837465ab7def8192837465abcdef' } },
});

export const exportSimulation = operation({
  name: 'settlement.export_simulation',
  method: 'GET',
  path: '/v1/simulations/{id}/csv',
  summary: 'A table of a finished simulation as CSV: the curve, the course of the day, or the currencies',
  scope: 'settlement:read',
  cost: 'normal',
  produces: 'text/csv',
  params,
  query: Type.Object({ table: Type.Union([Type.Literal('curve'), Type.Literal('series'), Type.Literal('currencies')]) }, closed),
  output: Type.String(),
  errors: ['settlement.simulation_not_found', 'settlement.simulation_not_done'],
  example: { params: { id: 'sim_0192837465ab7def8192837465abcdef' }, query: { table: 'curve' } },
});

export const simulatorOperations = [startSimulation, listSimulations, getSimulation, exportSimulation] as const;
