import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGuaranteed, people, type Person } from '../../../test/support/transliteration/people.ts';
import { strongName } from './entry.ts';
import { buildIndex, screen } from './match.ts';
import { plainWordsOf } from './normalise.ts';
import { romanised, romanisedKeys } from './romanised.ts';

/** People whose names the tables of the standards write; these tables have nothing of how names are compared. */
const everybody = people();
const LANGUAGES = [...new Set(everybody.map(({ language }) => language))];

/** What came of holding every spelling of everybody against lists of each system. */
type Measured = { pairs: number; missed: string[]; unpromised: number; unpromisedFound: number; asked: number; strangers: number };

function measure(own: readonly Person[]): Measured {
  const systems = new Set(own.flatMap(({ spellings }) => spellings.map(({ system }) => system)));
  const found: Measured = { pairs: 0, missed: [], unpromised: 0, unpromisedFound: 0, asked: 0, strangers: 0 };
  for (const system of systems) {
    const listed = new Map(
      own.flatMap(({ id, spellings }) => spellings.filter((one) => one.system === system).map(({ text }) => [id, text])),
    );
    const index = buildIndex([...listed].map(([id, text]) => ({ listId: 'house', entryId: id, names: [strongName(text, 'primary')] })));
    for (const person of own) for (const asked of person.spellings) add(found, { person, asked, system, listed, index });
  }
  return found;
}

type Asked = {
  person: Person;
  asked: Person['spellings'][number];
  system: string;
  listed: ReadonlyMap<string, string>;
  index: ReturnType<typeof buildIndex>;
};

function add(found: Measured, { person, asked, system, listed, index }: Asked): void {
  const hits = screen(index, asked.text, { limit: 1_000 });
  const isFound = hits.some(({ entryId }) => entryId === person.id);
  found.asked += listed.size;
  found.strangers += hits.length - (isFound ? 1 : 0);
  if (!listed.has(person.id) || asked.system === system) return;
  if (isGuaranteed(system) && isGuaranteed(asked.system)) {
    found.pairs++;
    if (!isFound) found.missed.push(`${listed.get(person.id)} (${system}), asked ${asked.text} (${asked.system})`);
    return;
  }
  found.unpromised++;
  if (isFound) found.unpromisedFound++;
}

const measured = new Map(LANGUAGES.map((language) => [language, measure(everybody.filter((one) => one.language === language))]));

describe('a name in any standard transliteration finds itself in any other and in its own script', () => {
  test.each(LANGUAGES)('in all pairs of %s', (language) => expect(measured.get(language)!.missed).toEqual([]));

  test('of more than a thousand people in seventeen languages and letters, in more than 49,000 pairs', () => {
    expect(everybody.length).toBeGreaterThan(1_000);
    expect(LANGUAGES.length).toBe(17);
    expect([...measured.values()].reduce((sum, { pairs }) => sum + pairs, 0)).toBeGreaterThan(49_000);
  });

  test('and nobody else: of 10,000 others one at most, of one language half of a thousand', () => {
    const all = [...measured.values()];
    const [asked, strangers] = [all.reduce((sum, one) => sum + one.asked, 0), all.reduce((sum, one) => sum + one.strangers, 0)];
    expect(strangers / asked).toBeLessThan(1e-4);
    for (const [language, one] of measured) expect([language, one.strangers / one.asked < 5e-4]).toEqual([language, true]);
  });
});

test('of the systems that are not promised 85 in a hundred pairs are found', () => {
  const all = [...measured.values()];
  const [of, found] = [all.reduce((sum, one) => sum + one.unpromised, 0), all.reduce((sum, one) => sum + one.unpromisedFound, 0)];
  expect(of).toBeGreaterThan(5_000);
  expect(found / of).toBeGreaterThan(0.85);
});

describe('different families', () => {
  /** Family names by who has them; a given name of the same language that nobody has. */
  const GIVEN = new Map([
    ['zh', 'Yingtao'],
    ['ko', 'Yeongtae'],
    ['ja', 'Nobuyuki'],
  ]);

  function confused(language: string): { pairs: number; hits: number } {
    const given = GIVEN.get(language);
    const families = new Map<string, string>();
    for (const { id, spellings } of everybody.filter((one) => one.language === language)) {
      const family = id.split(' ')[given ? 1 : 2] ?? id;
      const latin = spellings.find(({ system }) => !system.startsWith('original'))?.text;
      if (latin) families.set(family, given ? `${latin.split(' ')[0]} ${given}` : `Bernardo ${latin.split(' ').slice(1).join(' ')}`);
    }
    const index = buildIndex([...families].map(([id, text]) => ({ listId: 'house', entryId: id, names: [strongName(text, 'primary')] })));
    const hits = [...families.values()].reduce((sum, text) => sum + screen(index, text, { limit: 1_000 }).length - 1, 0);
    return { pairs: families.size * (families.size - 1), hits };
  }

  test('under one given name are taken for each other in three of a thousand pairs at most', () => {
    const all = LANGUAGES.filter((language) => language !== 'latin').map(confused);
    const [pairs, hits] = [all.reduce((sum, one) => sum + one.pairs, 0), all.reduce((sum, one) => sum + one.hits, 0)];
    expect(pairs).toBeGreaterThan(20_000);
    expect(hits / pairs).toBeLessThan(0.003);
  });
});

describe('a word is filed under the key of each of its readings, so that none is missed', () => {
  const isFiled = (word: string) => romanised(word).every(({ key }) => romanisedKeys(word).includes(key));

  test('of all people', () => {
    const words = new Set(everybody.flatMap(({ spellings }) => spellings.flatMap(({ text }) => plainWordsOf(text))));
    expect(words.size).toBeGreaterThan(3_500);
    expect([...words].filter((word) => !isFiled(word))).toEqual([]);
  });

  test('of any letters', () => {
    const letters =
      'a e i o u y j ou ie ia io ey ay au eu b c d f g h k l m n p q r s t v w x z ch sh zh kh gh dh th ts tz tc cz sch tsch schtsch shch shh ' +
      'chtch dj dz dzh ds ck gu mp nt ng nk gk gg gch gx sc sz jh chh ce ci ine at eh ah oh';
    const word = fc.array(fc.constantFrom(...letters.split(' ')), { minLength: 2, maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(fc.property(word, isFiled), { numRuns: 20_000 });
  });
});
