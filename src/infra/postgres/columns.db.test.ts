import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { bools, bytes, dates, instant, instants, integers, jsonbs, jsons, jsonTexts, numerics, texts, uuids } from './columns.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

/** Sends a column to the server and reads it back, in order. */
async function roundTrip(type: string, sent: Buffer): Promise<unknown[]> {
  const rows = await database.db.read({}, (tx) =>
    tx.query<{ value: unknown }>(`select value from unnest($1::${type}[]) with ordinality as t (value, n) order by n`, [sent]),
  );
  return rows.map(({ value }) => value);
}

/** Columns with NULLs in them, empty ones included. */
const column = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> => fc.array(fc.option(values), { maxLength: 20 });

const units = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', "'", '\n', '\t', 'N', 'U', 'L', '€', '😀') }),
    fc.constantFrom('NULL', 'null', '', '"', '\\', '\\"', '{}', ' '),
  )
  .filter((value) => !value.includes('\0'));
const millis = fc.integer({ min: Date.UTC(-4700, 0), max: Date.UTC(200_000, 0) });

test.each([
  ['uuid', uuids, fc.uuid()],
  ['numeric(38,0)', numerics, units],
  ['bigint', integers, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['bool', bools, fc.boolean()],
  ['timestamptz(3)', instants, millis],
  [
    'date',
    dates,
    fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
  ],
  ['text', texts, text],
] as [string, (values: readonly unknown[]) => Buffer, fc.Arbitrary<unknown>][])(
  'a column of %s comes back as it was sent',
  async (type, columnOf, values) => {
    await fc.assert(
      fc.asyncProperty(column(values), async (sent) => {
        expect(await roundTrip(type, columnOf(sent))).toEqual(sent);
      }),
    );
  },
);

test.each([
  ['jsonb', jsonbs],
  ['json', jsons],
  ['json', (values: readonly unknown[]) => jsonTexts(values.map((value) => (value === null ? null : JSON.stringify(value))))],
] as const)('a column of %s comes back as it was sent, with null as NULL', async (type, columnOf) => {
  const value = fc.jsonValue({ stringUnit: 'grapheme' }).filter((json) => !JSON.stringify(json).includes('\\u0000'));
  await fc.assert(
    fc.asyncProperty(column(value), async (sent) => {
      expect(await roundTrip(type, columnOf(sent))).toEqual(JSON.parse(JSON.stringify(sent).replaceAll(/(?<=[[,:])-0(?=[\],}])/g, '0')));
    }),
  );
});

test('a column of bytea comes back as it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(column(fc.uint8Array()), async (sent) => {
      expect(await roundTrip('bytea', bytes(sent))).toEqual(sent.map((value) => value && Buffer.from(value)));
    }),
  );
});

test('undefined is NULL, as null is', async () => {
  expect(await roundTrip('text', texts(['NULL', undefined, null]))).toEqual(['NULL', null, null]);
});

test('whole numbers reach a bigint column as they are, whichever type carries them', async () => {
  await fc.assert(
    fc.asyncProperty(column(fc.maxSafeInteger()), async (sent) => {
      expect(await roundTrip('bigint', integers(sent))).toEqual(sent.map((value) => (value === null ? null : BigInt(value))));
    }),
  );
});

test('a long column is as good as a short one', async () => {
  const sent = Array.from({ length: 20_000 }, (_, i) => `${'ü'.repeat(i % 60)}${i}`);
  expect(await roundTrip('text', texts(sent))).toEqual(sent);
});

test.each([
  ['a uuid with something behind it', () => uuids(['01928374-65ab-7def-8192-837465abcdef,'])],
  ['a uuid with a letter that is no digit', () => uuids(['01928374-65ab-7def-8192-837465abcdeg'])],
  ['a uuid with a character beyond ASCII', () => uuids(['01928374-65ab-7def-8192-837465abcdé0'])],
  ['a number with a fraction', () => integers([0.5])],
  ['a number beyond 64 bits', () => integers([2n ** 63n])],
  ['a day that is none', () => dates(['2026-13-01'])],
])('%s is refused before it is sent', (_, send) => {
  expect(send).toThrow(TypeError);
});

test('an instant is stored to the millisecond, whatever zone the session has', async () => {
  await fc.assert(
    fc.asyncProperty(millis, fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'), async (ms, zone) => {
      const read = async (sql: string): Promise<unknown> =>
        database.db.write({}, async (tx) => {
          await tx.query(`select set_config('timezone', $1, true)`, [zone]);
          return tx.query(sql, [instant(ms)]);
        });
      expect(await read('select $1::timestamptz as at')).toEqual([{ at: ms }]);
      expect(
        await read('select extract(epoch from $1::timestamptz) * 1000 = round(extract(epoch from $1::timestamptz) * 1000) as whole'),
      ).toEqual([{ whole: true }]);
    }),
  );
});

test('columns reach code in the types of the field', async () => {
  const rows = await database.db.read({}, (tx) =>
    tx.query(`select 12345678901234567890123456789012345678::numeric(38,0) as units, 1.50::numeric as price, 9223372036854775807::int8 as big, 7::int as small,
      count(*) as count, '2026-11-22 10:30:00.123456+01'::timestamptz as at, 'infinity'::timestamptz as never, '2026-11-22'::date as day,
      '{"a": [1]}'::jsonb as json, null::int8 as nothing, true as yes, '\\xff00'::bytea as bytes, 'NaN'::numeric as nan,
      array[1, null]::int8[] as list, array['a,b', null]::text[] as words`),
  );
  expect(rows).toEqual([
    {
      units: 12345678901234567890123456789012345678n,
      price: '1.50',
      big: 9223372036854775807n,
      small: 7,
      count: 1n,
      at: Date.UTC(2026, 10, 22, 9, 30, 0, 123),
      never: Infinity,
      day: '2026-11-22',
      json: { a: [1] },
      nothing: null,
      yes: true,
      bytes: Buffer.from([255, 0]),
      nan: 'NaN',
      list: [1n, null],
      words: ['a,b', null],
    },
  ]);
});
