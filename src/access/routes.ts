import { route, type Route } from '../infra/http/route.ts';
import { listAudit, readAuditHead } from './audit/list.ts';
import { changePassword } from './change-password.ts';
import * as contract from './contract.ts';
import { createApiKey } from './create-api-key.ts';
import { createTenant } from './create-tenant.ts';
import { createUser } from './create-user.ts';
import type { AccessDeps } from './deps.ts';
import { disableUser } from './disable-user.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { listApiKeys, listRoles, listTenants, listUsers, readMe } from './read.ts';
import { refreshSession } from './refresh-session.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { rotateApiKey } from './rotate-api-key.ts';
import { setUserRoles } from './set-user-roles.ts';
import { stepUp } from './step-up.ts';

/** Binds every contract of the module to its operation. */
export function routesOf(deps: AccessDeps): Route[] {
  return [
    route(contract.login, (ctx, input, request) => login(deps, ctx, input, request)),
    route(contract.refresh, (ctx, _input, request) => refreshSession(deps, ctx, request)),
    route(contract.logout, (ctx, _input, request) => logout(deps, ctx, request)),
    route(contract.jwks, async () => ({ keys: await deps.keyRing.publicKeys() })),
    route(contract.me, (ctx) => readMe(deps, ctx)),
    route(contract.changePassword, (ctx, input, request) => changePassword(deps, ctx, input, request)),
    route(contract.stepUp, (ctx, input, request) => stepUp(deps, ctx, input, request)),
    route(contract.createUser, (ctx, input) => createUser(deps, ctx, input)),
    route(contract.listUsers, (ctx, input) => listUsers(deps, ctx, input)),
    route(contract.disableUser, (ctx, input) => disableUser(deps, ctx, input)),
    route(contract.setUserRoles, (ctx, input) => setUserRoles(deps, ctx, input)),
    route(contract.listRoles, async () => listRoles()),
    route(contract.createApiKey, (ctx, input) => createApiKey(deps, ctx, input)),
    route(contract.listApiKeys, (ctx, input) => listApiKeys(deps, ctx, input)),
    route(contract.rotateApiKey, (ctx, input) => rotateApiKey(deps, ctx, input)),
    route(contract.revokeApiKey, (ctx, input) => revokeApiKey(deps, ctx, input)),
    route(contract.createTenant, (ctx, input) => createTenant(deps, ctx, input)),
    route(contract.listTenants, (ctx, input) => listTenants(deps, ctx, input)),
    route(contract.listAudit, (ctx, input) => listAudit(deps, ctx, input)),
    route(contract.auditHead, (ctx) => readAuditHead(deps, ctx)),
  ];
}
