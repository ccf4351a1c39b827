import { MOST_SIGNS } from './arabic-pattern.ts';

/** Letters that keyboards of different countries have for one letter, and the one that is read for them. */
const SAME_LETTERS: ReadonlyMap<string, string> = new Map(
  ['\u06aaك', '\u06c1\u06be\u06c0ه', '\u06c3ة', '\u0671ا', '\u06abگ', '\u06d0ی'].flatMap((letters) =>
    Array.from(letters.slice(0, -1), (letter): [string, string] => [letter, letters.at(-1)!]),
  ),
);
const OTHER_LETTERS = new RegExp(`[${[...SAME_LETTERS.keys()].join('')}]`, 'g');
/** Marks of vowels and the line that stretches words. They belong to no script, and would divide the words that they stand in. */
export const ARABIC_MARKS = /[\u0640\u064b-\u0652\u0670]/g;
/** What Persian has within a word, so that its letters do not join. */
const JOINERS = /(?<=\p{Script=Arabic})\u200c(?=\p{Script=Arabic})/gu;
const WORD = /\p{Script=Arabic}+/gu;

/** Forms of address whose letters do not read as a Latin spelling of them; they are dropped as those are. */
export const ARABIC_TITLES: ReadonlySet<string> = new Set('ملا مولوی مولوي الحاج دكتور دکتر الدكتور مهندس المهندس'.split(' '));

/**
 * A text in the Arabic script as its words are usually divided: words that some write together and others apart stand apart,
 * as Latin spellings mostly have them, and letters that keyboards have in several forms are one.
 */
export function arabicWords(text: string): string {
  return text
    .replace(ARABIC_MARKS, '')
    .replace(JOINERS, '')
    .replace(OTHER_LETTERS, (letter) => SAME_LETTERS.get(letter)!)
    .replace(WORD, divided);
}

/** Two letters before `God` or `the faith`, three behind `father of` and `and the`: shorter words have these letters of their own. */
const DIVIDED: readonly RegExp[] = [/^(.{2,})(الله)$/u, /^(.{2,})(ال[دذ][يی]ن)$/u, /^([أا]بو)(.{3,})$/u, /^(و)(ال.{3,})$/u];

/** Hebrew letters with a mark behind them, for sounds of other languages, as the Arabic letter that has the sound. */
const MARKED: ReadonlyMap<string, string> = new Map(
  'גج,חخ,צچ,ץچ,זژ,עغ,דذ,תث,טظ'.split(',').map((pair): [string, string] => [pair[0]!, pair[1]!]),
);
const MARK = '\u05f3';
const HEBREW_MARKED = /([גחצץזעדתט])['\u2019`]/g;
const HEBREW_POINTS = /[\u0591-\u05c7]/g;

/** A text in Hebrew without points, with one mark for foreign sounds, a double vav as one consonant, and articles apart. */
export function hebrewWords(text: string): string {
  return text
    .replace(HEBREW_POINTS, '')
    .replace(HEBREW_MARKED, `$1${MARK}`)
    .replace(/(?<=\p{Script=Hebrew})וו(?=\p{Script=Hebrew})/gu, 'װ')
    .replace(/(?<!\p{L})אל?[-־ ](?=\p{Script=Hebrew})/gu, 'אל ');
}

/** The letters of a Hebrew word, a marked one as the letter of its sound; and these without marks. */
export function hebrewLetters(word: string): { letters: string; bare: string } {
  return {
    letters: word.replace(/(.)\u05f3/g, (_, letter: string) => MARKED.get(letter) ?? letter).replaceAll(MARK, ''),
    bare: word.replaceAll(MARK, ''),
  };
}

function divided(word: string): string {
  const whole = word.replace(/^عبدلله$/u, 'عبدالله');
  for (const parts of DIVIDED) {
    const [, first, second] = parts.exec(whole) ?? [];
    if (first && second) return `${divided(first)} ${second}`;
  }
  return whole === 'و' ? 'وا' : whole;
}

/** Neighbouring words written as one: how many from where, in Latin letters and in Arabic ones. */
export type Joined = { from: number; length: number; text: string; written: string };

/** All neighbouring words of a name in the Arabic script, two to `longest` of them, as words that are written as one. */
export function joinedWords(words: readonly { text: string; written?: string }[], longest: number): Joined[] {
  const found: Joined[] = [];
  for (let from = 0; from < words.length; from++) {
    let [text, written] = ['', ''];
    for (let length = 1; length <= longest && from + length <= words.length; length++) {
      const word = words[from + length - 1]!;
      // The letters of an article stand with its word, and a word is the same with one.
      if (word.written === undefined && (length === 1 || word.text !== 'al')) break;
      text += word.text;
      written += behind(written, word.written ?? '');
      if (written.length > MOST_SIGNS) break;
      if (length > 1 && word.written !== undefined) found.push({ from, length, text, written });
    }
  }
  return found;
}

/** Letters behind others: within a word the vowel of an article may be any. */
const behind = (before: string, letters: string) => (before === '' ? letters : letters.replace(/^ال(?=...)/u, 'ٱل'));
