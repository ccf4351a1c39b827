import type { Ctx } from '../base/context.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { apiKeyView, keyNotFound } from './api-key-view.ts';
import { revokeApiKey as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { lockApiKey, updateApiKey } from './store/api-key.ts';
import { insertRevocation, type Revocation } from './store/revocation.ts';

/** Ends a key for good, whatever scopes it has: taking away is always safe. Errors: `access.api_key_not_found`. */
export async function revokeApiKey(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  let revocation: Revocation | undefined;
  const answer = await deps.command(ctx, contract, async (tx) => {
    const key = await lockApiKey(tx, input.id);
    if (!key) throw keyNotFound(input.id);
    const subject = toWireId('key', key.id);
    if (key.revokedAt !== null) return { answer: apiKeyView(key), subject, detail: { already: true } };
    const at = deps.clock.now();
    const revoked = { ...key, revokedAt: at, version: key.version + 1 };
    await updateApiKey(tx, revoked);
    revocation = { tenantId: key.tenantId, kind: 'key', subjectId: key.id, version: revoked.version };
    await insertRevocation(tx, revocation, at);
    return { answer: apiKeyView(revoked), subject, detail: { name: key.name, prefix: key.prefix } };
  });
  if (revocation) deps.revocations.learn(revocation);
  return answer;
}
