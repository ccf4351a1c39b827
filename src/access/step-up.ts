import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import type { Millis } from '../base/time.ts';
import type { RequestExtras } from '../infra/http/route.ts';
import { stepUp as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { passwordWrong, provePassword } from './prove-password.ts';
import { findSteppedUpAt, updateSteppedUpAt } from './store/session.ts';
import { lockUser } from './store/user.ts';

/** How long a proof counts. */
const STEP_UP_MS = 5 * 60_000;

/**
 * Proves once more that it is the user who sits there, for acts that count as a signature. Remembered on the session, for
 * five minutes. Errors: `access.users_only` (a key has no password and so cannot), `access.password_wrong`,
 * `access.locked` (guesses count as sign-ins do), `access.session_ended`.
 */
export async function stepUp(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
  from: RequestExtras,
): Promise<OutputOf<typeof contract>> {
  const { actor } = ctx;
  const { sessionId } = actor;
  if (!sessionId) throw new AppError('forbidden', 'access.users_only', 'Only users who are signed in can do this.');
  const user = await provePassword(deps, ctx, { operation: contract, password: input.password, from });
  return await deps.command(ctx, contract, async (tx) => {
    // Whoever changes the password or disables the user now waits, or was faster.
    const locked = await lockUser(tx, actor.id);
    if (!locked || locked.disabledAt !== null || locked.passwordHash !== user.passwordHash) throw passwordWrong(deps, ctx, contract);
    const at = deps.clock.now();
    if (!(await updateSteppedUpAt(tx, { id: sessionId, userId: actor.id }, at)))
      throw new AppError('unauthenticated', 'access.session_ended', 'This session has ended. Sign in again.');
    return { answer: { validUntil: at + STEP_UP_MS }, subject: toWireId('usr', actor.id), detail: { address: from.remoteAddress } };
  });
}

/** The implementation of `AccessPort.steppedUpAt`; see there. */
export function steppedUpAtOf({ db, clock }: Pick<AccessDeps, 'db' | 'clock'>) {
  return async ({ actor, tenantId }: Ctx): Promise<Millis | undefined> => {
    const { sessionId } = actor;
    if (actor.kind !== 'user' || !sessionId) return undefined;
    const at = await db.read({ tenantId }, (tx) => findSteppedUpAt(tx, { id: sessionId, userId: actor.id }));
    return at !== undefined && clock.now() - at < STEP_UP_MS ? at : undefined;
  };
}
