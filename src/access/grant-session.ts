import type { Uuid } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import { Reply, type CookieSpec } from '../infra/http/route.ts';
import type { Tx } from '../infra/postgres/db.ts';
import { hashOf } from './api-key.ts';
import type { login } from './contract.ts';
import type { AccessDeps } from './deps.ts';
import { COOKIE } from './refresh-cookie.ts';
import { scopesOf } from './role.ts';
import { sessionExpiry } from './session.ts';
import { insertRefreshToken, type SessionRow } from './store/session.ts';
import { findTenant } from './store/tenant.ts';
import type { UserRow } from './store/user.ts';
import { signToken } from './token.ts';

const COOKIE_PATH = '/v1/auth';

export const noCookie: CookieSpec = { name: COOKIE, value: '', path: COOKIE_PATH, maxAgeSeconds: 0 };

/**
 * Runs `work` in the tenant's transaction and issues for the session that it opens or rotates: a refresh token of the
 * session's generation, kept only as a hash, and an access token. Signing comes after the commit.
 */
export async function grantSession(
  deps: AccessDeps,
  tenantId: Uuid,
  work: (tx: Tx) => Promise<{ user: UserRow; session: SessionRow }>,
): Promise<Reply<OutputOf<typeof login>>> {
  const { refreshToken, ...granted } = await deps.db.write({ tenantId }, async (tx) => {
    const { user, session } = await work(tx);
    const refreshToken = deps.cookies.make(session.id);
    await insertRefreshToken(tx, { tenantId, sessionId: session.id, generation: session.generation }, hashOf(refreshToken));
    const tenant = (await findTenant(tx, tenantId))!;
    return { user, session, tenant, refreshToken };
  });
  return await answer(deps, granted, refreshToken);
}

type Granted = { user: UserRow; session: SessionRow; tenant: { id: Uuid; name: string } };

async function answer(deps: AccessDeps, { user, session, tenant }: Granted, refreshToken: string): Promise<Reply<OutputOf<typeof login>>> {
  const scopes = scopesOf(user.roles);
  const now = deps.clock.now();
  const memberId = user.memberId ?? undefined;
  const claims = {
    userId: user.id,
    email: user.email,
    tenantId: tenant.id,
    memberId,
    sessionId: session.id,
    version: user.version,
    scopes,
  };
  const { token, expiresAt } = await signToken(claims, await deps.keyRing.signer(), { issuer: deps.issuer, now });
  const maxAgeSeconds = Math.max(1, Math.floor((sessionExpiry(session) - now) / 1000));
  return new Reply(
    {
      accessToken: token,
      expiresAt,
      user: { id: user.id, email: user.email, name: user.name, roles: user.roles, ...(memberId && { memberId }) },
      tenant: { id: tenant.id, name: tenant.name },
      scopes,
      modules: [...deps.modules],
    },
    { cookies: [{ name: COOKIE, value: refreshToken, path: COOKIE_PATH, maxAgeSeconds }] },
  );
}
