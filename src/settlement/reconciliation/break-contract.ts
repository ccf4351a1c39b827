import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { Asset, Units } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { Proposal } from '../custody/contract.ts';
import { CustodyAccountId } from '../custody/ids.ts';
import { AccountId, ParticipantId } from '../participant/contract.ts';
import { InstructionId } from '../rail/contract.ts';
import { StatementEntry } from './contract.ts';

const closed = { additionalProperties: false };

export const BreakId = idOf('brk');
const TransferId = idOf('trf');
const Reason = Type.String({ minLength: 5, maxLength: 500, examples: ['Bank charge of November, by the price list'] });

const breakFields = {
  id: BreakId,
  kind: Type.Union([Type.Literal('entry'), Type.Literal('missing')]),
  custodyAccountId: CustodyAccountId,
  asset: Asset,
  /** Above zero: more with the custodian than is explained. Below: less, as where money on the ledger stands on no statement. */
  units: Units,
  day: LocalDateText,
  explanation: Type.String(),
  state: Type.Union([Type.Literal('open'), Type.Literal('resolved')]),
  /** Since it was opened, in whole days. */
  ageDays: Type.Integer(),
  assignee: Type.Optional(Type.String()),
  resolution: Type.Optional(Type.String()),
  openedAt: Instant,
  resolvedAt: Type.Optional(Instant),
};

const Break = Type.Object(breakFields, closed);

/** A movement, and what is open of it. */
const OpenMovement = Type.Object(
  { transferId: TransferId, units: Units, kind: Type.String(), reference: Type.String(), recordedAt: Instant },
  closed,
);

const BreakDetail = Type.Object(
  {
    ...breakFields,
    entry: Type.Optional(StatementEntry),
    transferId: Type.Optional(TransferId),
    /** What sends it back to its sender, or was to. */
    instructionId: Type.Optional(InstructionId),
    notes: Type.Array(Type.Object({ by: Type.String(), text: Type.String(), at: Instant }, closed)),
    /** Movements of the account that no statement shows and that it could be linked with, or be a part of, those of its amount first. */
    candidates: Type.Array(OpenMovement),
  },
  closed,
);

export const listBreaks = operation({
  name: 'settlement.list_breaks',
  method: 'GET',
  path: '/v1/breaks',
  summary: 'What custodians and ledger do not agree on, oldest first',
  scope: 'settlement:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('resolved')])),
      custodyAccountId: Type.Optional(CustodyAccountId),
      assignee: Type.Optional(Type.String({ maxLength: 200 })),
    },
    closed,
  ),
  output: pageOf(Break),
  errors: [],
  example: { query: { state: 'open' } },
});

export const getBreak = operation({
  name: 'settlement.get_break',
  method: 'GET',
  path: '/v1/breaks/{id}',
  summary: 'One break with its entry, its notes, and what it could be linked with',
  scope: 'settlement:read',
  cost: 'light',
  params: Type.Object({ id: BreakId }, closed),
  output: BreakDetail,
  errors: ['settlement.break_not_found'],
  example: { params: { id: 'brk_0192837465ab7def8192837465abcdef' } },
});

const work = {
  method: 'POST',
  scope: 'settlement:write',
  cost: 'normal',
  params: Type.Object({ id: BreakId }, closed),
} as const;
const id = { id: 'brk_0192837465ab7def8192837465abcdef' };

export const assignBreak = operation({
  ...work,
  name: 'settlement.assign_break',
  path: '/v1/breaks/{id}/assign',
  summary: 'Gives a break to somebody, or back to nobody',
  body: Type.Object({ assignee: Type.Optional(Type.String({ minLength: 1, maxLength: 200, examples: ['desk@rialto.test'] })) }, closed),
  output: Break,
  errors: ['settlement.break_not_found', 'request.key_reused'],
  example: { params: id, body: { assignee: 'desk@rialto.test' } },
});

export const commentBreak = operation({
  ...work,
  name: 'settlement.comment_break',
  path: '/v1/breaks/{id}/comment',
  summary: 'Adds a note to a break',
  body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 2_000, examples: ['Asked the custodian'] }) }, closed),
  output: Break,
  errors: ['settlement.break_not_found', 'request.key_reused'],
  example: { params: id, body: { text: 'Asked the custodian' } },
});

export const linkBreak = operation({
  ...work,
  name: 'settlement.link_break',
  path: '/v1/breaks/{id}/link',
  summary: 'Resolves a break by the movements that its entry shows; they have to come to it to the cent',
  body: Type.Object({ transferIds: Type.Array(TransferId, { minItems: 1, maxItems: 500, uniqueItems: true }) }, closed),
  output: Break,
  errors: [
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.break_has_no_entry',
    'settlement.movement_not_open',
    'settlement.link_does_not_add_up',
    'request.key_reused',
  ],
  example: { params: id, body: { transferIds: ['trf_0192837465ab7def8192837465abcdef'] } },
});

export const linkBreakPart = operation({
  ...work,
  name: 'settlement.link_break_part',
  path: '/v1/breaks/{id}/link-part',
  summary: 'Resolves a break as a part of one movement, of which other entries show the rest',
  body: Type.Object({ transferId: TransferId }, closed),
  output: Break,
  errors: [
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.break_has_no_entry',
    'settlement.movement_not_open',
    'settlement.part_too_large',
    'request.key_reused',
  ],
  example: { params: id, body: { transferId: 'trf_0192837465ab7def8192837465abcdef' } },
});

const PROPOSING = [
  'settlement.break_not_found',
  'settlement.break_resolved',
  'settlement.break_has_no_entry',
  'settlement.person_required',
  'request.key_reused',
] as const;

export const proposeBreakFunding = operation({
  ...work,
  name: 'settlement.propose_break_funding',
  path: '/v1/breaks/{id}/fund',
  summary: 'Proposes that money which names nobody is of a participant, and to mint it',
  status: 202,
  body: Type.Object({ participantId: ParticipantId, reason: Reason }, closed),
  output: Proposal,
  errors: [...PROPOSING, 'settlement.participant_not_found', 'settlement.asset_not_held', 'settlement.break_not_incoming'],
  example: { params: id, body: { participantId: 'mem_0192837465ab7def8192837465abcdef', reason: 'Confirmed by the sender' } },
});

export const proposeWriteOff = operation({
  ...work,
  name: 'settlement.propose_write_off',
  path: '/v1/breaks/{id}/write-off',
  summary: "Proposes to book a break on one of the operator's own accounts, such as charges or interest",
  status: 202,
  body: Type.Object({ accountId: AccountId, reason: Reason }, closed),
  output: Proposal,
  errors: [
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.person_required',
    'request.key_reused',
    'settlement.write_off_account_invalid',
  ],
  example: { params: id, body: { accountId: 'acc_0192837465ab7def8192837465abcdef', reason: 'Bank charge of November' } },
});

export const proposeBreakReversal = operation({
  ...work,
  name: 'settlement.propose_break_reversal',
  path: '/v1/breaks/{id}/reverse',
  summary: 'Proposes to take back from a participant, or to give back, what was booked for it and no statement has ever shown',
  status: 202,
  body: Type.Object({ reason: Reason }, closed),
  output: Proposal,
  errors: [
    'settlement.break_not_found',
    'settlement.break_resolved',
    'settlement.break_returning',
    'settlement.break_not_missing',
    'settlement.break_of_no_participant',
    'settlement.person_required',
    'request.key_reused',
  ],
  example: { params: id, body: { reason: 'The custodian says that it was notified by mistake' } },
});

export const breakOperations = [
  listBreaks,
  getBreak,
  assignBreak,
  commentBreak,
  linkBreak,
  linkBreakPart,
  proposeBreakFunding,
  proposeWriteOff,
  proposeBreakReversal,
] as const;

export const breakResolved = eventKind({
  type: 'settlement.break_resolved',
  version: 1,
  summary: 'What custodian and ledger did not agree on is explained',
  data: Type.Object({ breakId: BreakId, asset: Asset, units: Type.String(), resolution: Type.String() }),
});

export const breakEvents = [breakResolved] as const;
