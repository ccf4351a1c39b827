import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { listSigners as listContract } from '../signing-contract.ts';
import { setSigner as setContract } from '../signing-contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import { replaceSigningRoles, selectSigningRoles } from '../store/people-store.ts';

type SignerView = OutputOf<typeof setContract>;

/** Users who may sign, with their roles. Bound to a member, one sees nobody. */
export async function listSigners(deps: ReadinessDeps, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const users = (await deps.access.recipients(ctx.tenantId)).filter(({ memberId }) => memberId === undefined);
  const roles = await deps.db.read(ctx, selectSigningRoles);
  const items = users.map(({ id, name, email }) => ({
    id,
    name,
    email,
    roles: roles.filter(({ userId }) => userId === id).map(({ role }) => role),
  }));
  return { items: ctx.memberId === undefined ? items : [] };
}

/** Errors: `readiness.user_not_found`. */
export async function setSigner(deps: ReadinessDeps, ctx: Ctx, { id, roles }: InputOf<typeof setContract>): Promise<SignerView> {
  const user = (await deps.access.recipients(ctx.tenantId)).find((one) => one.id === id && one.memberId === undefined);
  if (!user || ctx.memberId !== undefined) throw new AppError('not_found', 'readiness.user_not_found', 'There is no such user.');
  return await deps.access.command(ctx, setContract, async (tx) => {
    const at = deps.clock.now();
    await replaceSigningRoles(tx, { tenantId: ctx.tenantId, userId: id }, { roles, by: ctx.actor.name, at });
    return {
      answer: { id, name: user.name, email: user.email, roles },
      subject: toWireId('usr', id),
      detail: { roles },
      events: [changedEvent(ctx.tenantId, at)],
    };
  });
}

/** The roles in which a user may sign. */
export async function rolesOf(deps: { db: Db }, tenantId: Uuid, userId: Uuid): Promise<string[]> {
  const rows = await deps.db.read({ tenantId }, selectSigningRoles);
  return rows.filter((row) => row.userId === userId).map(({ role }) => role);
}
