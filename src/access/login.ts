import { hash } from 'node:crypto';
import { AppError, RetryLater } from '../base/error.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import type { InputOf, OutputOf } from '../base/operation.ts';
import type { Ctx } from '../base/context.ts';
import { network } from '../infra/http/limits.ts';
import type { Reply, RequestExtras } from '../infra/http/route.ts';
import { auditEntry } from './command.ts';
import { login as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { passwordFits } from './password.ts';
import { grantSession } from './grant-session.ts';
import { insertAudit } from './store/audit.ts';
import { lockAttempts, updateAttempts } from './store/login-attempt.ts';
import { insertSession } from './store/session.ts';
import { findUserByEmail, lockUser, type UserRow } from './store/user.ts';
import { accountThrottle, addressThrottle, begun, lockedForMs, undone, type Throttle } from './throttle.ts';

/**
 * Signs a user in. Whether the address exists, is disabled or has another password cannot be told from the answer, nor
 * from how long it takes. Errors: `access.bad_credentials`, `access.locked`.
 */
export async function login(
  deps: AccessDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
  from: RequestExtras,
): Promise<Reply<OutputOf<typeof contract>>> {
  const email = input.email.toLowerCase();
  await beginAttempt(deps, email, from.remoteAddress);
  const user = await deps.db.read({ role: 'rialto_auth' }, (tx) => findUserByEmail(tx, email));
  const fits = await passwordFits(user?.passwordHash, input.password);
  if (!user || !fits || user.disabledAt !== null) throw refuse(deps, user, from.remoteAddress);
  await endAttempt(deps, email, from.remoteAddress);
  return await openSession(deps, ctx, user, from);
}

const throttles = (email: string, address: string): { key: string; throttle: Throttle }[] => [
  // Hashed, so that the table does not collect what people typed into the wrong field.
  { key: `account/${hash('sha256', email, 'base64url')}`, throttle: accountThrottle },
  { key: `address/${network(address)}`, throttle: addressThrottle },
];

/** Counts an attempt before it is made. Errors: `access.locked`, the same for addresses that exist and those that do not. */
export async function beginAttempt(deps: Pick<AccessDeps, 'db' | 'clock'>, email: string, address: string): Promise<void> {
  const limits = throttles(email, address);
  const waitMs = await deps.db.write({ role: 'rialto_auth' }, async (tx) => {
    const attempts = await lockAttempts(
      tx,
      limits.map(({ key }) => key),
    );
    const now = deps.clock.now();
    const lockedMs = Math.max(...attempts.map((attempt) => lockedForMs(attempt, now)));
    if (lockedMs > 0) return lockedMs;
    for (const [i, { key, throttle }] of limits.entries()) await updateAttempts(tx, key, begun(attempts[i]!, throttle, now));
    return 0;
  });
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new RetryLater('access.locked', `Too many attempts failed. Try again in ${seconds} s.`, seconds);
}

/** Takes back what `beginAttempt` counted, since the attempt succeeded; the account starts from nothing. */
export async function endAttempt(deps: Pick<AccessDeps, 'db' | 'clock'>, email: string, address: string): Promise<void> {
  const [account, network] = throttles(email, address);
  await deps.db.write({ role: 'rialto_auth' }, async (tx) => {
    const [, atAddress] = await lockAttempts(tx, [account!.key, network!.key]);
    const now = deps.clock.now();
    await updateAttempts(tx, account!.key, { failures: 0, lastAt: now, lockedUntil: now });
    await updateAttempts(tx, network!.key, undone(atAddress!, now));
  });
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
