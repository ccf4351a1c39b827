import Type from 'typebox';
import { eventKind } from '../../base/event.ts';
import { idOf } from '../../base/id.ts';
import { operation } from '../../base/operation.ts';
import { pageOf, pageQuery } from '../../base/page.ts';
import { Instant } from '../../base/time.ts';
import { ParticipantId } from '../participant/contract.ts';

const closed = { additionalProperties: false };

const WebhookId = idOf('whk');
const WebhookMessageId = idOf('msg');

const Url = Type.String({
  minLength: 8,
  maxLength: 2_000,
  pattern: '^https?://[^\\s\\u0000-\\u001f]+$',
  examples: ['https://bank.example/rialto'],
  description: 'Where messages are sent: https, on the public internet',
});
const EventTypes = Type.Array(
  Type.String({ pattern: '^(\\*|[a-z_]+\\.[a-z_]+)$', maxLength: 100, examples: ['settlement.window_settled'] }),
  {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Types of events, or * for all',
  },
);
const Description = Type.String({ maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: ['Treasury system'] });

/** disabled: switched off since it has only failed for three days, or answered 410; what happens meanwhile can be replayed. */
const WebhookState = Type.Union([Type.Literal('active'), Type.Literal('paused'), Type.Literal('disabled')]);
const MessageState = Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('dead')]);

const Webhook = Type.Object(
  {
    id: WebhookId,
    /** Whose it is; absent for the operator's. */
    memberId: Type.Optional(ParticipantId),
    url: Url,
    types: EventTypes,
    description: Description,
    state: WebhookState,
    reason: Type.Optional(Type.String()),
    disabledAt: Type.Optional(Instant),
    /** Since when every attempt has failed. */
    failingSince: Type.Optional(Instant),
    /** Until when messages are signed with the old secret too. */
    previousSecretUntil: Type.Optional(Instant),
    pending: Type.Integer(),
    dead: Type.Integer(),
    createdBy: Type.String(),
    createdAt: Instant,
  },
  closed,
);

const Secret = Type.String({ description: 'Shown here only: whsec_ and base64, as Standard Webhooks has it' });
const params = Type.Object({ id: WebhookId }, closed);
const ID = 'whk_0192837465ab7def8192837465abcdef';

export const listWebhooks = operation({
  name: 'settlement.list_webhooks',
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'Addresses that are told of events, and the types of events that there are',
  scope: 'notifications:read',
  cost: 'normal',
  output: Type.Object(
    { items: Type.Array(Webhook), eventTypes: Type.Array(Type.Object({ type: Type.String(), summary: Type.String() }, closed)) },
    closed,
  ),
  errors: [],
  example: {},
});

const targetErrors = ['webhook.url_invalid', 'webhook.url_not_https', 'webhook.target_private'] as const;
const typeErrors = ['settlement.event_type_unknown', 'settlement.event_type_forbidden'] as const;

export const createWebhook = operation({
  name: 'settlement.create_webhook',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Has an address told of events from now on; the answer is the only place that holds the signing secret',
  scope: 'notifications:write',
  cost: 'normal',
  // A kept answer would keep the secret.
  idempotencyKey: 'none',
  status: 201,
  body: Type.Object({ url: Url, types: EventTypes, description: Type.Optional(Description) }, closed),
  output: Type.Object({ webhook: Webhook, secret: Secret }, closed),
  errors: [...targetErrors, ...typeErrors, 'settlement.webhook_too_many'],
  example: { body: { url: 'https://bank.example/rialto', types: ['settlement.window_settled'], description: 'Treasury system' } },
});

export const updateWebhook = operation({
  name: 'settlement.update_webhook',
  method: 'PUT',
  path: '/v1/webhooks/{id}',
  summary: 'Changes address, types or description; pauses it, or makes it active again',
  scope: 'notifications:write',
  cost: 'normal',
  params,
  body: Type.Object(
    {
      url: Type.Optional(Url),
      types: Type.Optional(EventTypes),
      description: Type.Optional(Description),
      state: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('paused')])),
    },
    { ...closed, minProperties: 1 },
  ),
  output: Webhook,
  errors: ['settlement.webhook_not_found', ...targetErrors, ...typeErrors, 'request.key_reused'],
  example: { params: { id: ID }, body: { state: 'paused' } },
});

export const deleteWebhook = operation({
  name: 'settlement.delete_webhook',
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  summary: 'Ends a webhook; what waits for it is not sent',
  scope: 'notifications:write',
  cost: 'normal',
  idempotencyKey: 'none',
  params,
  output: Type.Object({ id: WebhookId }, closed),
  errors: ['settlement.webhook_not_found'],
  example: { params: { id: ID } },
});

export const rotateWebhookSecret = operation({
  name: 'settlement.rotate_webhook_secret',
  method: 'POST',
  path: '/v1/webhooks/{id}/rotate',
  summary: 'Gives a webhook a new secret; for a while messages carry a signature of the old one too',
  scope: 'notifications:write',
  cost: 'normal',
  idempotencyKey: 'none',
  params,
  body: Type.Object({ overlapSeconds: Type.Integer({ minimum: 0, maximum: 604_800, examples: [86_400] }) }, closed),
  output: Type.Object({ webhook: Webhook, secret: Secret }, closed),
  errors: ['settlement.webhook_not_found'],
  example: { params: { id: ID }, body: { overlapSeconds: 86_400 } },
});

const WebhookMessage = Type.Object(
  {
    id: WebhookMessageId,
    /** The event's place among the tenant's; absent for a test message. */
    seq: Type.Optional(Type.Integer()),
    type: Type.String(),
    subject: Type.String(),
    at: Instant,
    state: MessageState,
    attempts: Type.Integer(),
    /** When it is tried next. */
    nextAt: Type.Optional(Instant),
    /** What the last attempt was answered with, or why it was not. */
    status: Type.Optional(Type.Integer()),
    error: Type.Optional(Type.String()),
  },
  closed,
);

export const pingWebhook = operation({
  name: 'settlement.ping_webhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/ping',
  summary: 'Sends a test message of the type webhook.ping; look at its attempts for what came of it',
  scope: 'notifications:write',
  cost: 'normal',
  status: 202,
  params,
  output: WebhookMessage,
  errors: ['settlement.webhook_not_found', 'settlement.webhook_not_active', 'request.key_reused'],
  example: { params: { id: ID } },
});

export const listWebhookMessages = operation({
  name: 'settlement.list_webhook_messages',
  method: 'GET',
  path: '/v1/webhooks/{id}/messages',
  summary: 'Messages of a webhook, newest first; with state dead those that were given up',
  scope: 'notifications:read',
  cost: 'normal',
  params,
  query: Type.Object({ ...pageQuery, state: Type.Optional(MessageState) }, closed),
  output: pageOf(WebhookMessage),
  errors: ['settlement.webhook_not_found', 'request.cursor_invalid'],
  example: { params: { id: ID }, query: { state: 'dead' } },
});

export const getWebhookMessage = operation({
  name: 'settlement.get_webhook_message',
  method: 'GET',
  path: '/v1/webhooks/{id}/messages/{messageId}',
  summary: 'A message with its latest 100 attempts: status, time taken and the beginning of the answer',
  scope: 'notifications:read',
  cost: 'normal',
  params: Type.Object({ id: WebhookId, messageId: WebhookMessageId }, closed),
  output: Type.Object(
    {
      message: WebhookMessage,
      attempts: Type.Array(
        Type.Object(
          {
            number: Type.Integer(),
            at: Instant,
            latencyMs: Type.Integer(),
            status: Type.Optional(Type.Integer()),
            error: Type.Optional(Type.String()),
            reply: Type.Optional(Type.String({ description: 'The first 1,024 bytes' })),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: ['settlement.webhook_not_found', 'settlement.webhook_message_not_found'],
  example: { params: { id: ID, messageId: 'msg_0192837465ab7def8192837465abcdef' } },
});

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const replayWebhook = operation({
  name: 'settlement.replay_webhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/replay',
  summary: 'Sends messages again under their old ids: those named, all given up, or the events of a range of sequence numbers',
  scope: 'notifications:write',
  cost: 'heavy',
  status: 202,
  params,
  body: Type.Object(
    {
      messageIds: Type.Optional(Type.Array(WebhookMessageId, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
      state: Type.Optional(Type.Literal('dead')),
      fromSeq: Type.Optional(Seq),
      toSeq: Type.Optional(Seq),
    },
    { ...closed, minProperties: 1, maxProperties: 2 },
  ),
  output: Type.Object(
    {
      queued: Type.Integer(),
      more: Type.Boolean({
        description: 'More is left than one call takes: of a range, go on with nextSeq and toSeq; of those given up, call again',
      }),
      /** One call queues at most 10,000 messages and looks among at most 100,000 events, so it may queue none and there be more. */
      nextSeq: Type.Optional(Type.Integer({ minimum: 1, description: 'Where the next call goes on: its fromSeq' })),
      toSeq: Type.Optional(
        Type.Integer({ minimum: 1, description: 'The last event of the range that had happened: the toSeq of the next call' }),
      ),
    },
    closed,
  ),
  errors: ['settlement.webhook_not_found', 'settlement.webhook_not_active', 'settlement.replay_unclear', 'request.key_reused'],
  example: { params: { id: ID }, body: { fromSeq: 1, toSeq: 1_000 } },
});

export const webhookOperations = [
  listWebhooks,
  createWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  pingWebhook,
  listWebhookMessages,
  getWebhookMessage,
  replayWebhook,
] as const;

export const webhookDisabled = eventKind({
  type: 'settlement.webhook_disabled',
  version: 1,
  summary: 'A webhook was switched off after continued failure',
  data: Type.Object({ webhookId: WebhookId, host: Type.String(), reason: Type.String() }),
});
