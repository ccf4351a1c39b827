import Type from 'typebox';
import { eventKind } from '../base/event.ts';
import { operation } from '../base/operation.ts';
import { pageOf, pageQuery } from '../base/page.ts';
import { Instant } from '../base/time.ts';
import { auditHead, listAudit } from './audit/contract.ts';
import {
  ApiKeyId,
  Email,
  KeyScopes,
  line,
  Login,
  Me,
  MemberId,
  Password,
  passwordErrors,
  Roles,
  RoleText,
  ScopeText,
  TenantId,
  UserId,
} from './schema.ts';

const closed = { additionalProperties: false };

export const login = operation({
  name: 'access.login',
  method: 'POST',
  path: '/v1/auth/login',
  summary: 'Signs a user in: a short-lived access token, and a refresh token in a cookie',
  scope: 'public',
  cost: 'heavy',
  idempotencyKey: 'none',
  bodyLimit: 8 << 10,
  body: Type.Object({ email: Email, password: Password }, closed),
  output: Login,
  errors: ['access.bad_credentials', 'access.locked', 'access.busy'],
  example: { body: { email: 'ada@example.com', password: 'correct horse battery staple' } },
});

export const refresh = operation({
  name: 'access.refresh',
  method: 'POST',
  path: '/v1/auth/refresh',
  summary: 'Exchanges the refresh cookie for a new access token and a new cookie',
  scope: 'public',
  cost: 'normal',
  idempotencyKey: 'none',
  bodyLimit: 1 << 10,
  output: Login,
  errors: ['access.refresh_missing', 'access.refresh_unknown', 'access.refresh_expired', 'access.refresh_reused', 'access.session_ended'],
  example: {},
});

const Done = Type.Object({ done: Type.Literal(true) }, closed);

export const logout = operation({
  name: 'access.logout',
  method: 'POST',
  path: '/v1/auth/logout',
  summary: 'Ends the session of the refresh cookie and clears it; succeeds without one',
  scope: 'public',
  cost: 'normal',
  idempotencyKey: 'none',
  bodyLimit: 1 << 10,
  output: Done,
  errors: [],
  example: {},
});

export const jwks = operation({
  name: 'access.jwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'Public keys that verify access tokens (RFC 7517)',
  scope: 'public',
  cost: 'light',
  output: Type.Object(
    {
      keys: Type.Array(
        Type.Object(
          {
            kty: Type.Literal('RSA'),
            use: Type.Literal('sig'),
            alg: Type.Literal('RS256'),
            kid: Type.String(),
            n: Type.String(),
            e: Type.String(),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  errors: [],
  example: {},
});

export const me = operation({
  name: 'access.me',
  method: 'GET',
  path: '/v1/me',
  summary: 'Who the caller is and what it may do',
  scope: 'authenticated',
  cost: 'light',
  output: Me,
  errors: [],
  example: {},
});

export const changePassword = operation({
  name: 'access.change_password',
  method: 'PUT',
  path: '/v1/me/password',
  summary: "Changes the caller's password and ends its other sessions",
  scope: 'authenticated',
  cost: 'heavy',
  // A kept SHA-256 of a body with a password in it would be a fast hash of the password.
  idempotencyKey: 'none',
  bodyLimit: 8 << 10,
  body: Type.Object({ currentPassword: Password, newPassword: Password }, closed),
  output: Done,
  errors: ['access.users_only', 'access.password_wrong', 'access.locked', ...passwordErrors],
  example: { body: { currentPassword: 'correct horse battery staple', newPassword: 'nine wandering albatrosses' } },
});

export const stepUp = operation({
  name: 'access.step_up',
  method: 'POST',
  path: '/v1/auth/step-up',
  summary: 'Proves the password again for the session of the call; acts that sign something ask for it within five minutes',
  scope: 'authenticated',
  cost: 'heavy',
  // See change_password.
  idempotencyKey: 'none',
  bodyLimit: 8 << 10,
  body: Type.Object({ password: Password }, closed),
  output: Type.Object({ validUntil: Instant }, closed),
  errors: ['access.users_only', 'access.user_not_found', 'access.password_wrong', 'access.locked', 'access.busy', 'access.session_ended'],
  example: { body: { password: 'correct horse battery staple' } },
});

export const User = Type.Object(
  {
    id: UserId,
    email: Email,
    name: Type.String(),
    roles: Type.Array(RoleText),
    memberId: Type.Optional(MemberId),
    createdAt: Instant,
    disabledAt: Type.Optional(Instant),
  },
  closed,
);

const userParams = Type.Object({ id: UserId }, closed);
const grantErrors = ['access.scope_exceeded', 'access.role_needs_member', 'access.role_not_for_member', 'access.member_exceeded'];

export const createUser = operation({
  name: 'access.create_user',
  method: 'POST',
  path: '/v1/users',
  summary: 'Adds a user with a first password; with a member, the user sees only what concerns that member',
  scope: 'access:write',
  cost: 'heavy',
  status: 201,
  // See change_password; the e-mail address makes a repeated call harmless.
  idempotencyKey: 'none',
  bodyLimit: 8 << 10,
  body: Type.Object(
    { email: Email, name: line(140, 'Ada Lovelace'), password: Password, roles: Roles, memberId: Type.Optional(MemberId) },
    closed,
  ),
  output: User,
  errors: ['access.email_taken', ...grantErrors, ...passwordErrors],
  example: { body: { email: 'probe@example.com', name: 'Ada Lovelace', password: 'correct horse battery staple', roles: ['viewer'] } },
});

export const listUsers = operation({
  name: 'access.list_users',
  method: 'GET',
  path: '/v1/users',
  summary: 'Users of the tenant, oldest first',
  scope: 'access:read',
  cost: 'light',
  query: Type.Object({ ...pageQuery }, closed),
  output: pageOf(User),
  errors: ['request.cursor_invalid'],
  example: {},
});

export const disableUser = operation({
  name: 'access.disable_user',
  method: 'POST',
  path: '/v1/users/{id}/disable',
  summary: 'Takes away every session of a user and lets it in no more',
  scope: 'access:write',
  cost: 'light',
  params: userParams,
  output: User,
  errors: ['access.user_not_found', 'access.not_oneself', 'access.scope_exceeded', 'request.key_reused'],
  example: { params: { id: 'usr_0192837465ab7def8192837465abcdef' } },
});

export const setUserRoles = operation({
  name: 'access.set_user_roles',
  method: 'PUT',
  path: '/v1/users/{id}/roles',
  summary: 'Replaces the roles of a user; its access tokens end and are renewed with the new scopes',
  scope: 'access:write',
  cost: 'light',
  params: userParams,
  body: Type.Object({ roles: Roles }, closed),
  output: User,
  errors: ['access.user_not_found', 'access.not_oneself', ...grantErrors, 'request.key_reused'],
  example: { params: { id: 'usr_0192837465ab7def8192837465abcdef' }, body: { roles: ['operator'] } },
});

export const listRoles = operation({
  name: 'access.list_roles',
  method: 'GET',
  path: '/v1/roles',
  summary: 'Every role with its scopes',
  scope: 'access:read',
  cost: 'light',
  output: Type.Object(
    {
      items: Type.Array(
        Type.Object({ name: RoleText, summary: Type.String(), forMembers: Type.Boolean(), scopes: Type.Array(ScopeText) }, closed),
      ),
    },
    closed,
  ),
  errors: [],
  example: {},
});

export const ApiKey = Type.Object(
  {
    id: ApiKeyId,
    name: Type.String(),
    /** The public part, by which a key is recognised in lists and logs. */
    prefix: Type.String(),
    scopes: Type.Array(ScopeText),
    memberId: Type.Optional(MemberId),
    createdAt: Instant,
    createdBy: Type.String(),
    expiresAt: Type.Optional(Instant),
    revokedAt: Type.Optional(Instant),
    /** Written at most once a minute. */
    lastUsedAt: Type.Optional(Instant),
    /** Until then the secret before the last rotation works as well. */
    overlapUntil: Type.Optional(Instant),
  },
  closed,
);
const ApiKeyOnce = Type.Object(
  { ...ApiKey.properties, key: Type.String({ description: 'The whole key; shown here and never again' }) },
  closed,
);
const keyParams = Type.Object({ id: ApiKeyId }, closed);

export const createApiKey = operation({
  name: 'access.create_api_key',
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Makes an API key with no more scopes than its creator has; the answer is the only place that shows it whole',
  scope: 'access:write',
  cost: 'normal',
  status: 201,
  // The answer holds the key, and kept answers are stored.
  idempotencyKey: 'none',
  body: Type.Object(
    { name: line(140, 'Payments gateway'), scopes: KeyScopes, memberId: Type.Optional(MemberId), expiresAt: Type.Optional(Instant) },
    closed,
  ),
  output: ApiKeyOnce,
  errors: ['access.scope_exceeded', 'access.scope_not_for_member', 'access.member_exceeded', 'access.expiry_past'],
  example: { body: { name: 'Payments gateway', scopes: ['ledger:read'] } },
});

export const listApiKeys = operation({
  name: 'access.list_api_keys',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'API keys of the tenant, oldest first, without their secrets',
  scope: 'access:read',
  cost: 'light',
  query: Type.Object({ ...pageQuery }, closed),
  output: pageOf(ApiKey),
  errors: ['request.cursor_invalid'],
  example: {},
});

export const rotateApiKey = operation({
  name: 'access.rotate_api_key',
  method: 'POST',
  path: '/v1/api-keys/{id}/rotate',
  summary: 'Gives a key a new secret; the old one works on for the overlap, and one before that ends at once',
  scope: 'access:write',
  cost: 'normal',
  idempotencyKey: 'none',
  params: keyParams,
  body: Type.Object({ overlapSeconds: Type.Integer({ minimum: 0, maximum: 30 * 86_400, examples: [3600] }) }, closed),
  output: ApiKeyOnce,
  errors: ['access.api_key_not_found', 'access.api_key_ended', 'access.scope_exceeded'],
  example: { params: { id: 'key_0192837465ab7def8192837465abcdef' }, body: { overlapSeconds: 3600 } },
});

export const revokeApiKey = operation({
  name: 'access.revoke_api_key',
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  summary: 'Ends a key for good; a second call changes nothing',
  scope: 'access:write',
  cost: 'light',
  params: keyParams,
  output: ApiKey,
  errors: ['access.api_key_not_found', 'request.key_reused'],
  example: { params: { id: 'key_0192837465ab7def8192837465abcdef' } },
});

export const Tenant = Type.Object({ id: TenantId, name: Type.String(), operator: Type.Boolean(), createdAt: Instant }, closed);

export const createTenant = operation({
  name: 'access.create_tenant',
  method: 'POST',
  path: '/v1/tenants',
  summary: 'Opens a tenant with its first administrator; only the operator may',
  scope: 'tenants:write',
  cost: 'heavy',
  status: 201,
  idempotencyKey: 'none',
  bodyLimit: 8 << 10,
  body: Type.Object(
    {
      name: line(140, 'Nordfjord Exchange'),
      admin: Type.Object({ email: Email, name: line(140, 'Ada Lovelace'), password: Password }, closed),
    },
    closed,
  ),
  output: Tenant,
  errors: ['access.operator_only', 'access.email_taken', ...passwordErrors],
  example: {
    body: {
      name: 'Nordfjord Exchange',
      admin: { email: 'ada@example.com', name: 'Ada Lovelace', password: 'correct horse battery staple' },
    },
  },
});

export const listTenants = operation({
  name: 'access.list_tenants',
  method: 'GET',
  path: '/v1/tenants',
  summary: 'The operator sees every tenant, others their own; oldest first',
  scope: 'tenants:read',
  cost: 'light',
  query: Type.Object({ ...pageQuery }, closed),
  output: pageOf(Tenant),
  errors: ['request.cursor_invalid'],
  example: {},
});

export { auditHead, listAudit };

/** Every public operation of access. */
export const operations = [
  login,
  refresh,
  logout,
  jwks,
  me,
  changePassword,
  stepUp,
  createUser,
  listUsers,
  disableUser,
  setUserRoles,
  listRoles,
  createApiKey,
  listApiKeys,
  rotateApiKey,
  revokeApiKey,
  createTenant,
  listTenants,
  listAudit,
  auditHead,
] as const;

export const tenantCreated = eventKind({
  type: 'access.tenant_created',
  version: 1,
  summary: 'A tenant was opened; other modules prepare what it needs',
  data: Type.Object({ tenantId: TenantId, name: Type.String() }, closed),
});

export const events = [tenantCreated] as const;
