/** Longest word that is compared in full; of a longer one the first letters count. */
export const MAX_LETTERS = 40;

/** A word as ASCII letters within a larger array, so that comparing makes no strings. */
export type Letters = {
  readonly bytes: Uint8Array;
  at: number;
  length: number;
  /** Where each letter stands, a bit a place, by character code; for a word that is held against many, of at most 32 letters. */
  readonly places?: Int32Array;
};

const usedA = new Uint8Array(MAX_LETTERS);
const usedB = new Uint8Array(MAX_LETTERS);

/** Jaro's similarity (1989) of two words of at most `MAX_LETTERS` letters, 0 to 1. */
export function jaro(a: Letters, b: Letters): number {
  const [n, m] = [a.length, b.length];
  const reach = Math.max(0, (Math.max(n, m) >> 1) - 1);
  // Words are short: a call to fill takes longer than this.
  for (let i = 0; i < n; i++) usedA[i] = 0;
  for (let j = 0; j < m; j++) usedB[j] = 0;
  let matches = 0;
  for (let i = 0; i < n; i++) {
    const code = a.bytes[a.at + i]!;
    const to = Math.min(m, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < to; j++) {
      if (usedB[j] !== 0 || b.bytes[b.at + j] !== code) continue;
      usedA[i] = usedB[j] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  return (matches / n + matches / m + (matches - transposedOf(a, b) / 2) / matches) / 3;
}

function transposedOf(a: Letters, b: Letters): number {
  let [transposed, j] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (usedA[i] === 0) continue;
    while (usedB[j] === 0) j++;
    if (a.bytes[a.at + i] !== b.bytes[b.at + j++]) transposed++;
  }
  return transposed;
}

/** Winkler's addition (1990): each of the first `prefix` (at most 4) equal letters takes away a tenth of what is missing. */
export function winkler(similarity: number, prefix: number): number {
  return similarity + prefix * 0.1 * (1 - similarity);
}

/** How many of the first four letters are equal. */
export function prefixOf(a: Letters, b: Letters): number {
  const most = Math.min(4, a.length, b.length);
  let prefix = 0;
  while (prefix < most && a.bytes[a.at + prefix] === b.bytes[b.at + prefix]) prefix++;
  return prefix;
}

/** Letters that begin the same sound somewhere: a bit for each sound, by character code. */
const FIRST: Uint16Array = (() => {
  const bits = new Uint16Array(128);
  ['aeiouyh', 'jyig', 'ckqgx', 'szcx', 'vwfbp', 'uwvo', 'dt', 'hk', 'jz'].forEach((letters, sound) => {
    for (const letter of letters) bits[letter.charCodeAt(0)]! |= 1 << sound;
  });
  return bits;
})();

/** Whether two letters may begin the same sound. */
export function soundAlikeFirst(a: number, b: number): boolean {
  return a === b || (FIRST[a]! & FIRST[b]!) !== 0;
}

/** Share of letters that stay when one word is turned into the other by the fewest insertions, deletions and changes. */
export function keptLetters(a: Letters, b: Letters): number {
  const edits = a.places ? editsByPlaces(a.places, a.length, b) : editsByRows(a, b);
  return 1 - edits / Math.max(a.length, b.length);
}

/**
 * The fewest edits, a column of the table at a time: each bit tells whether a cell is one more or one less than the cell
 * above (Myers, J. ACM 46, 1999, in the form of Hyyrö, 2003).
 */
function editsByPlaces(places: Int32Array, n: number, { bytes, at, length }: Letters): number {
  const last = 1 << (n - 1);
  let more = -1;
  let less = 0;
  let edits = n;
  for (let j = at; j < at + length; j++) {
    const equal = places[bytes[j]!]!;
    const down = equal | less;
    const across = (((equal & more) + more) ^ more) | equal;
    let moreAcross = less | ~(across | more);
    const lessAcross = (more & across) << 1;
    if ((moreAcross & last) !== 0) edits++;
    else if ((more & across & last) !== 0) edits--;
    moreAcross = (moreAcross << 1) | 1;
    more = lessAcross | ~(down | moreAcross);
    less = moreAcross & down;
  }
  return edits;
}

const row = new Uint8Array(MAX_LETTERS + 1);

function editsByRows(a: Letters, b: Letters): number {
  const [n, m] = [a.length, b.length];
  for (let j = 0; j <= m; j++) row[j] = j;
  for (let i = 1; i <= n; i++) {
    const code = a.bytes[a.at + i - 1];
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= m; j++) {
      const changed = diagonal + (code === b.bytes[b.at + j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(changed, diagonal + 1, row[j - 1]! + 1);
    }
  }
  return row[m]!;
}

/** Reads an ASCII word into letters. */
export function lettersFrom(word: string): Letters {
  const length = Math.min(word.length, MAX_LETTERS);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = word.charCodeAt(i);
  if (length > 32) return { bytes, at: 0, length };
  const places = new Int32Array(128);
  for (let i = 0; i < length; i++) places[bytes[i]!]! |= 1 << i;
  return { bytes, at: 0, length, places };
}

/** What it costs to read one letter as another, 1 when they have nothing to do with each other. */
const CHANGE: Float32Array = (() => {
  const costs = new Float32Array(128 * 128).fill(1);
  const pairs = `iy.1 ou.25 uw.3 ie.3 ye.3 ae.4 ao.4 oe.5 eu.5 ai.55 au.5 iu.5 ck.2 kq.15 cq.3 gk.35 gq.35 sz.25 cs.4 cz.4 vw.2 fv.35 bp.5 bv.5 dt.4
    jy.2 ij.2 gj.35 gh.35 hk.5 ks.8 xk.6 xs.5 xh.6 zj.45 jz.45 mn.6 lr.8 fp.5 dz.6 cj.6 qg.35 hx.5`;
  for (const pair of pairs.split(/\s+/)) {
    const [a, b] = [pair.charCodeAt(0), pair.charCodeAt(1)];
    costs[a * 128 + b] = costs[b * 128 + a] = Number(pair.slice(2));
  }
  for (let letter = 0; letter < 128; letter++) costs[letter * 128 + letter] = 0;
  return costs;
})();

/** What it costs to leave a letter out. */
const DROP: Float32Array = (() => {
  const costs = new Float32Array(128).fill(1);
  for (const [letters, cost] of [
    ['aeiou', 0.5],
    ['yj', 0.35],
    ['h', 0.35],
    ['w', 0.6],
    ['k', 0.8],
    ['c', 0.8],
  ] as const) {
    for (const letter of letters) costs[letter.charCodeAt(0)] = cost;
  }
  return costs;
})();
const DOUBLED = 0.2;
const PLURAL = 0.6;
/** A word is remembered by its first letter, which is rarely mistaken. */
const FIRST_LETTER = 0.3;
const SWAPPED = 0.7;

const rows = [new Float32Array(MAX_LETTERS + 1), new Float32Array(MAX_LETTERS + 1), new Float32Array(MAX_LETTERS + 1)] as const;
const dropped = new Float32Array(MAX_LETTERS);

/**
 * How far two words are apart when each change costs what it says: another vowel or another way to write a sound little, a
 * sound of its own 1. 0 is equal.
 */
export function soundDistance(a: Letters, b: Letters): number {
  let [before, above, current]: [Float32Array, Float32Array, Float32Array] = [rows[0], rows[1], rows[2]];
  const { bytes, at, length } = b;
  above[0] = 0;
  for (let j = 0; j < length; j++) {
    dropped[j] = dropCost(b, j);
    above[j + 1] = above[j]! + dropped[j]!;
  }
  let last = -1;
  for (let i = 1; i <= a.length; i++) {
    const own = a.bytes[a.at + i - 1]!;
    const dropOwn = dropCost(a, i - 1);
    let left = above[0]! + dropOwn;
    current[0] = left;
    for (let j = 1; j <= length; j++) {
      const theirs = bytes[at + j - 1]!;
      let least = above[j - 1]! + CHANGE[own * 128 + theirs]!;
      if (i === 1 && j === 1 && own !== theirs) least += FIRST_LETTER;
      least = Math.min(least, above[j]! + dropOwn, left + dropped[j - 1]!);
      if (last === theirs && j > 1 && own === bytes[at + j - 2]) least = Math.min(least, before[j - 2]! + SWAPPED);
      current[j] = left = Math.fround(least);
    }
    last = own;
    [before, above, current] = [above, current, before];
  }
  return above[length]!;
}

const [C, K, S] = ['c', 'k', 's'].map((letter) => letter.charCodeAt(0)) as [number, number, number];

function dropCost({ bytes, at, length }: Letters, place: number): number {
  const letter = bytes[at + place]!;
  if (place === 0) return DROP[letter]! + FIRST_LETTER;
  // `ck` and `k` are one sound, and a last `s` is often only a plural.
  if (letter === C && place + 1 < length && bytes[at + place + 1] === K) return DOUBLED;
  if (letter === S && place === length - 1) return PLURAL;
  return bytes[at + place - 1] === letter ? DOUBLED : DROP[letter]!;
}

/** Which letters a word has: a bit each, digits share one. */
export function maskOf(word: string): number {
  let mask = 0;
  for (let i = 0; i < word.length; i++) mask |= 1 << letterOf(word.charCodeAt(i));
  return mask;
}

/** Which letters a word has more than once. */
export function repeatsOf(word: string): number {
  let [once, twice] = [0, 0];
  for (let i = 0; i < word.length; i++) {
    const letter = 1 << letterOf(word.charCodeAt(i));
    twice |= once & letter;
    once |= letter;
  }
  return twice;
}

/** The bit of a letter. */
export const letterOf = (code: number) => (code >= 97 && code <= 122 ? code - 97 : 26);

/** How many bits of a mask are set. */
export function bitCount(mask: number): number {
  let x = mask - ((mask >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
