import { AppError } from '../base/error.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import type { Ctx } from '../base/context.ts';
import { network } from '../infra/http/network.ts';
import type { Reply, RequestExtras } from '../infra/http/route.ts';
import { tryPassword } from './attempt.ts';
import { auditEntry } from './command.ts';
import { login as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { laneOf, passwordFits } from './password.ts';
import { grantSession } from './grant-session.ts';
import { insertAudit } from './store/audit.ts';
import { insertSession } from './store/session.ts';
import { findUserByEmail, lockUser, type UserRow } from './store/user.ts';

/**
 * Signs a user in. Whether the address exists, is disabled or has another password cannot be told from the answer, nor
 * from how long it takes. Errors: `access.bad_credentials`, `access.locked`, `access.busy`.
 */
export async function login(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
  from: RequestExtras,
): Promise<Reply<OutputOf<typeof contract>>> {
  const email = input.email.toLowerCase();
  const user = await deps.db.read({ role: 'rialto_auth' }, (tx) => findUserByEmail(tx, email));
  const address = from.remoteAddress;
  const isLetIn = await tryPassword(deps, { email, address, lane: laneOf({ address }) }, async () => {
    const fits = await passwordFits(user?.passwordHash, input.password);
    return fits && user?.disabledAt === null;
  });
  if (!user || !isLetIn) throw refuse(deps, user, address);
  return await openSession(deps, ctx, user, from);
}

function refuse(deps: AccessDeps, user: UserRow | undefined, address: string): AppError {
  const code = 'access.bad_credentials';
  const by = user ? { kind: 'user', id: user.id, name: user.email, tenantId: user.tenantId } : { address: network(address) };
  deps.denied.add({ by, code, operation: contract.name });
  return new AppError('unauthenticated', code, 'E-mail address or password is wrong.');
}

async function openSession(deps: AccessDeps, ctx: Ctx, found: UserRow, from: RequestExtras): Promise<Reply<OutputOf<typeof contract>>> {
  const now = deps.clock.now();
  return await grantSession(deps, found.tenantId, async (tx) => {
    // Locked and read again: whoever disables the user or changes the password now waits, or was faster.
    const user = await lockUser(tx, found.id);
    if (!user || user.disabledAt !== null || user.passwordHash !== found.passwordHash) throw refuse(deps, found, from.remoteAddress);
    const session = {
      tenantId: user.tenantId,
      id: newId(now),
      userId: user.id,
      generation: 1,
      rotatedAt: now,
      startedAt: now,
      endedAt: null,
    };
    await insertSession(tx, session, from);
    const entry = auditEntry(asUser(ctx, user), contract, { subject: toWireId('usr', user.id), detail: { address: from.remoteAddress } });
    await insertAudit(tx, [{ atMs: now, value: entry }]);
    return { user, session };
  });
}

/** The context of a public operation, once it is known who called it. */
export function asUser(ctx: Ctx, user: { id: Uuid; email: string; tenantId: Uuid }): Ctx {
  const actor = { kind: 'user' as const, id: user.id, name: user.email, tenantId: user.tenantId, scopes: new Set<string>() };
  return { ...ctx, actor, tenantId: user.tenantId };
}
