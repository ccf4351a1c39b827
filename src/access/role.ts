/** What a scope may be about; each comes as `:read` and `:write`. */
const areas = [
  'access',
  'tenants',
  'audit',
  'ledger',
  'settlement',
  'participants',
  'payments',
  'screening',
  'notifications',
  'metrics',
  'readiness',
] as const;

export type ScopeName = `${(typeof areas)[number]}:${'read' | 'write'}` | 'readiness:sign';

/**
 * Every scope that exists. Nobody can write `audit` by hand; the scope only completes the pattern. `readiness:sign` is apart:
 * to answer for a release is another thing than to run its checks.
 */
export const scopes: readonly ScopeName[] = [...areas.flatMap((area) => [`${area}:read`, `${area}:write`] as const), 'readiness:sign'];

export const roleNames = ['admin', 'operator', 'compliance', 'viewer', 'auditor', 'bank'] as const;
export type RoleName = (typeof roleNames)[number];

/** A role as data. `forMembers` roles belong to users who are bound to a member, all others to users who are not. */
export type Role = { summary: string; forMembers: boolean; scopes: readonly ScopeName[] };

const reads = (...names: (typeof areas)[number][]): ScopeName[] => names.map((name) => `${name}:read` as const);
const writes = (...names: (typeof areas)[number][]): ScopeName[] =>
  names.flatMap((name) => [`${name}:read` as const, `${name}:write` as const]);

/** The roles and what each may do. */
export const roles: Readonly<Record<RoleName, Role>> = {
  admin: { summary: 'Everything in the tenant, users and keys included', forMembers: false, scopes },
  operator: {
    summary: 'Runs the business day: participants, payments, windows, ledger',
    forMembers: false,
    scopes: [
      ...writes('ledger', 'settlement', 'participants', 'payments', 'notifications', 'readiness'),
      ...reads('screening', 'metrics', 'audit'),
      'readiness:sign',
    ],
  },
  compliance: {
    summary: 'Decides on held payments and keeps the screening lists',
    forMembers: false,
    scopes: [
      ...writes('screening'),
      ...reads('payments', 'participants', 'settlement', 'ledger', 'notifications', 'audit', 'readiness'),
      'readiness:sign',
    ],
  },
  viewer: {
    summary: 'Looks at the business, changes nothing',
    forMembers: false,
    scopes: reads('ledger', 'settlement', 'participants', 'payments', 'screening', 'notifications', 'metrics', 'readiness'),
  },
  auditor: {
    summary: 'Looks at everything, the audit log included, changes nothing',
    forMembers: false,
    scopes: reads(...areas),
  },
  bank: {
    summary: 'A participant: sends payments and sees its own',
    forMembers: true,
    scopes: [...writes('payments', 'notifications'), ...reads('settlement', 'participants', 'ledger')],
  },
};

/** The scopes of several roles together, in the order of `scopes`. */
export function scopesOf(names: readonly RoleName[]): ScopeName[] {
  const granted = new Set(names.flatMap((name) => roles[name].scopes));
  return scopes.filter((scope) => granted.has(scope));
}

/** The most that an actor bound to a member may hold, whatever it is given. */
export const memberScopes: ReadonlySet<ScopeName> = new Set(
  Object.values(roles)
    .filter((role) => role.forMembers)
    .flatMap((role) => role.scopes),
);
