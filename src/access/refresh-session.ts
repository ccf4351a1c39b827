import type { Actor, Ctx } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import { toWireId } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import { KnownRefused } from '../infra/http/door.ts';
import type { Reply, RequestExtras } from '../infra/http/route.ts';
import type { Tx } from '../infra/postgres/db.ts';
import { hashOf } from './api-key.ts';
import { auditEntry } from './command.ts';
import { refresh as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { grantSession } from './grant-session.ts';
import { COOKIE } from './refresh-cookie.ts';
import { asUser } from './login.ts';
import { exchange, type Exchange } from './session.ts';
import { insertAudit } from './store/audit.ts';
import { insertRevocation } from './store/revocation.ts';
import { endSession, findRefreshToken, lockSession, updateGeneration, type RefreshToken, type SessionRow } from './store/session.ts';
import { findUser, type UserRow } from './store/user.ts';

/**
 * Exchanges a refresh token for the next one (see `exchange`). A token that was used before ends the session for all who
 * hold it. Errors, all 401: `access.refresh_missing`, `access.refresh_unknown`, `access.refresh_expired`,
 * `access.refresh_reused`, `access.session_ended`.
 */
export async function refreshSession(deps: AccessDeps, ctx: Ctx, from: RequestExtras): Promise<Reply<OutputOf<typeof contract>>> {
  const presented = from.cookies[COOKIE];
  if (!presented) throw refused('refresh_missing', 'There is no session to continue. Sign in.');
  const token = await deps.db.read({ role: 'rialto_auth' }, (tx) => findRefreshToken(tx, hashOf(presented)));
  if (!token) throw refused('refresh_unknown', 'This session is not known, or was forgotten. Sign in again.');
  let failed: { result: Exchange['result']; user: UserRow } | undefined;
  try {
    return await grantSession(deps, token.tenantId, async (tx) => {
      const { user, session, outcome } = await decide(deps, tx, token);
      if (!('generation' in outcome)) {
        failed = { result: outcome.result, user };
        throw NOT_GRANTED;
      }
      if (outcome.result === 'again') return { user, session };
      const rotatedAt = deps.clock.now();
      await updateGeneration(tx, session.id, outcome.generation, rotatedAt);
      return { user, session: { ...session, generation: outcome.generation, rotatedAt } };
    });
  } catch (error) {
    if (error !== NOT_GRANTED || !failed) throw error;
    if (failed.result === 'reused') await endReused(deps, ctx, token);
    throw refusals[failed.result as keyof typeof refusals](asUser(ctx, failed.user).actor);
  }
}

/** Leaves the transaction without a grant; what follows from a refusal needs one of its own. */
const NOT_GRANTED = new Error('no grant');

async function decide(deps: AccessDeps, tx: Tx, token: RefreshToken): Promise<{ user: UserRow; session: SessionRow; outcome: Exchange }> {
  const row = (await lockSession(tx, token.sessionId))!;
  const user = (await findUser(tx, row.userId))!;
  const endedAt = row.endedAt ?? user.disabledAt ?? undefined;
  return { user, session: row, outcome: exchange({ ...row, endedAt }, token.generation, deps.clock.now()) };
}

async function endReused(deps: AccessDeps, ctx: Ctx, token: RefreshToken): Promise<void> {
  const { tenantId, sessionId } = token;
  const revocation = { tenantId, kind: 'session' as const, subjectId: sessionId, version: 1 };
  const at = deps.clock.now();
  await deps.db.write({ tenantId }, async (tx) => {
    const session = (await lockSession(tx, sessionId))!;
    const user = (await findUser(tx, session.userId))!;
    if (!(await endSession(tx, sessionId, 'reused', at))) return;
    await insertRevocation(tx, revocation, at);
    const act = { subject: toWireId('usr', user.id), outcome: 'session_ended', detail: { reason: 'a refresh token was used twice' } };
    await insertAudit(tx, [{ atMs: at, value: auditEntry(asUser(ctx, user), contract, act) }]);
  });
  deps.revocations.learn(revocation);
}

/** They stand in the log of the tenant whose session it was. */
const refusals = {
  expired: (user: Actor) => new KnownRefused('access.refresh_expired', 'This session has expired. Sign in again.', user),
  reused: (user: Actor) =>
    new KnownRefused(
      'access.refresh_reused',
      'This session was continued elsewhere with the same token and is now ended. Sign in again.',
      user,
    ),
  ended: (user: Actor) => new KnownRefused('access.session_ended', 'This session has ended. Sign in again.', user),
};

function refused(code: string, message: string): AppError {
  return new AppError('unauthenticated', `access.${code}`, message);
}
