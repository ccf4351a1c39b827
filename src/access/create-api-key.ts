import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { newId, toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { hashOf, newKeyPrefix } from './api-key.ts';
import { apiKeyView } from './api-key-view.ts';
import { createApiKey as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkMemberScopes, checkScopes, memberFor } from './grant.ts';
import { insertApiKey, type ApiKeyRow } from './store/api-key.ts';

/**
 * Makes a key; the answer is the only place that holds it whole. Errors: `access.scope_exceeded`,
 * `access.scope_not_for_member`, `access.member_exceeded`, `access.expiry_past`.
 */
export async function createApiKey(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  const now = deps.clock.now();
  const memberId = memberFor(ctx.actor, input.memberId);
  checkScopes(ctx.actor, input.scopes);
  checkMemberScopes(input.scopes, memberId);
  if (input.expiresAt !== undefined && input.expiresAt <= now) {
    throw new AppError('unprocessable', 'access.expiry_past', 'The key would have expired already.');
  }
  const prefix = newKeyPrefix();
  const whole = deps.keySeals.make(prefix);
  const key: ApiKeyRow = {
    tenantId: ctx.tenantId,
    id: newId(now),
    name: input.name,
    prefix,
    hash: hashOf(whole),
    previousHash: null,
    overlapUntil: null,
    scopes: input.scopes,
    memberId: memberId ?? null,
    version: 1,
    createdAt: now,
    createdBy: ctx.actor.name,
    expiresAt: input.expiresAt ?? null,
    revokedAt: null,
    lastUsedAt: null,
  };
  return await deps.command(ctx, contract, async (tx) => {
    await insertApiKey(tx, key);
    const detail = { name: key.name, prefix, scopes: key.scopes, ...(memberId && { memberId: toWireId('mem', memberId) }) };
    return { answer: { ...apiKeyView(key), key: whole }, subject: toWireId('key', key.id), detail };
  });
}
