import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandBraces, wordsOf } from './shell-words.ts';

describe('braces are written out as bash does', () => {
  test.each([
    ['{8080..8083}', '8080 8081 8082 8083'],
    ['{3..1}', '3 2 1'],
    ['{01..10..4}', '01 05 09'],
    ['p{a..c}', 'pa pb pc'],
    ['{api,web}.x:{1,2}', 'api.x:1 api.x:2 web.x:1 web.x:2'],
    ['a{,b}c', 'ac abc'],
    ['{x}{1,2}', '{x}1 {x}2'],
    ['${HOST}{1,2}', '${HOST}1 ${HOST}2'],
    ['{} {one} ${NAME}', '{} {one} ${NAME}'],
  ])('%s', (text, written) => {
    expect(expandBraces(text).join(' ')).toBe(written);
  });

  test('no more than a thousand of them, however many lists multiply', () => {
    expect(expandBraces('{1..999999999}')).toHaveLength(1_000);
    expect(expandBraces('{1..100}'.repeat(60))).toHaveLength(1_000);
  });

  test('any text gives texts, soon', () => {
    const pieces = fc.constantFrom('{', '}', ',', '..', '1', '9', 'a', '$', ' ', '-', '{1..3}', '{a,b}');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => {
        const texts = expandBraces(parts.join(''));
        expect(texts.length).toBeGreaterThan(0);
        expect(texts.length).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});

test('the words of a list', () => {
  expect(wordsOf('api "web" \'x\' {1..2}')).toEqual(['api', 'web', 'x', '1', '2']);
  expect(wordsOf('$(seq 1 3) `seq 4 5` $(seq 10 -5 0)')).toEqual(['1', '2', '3', '4', '5', '10', '5', '0']);
});
