import Type from 'typebox';
import { idOf } from '../base/id.ts';
import { Instant } from '../base/time.ts';
import { roleNames, scopes, type RoleName, type ScopeName } from './role.ts';

const closed = { additionalProperties: false };

export const TenantId = idOf('ten');
export const UserId = idOf('usr');
export const ApiKeyId = idOf('key');
/** A settlement participant, trader or publisher inside the tenant. */
export const MemberId = idOf('mem');

/** One of some words, which TypeScript knows. */
const oneOf = <T extends string>(words: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...words] });
/** Text of one line. */
export const line = (maxLength: number, example: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', examples: [example] });

export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^[^\\s@\\u0000-\\u001f\\u007f]+@[^\\s@\\u0000-\\u001f\\u007f]+$',
  examples: ['ada@example.com'],
});
/** Taken as it is sent; the rules for new ones are in `password.ts`. The upper bound keeps hashing cheap. */
export const Password = Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery staple'], format: 'password' });
export const RoleText = oneOf<RoleName>(roleNames);
export const ScopeText = oneOf<ScopeName>(scopes);
export const Roles = Type.Array(RoleText, { minItems: 1, maxItems: 10, uniqueItems: true, examples: [['viewer']] });
export const KeyScopes = Type.Array(ScopeText, { minItems: 1, maxItems: 50, uniqueItems: true, examples: [['ledger:read']] });

/** What `checkNewPassword` can answer. */
export const passwordErrors = ['access.busy', 'access.password_too_short', 'access.password_too_common', 'access.password_too_personal'];

/** What a caller may use depends on this beside its scopes. */
const Modules = Type.Array(Type.String(), {
  description: 'Modules that this installation runs; operations of others are not there, whatever the scopes',
  examples: [['access', 'ledger']],
});

const TenantRef = Type.Object({ id: TenantId, name: Type.String() }, closed);

/** What a login and a refresh answer. */
export const Login = Type.Object(
  {
    accessToken: Type.String({ description: 'JWT for the header `Authorization: Bearer …`' }),
    expiresAt: Instant,
    user: Type.Object(
      { id: UserId, email: Email, name: Type.String(), roles: Type.Array(RoleText), memberId: Type.Optional(MemberId) },
      closed,
    ),
    tenant: TenantRef,
    scopes: Type.Array(ScopeText),
    modules: Modules,
  },
  closed,
);

/** What a caller is told about itself. */
export const Me = Type.Object(
  {
    kind: oneOf(['user', 'key']),
    id: Type.String({ description: '`usr_…` or `key_…`' }),
    name: Type.String(),
    email: Type.Optional(Email),
    roles: Type.Array(RoleText),
    memberId: Type.Optional(MemberId),
    tenant: TenantRef,
    scopes: Type.Array(ScopeText),
    modules: Modules,
  },
  closed,
);
