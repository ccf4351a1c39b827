import Type from 'typebox';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic, ParticipantId } from '../participant/contract.ts';
import { PaymentId } from '../payment/contract.ts';

const closed = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });
export const Step = Type.Union([Type.Literal('direct'), Type.Literal('bilateral'), Type.Literal('multilateral')]);
const QueueClass = Type.Union([Type.Literal('urgent'), Type.Literal('normal')]);
const Bank = Type.Object({ id: ParticipantId, bic: Bic, name: Type.String() }, closed);

const Leg = Type.Object({ debtor: Bank, creditor: Type.Optional(Bank), asset: Asset, units: Units }, closed);

const Waiting = Type.Object(
  {
    kind: Type.Union([Type.Literal('payment'), Type.Literal('pvp')]),
    paymentId: Type.Optional(PaymentId),
    /** Of payment versus payment: the trade. */
    tradeId: Type.Optional(idOf('fxt')),
    endToEndId: Type.Optional(Type.String()),
    priority: QueueClass,
    /** 1 for the first in its payer's queue; of several payers where it stands farthest back. */
    place: Type.Integer({ minimum: 1 }),
    legs: Type.Array(Leg),
    enteredAt: Instant,
    /** Of a payment dated ahead: its value date, before which it does not go. */
    due: Type.Optional(LocalDateText),
    expiresAt: Instant,
  },
  closed,
);

/** A bank's money against what waits, in one currency. */
const Standing = Type.Object(
  {
    participant: Bank,
    asset: Asset,
    available: Units,
    /** What it waits to pay, and how many. */
    outgoing: Units,
    outgoingCount: Count,
    /** What others wait to pay it. Shown to the operator only. */
    incoming: Type.Optional(Units),
  },
  closed,
);

export const listQueue = operation({
  name: 'settlement.list_queue',
  method: 'GET',
  path: '/v1/queue',
  summary: 'What waits, in order: all of it for the operator, for a bank its own',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object({ participantId: Type.Optional(ParticipantId), asset: Type.Optional(Asset) }, closed),
  output: Type.Object(
    {
      /** In order; at most 500 of them. */
      items: Type.Array(Waiting),
      total: Count,
      totals: Type.Array(Type.Object({ asset: Asset, count: Count, units: Units }, closed)),
      banks: Type.Array(Standing),
      /** The last hour: how many left by settling or otherwise, and how long they had waited. */
      lastHour: Type.Object({ settled: Count, rejected: Count, medianWaitMs: Type.Optional(Type.Number()) }, closed),
    },
    closed,
  ),
  errors: [],
  example: { query: { asset: 'EUR/2' } },
});

const Released = Type.Object(
  {
    id: idOf('qst'),
    step: Step,
    entries: Count,
    settledAt: Instant,
    seq: Type.String({ pattern: '^[0-9]+$' }),
    /** `gross` was paid by moving `net`. */
    totals: Type.Array(Type.Object({ asset: Asset, entries: Count, gross: Units, net: Units }, closed)),
    /** The payments of the set, at most 200. */
    payments: Type.Array(
      Type.Object({ id: PaymentId, debtor: Bic, creditor: Bic, asset: Asset, units: Units, waitedMs: Type.Number() }, closed),
    ),
  },
  closed,
);

export const listReleases = operation({
  name: 'settlement.list_releases',
  method: 'GET',
  path: '/v1/queue/releases',
  summary: 'Sets that settled together out of the queue, newest first, with what they took',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(pageQuery, closed),
  output: pageOf(Released),
  errors: ['request.cursor_invalid'],
  example: { query: { limit: '20' } },
});

export const runQueue = operation({
  name: 'settlement.run_queue',
  method: 'POST',
  path: '/v1/queue/run',
  summary: 'Looks for what can settle now, the largest set included',
  scope: 'settlement:write',
  cost: 'heavy',
  output: Type.Object({ looked: Count, settled: Type.Array(Type.Object({ step: Step, entries: Count }, closed)) }, closed),
  errors: ['settlement.queue_operator_only'],
  example: {},
});

const params = Type.Object({ id: PaymentId }, closed);
const Moved = Type.Object({ id: PaymentId, priority: QueueClass, place: Type.Integer({ minimum: 1 }) }, closed);
const moveErrors = ['settlement.payment_not_queued', 'ledger.overloaded', 'request.key_reused'] as const;

export const cancelQueued = operation({
  name: 'settlement.cancel_queued_payment',
  method: 'POST',
  path: '/v1/queue/{id}/cancel',
  summary: 'Cancels a payment that waits in the queue, or for a value date to come: it is rejected with DS02',
  scope: 'payments:write',
  cost: 'light',
  params,
  output: Type.Object({ id: PaymentId, status: Type.Literal('rejected') }, closed),
  errors: moveErrors,
  example: { params: { id: 'pay_0192837465ab7def8192837465abcdef' } },
});

export const moveQueued = operation({
  name: 'settlement.move_queued_payment',
  method: 'PUT',
  path: '/v1/queue/{id}/place',
  summary: 'Gives a payment that waits another class or place in its own bank’s queue',
  scope: 'payments:write',
  cost: 'light',
  params,
  body: Type.Object(
    {
      priority: Type.Optional(QueueClass),
      /** Where in its class: before all others, behind all others, or before another payment that waits. Behind all when absent. */
      to: Type.Optional(Type.Union([Type.Literal('front'), Type.Literal('back')])),
      before: Type.Optional(PaymentId),
    },
    closed,
  ),
  output: Moved,
  errors: [...moveErrors, 'settlement.queue_place_unknown'],
  example: { params: { id: 'pay_0192837465ab7def8192837465abcdef' }, body: { priority: 'urgent', to: 'front' } },
});

export const queueOperations = [listQueue, listReleases, runQueue, cancelQueued, moveQueued] as const;
