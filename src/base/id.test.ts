import fc from 'fast-check';
import Type from 'typebox';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { derivedId } from './derived-id.ts';
import { fromWireId, idOf, idPrefixOf, isUuid, newId, toWireId } from './id.ts';

test('ids of one process only increase, within a millisecond, past its 4096 ids and when the clock goes back', () => {
  const start = Date.now() + 10_000;
  const ids = [...Array(10_000)].map((_, i) => newId(start - (i % 7)));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a clock that is set back far is followed, and what comes then only increases again', () => {
  const timeOf = (id: string): number => parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  const now = Date.now();
  newId(now + 5 * 86_400_000);
  const ids = [...Array(5_000)].map(() => newId(now));
  expect(timeOf(ids[0]!)).toBe(now);
  expect(ids.toSorted()).toEqual(ids);
});

test('an id is a UUID of version 7 that tells its millisecond', () => {
  const at = Date.now() + 1_000_000;
  const id = newId(at);
  expect(isUuid(id)).toBe(true);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
});

test('ids made in the same millisecond do not tell each other: 62 random bits differ', () => {
  const tails = [...Array(5000)].map(() => newId(1).slice(19));
  expect(new Set(tails).size).toBe(tails.length);
});

test('the form outside the process is read back, in a schema as by hand', () => {
  const schema = idOf('pay');
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(fromWireId(toWireId('pay', id))).toBe(id);
      expect(Value.Decode(schema, Value.Encode(schema, id))).toBe(id);
    }),
  );
});

test.each([
  'acc_0192837465ab7def8192837465abcdef',
  'pay_0192837465AB7DEF8192837465ABCDEF',
  'pay_0192',
  '0192837465ab7def8192837465abcdef',
  'pay_',
  '',
])('an id with another prefix or form is refused: %s', (wire) => expect(Value.Check(idOf('pay'), wire)).toBe(false));

test('a schema tells whose id it holds', () => {
  expect(idPrefixOf(idOf('pay'))).toBe('pay');
  expect(idPrefixOf(Type.String())).toBeUndefined();
});

test('only lower-case UUIDs with hyphens count as such', () => {
  const id = '018f4e2a-7b1c-7def-8192-837465abcdef';
  expect(isUuid(id)).toBe(true);
  for (const other of [id.toUpperCase(), id.replaceAll('-', ''), `${id} `, `{${id}}`, '']) expect(isUuid(other)).toBe(false);
});

test('the id derived from a name is always the same, and another for any other name, split or namespace', () => {
  const space = '018f4e2a-7b1c-7def-8192-837465abcdef';
  const other = '018f4e2a-7b1c-7def-8192-837465abcdee';
  expect(derivedId(space, 'a', 'bc')).toBe('c061a162-b528-8756-87b3-911d8d602d45');
  const ids = [
    derivedId(space, 'a', 'bc'),
    derivedId(space, 'ab', 'c'),
    derivedId(space, 'abc'),
    derivedId(other, 'a', 'bc'),
    derivedId(space),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
