import type { Actor } from '../base/context.ts';
import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import { memberScopes, roles as allRoles, scopesOf, type RoleName, type ScopeName } from './role.ts';

type Giver = Pick<Actor, 'scopes' | 'memberId'>;

/**
 * Refuses roles that the giver may not give or the receiver may not have. Errors: `access.scope_exceeded` when the giver
 * lacks one of their scopes itself, `access.role_needs_member`, `access.role_not_for_member`.
 */
export function checkRoles(giver: Giver, roles: readonly RoleName[], memberId: Uuid | undefined): void {
  for (const name of roles) {
    const { forMembers } = allRoles[name];
    if (forMembers && memberId === undefined)
      throw refused('role_needs_member', `The role ${name} is for users who are bound to a member.`);
    if (!forMembers && memberId !== undefined) {
      throw refused('role_not_for_member', `The role ${name} reaches the whole tenant, so a user who is bound to a member cannot have it.`);
    }
  }
  checkScopes(giver, scopesOf(roles));
}

/** Refuses scopes that the giver does not have. Errors: `access.scope_exceeded`. */
export function checkScopes(giver: Giver, scopes: readonly ScopeName[]): void {
  const beyond = scopes.find((scope) => !giver.scopes.has(scope));
  if (beyond)
    throw new AppError('forbidden', 'access.scope_exceeded', `This would take or give ${beyond}, which you do not have yourself.`);
}

/** Refuses scopes that reach beyond one member. Errors: `access.scope_not_for_member`. */
export function checkMemberScopes(scopes: readonly ScopeName[], memberId: Uuid | undefined): void {
  const beyond = memberId === undefined ? undefined : scopes.find((scope) => !memberScopes.has(scope));
  if (beyond) throw refused('scope_not_for_member', `A key that is bound to a member cannot have ${beyond}.`);
}

/**
 * The member that a new user or key is bound to: the one asked for; for a giver who is bound itself, its own and no other.
 * Errors: `access.member_exceeded`.
 */
export function memberFor(giver: Giver, asked: Uuid | undefined): Uuid | undefined {
  if (giver.memberId === undefined || asked === giver.memberId) return asked;
  if (asked === undefined) return giver.memberId;
  throw new AppError('forbidden', 'access.member_exceeded', 'You act for one member only and cannot let in another.');
}

function refused(code: string, message: string): AppError {
  return new AppError('unprocessable', `access.${code}`, message);
}
