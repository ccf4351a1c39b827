/** Devanagari, and the scripts of India that Unicode lays out in its order, letter by letter as names have them in Latin ones. */

const BLOCK = 0x80;
const FIRST = 0x0900;
const BLOCKS = 10;
const CONSONANTS = 'k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h'.split(' ');
const VOWELS: ReadonlyMap<number, string> = new Map(
  (
    [
      [0x05, 'a a i i u u ri li e e e ai o o o au'],
      [0x3e, 'a i i u u ri ri e e e ai o o o au'],
    ] as const
  ).flatMap(([from, letters]) => letters.split(' ').map((letter, at): [number, string] => [from + at, letter])),
);
const [FIRST_CONSONANT, LAST_CONSONANT, NUKTA, NO_VOWEL] = [0x15, 0x39, 0x3c, 0x4d];
const NASALS: ReadonlySet<number> = new Set([0x01, 0x02]);
/** Letters with a point below, for sounds of Persian and of Hindi. */
const POINTED: ReadonlyMap<string, string> = new Map([['j', 'z'], ['ph', 'f'], ['k', 'q'], ['d', 'r'], ['dh', 'rh']]); // prettier-ignore
const WORD = /[\u0900-\u0dff]+/gu;

/** Letters of a word, a short a that no letter writes as `A`. */
function lettersOf(word: string): string {
  const places = Array.from(word.normalize('NFD'), (sign) => (sign.charCodeAt(0) - FIRST) % BLOCK);
  let read = '';
  places.forEach((place, at) => {
    if (place >= FIRST_CONSONANT && place <= LAST_CONSONANT) {
      const pointed = places[at + 1] === NUKTA;
      const letter = CONSONANTS[place - FIRST_CONSONANT]!;
      const next = places[at + (pointed ? 2 : 1)];
      read += pointed ? (POINTED.get(letter) ?? letter) : letter;
      if (next !== NO_VOWEL && !(next !== undefined && next >= 0x3e && next < NO_VOWEL)) read += 'A';
    } else if (NASALS.has(place)) read += 'n';
    else read += VOWELS.get(place) ?? '';
  });
  return read;
}

/** As Hindi says it: without a short a at the end, and within a word where a vowel stands on either side of its neighbours. */
const said = (letters: string) =>
  letters
    .replace(/(?<=[aeiouA][^aeiouA]+)A$/, '')
    .replace(/(?<=[aeiouA](?:[kgcjtdpbs]h|[^aeiouA]))A(?=(?:[kgcjtdpbs]h|[^aeiouA])[aeiou])/g, '')
    .replaceAll('A', 'a');

const isIndic = (word: string) => (word.charCodeAt(0) - FIRST) / BLOCK < BLOCKS;

/** A text whose Indic words are written as they are said, or with every short a. */
export function readIndic(text: string, way: 'said' | 'written'): string {
  return text.replace(WORD, (word) =>
    isIndic(word) ? (way === 'said' ? said(lettersOf(word)) : lettersOf(word).replaceAll('A', 'a')) : word,
  );
}

/** Whether there is anything to read. */
export const hasIndic = (text: string): boolean => /[\u0900-\u0dff]/u.test(text);
