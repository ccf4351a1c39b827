import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { newId, toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import { createTenant as contract, tenantCreated } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { checkNewPassword, hashPassword, laneOf } from './password.ts';
import { findTenant, insertTenant } from './store/tenant.ts';
import { insertUser, type UserRow } from './store/user.ts';
import { emailTaken } from './user.ts';

/**
 * Opens a tenant with its first administrator; the act stands in the operator's audit log. Errors:
 * `access.operator_only`, `access.email_taken`, those of `checkNewPassword`.
 */
export async function createTenant(deps: AccessDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  const email = input.admin.email.toLowerCase();
  checkNewPassword(input.admin.password, email);
  const passwordHash = await hashPassword(input.admin.password, laneOf({ actorId: ctx.actor.id }));
  const now = deps.clock.now();
  const tenant = { id: newId(now), name: input.name, operator: false, createdAt: now };
  const admin: UserRow = {
    tenantId: tenant.id,
    id: newId(now),
    email,
    name: input.admin.name,
    passwordHash,
    roles: ['admin'],
    memberId: null,
    version: 1,
    createdAt: now,
    disabledAt: null,
  };
  return await deps.command(ctx, contract, async (tx) => {
    const own = await findTenant(tx, ctx.tenantId);
    if (!own?.operator) throw new AppError('forbidden', 'access.operator_only', 'Only the operator opens tenants.');
    await insertTenant(tx, tenant, async () => {
      if (!(await insertUser(tx, admin))) throw emailTaken();
    });
    const subject = toWireId('ten', tenant.id);
    const event = {
      id: newId(now),
      tenantId: ctx.tenantId,
      type: tenantCreated.type,
      version: tenantCreated.version,
      subject,
      data: { tenantId: subject, name: tenant.name },
      at: now,
    };
    return { answer: tenant, subject, events: [event], detail: { name: tenant.name, admin: email } };
  });
}
