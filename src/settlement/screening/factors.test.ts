import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assess, bornAlike } from './factors.ts';

const listed = {
  listId: 'house',
  entryId: '1',
  type: 'person' as const,
  born: ['1971-04-30'],
  countries: ['Iran (Islamic Republic of)'],
  ids: [{ kind: 'Passport', value: 'A-123456' }],
};

describe('second factors', () => {
  test('what is not known on either side changes nothing', () => {
    expect(assess(0.9, listed, {})).toEqual({ score: 0.9, lines: [] });
    expect(assess(0.9, { listId: 'house', entryId: '1' }, { born: '1971', country: 'IR', ids: ['A123456'] })).toEqual({
      score: 0.9,
      lines: [],
    });
  });

  test('the same document settles it, however it is written', () => {
    expect(assess(0.81, listed, { ids: ['a 123456'], born: '1950' })).toMatchObject({ score: 1 });
  });

  test('another date of birth takes a match below the threshold unless the name is all but equal', () => {
    expect(assess(0.95, listed, { born: '1955-01-01' }).score).toBeLessThan(0.8);
    expect(assess(1, listed, { born: '1955-01-01' }).score).toBeGreaterThanOrEqual(0.8);
    expect(assess(0.8, listed, { born: '1971-04' }).score).toBeGreaterThan(0.8);
  });

  test.each([
    ['1971', '1972-03-01', true],
    ['1971', '1975', false],
    ['1969/1971', '1968-01-01', true],
    ['1969/1971', '1980', false],
    ['1971-04', '1971-04-30', true],
    ['1971-04-30', '1971-05-30', false],
    ['1971-04-30', '1971', true],
  ])('listed as %s, born %s: %s', (one, other, alike) => {
    expect(bornAlike(one, other)).toBe(alike);
  });

  test('a country is known by code and by name', () => {
    expect(assess(0.9, listed, { country: 'IR' }).lines).toEqual(['IR is a listed country.']);
    expect(assess(0.9, listed, { country: 'Norway' }).score).toBeLessThan(0.9);
  });

  test('the score stays within 0 and 1, and every change is told', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.record(
          {
            born: fc.constantFrom('1971', '1940-01-01'),
            country: fc.constantFrom('IR', 'NO'),
            type: fc.constantFrom('person' as const, 'vessel' as const),
          },
          { requiredKeys: [] },
        ),
        (score, known) => {
          const assessed = assess(score, listed, known);
          expect(assessed.score).toBeGreaterThanOrEqual(0);
          expect(assessed.score).toBeLessThanOrEqual(1);
          if (Math.abs(assessed.score - score) > 1e-3) expect(assessed.lines.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
