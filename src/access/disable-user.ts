import type { Ctx } from '../base/context.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { disableUser as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkScopes } from './grant.ts';
import { scopesOf } from './role.ts';
import { insertRevocation, type Revocation } from './store/revocation.ts';
import { endSessionsOf } from './store/session.ts';
import { lockUser, updateUser } from './store/user.ts';
import { refuseOneself, userNotFound, userView } from './user.ts';

/**
 * Ends all sessions of a user and lets it in no more; a second call changes nothing. Keys that the user has made stay,
 * since they belong to the tenant. Errors: `access.user_not_found`, `access.not_oneself`, `access.scope_exceeded`.
 */
export async function disableUser(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  let revocation: Revocation | undefined;
  const answer = await deps.command(ctx, contract, async (tx) => {
    const user = await lockUser(tx, input.id);
    if (!user) throw userNotFound(input.id);
    refuseOneself(ctx.actor.id, user.id);
    checkScopes(ctx.actor, scopesOf(user.roles));
    const subject = toWireId('usr', user.id);
    if (user.disabledAt !== null) return { answer: userView(user), subject, detail: { already: true } };
    const at = deps.clock.now();
    const disabled = { ...user, disabledAt: at, version: user.version + 1 };
    await updateUser(tx, disabled);
    await endSessionsOf(tx, user.id, undefined, { reason: 'disabled', at });
    revocation = { tenantId: user.tenantId, kind: 'user', subjectId: user.id, version: disabled.version };
    await insertRevocation(tx, revocation, at);
    return { answer: userView(disabled), subject, detail: { email: user.email } };
  });
  if (revocation) deps.revocations.learn(revocation);
  return answer;
}
