import type { Ctx } from '../base/context.ts';
import { toWireId } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import { Reply, type RequestExtras } from '../infra/http/route.ts';
import { hashOf } from './api-key.ts';
import { auditEntry } from './command.ts';
import { logout as contract } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { noCookie } from './grant-session.ts';
import { COOKIE } from './refresh-cookie.ts';
import { asUser } from './login.ts';
import { insertAudit } from './store/audit.ts';
import { insertRevocation } from './store/revocation.ts';
import { endSession, findRefreshToken, lockSession } from './store/session.ts';
import { findUser } from './store/user.ts';

/** Ends the session of the refresh cookie, with its access tokens, and clears the cookie. Nothing to end is no error. */
export async function logout(deps: AccessDeps, ctx: Ctx, from: RequestExtras): Promise<Reply<OutputOf<typeof contract>>> {
  const presented = from.cookies[COOKIE];
  const token = presented ? await deps.db.read({ role: 'rialto_auth' }, (tx) => findRefreshToken(tx, hashOf(presented))) : undefined;
  if (token) {
    const { tenantId, sessionId } = token;
    const revocation = { tenantId, kind: 'session' as const, subjectId: sessionId, version: 1 };
    const at = deps.clock.now();
    await deps.db.write({ tenantId }, async (tx) => {
      const session = (await lockSession(tx, sessionId))!;
      const user = (await findUser(tx, session.userId))!;
      if (!(await endSession(tx, sessionId, 'logout', at))) return;
      await insertRevocation(tx, revocation, at);
      const entry = auditEntry(asUser(ctx, user), contract, { subject: toWireId('usr', user.id) });
      await insertAudit(tx, [{ atMs: at, value: entry }]);
    });
    deps.revocations.learn(revocation);
  }
  return new Reply({ done: true as const }, { cookies: [noCookie] });
}
