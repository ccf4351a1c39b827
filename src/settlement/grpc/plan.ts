import Type from 'typebox';
import type { ApiPlan } from '../../infra/grpc/shapes.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Instant } from '../../base/time.ts';
import * as calendar from '../calendar/contract.ts';
import * as clearing from '../clearing/contract.ts';
import * as obligation from '../obligation/contract.ts';
import * as round from '../obligation/round-contract.ts';
import * as participant from '../participant/contract.ts';
import * as payment from '../payment/contract.ts';
import { Party } from '../payment/party.ts';
import * as queue from '../queue/contract.ts';
import * as rail from '../rail/contract.ts';
import * as recall from '../return/contract.ts';
import * as window from '../window/contract.ts';
import * as group from '../window/group-contract.ts';

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

/** Clearing and settlement over gRPC: the same contracts as over HTTP, each service a part of it. Files and documents go over HTTP. */
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
    WindowGroup: group.WindowGroup,
    Obligation: obligation.Obligation,
    ObligationDetail: obligation.ObligationDetail,
    SetOffRound: round.Round,
    SetOffRoundDetail: round.RoundDetail,
    SetOffShare: round.Share,
    Rail: rail.Rail,
    Instruction: rail.Instruction,
    InstructionDetail: rail.InstructionDetail,
    Recall: recall.Recall,
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
      about: 'Netting windows: what they hold and what they came to, their groups and business days',
      methods: [
        { name: 'ListWindows', operation: window.listWindows },
        { name: 'GetWindow', operation: window.getWindow },
        { name: 'CloseWindow', operation: window.closeWindow },
        { name: 'CloseAllWindows', operation: window.closeAllWindows },
        { name: 'SettleNettedWindow', operation: window.settleNettedWindow },
        { name: 'ExcludeParticipant', operation: clearing.excludeParticipant },
        { name: 'GetWindowFlows', operation: window.getWindowFlows },
        { name: 'ListWindowGroups', operation: group.listWindowGroups },
        { name: 'SetWindowGroup', operation: group.setWindowGroup },
        { name: 'ExtendCutOff', operation: group.extendCutOff },
        { name: 'ListBusinessDays', operation: calendar.listBusinessDays },
        { name: 'GetBusinessDay', operation: calendar.getBusinessDay },
        { name: 'CloseBusinessDay', operation: calendar.closeBusinessDay },
      ],
    },
    {
      name: 'QueueService',
      about: 'The queue: what waits for money, and what was released together',
      methods: [
        { name: 'ListQueue', operation: queue.listQueue },
        { name: 'ListReleases', operation: queue.listReleases },
        { name: 'RunQueue', operation: queue.runQueue },
        { name: 'CancelQueued', operation: queue.cancelQueued },
        { name: 'MoveQueued', operation: queue.moveQueued },
      ],
    },
    {
      name: 'SetOffService',
      about: 'Obligations beside payments, and the rounds in which they are set off',
      methods: [
        { name: 'SubmitObligations', operation: obligation.submitObligations },
        { name: 'AnswerObligation', operation: obligation.answerObligation },
        { name: 'WithdrawObligation', operation: obligation.withdrawObligation },
        { name: 'ListObligations', operation: obligation.listObligations },
        { name: 'GetObligation', operation: obligation.getObligation },
        { name: 'PreviewSetOff', operation: round.previewSetOff },
        { name: 'RunSetOff', operation: round.runSetOff },
        { name: 'ListSetOffRounds', operation: round.listSetOffRounds },
        { name: 'GetSetOffRound', operation: round.getSetOffRound },
        { name: 'GetSetOffFlows', operation: round.getSetOffFlows },
      ],
    },
    {
      name: 'SettlementService',
      about: 'What settlement has come to outside: rails, instructions, recalls',
      methods: [
        { name: 'ListRails', operation: rail.listRails },
        { name: 'ProposeRail', operation: rail.proposeRail },
        { name: 'SetRailState', operation: rail.setRailState },
        { name: 'ListRailDocuments', operation: rail.listRailDocuments },
        { name: 'RequestPayout', operation: rail.requestPayout },
        { name: 'RequestSweep', operation: rail.requestSweep },
        { name: 'ListInstructions', operation: rail.listInstructions },
        { name: 'GetInstruction', operation: rail.getInstruction },
        { name: 'CancelInstruction', operation: rail.cancelInstruction },
        { name: 'ProposeInstructionOutcome', operation: rail.proposeInstructionOutcome },
        { name: 'ProposeHeldInstruction', operation: rail.proposeHeldInstruction },
        { name: 'ListRecalls', operation: recall.listRecalls },
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
        { name: 'SetParticipantMessaging', operation: participant.setParticipantMessaging },
      ],
    },
  ],
};
