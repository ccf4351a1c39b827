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
  'sch s,tch s,dzh j,ph f,sh s,ch s,kh h,gh k,dh t,th t,ts s,tz s,cz s,sz s,zh s,ck k,qu k,dj j,dz s,ks k,wh v'
    .split(',')
    .map((pair): [string, string] => [pair.slice(0, -2), pair.slice(-1)]),
);

const GROUP_STARTS: ReadonlySet<string> = new Set([...GROUPS.keys()].map((group) => group[0]!));
const GROUP_SECONDS: ReadonlySet<string> = new Set([...GROUPS.keys()].map((group) => group[1]!));

function groupLength(word: string, at: number): number {
  const second = word[at + 1];
  if (second === undefined || !GROUP_SECONDS.has(second) || !GROUP_STARTS.has(word[at]!)) return 1;
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
  if (!/[euy]|(.)\1/.test(word)) return word;
  return word
    .replace(/oo|ou/g, 'u')
    .replace(/ee|ie|ij|iy|yi|y/g, 'i')
    .replace(/[aou]e/g, (both) => both[0]!)
    .replace(/(.)\1+/g, '$1');
}
