import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Endpoint, Message } from '../../infra/webhook/endpoint.ts';
import { heardEvents, type Stretch } from '../../infra/webhook/heard-store.ts';
import { findEndpoint, insertTestMessage, requeue, requeueEvents } from '../../infra/webhook/store.ts';
import type { NotificationDeps } from './deps.ts';
import { mustLock } from './manage-webhooks.ts';
import * as contract from './webhook-contract.ts';
import { messageView } from './webhook-view.ts';

/** Messages that one call puts back into the queue. */
const MOST = 10_000;
/** Events among which one call looks for those that a webhook hears. */
const LOOKED_AT = 100_000;

/** Errors: `settlement.webhook_not_found`, `settlement.webhook_not_active`. */
export async function pingWebhook(
  deps: NotificationDeps,
  ctx: Ctx,
  { id }: InputOf<typeof contract.pingWebhook>,
): Promise<OutputOf<typeof contract.pingWebhook>> {
  const now = deps.clock.now();
  const message: Message = {
    id: newId(now),
    seq: null,
    type: 'webhook.ping',
    subject: '',
    at: now,
    state: 'pending',
    attempts: 0,
    nextAt: now,
    status: null,
    error: null,
  };
  const answer = await deps.access.command(ctx, contract.pingWebhook, async (tx) => {
    const endpoint = await mustLock(tx, id);
    checkActive(endpoint);
    await insertTestMessage(tx, endpoint, message);
    return { answer: messageView(message), subject: toWireId('whk', id) };
  });
  deps.wakeWebhooks();
  return answer;
}

/** Errors: `settlement.webhook_not_found`, `settlement.webhook_not_active`, `settlement.replay_unclear`. */
export async function replayWebhook(
  deps: NotificationDeps,
  ctx: Ctx,
  { id, ...body }: InputOf<typeof contract.replayWebhook>,
): Promise<OutputOf<typeof contract.replayWebhook>> {
  const which = whichOf(body);
  const at = { now: deps.clock.now(), limit: MOST };
  // Before the command, whose transaction may not read what stands beside others' events.
  const heard = 'fromSeq' in which ? await heardIn(deps, ctx, id, which) : undefined;
  const answer = await deps.access.command(ctx, contract.replayWebhook, async (tx) => {
    const endpoint = await mustLock(tx, id);
    checkActive(endpoint);
    const subject = toWireId('whk', id);
    if (!('fromSeq' in which)) {
      const queued = await requeue(tx, id, which, at);
      return { answer: { queued, more: queued === MOST }, subject, detail: { queued } };
    }
    const queued = await requeueEvents(tx, endpoint, heard?.events ?? [], at.now);
    return { answer: { queued, ...goOn(heard) }, subject, detail: { queued, ...which } };
  });
  deps.wakeWebhooks();
  return answer;
}

async function heardIn(
  { db }: NotificationDeps,
  { tenantId, memberId }: Ctx,
  id: Uuid,
  range: { fromSeq: number; toSeq: number },
): Promise<Stretch | undefined> {
  const endpoint = await db.read({ tenantId, ...(memberId && { memberId }) }, (tx) => findEndpoint(tx, id));
  // One that is not there is told of by the command.
  return endpoint && (await heardEvents(db, endpoint, range, { heard: MOST, lookedAt: LOOKED_AT }));
}

/** Where the rest of a range is. It ends with what has happened: what happens meanwhile is queued by itself, and once is enough. */
function goOn(heard: Stretch | undefined): { more: boolean; nextSeq?: number; toSeq?: number } {
  return heard?.more ? { more: true, nextSeq: heard.reached + 1, toSeq: heard.last } : { more: false };
}

type Which = { messageIds: readonly string[] } | { state: 'dead' } | { fromSeq: number; toSeq: number };

function whichOf({ messageIds, state, fromSeq, toSeq }: Omit<InputOf<typeof contract.replayWebhook>, 'id'>): Which {
  const given = [messageIds, state, fromSeq ?? toSeq].filter((one) => one !== undefined).length;
  if (given === 1 && messageIds) return { messageIds };
  if (given === 1 && state) return { state };
  if (given === 1 && fromSeq !== undefined && toSeq !== undefined && fromSeq <= toSeq) return { fromSeq, toSeq };
  throw new AppError('invalid', 'settlement.replay_unclear', 'Name messages, or the state dead, or a range with fromSeq and toSeq.');
}

function checkActive({ state }: Endpoint): void {
  if (state !== 'active')
    throw new AppError('conflict', 'settlement.webhook_not_active', 'The webhook is not active. Make it active first.');
}
