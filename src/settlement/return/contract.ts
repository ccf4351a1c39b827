import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Bic } from '../participant/contract.ts';
import { PaymentId, Uetr } from '../payment/contract.ts';

const closed = { additionalProperties: false };

/** pending: the bank that was paid has not answered. returned: money came back, whatever was answered. */
export const RecallState = Type.Union([
  Type.Literal('pending'),
  Type.Literal('accepted'),
  Type.Literal('refused'),
  Type.Literal('returned'),
]);

const Code = Type.Object({ code: Type.String(), text: Type.Optional(Type.String()) }, closed);

export const Recall = Type.Object(
  {
    id: idOf('rcl'),
    paymentId: PaymentId,
    uetr: Uetr,
    endToEndId: Type.String(),
    /** Who paid and asks, and who was paid and answers. */
    requester: Bic,
    responder: Bic,
    asset: Asset,
    units: Units,
    /** What has come back, all returns together. */
    returnedUnits: Units,
    reason: Code,
    caseId: Type.Optional(Type.String()),
    state: RecallState,
    askedAt: Instant,
    /** The last day for an answer, by the rules of the scheme. */
    dueOn: LocalDateText,
    isOverdue: Type.Boolean(),
    answeredAt: Type.Optional(Instant),
    answer: Type.Optional(Code),
  },
  closed,
);

export const listRecalls = operation({
  name: 'settlement.list_recalls',
  method: 'GET',
  path: '/v1/recalls',
  summary: 'Recalls of payments, newest first, with the day by which they have to be answered',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, state: Type.Optional(RecallState), paymentId: Type.Optional(PaymentId) }, closed),
  output: pageOf(Recall),
  errors: [],
  example: { query: { state: 'pending' } },
});

export const returnOperations = [listRecalls] as const;

export const recallOverdue = eventKind({
  type: 'settlement.recall_overdue',
  version: 1,
  summary: 'The day by which a recall had to be answered has passed without an answer',
  data: Type.Object({
    recallId: Recall.properties.id,
    paymentId: PaymentId,
    requester: Bic,
    responder: Bic,
    reason: Type.String(),
    dueOn: LocalDateText,
  }),
});
