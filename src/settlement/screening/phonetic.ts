/**
 * The consonants of a word as many languages and transliterations would agree on them: `mohammed`, `muhamad` and Arabic's
 * `mhmd` give `mhmt`; `qaddafi`, `gadhafi` and `qdhafy` give `ktf`. A first vowel counts as `a`. Our own key, since the
 * usual ones (Soundex, metaphone) hear English only.
 */
export function phoneticKey(word: string): string {
  let key = '';
  let last = '';
  for (let i = 0; i < word.length;) {
    const length = groupLength(word, i);
    const sound = length > 1 ? GROUPS.get(word.slice(i, i + length))! : soundOf(word, i);
    if (sound === 'a' ? key === '' : sound !== '' && sound !== last) key += sound;
    last = sound;
    i += length;
  }
  return key;
}

/** Groups of letters for one sound. */
const GROUPS: ReadonlyMap<string, string> = new Map(
  'tsch s,dsch j,zch s,sch s,tch s,dzs j,dzh j,ph f,sh s,ch s,kh h,gh k,dh t,th t,ts s,tz s,cz s,sz s,zh s,ck k,qu k,dj j,dz s,ks k,wh v'
    .split(',')
    .map((pair): [string, string] => [pair.slice(0, -2), pair.slice(-1)]),
);

const GROUP_STARTS: ReadonlySet<string> = new Set([...GROUPS.keys()].map((group) => group[0]!));
const GROUP_SECONDS: ReadonlySet<string> = new Set([...GROUPS.keys()].map((group) => group[1]!));

function groupLength(word: string, at: number): number {
  const second = word[at + 1];
  if (second === undefined || !GROUP_SECONDS.has(second) || !GROUP_STARTS.has(word[at]!)) return 1;
  if (GROUPS.has(word.slice(at, at + 4))) return 4;
  if (GROUPS.has(word.slice(at, at + 3))) return Math.min(3, word.length - at);
  return GROUPS.has(word.slice(at, at + 2)) ? 2 : 1;
}

/** Letter and its sound, two by two. */
const SOUNDS: ReadonlyMap<string, string> = new Map(
  'aa ea ia oa ua ya bb pb fv vv wv dt tt ll mm nn rr hh jj ck gk kk qk xk ss zs'
    .split(' ')
    .map((pair): [string, string] => [pair[0]!, pair[1]!]),
);

function soundOf(word: string, at: number): string {
  const letter = word[at]!;
  if (letter === 'c' && 'eiy'.includes(word[at + 1] ?? ' ')) return 's';
  return SOUNDS.get(letter) ?? letter;
}

/** A word with vowels and doubled letters in one of their spellings: `noor` and `nur`, `youssef` and `yusef`. */
export function foldedSpelling(word: string): string {
  if (!mayFold(word)) return word;
  return word
    .replace(/oo|ou/g, 'u')
    .replace(/ee|ie|ij|iy|yi|y/g, 'i')
    .replace(/[aou]e/g, (both) => both[0]!)
    .replace(/(.)\1+/g, '$1');
}

const [E, U, Y] = ['e', 'u', 'y'].map((letter) => letter.charCodeAt(0)) as [number, number, number];

/** Whether there is an e, u or y in a word, or a doubled letter: what others have only one spelling. */
function mayFold(word: string): boolean {
  let last = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code === E || code === U || code === Y || code === last) return true;
    last = code;
  }
  return false;
}

const VOWEL_OF: Readonly<Record<string, string>> = { a: 'a', e: 'i', i: 'i', y: 'i', j: 'i', o: 'u', u: 'u', w: 'u' };

/** The vowels of a word in order, `e` as `i` and `o` as `u`, neighbours as one (`ai`, `ei` as `i`, `au`, `ou` as `u`). */
function vowelsOf(word: string): string {
  let [vowels, run] = ['', ''];
  // The first sound is told by the key, and which vowel it is differs most: Izzat and Azzat, Osama and Usama.
  let from = 0;
  while (from < word.length && VOWEL_OF[word[from]!] !== undefined && !(from === 0 && 'yjw'.includes(word[0]!))) from++;
  for (let i = from; i <= word.length; i++) {
    const vowel = i < word.length && !(i === 0 && 'yjw'.includes(word[0]!)) ? VOWEL_OF[word[i]!] : undefined;
    if (vowel) run += vowel;
    else if (run !== '') {
      vowels += run.includes('i') ? 'i' : run.includes('u') ? 'u' : 'a';
      run = '';
    }
  }
  return vowels;
}

/**
 * Whether two words of the same consonants may be the same word by their vowels: most agree, or one of the words has next
 * to none, as Arabic and Hebrew write; `unwritten` when it has none at all.
 */
export function vowelsAgree(a: string, b: string): boolean | 'unwritten' {
  const [own, theirs] = [vowelsOf(a), vowelsOf(b)];
  const [more, less] = own.length >= theirs.length ? [own, theirs] : [theirs, own];
  if (less.length === 0 && more.length > 0) return 'unwritten';
  if (less.length <= more.length / 3) return true;
  let common = 0;
  for (const vowel of more) if (vowel === less[common]) common++;
  return common >= less.length - (less.length > 2 ? 1 : 0) && more.length - less.length <= 1;
}
