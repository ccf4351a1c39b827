import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { soundsKey } from './arabic-letters.ts';
import { mayFit, patternLikeness, patternOf } from './arabic-pattern.ts';
import { lettersFrom, maskOf } from './similarity.ts';
import { SIMILAR } from './vocabulary.ts';

const likeness = (written: string, latin: string) => patternLikeness(patternOf(written)!, lettersFrom(latin));

describe('a word of the Arabic script', () => {
  test.each([
    ['خميس', ['khamis', 'hamis', 'khemis', 'chamis']],
    ['المتصدق', ['motassadeq', 'almotassadeq', 'elmoutassadek']],
    ['السعدي', ['saadi', 'essaadi', 'alsaadi', 'assadi']],
    ['جوادي', ['jawadi', 'djouadi', 'gawadi', 'dschawadi']],
    ['يوسف', ['yusuf', 'youcef', 'yousef', 'jussuf']],
    ['قاسمي', ['qasimi', 'gasmi', 'kasmi', 'qassemi']],
    ['الظواهري', ['zawahiri', 'dhawahiri', 'azzawahiri']],
    ['جوهر', ['jawhar', 'johar', 'djaouhar']],
    ['رجب', ['rajab', 'ragab', 'recep', 'redjeb']],
    ['چوهدری', ['chaudhry', 'choudhri']],
    ['نوروز', ['nowruz', 'nauroz', 'nevruz']],
  ])('%s is written %j', (written, spellings) => {
    expect(spellings.filter((latin) => likeness(written, latin) < 0.85)).toEqual([]);
  });

  test.each([
    ['خميس', ['khalis', 'hamas', 'jamil']],
    ['حسن', ['hussain', 'hassani', 'hashem']],
    ['رحيم', ['rahman', 'ibrahim', 'karam']],
    ['قاسمي', ['qasimov', 'hashimi']],
  ])('%s is not written %j', (written, spellings) => {
    expect(spellings.filter((latin) => likeness(written, latin) >= 0.85)).toEqual([]);
  });

  test('is never told as exactly a Latin one, and the less so the less its letters say', () => {
    expect(likeness('المتصدق', 'motassadeq')).toBeLessThan(1);
    expect(likeness('علي', 'ali')).toBeLessThan(likeness('خميس', 'khamis'));
  });

  test('with signs of another script, or too long a one, has no pattern', () => {
    expect([patternOf('محمدx'), patternOf('م'.repeat(21))]).toEqual([undefined, undefined]);
  });
});

const arabic = fc
  .array(fc.constantFrom(...'ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأپچگکی', 'الش', 'الن', 'ٱلر', 'ٱلس'), { minLength: 2, maxLength: 6 })
  .map((letters) => letters.join(''));
const withArticle = fc.tuple(fc.constantFrom('', 'ال'), arabic).map(([article, word]) => article + word);
const latin = fc
  .array(fc.constantFrom(...'aeioubtdjgsszkqlmnrhwyf'.split(''), 'kh', 'sh', 'ch', 'dj', 'gh', 'th', 'dh', 'ou', 'aa', 'll', 'ss'), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => parts.join(''));

describe('looking words up', () => {
  /** A Latin spelling made letter by letter in the ways that the pattern knows. */
  const spelled = fc
    .tuple(
      withArticle,
      fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
      fc.array(fc.constantFrom('', '', 'a', 'e', 'i', 'ou'), { minLength: 20, maxLength: 20 }),
    )
    .map(([written, choices, vowels]) => {
      const { steps } = patternOf(written)!;
      const ways = steps.map(({ spellings }) => [
        '',
        ...spellings.flatMap((some) => (some ?? []).map(({ letters }) => String.fromCharCode(...letters))),
      ]);
      return [written, ways.map((way, i) => way[choices[i]! % way.length]! + vowels[i]!).join('')] as const;
    });

  test('a word that is like a pattern has one of its keys, and is not passed over by its letters', () => {
    const held = ([written, word]: readonly [string, string]) => {
      fc.pre(word.length > 0 && word.length <= 40);
      const pattern = patternOf(written)!;
      if (patternLikeness(pattern, lettersFrom(word)) < SIMILAR) return;
      expect(pattern.keys).toContain(soundsKey(word));
      expect(mayFit(pattern, maskOf(word), word.charCodeAt(0))).toBe(true);
    };
    fc.assert(fc.property(spelled, held), { numRuns: 5000 });
    fc.assert(fc.property(fc.tuple(withArticle, latin), held), { numRuns: 5000 });
  });

  test('how alike words are does not depend on what was looked at before', () => {
    fc.assert(
      fc.property(withArticle, latin, fc.array(fc.tuple(withArticle, latin), { maxLength: 5 }), (written, word, others) => {
        const before = likeness(written, word);
        for (const [one, other] of others) likeness(one, other);
        expect(likeness(written, word)).toBe(before);
      }),
    );
  });
});
