import Type from 'typebox';
import { idOf } from '../../base/id.ts';
import { Asset } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant, LocalDateText } from '../../base/time.ts';
import { ParticipantId } from '../participant/contract.ts';
import { WindowId } from '../payment/contract.ts';

const closed = { additionalProperties: false };

export const MessageId = idOf('iso');

/** The name of a message definition or the beginning of one: `pacs.008` finds every version. */
const Kind = Type.String({ pattern: '^[a-z]{4}(\\.[0-9]{3}(\\.[0-9]{3}\\.[0-9]{2})?)?$', examples: ['pacs.008'] });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the bytes' });

/** accepted: all of it was taken. partly: some transactions were refused. refused: nothing was taken. Absent while it is being taken. */
export const Outcome = Type.Union([Type.Literal('accepted'), Type.Literal('partly'), Type.Literal('refused')]);

const messageFields = {
  id: MessageId,
  kind: Type.String({ examples: ['pacs.008.001.09'] }),
  messageId: Type.String(),
  sender: Type.String({ description: 'BIC, or the name of who sent it' }),
  participantId: Type.Optional(ParticipantId),
  receivedAt: Instant,
  transactions: Type.Integer({ minimum: 0 }),
  outcome: Type.Optional(Outcome),
  answerKind: Type.Optional(Type.String()),
  length: Type.Integer({ minimum: 0, description: 'Bytes' }),
  hash: Hash,
};

/** Why something was refused: the ISO 20022 reason, the element's path in the message, words, and the rule that was broken. */
const Refusal = Type.Object({ code: Type.String(), path: Type.String(), text: Type.String(), rule: Type.Optional(Type.String()) }, closed);

export const Message = Type.Object(messageFields, closed);
export const MessageDetail = Type.Object({ ...messageFields, refusals: Type.Array(Refusal) }, closed);

export const listMessages = operation({
  name: 'settlement.list_messages',
  method: 'GET',
  path: '/v1/messages',
  summary: 'Messages that came in, newest first',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...pageQuery,
      kind: Type.Optional(Kind),
      outcome: Type.Optional(Outcome),
      participantId: Type.Optional(ParticipantId),
      query: Type.Optional(Type.String({ minLength: 1, maxLength: 35, description: 'The message id' })),
    },
    closed,
  ),
  output: pageOf(Message),
  errors: [],
  example: { query: { kind: 'pacs.008' } },
});

const byId = { params: Type.Object({ id: MessageId }, closed), example: { params: { id: 'iso_0192837465ab7def8192837465abcdef' } } };

export const getMessage = operation({
  name: 'settlement.get_message',
  method: 'GET',
  path: '/v1/messages/{id}',
  summary: 'One message that came in, with what was wrong in it and where',
  scope: 'payments:read',
  cost: 'light',
  ...byId,
  output: MessageDetail,
  errors: ['settlement.message_not_found'],
});

export const getMessageDocument = operation({
  name: 'settlement.get_message_document',
  method: 'GET',
  path: '/v1/messages/{id}/document',
  summary: 'The bytes of a message as they came',
  scope: 'payments:read',
  cost: 'normal',
  produces: 'application/xml',
  ...byId,
  output: Type.String(),
  errors: ['settlement.message_not_found'],
});

export const getMessageAnswer = operation({
  name: 'settlement.get_message_answer',
  method: 'GET',
  path: '/v1/messages/{id}/answer',
  summary: 'What was answered to a message',
  scope: 'payments:read',
  cost: 'normal',
  produces: 'application/xml',
  ...byId,
  output: Type.String(),
  errors: ['settlement.message_not_found', 'settlement.message_not_answered'],
});

/** Of whom: a bank's own unless the operator names one; the operator's when it names none. */
const owner = { participantId: Type.Optional(ParticipantId) };
const Seq = Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$', description: 'Number in the box' });

/** A box: what it is sent, how many messages it has had, and up to which they were fetched. */
export const Mailbox = Type.Object(
  {
    participantId: Type.Optional(ParticipantId),
    kinds: Type.Array(Type.String()),
    lastSeq: Seq,
    fetchedSeq: Seq,
    fetchedAt: Type.Optional(Instant),
  },
  closed,
);

export const getMailbox = operation({
  name: 'settlement.get_mailbox',
  method: 'GET',
  path: '/v1/mailbox',
  summary: 'What a bank is sent, and how far it has fetched',
  scope: 'payments:read',
  cost: 'light',
  query: Type.Object(owner, closed),
  output: Mailbox,
  errors: ['settlement.participant_not_found'],
  example: { query: {} },
});

/** Kinds that a box may be sent; pacs.029 is for the operator's, the others are for banks'. */
const Wanted = Type.Union([
  Type.Literal('pacs.002'),
  Type.Literal('pacs.004'),
  Type.Literal('pacs.008'),
  Type.Literal('pacs.009'),
  Type.Literal('pacs.029'),
  Type.Literal('camt.053'),
  Type.Literal('camt.054'),
]);

export const setMailbox = operation({
  name: 'settlement.set_mailbox',
  method: 'PUT',
  path: '/v1/mailbox',
  summary: 'Says what a bank is sent from now on; recalls and their answers it always is',
  scope: 'payments:write',
  cost: 'light',
  body: Type.Object(
    {
      ...owner,
      kinds: Type.Array(Wanted, {
        uniqueItems: true,
        maxItems: 20,
        examples: [['pacs.002', 'pacs.008', 'camt.053']],
      }),
    },
    closed,
  ),
  output: Mailbox,
  errors: ['settlement.participant_not_found', 'settlement.mailbox_kind_foreign', 'request.key_reused'],
  example: { body: { kinds: ['pacs.029'] } },
});

/** A message in a box. */
export const OutgoingMessage = Type.Object(
  {
    seq: Seq,
    id: idOf('out'),
    kind: Type.String({ examples: ['pacs.002.001.12'] }),
    messageId: Type.String(),
    /** What it is about: a payment, a window, a day. */
    subject: Type.String(),
    madeAt: Instant,
    fetched: Type.Boolean(),
    length: Type.Integer({ minimum: 0 }),
    hash: Hash,
    /** The message itself, when it was asked for. */
    document: Type.Optional(Type.String()),
  },
  closed,
);

export const listOutgoing = operation({
  name: 'settlement.list_outgoing_messages',
  method: 'GET',
  path: '/v1/mailbox/messages',
  summary: 'Messages for a bank behind a number, in order; ask again with the last number that was worked on',
  scope: 'payments:read',
  cost: 'normal',
  query: Type.Object(
    {
      ...owner,
      after: Type.Optional(Seq),
      limit: pageQuery.limit,
      kind: Type.Optional(Kind),
      documents: Type.Optional(Type.Literal('true', { description: 'With the messages themselves, up to about 4 MB a page' })),
    },
    closed,
  ),
  output: Type.Object({ items: Type.Array(OutgoingMessage), lastSeq: Seq }, closed),
  errors: ['settlement.participant_not_found'],
  example: { query: { after: '0' } },
});

export const getOutgoingDocument = operation({
  name: 'settlement.get_outgoing_document',
  method: 'GET',
  path: '/v1/mailbox/messages/{id}/document',
  summary: 'A message for a bank as XML',
  scope: 'payments:read',
  cost: 'normal',
  produces: 'application/xml',
  params: Type.Object({ id: idOf('out') }, closed),
  output: Type.String(),
  errors: ['settlement.message_not_found'],
  example: { params: { id: 'out_0192837465ab7def8192837465abcdef' } },
});

export const markFetched = operation({
  name: 'settlement.mark_messages_fetched',
  method: 'POST',
  path: '/v1/mailbox/fetched',
  summary: 'Notes that everything up to a number was fetched and kept; the note never goes back',
  scope: 'payments:write',
  cost: 'light',
  body: Type.Object({ ...owner, through: Seq }, closed),
  output: Mailbox,
  errors: ['settlement.participant_not_found', 'settlement.mailbox_seq_unknown', 'request.key_reused'],
  example: { body: { through: '0' } },
});

export const getInterimReport = operation({
  name: 'settlement.get_interim_report',
  method: 'GET',
  path: '/v1/participants/{id}/report',
  summary: 'A settlement account during the day, as camt.052 XML',
  scope: 'participants:read',
  cost: 'heavy',
  produces: 'application/xml',
  params: Type.Object({ id: ParticipantId }, closed),
  query: Type.Object({ asset: Asset, day: Type.Optional(LocalDateText) }, closed),
  output: Type.String(),
  errors: ['settlement.participant_not_found', 'settlement.asset_not_held', 'settlement.day_invalid', 'iso20022.not_expressible'],
  example: { params: { id: 'mem_0192837465ab7def8192837465abcdef' }, query: { asset: 'EUR/2' } },
});

export const getSettlementRequest = operation({
  name: 'settlement.get_settlement_request',
  method: 'GET',
  path: '/v1/windows/{id}/settlement-request',
  summary: 'The net positions of a window as pacs.029 XML, for the bank that holds the accounts; for the operator',
  scope: 'settlement:read',
  cost: 'normal',
  produces: 'application/xml',
  params: Type.Object({ id: WindowId }, closed),
  output: Type.String(),
  errors: ['settlement.window_not_found', 'settlement.window_not_netted', 'settlement.mailbox_operator_only'],
  example: { params: { id: 'win_0192837465ab7def8192837465abcdef' } },
});

export const messageOperations = [
  listMessages,
  getMessage,
  getMessageDocument,
  getMessageAnswer,
  getMailbox,
  setMailbox,
  listOutgoing,
  getOutgoingDocument,
  markFetched,
  getInterimReport,
  getSettlementRequest,
] as const;
