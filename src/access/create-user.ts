import type { Ctx } from '../base/context.ts';
import { newId, toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { createUser as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkRoles, memberFor } from './grant.ts';
import { checkNewPassword, hashPassword, laneOf } from './password.ts';
import { insertUser, type UserRow } from './store/user.ts';
import { emailTaken, userView } from './user.ts';

/** Adds a user to the caller's tenant. Errors: `access.email_taken`, those of `checkRoles`, `memberFor` and `checkNewPassword`. */
export async function createUser(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  const email = input.email.toLowerCase();
  const memberId = memberFor(ctx.actor, input.memberId);
  checkRoles(ctx.actor, input.roles, memberId);
  checkNewPassword(input.password, email);
  const now = deps.clock.now();
  const user: UserRow = {
    tenantId: ctx.tenantId,
    id: newId(now),
    email,
    name: input.name,
    passwordHash: await hashPassword(input.password, laneOf({ actorId: ctx.actor.id })),
    roles: input.roles,
    memberId: memberId ?? null,
    version: 1,
    createdAt: now,
    disabledAt: null,
  };
  return await deps.command(ctx, contract, async (tx) => {
    if (!(await insertUser(tx, user))) throw emailTaken();
    const detail = { email, roles: user.roles, ...(memberId && { memberId: toWireId('mem', memberId) }) };
    return { answer: userView(user), subject: toWireId('usr', user.id), detail };
  });
}
