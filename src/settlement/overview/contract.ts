import Type from 'typebox';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { LocalDateText } from '../../base/time.ts';

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });

/** The day at one glance; every figure is of payments received on that UTC day. */
export const Overview = Type.Object(
  {
    day: LocalDateText,
    payments: Type.Object(
      { received: Count, reserved: Count, clearing: Count, settled: Count, held: Count, queued: Count, rejected: Count },
      closed,
    ),
    /** Of the windows settled that day: the network's totals for the operator, for a bank what it paid itself. */
    currencies: Type.Array(Type.Object({ asset: Asset, payments: Count, gross: Units, net: Units, efficiency: Type.Number() }, closed)),
    failures: Type.Array(Type.Object({ code: Type.String(), text: Type.String(), count: Count }, closed)),
    windows: Type.Object({ open: Count, settled: Count }, closed),
    /** From receipt to finality, milliseconds. */
    timeToFinalityMs: Type.Optional(Type.Object({ p50: Type.Number(), p95: Type.Number(), max: Type.Number() }, closed)),
    /** Payments received a bucket of equal length, oldest first; `startMs` is the bucket's begin. */
    series: Type.Array(Type.Object({ startMs: Type.Number(), received: Count, rejected: Count }, closed)),
    /** The largest flows between participants, for the picture. */
    flows: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), payments: Count }, closed)),
  },
  closed,
);

export const getOverview = operation({
  name: 'settlement.get_overview',
  method: 'GET',
  path: '/v1/settlement/overview',
  summary: 'The day at one glance',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object({ day: Type.Optional(LocalDateText) }, closed),
  output: Overview,
  errors: ['settlement.day_invalid'],
  example: { query: { day: '2025-11-24' } },
});

export const overviewOperations = [getOverview] as const;
