import Type from 'typebox';
import { eventKind } from '../../../base/event.ts';
import { idOf } from '../../../base/id.ts';
import { operation } from '../../../base/operation.ts';
import { pageOf, pageQuery } from '../../../base/page.ts';
import { Instant } from '../../../base/time.ts';
import { ParticipantId } from '../../participant/contract.ts';
import { PaymentId } from '../../payment/contract.ts';
import { InstructionId } from '../../rail/contract.ts';
import { ListPurpose } from '../contract.ts';

const closed = { additionalProperties: false };

const RescreeningId = idOf('rsc');

export const Rescreening = Type.Object(
  {
    id: RescreeningId,
    fromSet: Type.Optional(Type.Integer({ description: 'What names had been screened against' })),
    toSet: Type.Integer(),
    whole: Type.Boolean({ description: 'Whether every entry was matched, and not only those that the lists added or changed' }),
    changedEntries: Type.Integer(),
    stage: Type.Union(
      [
        Type.Literal('held'),
        Type.Literal('participants'),
        Type.Literal('open'),
        Type.Literal('settled'),
        Type.Literal('following'),
        Type.Literal('done'),
      ],
      { description: 'What it is at; following: payments that other processes screened against the lists before' },
    ),
    scanned: Type.Integer(),
    found: Type.Integer(),
    startedAt: Instant,
    finishedAt: Type.Optional(Instant),
  },
  closed,
);

export const listRescreenings = operation({
  name: 'settlement.list_rescreenings',
  method: 'GET',
  path: '/v1/screening/rescreenings',
  summary: 'How far screening again has come, because lists changed; the latest 50',
  scope: 'screening:read',
  cost: 'normal',
  output: Type.Object({ items: Type.Array(Rescreening) }, closed),
  errors: [],
  example: {},
});

const Kind = Type.Union(
  [Type.Literal('open'), Type.Literal('held'), Type.Literal('settled'), Type.Literal('participant'), Type.Literal('instruction')],
  {
    description:
      'What it was when it was found: a payment not yet final, one that waits for a decision, a final one that would have been held, a bank, an instruction that no rail has been handed',
  },
);

export const RescreeningFinding = Type.Object(
  {
    id: idOf('rsf'),
    rescreeningId: Type.Optional(RescreeningId),
    kind: Kind,
    paymentId: Type.Optional(PaymentId),
    participantId: Type.Optional(ParticipantId),
    instructionId: Type.Optional(InstructionId),
    party: Type.Union([Type.Literal('debtor'), Type.Literal('creditor'), Type.Literal('participant')]),
    change: Type.Union([Type.Literal('new'), Type.Literal('gone')]),
    purpose: ListPurpose,
    name: Type.String(),
    listId: Type.String(),
    entryId: Type.String(),
    listed: Type.String(),
    score: Type.Number(),
    explanation: Type.Array(Type.String()),
    entryChanged: Type.Optional(
      Type.Boolean({ description: 'The match was told before, of the entry as it was then: what was decided of that holds no longer' }),
    ),
    foundAt: Instant,
  },
  closed,
);

export const listRescreeningFindings = operation({
  name: 'settlement.list_rescreening_findings',
  method: 'GET',
  path: '/v1/screening/findings',
  summary: 'What screening again found, newest first',
  scope: 'screening:read',
  cost: 'normal',
  query: Type.Object({ ...pageQuery, kind: Type.Optional(Kind) }, closed),
  output: pageOf(RescreeningFinding),
  errors: [],
  example: { query: { kind: 'settled' } },
});

export const rescreeningOperations = [listRescreenings, listRescreeningFindings] as const;

export const rescreeningHit = eventKind({
  type: 'settlement.rescreening_hit',
  version: 1,
  summary:
    'A payment that is not final, a bank, or whom money waits to be paid out to matches an entry that a list did not have when it was screened',
  data: Type.Object({
    findingId: idOf('rsf'),
    kind: Kind,
    paymentId: Type.Optional(PaymentId),
    participantId: Type.Optional(ParticipantId),
    instructionId: Type.Optional(InstructionId),
    party: Type.String(),
    listId: Type.String(),
    entryId: Type.String(),
    listed: Type.String(),
    score: Type.Number(),
  }),
});
