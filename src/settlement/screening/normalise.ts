import anyAscii from 'any-ascii';
import { MAX_LETTERS } from './similarity.ts';
import { COMMON, FAMILY_NAMES, LONGEST_FORM, LOOKALIKES, ORG_FORMS, ORG_TOKENS, PARTICLES, SPELLINGS, TITLES } from './words.ts';

/**
 * What a word of a name is, and so how much it weighs: a `name` carries the identity; a `common` business word, a
 * `particle`, a legal `form` or an `initial` only supports it; a `number` tells sisters apart.
 */
export type WordKind = 'name' | 'common' | 'particle' | 'form' | 'initial' | 'number';

export type Word = { text: string; kind: WordKind };

/** How much a word of each kind weighs in a score. */
export const WEIGHTS: Readonly<Record<WordKind, number>> = { name: 1, common: 0.4, particle: 0.15, form: 0.15, initial: 0.3, number: 0.5 };

/** Names longer than this many words are compared by their first ones. */
const MAX_WORDS = 24;

// eslint-disable-next-line no-control-regex -- the range of ASCII starts with control characters
const ASCII = /^[\x00-\x7f]*$/;
const LATIN = /\p{Script=Latin}/u;
const NOT_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;
const ARABIC_ARTICLE = /(?<!\p{L})\u0627\u0644(?=\p{L}{2})/gu;
const PERSON_IN_HANGUL = /(?<!\p{L})(\p{Script=Hangul})(\p{Script=Hangul}{1,3})(?!\p{L})/gu;
const PERSON_IN_HAN = /(?<!\p{L})(\p{Script=Han})(\p{Script=Han}{1,2})(?!\p{L})/gu;

/**
 * A name as words to compare: one Unicode form (NFKC), other scripts written in Latin letters, lower case, without titles,
 * legal forms in one token each.
 */
export function wordsOf(name: string): Word[] {
  const words = unified(nameWords(toAscii(name)));
  const kept = words.filter((word) => !TITLES.has(word));
  return withPatronymics(withForms(kept.length > 0 ? kept : words).slice(0, MAX_WORDS));
}

const PATRONYMIC = /.{3}(?:[oe]vich|[oe]vna|ichna)$/;

/** Beside a given and a family name a patronymic only supports: many payments leave it out. Alone it may be a family name. */
function withPatronymics(words: Word[]): Word[] {
  if (words.filter(({ kind }) => kind === 'name').length < 3) return words;
  return words.map((word) => (word.kind === 'name' && PATRONYMIC.test(word.text) ? { ...word, kind: 'common' } : word));
}

/** `abd al rahman`, `abdel rahman` and `abdur rahman` are one name; so are `el masri` and `al masri`. */
function unified(words: string[]): string[] {
  if (!words.some((word) => SPELLINGS.has(word))) return words;
  const isArticle = (word: string | undefined) => word !== undefined && (SPELLINGS.get(word) ?? word) === 'al';
  return words.filter((word, i) => !(isArticle(word) && words[i - 1] === 'abd')).map((word) => SPELLINGS.get(word) ?? word);
}

/** A name in lower-case ASCII. */
function toAscii(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase();
  const plain = name.normalize('NFKC').replace(/\p{L}+/gu, undisguise);
  // The article is written together with its word in Arabic, and its first letter is lost in transliteration.
  const divided = plain.replace(ARABIC_ARTICLE, 'al ');
  const spaced = divided.replace(PERSON_IN_HANGUL, (_, family: string, given: string) => `${familyName(family)} ${joined(given)}`);
  return anyAscii(spaced.replace(PERSON_IN_HAN, (_, family: string, given: string) => `${joined(family)} ${joined(given)}`)).toLowerCase();
}

/** A word that mixes Latin with Cyrillic or Greek letters is read by what its letters look like. */
function undisguise(word: string): string {
  if (!NOT_LATIN.test(word) || !LATIN.test(word)) return word;
  return Array.from(word, (char) => LOOKALIKES.get(char) ?? char).join('');
}

const joined = (text: string) => anyAscii(text).toLowerCase();

function familyName(letter: string): string {
  const latin = joined(letter);
  return FAMILY_NAMES.get(latin) ?? latin;
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

function kindOf(word: string): WordKind {
  if (ORG_TOKENS.has(word)) return 'form';
  const code = word.charCodeAt(0);
  if (code <= 57 && /^\d+$/.test(word)) return 'number';
  if (word.length === 1) return 'initial';
  if (PARTICLES.has(word)) return 'particle';
  return COMMON.has(word) ? 'common' : 'name';
}
