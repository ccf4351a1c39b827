import { keyOf, NO_SOUNDS, stepAt, withSound, type Sounds, type Step } from './arabic-letters.ts';
import { MAX_LETTERS, type Letters } from './similarity.ts';

/**
 * Words of the Arabic script held against Latin ones. Short vowels are not written in it, and each letter is written in
 * several ways in Latin letters: a word is a pattern of Latin spellings, and what a spelling costs tells how usual it is.
 */

/** A word of the Arabic script, ready to be held against Latin ones. */
export type ArabicPattern = {
  /** How each of its letters is written. */
  readonly steps: readonly Step[];
  /** What a vowel costs behind another that each letter is written as: one that only carries a vowel has it as a consonant has. */
  readonly besideVowel: readonly number[];
  /** Whether each letter may be the article's, which is also written as the consonant behind it (`es-saadi`). */
  readonly assimilated: readonly boolean[];
  /** Where the word begins without its article. */
  readonly bare: number;
  /** How alike the Latin word that is written most usually is: the more letters say, the more. */
  readonly best: number;
  /** Every key (`soundsKey`) that a Latin word may have which the pattern fits. */
  readonly keys: readonly number[];
  /** Latin letters that may be in a word, and that one may begin with; a bit each, as in the vocabulary. */
  readonly allows: number;
  readonly starts: number;
};

/** Longest word that is read as a pattern. */
export const MOST_SIGNS = 20;
/** Keys that a word may have; where it would have more, only usual spellings count. */
const MOST_KEYS = 64;

const ARTICLE = 'ال';
/** A joining word before an article: its vowel is heard in the place of the article's. */
const BEFORE_ARTICLE = /^([بوفك])ا(?=ل..)/u;
const SUN_LETTERS = new Set('تثدذرزسشصضطظلن');
const CARRIERS = new Set('عءئؤأإאע');
/** Letters that are a vowel, or what glides from one to the next (`aouadi`). */
const GLIDES = new Set('ويیוי');
/** What a letter says about who somebody is: those that are left out, or written as any vowel, say little. */
const TELLING: ReadonlyMap<string, number> = new Map(
  [...'اأإآويیىعهאויהע']
    .map((sign): [string, number] => [sign, 0.5])
    .concat([
      ['ح', 0.7],
      ['ח', 0.7],
      ['ة', 0.25],
      ['ء', 0],
      ['ٱ', 0],
    ]),
);
const LIKENESS = { least: 0.82, each: 0.045, most: 0.96 };

/** What short vowels cost, which Arabic does not write: one letter nothing, a long one a little, a diphthong much. */
const SHORT = { y: 0.15, ou: 0.02, long: 0.15, diphthong: 0.45, besideVowel: 0.3, behindGlide: 0.1, last: 0.35, silent: 0.05 };
const DOUBLED_FIRST = 0.1;
const ARTICLE_LETTER = { assimilated: 0.02, leftOut: 0.25 };
/** Costs beyond which no word is like another. */
const MOST = 1.2;

/** Whether a word begins with the article. */
function hasArticle(written: string): boolean {
  return written.startsWith(ARTICLE) && written.length > 3 && written !== 'الله';
}

/** The pattern of a word; undefined when it has other signs than letters of the script, or too many. */
export function patternOf(word: string): ArabicPattern | undefined {
  const length = word.length;
  if (length > MOST_SIGNS) return undefined;
  const written = word.replace(BEFORE_ARTICLE, '$1ٱ');
  const bare = hasArticle(written) ? ARTICLE.length : 0;
  let steps: Step[] = [];
  const [besideVowel, assimilated]: [number[], boolean[]] = [[], []];
  let [told, allows] = [0, VOWELS];
  for (let at = 0; at < length; at++) {
    const sign = written[at]!;
    const step = stepAt(written, at, at === bare ? bare : 0);
    if (!step) return undefined;
    steps.push(step);
    besideVowel.push(CARRIERS.has(sign) ? 0 : GLIDES.has(sign) ? SHORT.behindGlide : SHORT.besideVowel);
    assimilated.push(sign === 'ل' && at > 0 && isAlif(written[at - 1]!) && SUN_LETTERS.has(written[at + 1] ?? ''));
    if (at >= bare) told += TELLING.get(sign) ?? 1;
    allows |= step.allows;
  }
  let keys = keysOf(steps, assimilated, bare);
  if (keys.length > MOST_KEYS) {
    steps = steps.map((step) => step.usual ?? step);
    keys = keysOf(steps, assimilated, bare);
  }
  const best = Math.min(LIKENESS.most, LIKENESS.least + LIKENESS.each * told);
  const starts = startsOf(steps, assimilated, 0) | startsOf(steps, assimilated, bare);
  return { steps, besideVowel, assimilated, bare, best, keys, allows, starts };
}

const isAlif = (sign: string) => sign === 'ا' || sign === 'ٱ';

function keysOf(steps: readonly Step[], assimilated: readonly boolean[], bare: number): number[] {
  let known: Sounds[] = [NO_SOUNDS];
  for (let at = 0; at < steps.length; at++) {
    const { sounds } = steps[at]!;
    const mayGo = assimilated[at] || (bare > 0 && at === bare - 1);
    if (!mayGo && sounds.length === 1 && sounds[0]!.length === 0) continue;
    const longer = mayGo ? [...known] : [];
    for (const more of sounds) for (const before of known) longer.push(more.reduce(withSound, before));
    known = longer.length > 1 ? distinct(longer) : longer;
  }
  return known.map(({ hash }) => keyOf(hash));
}

function distinct(all: readonly Sounds[]): Sounds[] {
  return all.filter(({ hash, last }, at) => all.findIndex((other) => other.hash === hash && other.last === last) === at);
}

/** Letters that a word may begin with from a place on: the first that is not left out, or a vowel behind one that is. */
function startsOf(steps: readonly Step[], assimilated: readonly boolean[], from: number): number {
  let starts = 0;
  for (let at = from; at < steps.length; at++) {
    starts |= steps[at]!.starts;
    if (steps[at]!.leftOut === Infinity && !assimilated[at]) return starts;
    starts |= VOWELS;
  }
  return starts;
}

const codeOf = (letter: string) => letter.charCodeAt(0);
const [A, E, H, O, U, Y] = ['a', 'e', 'h', 'o', 'u', 'y'].map(codeOf) as [number, number, number, number, number, number];
const VOWELS = [...'aeiouy'].reduce((mask, letter) => mask | (1 << (codeOf(letter) - A)), 0);
const VOWEL: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => ('aeiou'.includes(String.fromCharCode(code)) ? 1 : 0));

/** Whether a Latin word of these letters (a bit each) that begins so could fit at all: the quickest to tell. */
export function mayFit({ steps, bare, assimilated, allows, starts }: ArabicPattern, letters: number, first: number): boolean {
  if ((letters & ~allows) !== 0 || first < A || (starts & (1 << (first - A))) === 0) return false;
  for (let i = bare; i < steps.length; i++) {
    const step = steps[i]!;
    if (step.leftOut === Infinity && (step.starts & letters) === 0 && !assimilated[i]) return false;
  }
  return true;
}

const rowOf = () => new Float32Array(MAX_LETTERS + 8).fill(Infinity);
/**
 * What it costs to come to each letter of the Latin word: behind a letter, behind a short vowel, and behind the next letter.
 * Infinite everywhere between two words: what is read is taken out.
 */
let [plain, next] = [rowOf(), rowOf()];
const voiced = rowOf();
/** The last letter of the Latin word that was come to. */
let furthest = 0;
/** The Latin word that is looked at, with zeros behind it. */
const latin = new Uint8Array(MAX_LETTERS + 8);

/** What it costs to write a word of the Arabic script as a Latin one in the best way; `Infinity` when it cannot be. */
function patternCost({ steps, besideVowel, assimilated, bare }: ArabicPattern, { bytes, at, length: m }: Letters): number {
  const n = steps.length;
  for (let j = 0; j < m; j++) latin[j] = bytes[at + j]!;
  for (let j = m; j < m + 6; j++) latin[j] = 0;
  let [from, cost] = [0, Infinity];
  furthest = 0;
  for (let i = 0; i <= n; i++) {
    // Before the first letter no vowel stands, as none stands behind another.
    if (i === 0 || i === bare) voiced[(from = 0)] = 0;
    let [to, reached] = [furthest, -1];
    for (let j = from; j <= to; j++) {
      const behind = plain[j]!;
      if (behind < MOST && vowelsAt(j, behind, besideVowel[i - 1]!, i === n)) to = Math.max(to, Math.min(m, j + 2));
      cost = Math.min(behind, voiced[j]!);
      plain[j] = voiced[j] = Infinity;
      if (cost >= MOST || i === n) continue;
      if (reached < 0) reached = j;
      letterAt(steps[i]!, j, cost);
      if (assimilated[i]) articleAt(j, cost);
    }
    if (i === n) return to === m ? cost : Infinity;
    [plain, next] = [next, plain];
    if (reached < 0 && i >= bare) return Infinity;
    from = Math.max(0, reached);
  }
  return cost;
}

function reach(row: Float32Array, j: number, cost: number): void {
  if (cost >= row[j]!) return;
  row[j] = cost;
  if (j > furthest) furthest = j;
}

/** Short vowels behind a letter; whether there are any. */
function vowelsAt(j: number, cost: number, beside: number, last: boolean): boolean {
  const first = latin[j]!;
  const second = latin[j + 1]!;
  if (VOWEL[first] === 0 && first !== Y) return false;
  const behindVowel = j > 0 && VOWEL[latin[j - 1]!] === 1;
  const before = cost + (behindVowel ? beside : 0);
  const end = last ? SHORT.last : 0;
  const silent = last && first === E && second === 0 && !behindVowel;
  reach(voiced, j + 1, before + (first === Y ? SHORT.y : 0) + (silent ? SHORT.silent : end));
  if (VOWEL[second] === 0 || first === Y) return true;
  const two = first === second ? SHORT.long : first === O && second === U ? SHORT.ou : SHORT.diphthong;
  reach(voiced, j + 2, before + two + end);
  return true;
}

/** A letter in each way that it is written, doubled ones as well; letters of two signs are doubled whole, too (`khkh`). */
function letterAt({ spellings, leftOut }: Step, j: number, before: number): void {
  reach(next, j, before + leftOut);
  const letter = latin[j]!;
  const begun = letter < A ? undefined : spellings[letter - A];
  if (begun === undefined) return;
  const doubled = latin[j + 1] === letter;
  for (let k = 0; k < begun.length; k++) {
    const { letters, cost, consonant } = begun[k]!;
    const behind = before + cost;
    const fits = startsAt(j, letters);
    if (fits) reach(next, j + letters.length, behind);
    if (!consonant) continue;
    if (fits && letters.length === 2 && letters[1] === H && startsAt(j + 2, letters)) reach(next, j + 4, behind);
    if (doubled && startsAt(j + 1, letters)) reach(next, j + 1 + letters.length, behind + (j === 0 ? DOUBLED_FIRST : 0));
  }
}

/** The `l` of an article as the consonant behind it, or not at all. */
function articleAt(j: number, before: number): void {
  reach(next, j, before + ARTICLE_LETTER.leftOut);
  const letter = latin[j]!;
  if (letter === 0 || VOWEL[letter] === 1) return;
  if (latin[j + 1] === letter) reach(next, j + 1, before + ARTICLE_LETTER.assimilated);
  if (latin[j + 1] === H && latin[j + 2] === letter && latin[j + 3] === H) reach(next, j + 2, before + ARTICLE_LETTER.assimilated);
}

function startsAt(at: number, letters: readonly number[]): boolean {
  for (let k = 0; k < letters.length; k++) if (latin[at + k] !== letters[k]) return false;
  return true;
}

/** How alike a Latin word is to a pattern, 0 to 1. Never 1: other words may be written so. */
export function patternLikeness(pattern: ArabicPattern, word: Letters): number {
  const cost = patternCost(pattern, word);
  return cost >= MOST ? 0 : Math.max(0, pattern.best - cost / Math.max(3, pattern.steps.length - pattern.bare));
}
