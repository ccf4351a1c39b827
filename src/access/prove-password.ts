import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Operation } from '../base/operation.ts';
import type { RequestExtras } from '../infra/http/route.ts';
import { tryPassword } from './attempt.ts';
import type { AccessDeps } from './deps.ts';
import { laneOf, passwordFits } from './password.ts';
import { findUser, type UserRow } from './store/user.ts';
import { userNotFound } from './user.ts';

/** What is to be proved, and for which operation. */
export type PasswordProof = { operation: Operation; password: string; from: RequestExtras };

/**
 * The user who is signed in, with its own password given once more. Guesses count as sign-ins do. Errors: `access.users_only`
 * (a key has no password), `access.user_not_found`, `access.locked`, `access.busy`,
 * `access.password_wrong`.
 */
export async function provePassword(deps: AccessDeps, ctx: Ctx, { operation, password, from }: PasswordProof): Promise<UserRow> {
  const { actor, tenantId } = ctx;
  if (actor.kind !== 'user') throw new AppError('forbidden', 'access.users_only', 'Only users have a password.');
  const user = await deps.db.read({ tenantId }, (tx) => findUser(tx, actor.id));
  if (!user) throw userNotFound(actor.id);
  const trying = { email: user.email, address: from.remoteAddress, lane: laneOf({ actorId: actor.id }) };
  const fits = await tryPassword(deps, trying, () => passwordFits(user.passwordHash, password));
  if (!fits) throw passwordWrong(deps, ctx, operation);
  return user;
}

/** Counted for the audit log as refused logins are: it is a password that was guessed at. */
export function passwordWrong(deps: Pick<AccessDeps, 'denied'>, { actor }: Ctx, operation: Operation): AppError {
  const code = 'access.password_wrong';
  deps.denied.add({ by: { kind: actor.kind, id: actor.id, name: actor.name, tenantId: actor.tenantId }, code, operation: operation.name });
  return new AppError('unprocessable', code, 'The password is another one.');
}
