import { expect, test } from 'vitest';
import { rolesOf } from './role.ts';
import { tierOfLine } from './tier.ts';

test.each([
  ['Responsible: Jonas Weidl', ['Jonas Weidl']],
  ['Assignee = @kim', ['@kim']],
  ['Approver: Release Board', ['Release Board']],
  ['Signed by the Security Officer', ['Security Officer']],
  ['Backups are the responsibility of nobody', []],
  ['Secrets manager holds the key', []],
])('%s names %j', (text, roles) => {
  expect(rolesOf(text)).toEqual(roles);
});

test('a tier in a bracket is read behind the longest number that a line may have', () => {
  expect(tierOfLine('A1234567890: [essential] Backups are restored')).toBe(tierOfLine('[essential] Backups are restored'));
  expect(tierOfLine('[essential] Backups are restored')).toBe('critical');
});
