import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SealedEndpoint } from '../../infra/webhook/endpoint.ts';
import { newWebhookSecret, sealSecret } from '../../infra/webhook/sign.ts';
import { insertEndpoint, lockEndpoint, removeEndpoint, selectEndpoints, updateEndpoint, updateSecret } from '../../infra/webhook/store.ts';
import { checkTarget } from '../../infra/webhook/target.ts';
import type { NotificationDeps } from './deps.ts';
import { checkTypes } from './event-types.ts';
import * as contract from './webhook-contract.ts';
import { webhookView } from './webhook-view.ts';

/** Endpoints of one bank, or of the operator. */
const MOST = 20;

/**
 * Has an address told of events from now on. Errors: `webhook.url_invalid`, `webhook.url_not_https`, `webhook.target_private`,
 * `settlement.event_type_unknown`, `settlement.event_type_forbidden`, `settlement.webhook_too_many`.
 */
export async function createWebhook(
  deps: NotificationDeps,
  ctx: Ctx,
  input: InputOf<typeof contract.createWebhook>,
): Promise<OutputOf<typeof contract.createWebhook>> {
  const { url, types, description = '' } = input;
  checkTypes(ctx.actor, types, deps.eventKinds);
  const { host } = checkTarget(url, deps.allowedHosts);
  const now = deps.clock.now();
  const id = newId(now);
  const secret = newWebhookSecret();
  const endpoint: SealedEndpoint = {
    tenantId: ctx.tenantId,
    id,
    memberId: ctx.memberId ?? null,
    url,
    types,
    description,
    state: 'active',
    reason: null,
    disabledAt: null,
    previousUntil: null,
    failures: 0,
    failingSince: null,
    createdBy: ctx.actor.name,
    createdAt: now,
    sealedSecret: sealSecret(secret, id, deps.masterKey),
    previousSecret: null,
  };
  return await deps.access.command(ctx, contract.createWebhook, async (tx) => {
    const own = (await selectEndpoints(tx)).filter(({ memberId }) => memberId === endpoint.memberId);
    if (own.length >= MOST)
      throw new AppError('unprocessable', 'settlement.webhook_too_many', `There are ${MOST} webhooks already; end one first.`);
    await insertEndpoint(tx, endpoint);
    return { answer: { webhook: webhookView(endpoint), secret }, subject: toWireId('whk', id), detail: { host, types } };
  });
}

/** Changes a webhook; whoever makes it active gives it a new chance. Errors: as of `createWebhook`, and `settlement.webhook_not_found`. */
export async function updateWebhook(
  deps: NotificationDeps,
  ctx: Ctx,
  { id, ...change }: InputOf<typeof contract.updateWebhook>,
): Promise<OutputOf<typeof contract.updateWebhook>> {
  if (change.types) checkTypes(ctx.actor, change.types, deps.eventKinds);
  if (change.url !== undefined) checkTarget(change.url, deps.allowedHosts);
  return await deps.access.command(ctx, contract.updateWebhook, async (tx) => {
    const before = await mustLock(tx, id);
    const state = change.state ?? before.state;
    const after = { ...before, ...change, state };
    await updateEndpoint(tx, after);
    const fresh = { ...after, failures: 0, failingSince: null, ...(state !== 'disabled' && { reason: null, disabledAt: null }) };
    const detail = { host: new URL(after.url).host, types: after.types, state };
    return { answer: webhookView(fresh), subject: toWireId('whk', id), detail };
  });
}

/** Errors: `settlement.webhook_not_found`. */
export async function deleteWebhook(
  deps: NotificationDeps,
  ctx: Ctx,
  { id }: InputOf<typeof contract.deleteWebhook>,
): Promise<OutputOf<typeof contract.deleteWebhook>> {
  return await deps.access.command(ctx, contract.deleteWebhook, async (tx) => {
    const { url } = await mustLock(tx, id);
    await removeEndpoint(tx, id);
    return { answer: { id }, subject: toWireId('whk', id), detail: { host: new URL(url).host } };
  });
}

/** A new secret; the old one also signs for `overlapSeconds`. Errors: `settlement.webhook_not_found`. */
export async function rotateWebhookSecret(
  deps: NotificationDeps,
  ctx: Ctx,
  { id, overlapSeconds }: InputOf<typeof contract.rotateWebhookSecret>,
): Promise<OutputOf<typeof contract.rotateWebhookSecret>> {
  const secret = newWebhookSecret();
  return await deps.access.command(ctx, contract.rotateWebhookSecret, async (tx) => {
    const before = await mustLock(tx, id);
    const overlap =
      overlapSeconds > 0 ? { previousSecret: before.sealedSecret, previousUntil: deps.clock.now() + overlapSeconds * 1_000 } : undefined;
    const after = {
      ...before,
      sealedSecret: sealSecret(secret, id, deps.masterKey),
      ...(overlap ?? { previousSecret: null, previousUntil: null }),
    };
    await updateSecret(tx, after);
    return { answer: { webhook: webhookView(after), secret }, subject: toWireId('whk', id), detail: { overlapSeconds } };
  });
}

/** The endpoint, locked. Errors: `settlement.webhook_not_found`. */
export async function mustLock(tx: Tx, id: Uuid): Promise<SealedEndpoint> {
  const endpoint = await lockEndpoint(tx, id);
  if (!endpoint) throw new AppError('not_found', 'settlement.webhook_not_found', 'There is no such webhook.');
  return endpoint;
}
