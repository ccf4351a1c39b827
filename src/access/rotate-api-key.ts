import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { hashOf } from './api-key.ts';
import { apiKeyView, keyNotFound } from './api-key-view.ts';
import { rotateApiKey as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkScopes } from './grant.ts';
import { lockApiKey, updateApiKey } from './store/api-key.ts';
import { insertRevocation, type Revocation } from './store/revocation.ts';

/**
 * Gives a key a new secret. Whoever rotates gets to know it, so it must have the key's scopes itself. Errors:
 * `access.api_key_not_found`, `access.api_key_ended` (revoked or expired), `access.scope_exceeded`.
 */
export async function rotateApiKey(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  let revocation: Revocation | undefined;
  const answer = await deps.command(ctx, contract, async (tx) => {
    const key = await lockApiKey(tx, input.id);
    if (!key) throw keyNotFound(input.id);
    const at = deps.clock.now();
    if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= at)) {
      throw new AppError('conflict', 'access.api_key_ended', 'A key that was revoked or has expired stays so. Make a new one.');
    }
    checkScopes(ctx.actor, key.scopes);
    const whole = deps.keySeals.make(key.prefix);
    const overlap = input.overlapSeconds > 0;
    const rotated = {
      ...key,
      hash: hashOf(whole),
      previousHash: overlap ? key.hash : null,
      overlapUntil: overlap ? at + input.overlapSeconds * 1000 : null,
      version: key.version + 1,
    };
    await updateApiKey(tx, rotated);
    revocation = { tenantId: key.tenantId, kind: 'key', subjectId: key.id, version: rotated.version };
    await insertRevocation(tx, revocation, at);
    const detail = { name: key.name, prefix: key.prefix, overlapSeconds: input.overlapSeconds };
    return { answer: { ...apiKeyView(rotated), key: whole }, subject: toWireId('key', key.id), detail };
  });
  if (revocation) deps.revocations.learn(revocation);
  return answer;
}
