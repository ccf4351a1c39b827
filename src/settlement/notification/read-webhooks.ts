import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { attemptsAt, countMessages, findMessage, pageOfMessages, selectEndpoints } from '../../infra/webhook/store.ts';
import type { NotificationDeps } from './deps.ts';
import type * as contract from './webhook-contract.ts';
import { messageView, webhookView } from './webhook-view.ts';

export async function listWebhooks(deps: NotificationDeps, ctx: Ctx): Promise<OutputOf<typeof contract.listWebhooks>> {
  const [endpoints, counts] = await deps.db.read(ctx, async (tx) => [await selectEndpoints(tx), await countMessages(tx)] as const);
  const eventTypes = deps.eventKinds.map(({ type, summary }) => ({ type, summary }));
  return {
    items: endpoints.map((endpoint) =>
      webhookView(
        endpoint,
        counts.find(({ endpointId }) => endpointId === endpoint.id),
      ),
    ),
    eventTypes,
  };
}

/** Errors: `settlement.webhook_not_found`, `request.cursor_invalid`. */
export async function listWebhookMessages(
  deps: NotificationDeps,
  ctx: Ctx,
  { id, limit = DEFAULT_PAGE, after, state }: InputOf<typeof contract.listWebhookMessages>,
): Promise<OutputOf<typeof contract.listWebhookMessages>> {
  const cursor = idCursor(after);
  const rows = await deps.db.read(ctx, async (tx) => {
    await mustExist(tx, id);
    return await pageOfMessages(tx, id, { limit: limit + 1, after: cursor, state });
  });
  return toPage(rows, limit, messageView);
}

/** Errors: `settlement.webhook_not_found`, `settlement.webhook_message_not_found`. */
export async function getWebhookMessage(
  deps: NotificationDeps,
  ctx: Ctx,
  { id, messageId }: InputOf<typeof contract.getWebhookMessage>,
): Promise<OutputOf<typeof contract.getWebhookMessage>> {
  return await deps.db.read(ctx, async (tx) => {
    await mustExist(tx, id);
    const message = await findMessage(tx, id, messageId);
    if (!message) throw new AppError('not_found', 'settlement.webhook_message_not_found', 'There is no such message.');
    const attempts = await attemptsAt(tx, id, messageId);
    return {
      message: messageView(message),
      attempts: attempts.map(({ status, error, reply, ...attempt }) => ({
        ...attempt,
        ...(status !== null && { status }),
        ...(error !== null && { error }),
        ...(reply !== null && { reply }),
      })),
    };
  });
}

async function mustExist(tx: Tx, id: Uuid): Promise<void> {
  const endpoints = await selectEndpoints(tx);
  if (!endpoints.some((endpoint) => endpoint.id === id))
    throw new AppError('not_found', 'settlement.webhook_not_found', 'There is no such webhook.');
}
