import type { Ctx } from '../base/context.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { setUserRoles as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkRoles, checkScopes } from './grant.ts';
import { scopesOf } from './role.ts';
import { insertRevocation, type Revocation } from './store/revocation.ts';
import { lockUser, updateUser } from './store/user.ts';
import { refuseOneself, userNotFound, userView } from './user.ts';

/**
 * Replaces the roles of a user. Its access tokens end at once and its sessions go on, so that the next refresh brings the
 * new scopes. Errors: `access.user_not_found`, `access.not_oneself`, those of `checkRoles`.
 */
export async function setUserRoles(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  let revocation: Revocation | undefined;
  const answer = await deps.command(ctx, contract, async (tx) => {
    const user = await lockUser(tx, input.id);
    if (!user) throw userNotFound(input.id);
    refuseOneself(ctx.actor.id, user.id);
    // Neither what is given nor what is taken may be more than the giver has.
    checkScopes(ctx.actor, scopesOf(user.roles));
    checkRoles(ctx.actor, input.roles, user.memberId ?? undefined);
    const at = deps.clock.now();
    const changed = { ...user, roles: input.roles, version: user.version + 1 };
    await updateUser(tx, changed);
    revocation = { tenantId: user.tenantId, kind: 'user', subjectId: user.id, version: changed.version };
    await insertRevocation(tx, revocation, at);
    return { answer: userView(changed), subject: toWireId('usr', user.id), detail: { before: user.roles, after: input.roles } };
  });
  if (revocation) deps.revocations.learn(revocation);
  return answer;
}
