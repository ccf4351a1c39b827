import anyAscii from 'any-ascii';
import { ARABIC_TITLES, arabicWords, hebrewWords } from './arabic-words.ts';
import { otherReadings } from './customs.ts';
import { eastAsianReadings } from './east-asian.ts';
import { readIndic } from './indic.ts';
import { readKana } from './japanese-morae.ts';
import { readScripts } from './scripts.ts';
import { MAX_LETTERS } from './similarity.ts';
import { ABBREVIATIONS, COMMON, LONGEST_FORM, LOOKALIKES, NUMBERS, ORG_FORMS, ORG_TOKENS, PARTICLES, SPELLINGS, TITLES } from './words.ts';

/**
 * What a word of a name is, and so how much it weighs: a `name` carries the identity; a `common` business word, a
 * `particle`, a legal `form` or an `initial` only supports it; a `number` tells sisters apart. `whole` is a name of East Asia in one spelling
 * for all systems (`east-asian.ts`): the same or another.
 */
export type WordKind = 'name' | 'common' | 'particle' | 'form' | 'initial' | 'number' | 'whole';

/** A word of a name in lower-case Latin letters. `written` is how it stands in the Arabic script, where it was read from that. */
export type Word = { text: string; kind: WordKind; written?: string };

/** How much a word of each kind weighs in a score. */
export const WEIGHTS: Readonly<Record<WordKind, number>> = {
  name: 1,
  common: 0.4,
  particle: 0.15,
  form: 0.15,
  initial: 0.3,
  number: 0.5,
  whole: 1,
};

/** Whether listed words like this one are looked for; other words are alike only when they are the same. */
export const isSearched = ({ kind }: Word): boolean => kind === 'name' || kind === 'common';

/** Names longer than this many words are compared by their first ones that tell who it is. */
const MAX_WORDS = 24;

// oxlint-disable-next-line no-control-regex -- the range of ASCII starts with control characters
const ASCII = /^[\x00-\x7f]*$/;
const LATIN = /\p{Script=Latin}/u;
/** Scripts that leave vowels out: their words keep their letters. */
const VOWELLESS = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
const NOT_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;
/**
 * A name as words to compare: one Unicode form (NFKC), other scripts written in Latin letters, lower case, without titles,
 * legal forms in one token each.
 */
export function wordsOf(name: string): Word[] {
  if (ASCII.test(name) || !VOWELLESS.test(name)) return kindsOf(toAscii(name));
  const written = new Map<string, string>();
  const ascii = toAscii(hebrewWords(arabicWords(name.normalize('NFKC'))), (read, letters) =>
    written.set(read.replace(/[^a-z0-9]/g, ''), letters),
  );
  const words = kindsOf(ascii).map((word) => withLetters(word, written.get(word.text)));
  // Behind the others a title is a family name (`al-Muhandis`).
  const kept = words.filter((word, at) => at === words.length - 1 || !ARABIC_TITLES.has(word.written ?? ''));
  return kept.length > 0 ? kept : words;
}

/** Kinds of words whose Arabic letters are kept: the others are compared as they are read. */
const KEEPS_LETTERS: ReadonlySet<WordKind> = new Set<WordKind>(['name', 'common', 'particle']);

function withLetters(word: Word, written: string | undefined): Word {
  return written === undefined || !KEEPS_LETTERS.has(word.kind) ? word : { ...word, written };
}

function kindsOf(ascii: string): Word[] {
  const words = unified(nameWords(ascii));
  const kept = words.filter((word) => !TITLES.has(word));
  return withPatronymics(mostTelling(withForms(kept.length > 0 ? kept : words)));
}

function mostTelling(words: Word[]): Word[] {
  if (words.length <= MAX_WORDS) return words;
  const telling = words.filter(({ kind }) => kind === 'name' || kind === 'common' || kind === 'number');
  return (telling.length > 0 ? telling : words).slice(0, MAX_WORDS);
}

/** Scripts that are read by tables, and that machines write letter by letter all the same. */
const READ_BY_TABLE = /[\u0900-\u0dff\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Han}\p{Script=Hangul}]/u;

/**
 * A name as words in every way that it is read: as passports have it, where that is not letter by letter as a machine that
 * knows letters only would write it, and by other customs (`customs.ts`). At least one way, empty when nothing in it can be
 * read.
 */
export function readingsOf(name: string): Word[][] {
  const usual = wordsOf(name);
  if (ASCII.test(name)) return withEastAsian([usual], name);
  const letters = READ_BY_TABLE.test(name) ? [anyAscii(name.normalize('NFKC'))] : [];
  const found = [usual];
  const others = [...letters, ...otherReadings(name)];
  for (const other of others) {
    const words = wordsOf(other);
    if (words.length > 0 && !found.some((known) => isSame(known, words))) found.push(words);
  }
  return withEastAsian(found[0]!.length === 0 && found.length > 1 ? found.slice(1) : found, name, others);
}

/** Readings with those that a name has when it is Chinese, Japanese or Korean: one spelling for all systems of each. */
function withEastAsian(readings: Word[][], name: string, others: readonly string[] = []): Word[][] {
  const whole = new Set([name, ...others].flatMap((text) => eastAsianReadings(plainWordsOf(text))));
  return whole.size === 0 ? readings : [...readings, ...Array.from(whole, (text): Word[] => [{ text, kind: 'whole' }])];
}

const isSame = (a: readonly Word[], b: readonly Word[]) => a.length === b.length && a.every(({ text }, at) => text === b[at]!.text);

/** The words of a name as it is written, in lower-case Latin letters and digits: nothing dropped, nothing brought to one form. */
export function plainWordsOf(name: string): string[] {
  return nameWords(toAscii(name));
}

/** Also Ukrainian and Belarusian ones, and as German, French and Polish write them. */
const PATRONYMIC = /.{3}(?:[aeoy](?:v|w)(?:[iy](?:ch|tch|tsch|cz|c|q)|n[aeiy])|ichna|yivna|iyivna)$/;

/** Beside a given and a family name a patronymic only supports: many payments leave it out. Alone it may be a family name. */
function withPatronymics(words: Word[]): Word[] {
  if (words.filter(({ kind }) => kind === 'name').length < 3) return words;
  return words.map((word) => (word.kind === 'name' && PATRONYMIC.test(word.text) ? { ...word, kind: 'common' } : word));
}

/** `abd al rahman`, `abdel rahman`, `abdur rahman` and `abdurrahman` are one name; so are `el masri` and `al masri`, `nur al din` and `nureddin`. */
function unified(words: string[]): string[] {
  if (!words.some((word, i) => isSpelledOtherwise(word) || isAssimilated(words, i))) return words;
  const found: string[] = [];
  const isArticle = (word: string | undefined) => word !== undefined && (SPELLINGS.get(word) ?? word) === 'al';
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if ((words[i - 1] === 'abd' || words[i - 1] === 'abdul') && (isArticle(word) || isAssimilated(words, i))) continue;
    if (word.startsWith('abd') && words[i + 1] === 'allah') {
      found.push('abdullah');
      i++;
    } else if (isAssimilated(words, i)) found.push('al');
    else found.push(...(divided(word) ?? [SPELLINGS.get(word) ?? ABBREVIATIONS.get(word) ?? NUMBERS.get(word) ?? word]));
  }
  return found;
}

const ASSIMILATED = /^[aeu](d|n|r|s|t|z|l|sh|sch|ch|dh|th)$/;

/** Whether a word is the article with the first sound of the next: `az Zawahiri`, `ash Shami`, `asch Schami`, `ed Duri`. */
function isAssimilated(words: readonly string[], at: number): boolean {
  const word = words[at]!;
  if (word.length > 4 || word.length < 2) return false;
  const first = word.charCodeAt(0);
  if (first !== A && first !== E && first !== U) return false;
  const sound = ASSIMILATED.exec(word)?.[1];
  return sound !== undefined && words[at + 1]?.startsWith(sound) === true;
}

const WITH_DIN = /^(.{2,}?)(?:[aeiou][dl])?-?d(?:een|ine|in|yn)$/;
const WITH_ABDUL = /^abd[aeiou](?:l(?!l)|([bcdfghjkmnqrstwz])(?=\1))(.{3,})$/;
const WITH_ALLAH = /^(.{3,})[uo]llah?$/;
const ORDINAL = /^(\d+)(?:st|nd|rd|th)$/;

const OTHERWISE: ReadonlySet<string> = new Set(['allah', 'abdul', ...SPELLINGS.keys(), ...ABBREVIATIONS.keys(), ...NUMBERS.keys()]);

const isSpelledOtherwise = (word: string): boolean => OTHERWISE.has(word) || divided(word) !== undefined;

const [A, E, N, U] = ['a', 'e', 'n', 'u'].map((letter) => letter.charCodeAt(0)) as [number, number, number, number];

/** The parts of a word that Arabic names are often written without a space between, and the number of an ordinal. */
function divided(word: string): string[] | undefined {
  const first = word.charCodeAt(0);
  if (first <= 57) {
    const ordinal = ORDINAL.exec(word)?.[1];
    return ordinal === undefined ? undefined : [ordinal];
  }
  if (word.length < 6) return undefined;
  if (first === 97 && word.startsWith('abd')) {
    const rest = WITH_ABDUL.exec(word)?.[2];
    if (rest) return ['abdul', rest];
  }
  const ofGod = word === 'abdullah' || TITLES.has(word) ? undefined : WITH_ALLAH.exec(word)?.[1];
  if (ofGod) return [ofGod, 'allah'];
  const last = word.charCodeAt(word.length - 1);
  if (last !== N && last !== E) return undefined;
  if (!/(?:[aeiou][dl]d|[a-z]{2}[aeiou][bcdfghjklmnpqrstvwxyz]+ud)(?:een|ine|in|yn)$/.test(word)) return undefined;
  const stem = WITH_DIN.exec(word)?.[1]?.replace(/u$/, '');
  return stem ? [stem, 'al', 'din'] : undefined;
}

/** A name in lower-case ASCII. */
function toAscii(name: string, note?: (read: string, written: string) => void): string {
  if (ASCII.test(name)) return name.toLowerCase();
  const plain = withoutHardSigns(name.normalize('NFKC').toLowerCase()).replace(/\p{L}+/gu, undisguise);
  return anyAscii(readScripts(readKana(readIndic(plain, 'said')), note)).toLowerCase();
}

/** Marks that stand for a hard sign within a word, which quotation marks would divide. */
const HARD_SIGN = /(?<=\p{L})[ʺ″”](?=\p{L})/gu;

const withoutHardSigns = (name: string) => (/[“„]/.test(name) ? name : name.replace(HARD_SIGN, ''));

/** A word that mixes Latin with Cyrillic or Greek letters is read by what its letters look like. */
function undisguise(word: string): string {
  if (!NOT_LATIN.test(word) || !LATIN.test(word)) return word;
  return Array.from(word, (char) => LOOKALIKES.get(char) ?? char).join('');
}

/** Splits at everything but letters and digits; full stops within initials (`l.l.c.`) and apostrophes join. */
function nameWords(ascii: string): string[] {
  const plain = /['`.]/.test(ascii)
    ? ascii.replace(/['`]/g, '').replace(/\b(?:[a-z]\.){2,}[a-z]?/g, (all) => `${all.replaceAll('.', '')} `)
    : ascii;
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i <= plain.length; i++) {
    const code = plain.charCodeAt(i);
    const inside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
    if (inside && start < 0) start = i;
    if (inside || start < 0) continue;
    words.push(plain.slice(start, Math.min(i, start + MAX_LETTERS)));
    start = -1;
  }
  return words;
}

/** Puts the token of a legal form in place of its words, the longest phrase first. */
function withForms(words: readonly string[]): Word[] {
  const found: Word[] = [];
  for (let i = 0; i < words.length;) {
    const [form, length] = formAt(words, i);
    found.push(form === undefined ? { text: words[i]!, kind: kindOf(words[i]!) } : { text: form, kind: 'form' });
    i += length;
  }
  return found;
}

function formAt(words: readonly string[], at: number): [form: string | undefined, length: number] {
  if (!FORM_STARTS.has(words[at]!)) return [undefined, 1];
  for (let length = Math.min(LONGEST_FORM, words.length - at); length > 0; length--) {
    const form = ORG_FORMS.get(length === 1 ? words[at]! : words.slice(at, at + length).join(' '));
    if (form !== undefined) return [form, length];
  }
  return [undefined, 1];
}

const FORM_STARTS: ReadonlySet<string> = new Set([...ORG_FORMS.keys()].map((phrase) => phrase.split(' ')[0]!));

/** Letters that are a word between others (Spanish `y`, Portuguese `e`, Russian `i`). */
const JOINING = new Set(['y', 'e', 'i', '&']);

function kindOf(word: string): WordKind {
  if (ORG_TOKENS.has(word)) return 'form';
  const code = word.charCodeAt(0);
  if (code <= 57 && /^\d+$/.test(word)) return 'number';
  if (word.length === 1) return JOINING.has(word) ? 'particle' : 'initial';
  if (PARTICLES.has(word)) return 'particle';
  return COMMON.has(word) ? 'common' : 'name';
}
