import type { OutputOf } from '../../base/operation.ts';
import type { Endpoint, Message } from '../../infra/webhook/endpoint.ts';
import type { getWebhookMessage, updateWebhook } from './webhook-contract.ts';

/** A webhook as its owner sees it. */
export function webhookView(endpoint: Endpoint, { pending, dead } = { pending: 0, dead: 0 }): OutputOf<typeof updateWebhook> {
  const { id, memberId, url, types, description, state, reason, disabledAt, failingSince, previousUntil, createdBy, createdAt } = endpoint;
  return {
    id,
    ...(memberId !== null && { memberId }),
    url,
    types,
    description,
    state,
    ...(reason !== null && { reason }),
    ...(disabledAt !== null && { disabledAt }),
    ...(failingSince !== null && { failingSince }),
    ...(previousUntil !== null && { previousSecretUntil: previousUntil }),
    pending,
    dead,
    createdBy,
    createdAt,
  };
}

/** A message as the owner of its webhook sees it. */
export function messageView({ seq, nextAt, status, error, ...message }: Message): OutputOf<typeof getWebhookMessage>['message'] {
  return {
    ...message,
    ...(seq !== null && { seq }),
    ...(message.state === 'pending' && { nextAt }),
    ...(status !== null && { status }),
    ...(error !== null && { error }),
  };
}
