import type { Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { toWireId } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import type { TxScope } from '../infra/postgres/db.ts';
import { apiKeyView } from './api-key-view.ts';
import type * as contract from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { pageById } from './page.ts';
import { roleNames, roles, scopes, type ScopeName } from './role.ts';
import { selectApiKeys } from './store/api-key.ts';
import { findTenant, selectTenants } from './store/tenant.ts';
import { findUser, selectUsers } from './store/user.ts';
import { userView } from './user.ts';

const scopeOf = (ctx: Ctx): TxScope => ({ tenantId: ctx.tenantId, ...(ctx.memberId && { memberId: ctx.memberId }) });

/** Who the caller is and what it may do. */
export async function readMe(deps: AccessDeps, ctx: Ctx): Promise<OutputOf<typeof contract.me>> {
  const { actor, tenantId } = ctx;
  if (actor.kind !== 'user' && actor.kind !== 'key')
    throw new AppError('forbidden', 'access.users_only', 'Only users and keys have a self.');
  const { tenant, user } = await deps.db.read({ tenantId }, async (tx) => ({
    tenant: (await findTenant(tx, tenantId))!,
    user: actor.kind === 'user' ? await findUser(tx, actor.id) : undefined,
  }));
  return {
    kind: actor.kind,
    id: toWireId(actor.kind === 'user' ? 'usr' : 'key', actor.id),
    name: user?.name ?? actor.name,
    ...(user && { email: user.email }),
    roles: user?.roles ?? [],
    ...(actor.memberId && { memberId: actor.memberId }),
    tenant: { id: tenant.id, name: tenant.name },
    scopes: scopes.filter((scope): scope is ScopeName => actor.scopes.has(scope)),
    modules: [...deps.modules],
  };
}

/** Users of the caller's tenant; a caller bound to a member sees that member's. Errors: `request.cursor_invalid`. */
export async function listUsers(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract.listUsers>,
): Promise<OutputOf<typeof contract.listUsers>> {
  return await deps.db.read(scopeOf(ctx), (tx) =>
    pageById(input, 'usr', { select: (after, limit) => selectUsers(tx, after, limit), view: userView }),
  );
}

/** Keys of the caller's tenant, without secrets. Errors: `request.cursor_invalid`. */
export async function listApiKeys(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract.listApiKeys>,
): Promise<OutputOf<typeof contract.listApiKeys>> {
  return await deps.db.read(scopeOf(ctx), (tx) =>
    pageById(input, 'key', { select: (after, limit) => selectApiKeys(tx, after, limit), view: apiKeyView }),
  );
}

/** Every tenant for the operator, the own one for everyone else. Errors: `request.cursor_invalid`. */
export async function listTenants(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract.listTenants>,
): Promise<OutputOf<typeof contract.listTenants>> {
  const own = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findTenant(tx, ctx.tenantId));
  const scope: TxScope = own?.operator ? { role: 'rialto_auth' } : { tenantId: ctx.tenantId };
  return await deps.db.read(scope, (tx) =>
    pageById(input, 'ten', { select: (after, limit) => selectTenants(tx, after, limit), view: (tenant) => tenant }),
  );
}

/** The roles as data. */
export function listRoles(): OutputOf<typeof contract.listRoles> {
  return { items: roleNames.map((name) => ({ name, ...roles[name], scopes: [...roles[name].scopes] })) };
}
