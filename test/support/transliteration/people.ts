import { readFileSync } from 'node:fs';
import { chineseSpellings, japaneseSpellings, koreanSpellings, type Spelling } from './east-asian.ts';
import { capitals, withoutMarks } from './marks.ts';
import { linesOf, systemsOf, type System } from './rules.ts';

/**
 * People whose names are written in every system of transliteration that is promised, from tables of the standards. It knows
 * nothing of how names are compared: what a test asks for comes from here alone.
 */

/** Somebody in every way that the name is written; each way once. */
export type Person = { readonly language: string; readonly id: string; readonly spellings: readonly Spelling[] };

const table = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

/** Pairs of given and family names: as many as the longer list has. */
function pairsOf(given: string, family: string): [given: string, family: string][] {
  const [first, last] = [given.split(' '), family.split(' ')];
  return last.map((name, i) => [first[i % first.length]!, name]);
}

/** Systems that are not promised. */
const NOT_GUARANTEED: ReadonlySet<string> = new Set(linesOf(table('./not-guaranteed.tsv')).map(([system = '']) => system));

/** Whether a way to write names is one of those that are promised. */
export const isGuaranteed = (system: string): boolean => !NOT_GUARANTEED.has(system);

/** Somebody with each spelling once: what a system that is promised writes counts as its own, whatever else writes it. */
function person(language: string, id: string, spellings: readonly Spelling[]): Person {
  const ordered = [...spellings.filter(({ system }) => isGuaranteed(system)), ...spellings.filter(({ system }) => !isGuaranteed(system))];
  return {
    language,
    id: `${language} ${id}`,
    spellings: [...new Map(ordered.toReversed().map((spelling) => [spelling.text, spelling])).values()].toReversed(),
  };
}

/** A Latin spelling with its marks, and without them where it has any. */
const withPlain = (system: string, text: string): Spelling[] => [
  { system, text: capitals(text) },
  { system: `${system} plain`, text: capitals(withoutMarks(text)) },
];

const isOriginal = (text: string) => /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text);

function spellingsBy(systems: readonly System[], words: string): Spelling[] {
  return systems.flatMap(({ id, write }): Spelling[] => {
    const text = words.replace(/[^\s-]+/g, write);
    return isOriginal(text) ? [{ system: id, text: capitals(text) }] : withPlain(id, text);
  });
}

/** Scripts whose letters are written one by one. */
function alphabetic(script: string): Person[] {
  const systems = systemsOf(table(`./${script}.tsv`));
  return linesOf(table(`./${script}-names.tsv`)).flatMap(([language = '', given = '', family = '']) =>
    pairsOf(given, family).map((name) => {
      const text = name.join(' ');
      const bare =
        script === 'greek'
          ? text
              .normalize('NFD')
              .replace(/\u0301/g, '')
              .normalize('NFC')
          : text;
      const own = systems.filter(({ id }) => id.startsWith(`${language}.`));
      return person(language, text, [{ system: 'original', text }, ...spellingsBy(own, bare.toLowerCase())]);
    }),
  );
}

/** Letters of Arabic that the article takes the sound of. */
const SUN = 'tv*drzsS$TDZln';

function articleBy(sounds: string, system: System): string {
  const [first = ''] = sounds.slice(2);
  const assimilated = system.write('article') === 'assimilated' && SUN.includes(first);
  return `a${assimilated ? system.write(first) : 'l'}-${system.write(sounds.slice(2))}`;
}

/** Scripts that leave vowels out: names stand with how they are vocalised. */
function vowelless(): Person[] {
  const systems = systemsOf(table('./vowelless.tsv'));
  return linesOf(table('./vowelless-names.tsv')).flatMap(([language = '', given = '', family = '']) =>
    pairsOf(given, family).map((name) => {
      const [letters, sounds] = [0, 1].map((at) => name.map((one) => one.split('=')[at]!.replaceAll('_', ' ')).join(' ')) as [
        string,
        string,
      ];
      const own = systems.filter(({ id }) => id.startsWith(`${language}.`));
      const spellings = own.flatMap((system) => {
        const words = sounds.split(' ').map((word) => (word.startsWith('l-') ? articleBy(word, system) : system.write(word)));
        return withPlain(system.id, words.join(' '));
      });
      return person(language, letters, [{ system: 'original', text: letters }, ...spellings]);
    }),
  );
}

/** Latin letters with marks, without them and as passports have them. */
function latin(): Person[] {
  const letters = linesOf(table('./latin.tsv'));
  const by = (column: number) => new Map(letters.map((line): [string, string] => [line[0]!, line[column]!]));
  return linesOf(table('./latin-names.tsv')).flatMap(([language = '', given = '', family = '']) =>
    pairsOf(given, family).map((name) => {
      const text = name.join(' ').replaceAll('_', ' ');
      return person('latin', `${language} ${text}`, [
        { system: 'original', text },
        { system: 'original, upper case', text: text.toUpperCase() },
        { system: 'original, marks apart', text: text.normalize('NFD') },
        { system: 'original, full width', text: text.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)) },
        { system: 'latin.plain', text: capitals(withoutMarks(text, by(1))) },
        { system: 'latin.icao', text: withoutMarks(text, by(2)).toUpperCase() },
        ...(language === 'hr' ? [{ system: 'latin.dj', text: capitals(withoutMarks(text, by(3))) }] : []),
      ]);
    }),
  );
}

/** Everybody, in the order of scripts. */
export function people(): Person[] {
  const tones = (file: string, write: (...columns: [string, string, string, string]) => Spelling[], language: string) =>
    linesOf(table(file)).map(([a = '', b = '', c = '', d = '']) => person(language, `${a} ${b}`, write(a, b, c, d).map(upper)));
  const upper = ({ system, text }: Spelling): Spelling => ({ system, text: capitals(text) });
  return [
    ...['cyrillic', 'greek', 'georgian', 'armenian'].flatMap(alphabetic),
    ...vowelless(),
    ...tones('./chinese.tsv', chineseSpellings, 'zh'),
    ...tones('./japanese.tsv', japaneseSpellings, 'ja'),
    ...tones('./korean.tsv', koreanSpellings, 'ko'),
    ...latin(),
  ];
}
