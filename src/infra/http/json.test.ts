import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from './json.ts';
import { readMessage } from './socket-protocol.ts';

const read = (text: string) => parseJson(Buffer.from(text));

test.each([
  ['{"units":"1","units":"7"}', '/units'],
  ['{"a":{"b":[{"c":1},{"c":1, "d":{}, "c" :2}]}}', '/a/b/1/c'],
  ['{"a":[[],[{"x":1}],[{"b":1,"\\u0062":2}]]}', '/a/2/0/b'],
  ['{"a":"x:y","b":":","a":"\\"b\\":"}', '/a'],
  ['{"a":{"a":1},"b":"a","a":2}', '/a'],
  ['{"":1,"":2}', '/'],
  ['{"x/y~":{"a":1,"a":1}}', '/x~1y~0/a'],
  ['[{"a":1},{"a":"\\\\","a":"\\\\\\""}]', '/1/a'],
])('a field that stands twice is refused and named, wherever it is: %s', (text, pointer) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: 'request.duplicate_field', fields: [expect.objectContaining({ place: 'body', pointer })] }),
  );
});

test('one that stands twice with much space before its colon is refused as well', () => {
  expect(() => read(`{"a":1,"a"${' '.repeat(100)}:2}`)).toThrow(expect.objectContaining({ code: 'request.duplicate_field' }));
});

test('whatever JSON.stringify writes is read as it was, with or without space', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      fc.pre(!/__proto__|"constructor"|\\u/.test(text));
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('of any object, a field that is written again somewhere in it is refused', () => {
  const key = fc.string({ maxLength: 5 }).filter((text) => !['__proto__', 'constructor'].includes(text) && !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.jsonValue()), { minLength: 1 }), fc.nat(), (fields, at) => {
      const [again] = fields[at % fields.length]!;
      const text = `{${[...fields, [again, 1] as const].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
      fc.pre(!/__proto__|"constructor"|\\u/.test(text));
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'request.duplicate_field' }));
    }),
  );
});

test('a message of a socket that names a field twice is none', () => {
  const once = '{"type":"subscribe","channel":"payments"}';
  expect(readMessage(once)).toMatchObject({ channel: 'payments' });
  expect(() => readMessage('{"type":"subscribe","channel":"payments","channel":"windows"}')).toThrow(
    expect.objectContaining({ code: 'socket.malformed_message' }),
  );
});
