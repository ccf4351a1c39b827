import type { Ctx } from '../base/context.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import type { RequestExtras } from '../infra/http/route.ts';
import { changePassword as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkNewPassword, hashPassword, laneOf } from './password.ts';
import { passwordWrong, provePassword } from './prove-password.ts';
import { insertRevocation, type Revocation } from './store/revocation.ts';
import { endSessionsOf } from './store/session.ts';
import { lockUser, updateUser } from './store/user.ts';

/**
 * Changes the caller's own password. Its other sessions end, its access tokens too; the session of the call goes on with
 * a refresh. Errors: `access.users_only`, `access.password_wrong`, `access.locked` (guesses count as sign-ins do), `access.busy`, those
 * of `checkNewPassword`.
 */
export async function changePassword(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
  from: RequestExtras,
): Promise<OutputOf<typeof contract>> {
  const { actor, tenantId } = ctx;
  const user = await provePassword(deps, ctx, { operation: contract, password: input.currentPassword, from });
  checkNewPassword(input.newPassword, user.email);
  const passwordHash = await hashPassword(input.newPassword, laneOf({ actorId: actor.id }));
  let revocation: Revocation | undefined;
  const answer = await deps.command(ctx, contract, async (tx) => {
    const locked = (await lockUser(tx, actor.id))!;
    if (locked.passwordHash !== user.passwordHash) throw passwordWrong(deps, ctx, contract);
    const at = deps.clock.now();
    const changed = { ...locked, passwordHash, version: locked.version + 1 };
    await updateUser(tx, changed);
    await endSessionsOf(tx, actor.id, actor.sessionId, { reason: 'password', at });
    revocation = { tenantId, kind: 'user', subjectId: actor.id, version: changed.version };
    await insertRevocation(tx, revocation, at);
    return { answer: { done: true as const }, subject: toWireId('usr', actor.id) };
  });
  if (revocation) deps.revocations.learn(revocation);
  return answer;
}
