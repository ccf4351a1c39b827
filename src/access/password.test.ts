import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkNewPassword, hashPassword, laneOf, passwordFits } from './password.ts';
import { randomText } from './random-text.ts';

const refusal = (password: string, email = 'ada@example.com') => {
  try {
    checkNewPassword(password, email);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([
  ['elevenchars', 'access.password_too_short'],
  ['👍👍👍👍👍👍', 'access.password_too_short'],
  ['Password1234', 'access.password_too_common'],
  ['qwertyuiop123', 'access.password_too_common'],
  ['abababababababab', 'access.password_too_common'],
  ['my name is lovelace', 'access.password_too_personal', 'Lovelace@example.com'],
  ['correct horse battery staple', 'taken'],
  ['пароль из нескольких слов', 'taken'],
])('%s is %s', (password, expected, email = undefined as string | undefined) => {
  expect(refusal(password, email)).toBe(expected);
});

test('only the same password fits a hash, however its accents are typed', async () => {
  const hash = await hashPassword('Åsa går på ön idag', laneOf({ actorId: 'a' }));
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwordFits(hash, 'Åsa går på ön idag'.normalize('NFD'))).toBe(true);
  expect(await passwordFits(hash, 'Åsa går på ön idag ')).toBe(false);
});

test('strangers of one network wait in one lane, users each in their own', () => {
  const lanes = ['2001:db8:1:2::1', '2001:db8:1:3::1', '2001:db8:2:2::1', '192.0.2.7', '192.0.2.8'].map(
    (address) => laneOf({ address }).name,
  );
  expect(new Set(lanes).size).toBe(3);
  expect(laneOf({ actorId: 'a' }).name).not.toBe(laneOf({ actorId: 'b' }).name);
});

test('without a user no password fits', async () => {
  expect(await passwordFits(undefined, 'correct horse battery staple')).toBe(false);
});

test('made-up text has the length asked for, only letters and digits, and never repeats', () => {
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 100 }), (length) => {
      const [one, two] = [randomText(length), randomText(length)];
      expect(one).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`));
      expect(one).not.toBe(two);
    }),
  );
});
