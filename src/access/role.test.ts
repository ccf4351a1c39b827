import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contractsIn } from '../../tools/docs/contracts.ts';
import { AppError } from '../base/error.ts';
import { newId } from '../base/id.ts';
import { checkMemberScopes, checkRoles, checkScopes, memberFor } from './grant.ts';
import { memberScopes, roleNames, roles, scopes, scopesOf } from './role.ts';

test('every scope that any contract of the house asks for is one that a role can give', async () => {
  const asked = new Set((await contractsIn(process.cwd())).flatMap(({ operations }) => operations.map((operation) => operation.scope)));
  asked.delete('public');
  asked.delete('authenticated');
  expect([...asked].filter((scope) => !(scopes as readonly string[]).includes(scope))).toEqual([]);
  expect(asked.size).toBeGreaterThan(5);
});

test('nobody but an administrator can make users or keys', () => {
  expect(roleNames.filter((name) => roles[name].scopes.includes('access:write'))).toEqual(['admin']);
});

test('viewer and auditor change nothing', () => {
  for (const name of ['viewer', 'auditor'] as const) expect(roles[name].scopes.filter((scope) => scope.endsWith(':write'))).toEqual([]);
});

const someRoles = fc.uniqueArray(fc.constantFrom(...roleNames), { minLength: 1 });
const allows = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
};

test('roles are given exactly when the giver has all of their scopes and they suit the receiver', () => {
  fc.assert(
    fc.property(someRoles, someRoles, fc.boolean(), (own, given, bound) => {
      const giver = { scopes: new Set<string>(scopesOf(own)) };
      const holds = scopesOf(given).every((scope) => giver.scopes.has(scope));
      const suits = given.every((name) => roles[name].forMembers === bound);
      expect(allows(() => checkRoles(giver, given, bound ? newId() : undefined))).toBe(holds && suits);
    }),
  );
});

test("a key gets no scope that its maker lacks, and a member's key none beyond the member", () => {
  fc.assert(
    fc.property(fc.subarray([...scopes]), fc.subarray([...scopes]), (own, asked) => {
      expect(allows(() => checkScopes({ scopes: new Set(own) }, asked))).toBe(asked.every((scope) => own.includes(scope)));
      expect(allows(() => checkMemberScopes(asked, newId()))).toBe(asked.every((scope) => memberScopes.has(scope)));
      expect(allows(() => checkMemberScopes(asked, undefined))).toBe(true);
    }),
  );
});

test("whoever is bound to a member lets in that member's and no other", () => {
  const [mine, other] = [newId(), newId()];
  const bound = { scopes: new Set<string>(), memberId: mine };
  expect(memberFor(bound, undefined)).toBe(mine);
  expect(memberFor(bound, mine)).toBe(mine);
  expect(() => memberFor(bound, other)).toThrow(expect.objectContaining({ code: 'access.member_exceeded' }));
  expect(memberFor({ scopes: new Set<string>() }, other)).toBe(other);
  expect(memberFor({ scopes: new Set<string>() }, undefined)).toBeUndefined();
});
