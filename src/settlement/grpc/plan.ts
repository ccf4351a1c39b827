import Type from 'typebox';
import type { ApiPlan } from '../../infra/grpc/shapes.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant } from '../../base/time.ts';
import * as participant from '../participant/contract.ts';
import * as payment from '../payment/contract.ts';
import { Party } from '../payment/party.ts';
import * as window from '../window/contract.ts';

const closed = { additionalProperties: false };

/** A payment that was taken, held, rejected or decided, as it happened. */
const PaymentEvent = Type.Object(
  {
    seq: Type.Integer({ description: 'Gap-free for each tenant; go on behind the last one that was seen' }),
    at: Instant,
    type: Type.String(),
    paymentId: idOf('pay'),
    status: Type.String(),
    reason: Type.Optional(Type.String()),
    asset: Asset,
    units: Units,
    debtorAgent: participant.Bic,
    creditorAgent: participant.Bic,
  },
  closed,
);

/** Beside the operations of the contracts: what sockets are in HTTP. */
const watchPayments = operation({
  name: 'settlement.watch_payments',
  method: 'GET',
  path: '/v1/payments/watch',
  summary: 'Payments as they are taken and decided, from now on or behind a sequence number, without a gap',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object({ afterSeq: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
  output: PaymentEvent,
  errors: ['stream.gap'],
  example: {},
});

/** Clearing and settlement over gRPC: the same contracts as over HTTP, in three services. */
export const settlementApi: ApiPlan = {
  package: 'rialto.settlement.v1',
  file: 'rialto/settlement/v1/settlement.proto',
  shapes: {
    Payment: payment.Payment,
    PaymentDetail: payment.PaymentDetail,
    PaymentOrder: payment.PaymentOrder,
    Party,
    BatchResult: payment.BatchResult,
    Participant: participant.Participant,
    Window: window.Window,
    WindowDetail: window.WindowDetail,
    CurrencyResult: window.CurrencyResult,
    NetPosition: window.NetPosition,
    PaymentEvent,
  },
  services: [
    {
      name: 'PaymentService',
      about: 'Payments: sending, reading, deciding on held ones, and hearing of them',
      methods: [
        { name: 'SendPayment', operation: payment.sendPayment },
        { name: 'SendPayments', operation: payment.sendPayments, shapes: { payments: Type.Array(payment.PaymentOrder) } },
        { name: 'GetPayment', operation: payment.getPayment },
        { name: 'ListPayments', operation: payment.listPayments },
        { name: 'ReleasePayment', operation: payment.releasePayment },
        { name: 'RejectPayment', operation: payment.rejectPayment },
        { name: 'WatchPayments', operation: watchPayments, streamed: true },
      ],
    },
    {
      name: 'WindowService',
      about: 'Netting windows: what they hold and what they came to',
      methods: [
        { name: 'ListWindows', operation: window.listWindows },
        { name: 'GetWindow', operation: window.getWindow },
        { name: 'CloseWindow', operation: window.closeWindow },
      ],
    },
    {
      name: 'ParticipantService',
      about: 'Participants and their money',
      methods: [
        { name: 'CreateParticipant', operation: participant.createParticipant },
        { name: 'GetParticipant', operation: participant.getParticipant },
        { name: 'ListParticipants', operation: participant.listParticipants },
        { name: 'SetParticipantState', operation: participant.setParticipantState },
      ],
    },
  ],
};
