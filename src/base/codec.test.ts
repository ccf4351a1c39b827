import fc from 'fast-check';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { codecOf, CodecError } from './codec.ts';
import { idOf } from './id.ts';
import { Asset, PositiveUnits, Units } from './money.ts';
import { Instant } from './time.ts';

const digits = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }).map(String);
const hex = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const instant = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString());
const text = fc.string({ maxLength: 8 });

/** A random schema together with JSON that fits it. */
const pairs = fc.letrec<{ any: { schema: TSchema; wire: fc.Arbitrary<unknown> } }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.constant({ schema: Units as TSchema, wire: digits as fc.Arbitrary<unknown> }),
    fc.constant({ schema: idOf('pay') as TSchema, wire: hex.map((id) => `pay_${id}`) as fc.Arbitrary<unknown> }),
    fc.constant({ schema: Instant as TSchema, wire: instant as fc.Arbitrary<unknown> }),
    fc.constant({ schema: Asset as TSchema, wire: fc.constant('USD/2') as fc.Arbitrary<unknown> }),
    fc.constant({ schema: Type.Number() as TSchema, wire: fc.double({ noNaN: true, noDefaultInfinity: true }) as fc.Arbitrary<unknown> }),
    tie('any').map(({ schema, wire }) => ({
      schema: Type.Array(schema) as TSchema,
      wire: fc.array(wire, { maxLength: 4 }) as fc.Arbitrary<unknown>,
    })),
    tie('any').map(({ schema, wire }) => ({
      schema: Type.Record(Type.String(), schema) as TSchema,
      wire: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), wire, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<unknown>,
    })),
    tie('any').map(({ schema, wire }) => ({
      schema: Type.Union([Type.Null(), schema]) as TSchema,
      wire: fc.option(wire) as fc.Arbitrary<unknown>,
    })),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => ({
      schema: Type.Object({ a: a.schema, b: Type.Optional(b.schema), c: Type.String() }, { additionalProperties: false }) as TSchema,
      wire: fc.record({ a: a.wire, b: b.wire, c: text }, { requiredKeys: ['a', 'c'], noNullPrototype: true }) as fc.Arbitrary<unknown>,
    })),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => ({
      schema: Type.Tuple([a.schema, b.schema]) as TSchema,
      wire: fc.tuple(a.wire, b.wire) as fc.Arbitrary<unknown>,
    })),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => ({
      schema: Type.Union([
        Type.Object({ kind: Type.Literal('a'), value: a.schema }, { additionalProperties: false }),
        Type.Object({ kind: Type.Literal('b'), value: b.schema }, { additionalProperties: false }),
      ]) as TSchema,
      wire: fc.oneof(
        fc.record({ kind: fc.constant('a'), value: a.wire }, { noNullPrototype: true }),
        fc.record({ kind: fc.constant('b'), value: b.wire }, { noNullPrototype: true }),
      ) as fc.Arbitrary<unknown>,
    })),
  ),
}));

const cases = pairs.any.chain(({ schema, wire }) => fc.record({ schema: fc.constant(schema), wire }));

/** TypeBox gives up on a union when the codec of one branch chokes on the value of another. */
function encodedByTypebox(typebox: { Encode(value: unknown): unknown }, value: unknown): { done: boolean; wire?: unknown } {
  try {
    return { done: true, wire: typebox.Encode(value) };
  } catch {
    return { done: false };
  }
}

test('for any schema and any JSON that fits it, decoding and encoding give what TypeBox gives', () => {
  fc.assert(
    fc.property(cases, ({ schema, wire }) => {
      const typebox = Compile(schema);
      const own = codecOf(schema);
      expect(typebox.Check(wire)).toBe(true);
      const value = own.decode(wire);
      expect(value).toEqual(typebox.Decode(wire));
      const encoded = encodedByTypebox(typebox, value);
      if (encoded.done) expect(own.encode(value)).toEqual(encoded.wire);
      expect(own.encode(value)).toEqual(wire);
    }),
    { numRuns: 300 },
  );
});

test('neither direction changes what it is given', () => {
  fc.assert(
    fc.property(cases, ({ schema, wire }) => {
      const own = codecOf(schema);
      const before = structuredClone(wire);
      const value = own.decode(wire);
      expect(wire).toEqual(before);
      const valueBefore = structuredClone(value);
      own.encode(value);
      expect(value).toEqual(valueBefore);
    }),
  );
});

test('a part without a codec is passed on as it is, not copied', () => {
  const codec = codecOf(Type.Object({ units: Units, note: Type.Object({ text: Type.String() }) }));
  const wire = { units: '5', note: { text: 'x' } };
  expect((codec.decode(wire) as typeof wire).note).toBe(wire.note);
  const plain = { a: 1 };
  expect(codecOf(Type.Object({ a: Type.Number() })).decode(plain)).toBe(plain);
});

test('branches of a union that nothing tells apart at a glance are found by their fit', () => {
  const union = Type.Union([Instant, Units, Type.Object({ units: Units }), Type.Object({ id: idOf('pay') })]);
  const codec = codecOf(union);
  const id = 'pay_0192837465ab7def8192837465abcdef';
  for (const wire of ['2026-11-22T09:30:00.000Z', '-125', { units: '7' }, { id }]) {
    expect(codec.decode(wire)).toEqual(Compile(union).Decode(wire));
    expect(codec.encode(codec.decode(wire))).toEqual(wire);
  }
});

test('schemas that refer to themselves are followed to the end', () => {
  const Tree = Type.Cyclic({ Node: Type.Object({ units: Units, children: Type.Array(Type.Ref('Node')) }) }, 'Node');
  const codec = codecOf(Tree);
  const wire = { units: '1', children: [{ units: '2', children: [{ units: '3', children: [] }] }] };
  expect(codec.decode(wire)).toEqual({ units: 1n, children: [{ units: 2n, children: [{ units: 3n, children: [] }] }] });
  expect(codec.encode(codec.decode(wire))).toEqual(wire);
});

test('all parts of an intersection are applied', () => {
  const codec = codecOf(Type.Intersect([Type.Object({ a: Units }), Type.Object({ b: Instant })]));
  expect(codec.decode({ a: '1', b: '1970-01-01T00:00:01.000Z' })).toEqual({ a: 1n, b: 1000 });
});

test('a codec around an object works on decoded fields in both directions', () => {
  const Money = Type.Codec(Type.Object({ asset: Asset, units: PositiveUnits }))
    .Decode(({ asset, units }) => `${asset} ${typeof units === 'bigint' ? units * 2n : 'not decoded'}`)
    .Encode((line) => ({ asset: line.split(' ')[0]!, units: BigInt(line.split(' ')[1]!) / 2n }));
  const codec = codecOf(Money);
  expect(codec.decode({ asset: 'USD/2', units: '21' })).toBe('USD/2 42');
  expect(codec.encode('USD/2 42')).toEqual({ asset: 'USD/2', units: '21' });
});

test('a value that a codec refuses is named by its path', () => {
  const codec = codecOf(Type.Object({ items: Type.Array(Type.Object({ at: Instant })) }));
  const wire = { items: [{ at: '2026-01-01T00:00:00Z' }, { at: '2026-13-01T00:00:00Z' }] };
  expect(() => codec.decode(wire)).toThrow(new CodecError('is not a point in time', ['items', 1, 'at']));
  try {
    codec.decode(wire);
  } catch (error) {
    expect((error as CodecError).path).toEqual(['items', 1, 'at']);
  }
});

test('a field named like the prototype stays a field', () => {
  const codec = codecOf(Type.Object({ units: Units }));
  const value = codec.decode(JSON.parse('{"units":"1","__proto__":{"admin":true}}')) as Record<string, unknown>;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect((value as { admin?: boolean }).admin).toBeUndefined();
});
