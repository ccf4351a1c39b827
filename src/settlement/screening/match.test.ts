import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { readListCsv } from './csv.ts';
import { buildIndex, screen, THRESHOLD } from './match.ts';
import { strongName, type ScreeningEntry } from './entry.ts';
import { wordsOf } from './normalise.ts';
import { phoneticKey } from './phonetic.ts';
import { jaro, lettersFrom, winkler } from './similarity.ts';
import { inOrder, latinOf, vocabularyColumns, vocabularyKey, wordAt } from './vocabulary-columns.ts';
import { likeness, SIMILAR, lookUp, openVocabulary } from './vocabulary.ts';

const listOf = (...names: string[]): ScreeningEntry[] =>
  names.map((name, i) => ({ listId: 'house', entryId: String(i), names: [strongName(name, 'primary')] }));
const scoreOf = (listed: string, name: string) => screen(buildIndex(listOf(listed)), name)[0]?.score ?? 0;

const pairs = readFileSync(new URL('../../../test/fixtures/screening/pairs.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [listed: string, name: string, label: string]);

describe('on the labelled pairs', () => {
  test('F1 at the threshold is at least 0.96, on either half of the pairs', () => {
    for (const half of [0, 1]) {
      const scored = pairs
        .filter((_, i) => i % 2 === half)
        .map(([listed, name, label]) => ({ found: scoreOf(listed, name) >= THRESHOLD, label: label === '1' }));
      const count = (found: boolean, label: boolean) => scored.filter((pair) => pair.found === found && pair.label === label).length;
      const f1 = (2 * count(true, true)) / (2 * count(true, true) + count(true, false) + count(false, true));
      expect(scored.length).toBeGreaterThan(90);
      expect(f1).toBeGreaterThanOrEqual(0.96);
    }
  });
});

describe('identity', () => {
  test.each([
    ['Petrov, Viktor', 'Viktor PETROV'],
    ['Petrov, Viktor', 'Виктор Петров'],
    ['Petrov, Viktor', 'Ｐｅｔｒｏｖ　Ｖｉｋｔｏｒ'],
    ['Petrov, Viktor', 'Мr. Рetrov, Vіktor'],
    ['Söderström & Ångman AB', 'Soderstrom Angman Aktiebolag'],
    ['Severny Port OOO', 'Severny Port Limited Liability Company'],
    ['Abd al-Rahman Qasimi', 'Abdul Rahman Qasimi'],
  ])('%s and %s are the same name, told as exact', (listed, name) => {
    expect(screen(buildIndex(listOf(listed)), name)).toMatchObject([
      { listed, score: 1, exact: true, explanation: ['All words are the same after transliteration.'] },
    ]);
  });

  test('a name in Hangul is divided into family and given name, and this into syllables', () => {
    expect(screen(buildIndex(listOf('Kim Jong Min')), '김종민')).toMatchObject([
      { exact: true, explanation: ['All words are the same after transliteration.'] },
    ]);
  });

  test('a legal form or an order alone costs little, another name costs the match', () => {
    expect(scoreOf('Northern Harbor Shipping LLC', 'Northern Harbor Shipping')).toBeGreaterThan(0.9);
    expect(scoreOf('Northern Harbor Shipping LLC', 'Northern Lights Shipping LLC')).toBe(0);
    expect(scoreOf('Viktor Petrov', 'Petrov Viktor Ivanovich')).toBeGreaterThan(THRESHOLD);
  });

  test('common words alone never make a match with a name that has more than those', () => {
    expect(scoreOf('Rahimi General Trading Company', 'General Trading Company')).toBe(0);
    expect(scoreOf('General Trading Company', 'General Trading Co')).toBe(1);
  });
});

describe('what is found', () => {
  const index = buildIndex([
    { listId: 'house', entryId: 'H1', names: ['Mohammed Al-Rashidi', 'Abu Karim', 'Mohamad Rashidi'].map((text) => strongName(text)) },
    { listId: 'house', entryId: 'H2', names: [strongName('Blackgate Maritime Trading Co., Ltd.')] },
    { listId: 'other', entryId: 'O1', names: [strongName('Mohammed Al-Rashidi')] },
  ]);

  test('one match an entry, by its best name, best first, with an explanation a person can follow', () => {
    expect(screen(index, 'Mohamad al Rashidi')).toEqual([
      {
        listId: 'house',
        entryId: 'H1',
        listed: 'Mohamad Rashidi',
        score: expect.any(Number),
        exact: false,
        explanation: expect.any(Array),
      },
      {
        listId: 'other',
        entryId: 'O1',
        listed: 'Mohammed Al-Rashidi',
        score: expect.any(Number),
        exact: false,
        explanation: expect.any(Array),
      },
    ]);
    const [match] = screen(index, 'Blakgate Maritime Tradings for Import Ltd');
    expect(match?.explanation).toEqual([
      '"blakgate" is like "blackgate" (0.98).',
      '"maritime" is the same.',
      '"tradings" is like "trading" (0.92).',
      '"ltd" is the same.',
      'Not in the listed name: "for", "import".',
    ]);
    expect(screen(index, 'Black Gate Maritime Trading')[0]?.explanation[0]).toBe('Read as "blackgate maritime trading".');
  });

  test('a repeated name answers the same, whatever a caller did with the first answer', () => {
    const first = screen(index, 'Mohammed Rashidi');
    const copy = structuredClone(first);
    first[0]!.explanation.push('changed');
    first.pop();
    expect(screen(index, 'Mohammed Rashidi')).toEqual(copy);
    expect(screen(index, 'Mohammed Rashidi', { limit: 1 })).toEqual(copy.slice(0, 1));
  });

  test('recent names are kept in bounded number', () => {
    for (let i = 0; i < 20_100; i++) screen(index, `somebody ${i}`);
    expect(index.recent.size).toBeLessThanOrEqual(20_000);
  });

  test('any text is screened, or refused by name when there is nothing in it to compare', () => {
    const found = (name: string) => {
      try {
        return Array.isArray(screen(index, name));
      } catch (error) {
        return error instanceof AppError && error.code === 'settlement.name_unreadable' && wordsOf(name).length === 0;
      }
    };
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 300 })), (name) => found(name)));
    expect(screen(buildIndex(listOf('', '...', '??')), 'anyone')).toEqual([]);
  });
});

/** Few letters and sounds, so that words are often alike. */
const word = fc
  .array(fc.constantFrom('ka', 'ko', 'lo', 'mi', 'ra', 'ren', 'vo', 'wo', 'sha', 'sa', 'k', 'n'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));
/** Words of the Arabic script that may be written as some of these. */
const arabicWord = fc
  .array(fc.constantFrom('كا', 'لو', 'مي', 'ر', 'را', 'رن', 'و', 'ش', 'شا', 'س', 'ك', 'ق', 'ن', 'ال', 'ة'), { minLength: 2, maxLength: 4 })
  .map((parts) => parts.join(''));
const name = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: word },
      { weight: 3, arbitrary: arabicWord },
      { weight: 2, arbitrary: fc.constantFrom('trading', 'bank', 'ltd', 'al', '7', '12', 'k', 'n', 'general') },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((words) => words.join(' '));

const byWord = (a: readonly [string, number], b: readonly [string, number]) => (a[0] < b[0] ? -1 : 1);

describe('completeness', () => {
  test('every word alike enough is found among the vocabulary, and with the same likeness', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 60 }), word, (words, probe) => {
        fc.pre(probe.length > 1);
        const long = words.filter((one) => one.length > 1);
        const expected = new Map(
          long.flatMap((other) => (likeness(probe, other) >= SIMILAR ? [[other, likeness(probe, other)] as const] : [])),
        );
        const vocabulary = openVocabulary(vocabularyColumns(long));
        const found = [...lookUp(vocabulary, probe).similar].map(([id, alike]) => [wordAt(vocabulary, id), alike] as const);
        expect(new Map(found.sort(byWord))).toEqual(new Map([...expected].sort(byWord)));
      }),
      { numRuns: 1000 },
    );
  });

  test('the same between words of the Arabic script and Latin ones, whichever is listed', () => {
    const known = fc.oneof(
      word,
      arabicWord.map((written) => vocabularyKey(wordsOf(written)[0]!)),
    );
    fc.assert(
      fc.property(fc.uniqueArray(known, { maxLength: 60 }), known, (words, probe) => {
        const long = inOrder(words).filter((one) => latinOf(one).length > 1);
        fc.pre(latinOf(probe).length > 1);
        const vocabulary = openVocabulary(vocabularyColumns(long));
        const expected = long.flatMap((other, id) => (likeness(probe, other) >= SIMILAR ? [[id, likeness(probe, other)]] : []));
        expect([...lookUp(vocabulary, probe).similar].sort(([a], [b]) => a - b)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('a list together finds exactly what each of its names finds alone', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 25 }), name, (names, probe) => {
        const entries = listOf(...names);
        const together = screen(buildIndex(entries), probe).filter(({ explanation }) => !explanation[0]!.startsWith('Read as'));
        const alone = entries
          .flatMap((entry) => screen(buildIndex([entry]), probe))
          .filter(({ explanation }) => !explanation[0]!.startsWith('Read as'));
        // Which words are read together depends on the whole list; everything else is a matter of two names.
        const key = (match: { entryId: string; score: number }) => `${match.entryId} ${match.score}`;
        const readTogether = new Set(screen(buildIndex(entries), probe).map(({ entryId }) => entryId));
        for (const match of alone) expect(readTogether).toContain(match.entryId);
        for (const match of together) expect(alone.map(key)).toContain(key(match));
      }),
      { numRuns: 500 },
    );
  });

  test('the bounds by which names are passed over cost no match: with next to none the same are found', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 25 }), name, (names, probe) => {
        const index = buildIndex(listOf(...names));
        expect(screen(index, probe)).toEqual(screen(index, probe, { threshold: 0.001 }).filter(({ score }) => score >= THRESHOLD));
      }),
      { numRuns: 500 },
    );
  });

  test('every listed name finds itself, exactly', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 25 }), (names) => {
        const index = buildIndex(listOf(...names));
        names.forEach((one, i) =>
          expect(screen(index, one)).toContainEqual(expect.objectContaining({ entryId: String(i), exact: true, score: 1 })),
        );
      }),
    );
  });
});

describe('parts', () => {
  test('Jaro and Winkler give the values of their papers', () => {
    const value = (a: string, b: string, prefix: number) => Number(winkler(jaro(lettersFrom(a), lettersFrom(b)), prefix).toFixed(3));
    expect([value('martha', 'marhta', 3), value('dwayne', 'duane', 1), value('dixon', 'dicksonx', 2)]).toEqual([0.961, 0.84, 0.813]);
    expect(jaro(lettersFrom('abc'), lettersFrom('xyz'))).toBe(0);
  });

  test('spellings of one sound have one phonetic key', () => {
    for (const words of [
      ['mohammed', 'muhamad', 'mhmd'],
      ['qaddafi', 'gadhafi', 'kadafi'],
      ['shcherbakov', 'scherbakov'],
      ['yusuf', 'youssef'],
    ]) {
      expect(new Set(words.map(phoneticKey)).size).toBe(1);
    }
  });

  test('titles go, legal forms become one word, kinds are told apart', () => {
    expect(wordsOf('Dr. Farid Nazari Gesellschaft mit beschränkter Haftung 24').map(({ text, kind }) => `${text}:${kind}`)).toEqual([
      'farid:name',
      'nazari:name',
      'llc:form',
      '24:number',
    ]);
    expect(wordsOf('S.p.A.')).toEqual([{ text: 'jsc', kind: 'form' }]);
    expect(wordsOf('Mr.')).toEqual([{ text: 'mr', kind: 'name' }]);
  });
});

test('a list read from CSV is screened with all its aliases', () => {
  const index = buildIndex(readListCsv('house', 'id,name,aliases\n1,"Petrov, Viktor","Vitya P; Виктор Северный"\n'));
  expect(screen(index, 'Viktor Severnyy')).toMatchObject([{ listId: 'house', entryId: '1', listed: 'Виктор Северный', exact: true }]);
});
