/**
 * What the letters of a word stand for in the standards by which names of other scripts are written in Latin ones: `Hrusev`,
 * `Xrushhyov`, `Chruschtschow` and `Khrushchev` are one name in four of them. Which standard a word was written by nobody
 * tells, so it is read by each that its letters give reason for. A reading is a row of sounds, each of them a set of those that
 * the letters leave open (without its mark `s` may be `š`). Two words are one where, in some reading of each, the sounds of
 * every place have one in common.
 */

/** Sounds, each a bit: `c` is ts, `C` tsch, `Q` shch, `D` dz, `J` dzh, `x` kh; `a`, `i` and `u` are classes of vowels, `o` as `u` is one, `j` glides. */
const SOUNDS = 'szSZcCJDQxhgktdbpfvlmnraiuoj';
const bitOf = (sound: string) => 1 << SOUNDS.indexOf(sound);
/** Sounds that some standard writes alike are of one class: those that hiss, and those of the throat. */
const CLASSES = ['szSZcCJDQ', 'xhg', 'uo', 'vf', ...'ktdbplmnraij'];

/** Groups of letters and what they stand for, sounds behind each other divided by `+`; those of a standard come before these. */
const EVERYWHERE =
  'b b,p p,ph f,f f,v v,w v,t t,th t,d d,dh d,l l,m m,n n,r r,k k,q k,g gh,gh gh,a a,e i,i j,y j,o o,u u,ou u,oo u,ee i,' +
  'kh x,h h,sh S,zh Z,s s,z z,ts c,tz c,tc c,dz D,dzh J,x k+s,c k,ieia a,ieiu u';
const MARKED = 's sSQ,z zZ,c cC,sc Q,ch x,x x,h hx,j j,dz DJ';
const GERMAN = 'sch SZ,tsch C,schtsch Q,dsch J,ds D,sh sz+h,zh c+h,ch x,ck k,z c,s sz,j j';
const STANDARDS = {
  english: 'ch C,tch C,shch Q,j J,dj J,ck k,ce s+i,ci s+i,cy s+i',
  marked: MARKED,
  gost: 'shh Q,cz c,c c,ch C,x x,j j',
  french: 'ch S,tch C,chtch Q,j Z,dj J,gue gh+i,gui gh+i,ck k,ce s+i,ci s+i,zh z+h',
  german: GERMAN,
  caucasian: 'j JD,c cC,s sS,z zZ,x x,ch C',
  belarusian: 'ch C,j j,ou o+v',
  national: `${MARKED},ou o+v`,
  gaj: `${MARKED},dj J`,
  bare: 'ch C,dj d,j j',
  apart: 'ch C,shch Q,j j,dh d+h',
  bulgarian: 'ch C,sht Q,j j',
  arabic: 'ch C,dh z,j J',
  egyptian: `${MARKED},g J,j JD`,
  persian: `${MARKED},j J,q g,ey a`,
  greek: 'ch x,h hx,gg n+g,gk n+g,nk n+g,gx n+k+s,gch n+x,eua i+vf+a,euo i+vf+o,eue i+vf+i,aua a+vf+a,aue a+vf+i',
  indic: 'ch C,chh C,j J,c C,jh J,s sS',
} as const;
type Standard = keyof typeof STANDARDS;

/**
 * What gives reason to read a word otherwise than English does; and what of that changes the classes of its sounds, so that the word
 * is filed under another key.
 */
const REASONS: readonly (readonly [standard: Standard, reason: RegExp, otherKey: RegExp])[] = [
  ['marked', /^(?!.*(?:sh|zh|kh|tch|sch)).*[szcjxh]/, /[cjx]|h$/],
  ['gost', /x|c(?!h)|shh|j/, /[xcj]|shh/],
  ['french', /(?<!s)ch|j|gu[ei]|ine$|zh/, /j|gu[ei]|ine$|zh|c/],
  ['german', /z|s|j|ch/, /[jcx]|[sz]h|ds/],
  ['caucasian', /^(?!.*(?:sh|zh|kh)).*[jx]/, /[jx]/],
  ['belarusian', /ou(?:[^aeiouyj]|$)/, /ou/],
  ['national', /^(?!.*(?:sh|zh|kh|tch|sch)).*ou(?:[^aeiouyj]|$)/, /ou/],
  ['gaj', /dj/, /dj/],
  ['bare', /dj/, /dj/],
  ['apart', /dh/, /dh/],
  ['bulgarian', /sht/, /sht/],
  ['arabic', /dh|[^aeiou]at$/, /dh|at$/],
  ['egyptian', /^(?!.*(?:sh|zh|kh|gh)).*(?:g|[^aeiou]at$)/, /g|at$/],
  ['persian', /q|ey|[^aeiou]eh?$/, /q|ey|eh?$/],
  [
    'greek',
    /^(?!.*(?:j|c(?!h))).*(?:^mp|^nt|(?:gg|gk|nk|ng|gx|nx|gch|ch|h|eu|au).*(?:[aeiou]s|[aeiou])$)/,
    /^mp|^nt|g[gkxc]|n[kgx]|[ea]u|ch/,
  ],
  ['indic', /[^aeiouy]a$|m[^aeioumbpf]|c[^hk]|jh|chh/, /a$|m[^aeioumbpf]|c|jh/],
];
/** What any of them needs to change a key: many words have none of it. */
const ANY_OTHER_KEY = /[cjxqg]|ey|sh|ds|dh|zh|ou|ine$|at$|eh?$|a$|h$|^mp|^nt|n[kgx]|[ae]u|m[^aeioumbpf]/;

/** Groups by their first letter, the longest first, and the rows of sounds that they stand for. */
type Group = readonly [letters: string, sounds: readonly number[]];
const GROUPS: Readonly<Record<Standard, readonly (readonly Group[])[]>> = (() => {
  const table = (own: string) => {
    const known = new Map(`${EVERYWHERE},${own}`.split(',').map((pair) => pair.split(' ') as [string, string]));
    const byFirst: Group[][] = Array.from({ length: 26 }, () => []);
    for (const [letters, sounds] of known) {
      const sets = sounds.split('+').map((set) => Array.from(set).reduce((all, sound) => all | bitOf(sound), 0));
      byFirst[letters.charCodeAt(0) - 97]!.push([letters, sets]);
    }
    for (const groups of byFirst) groups.sort(([one], [other]) => other.length - one.length);
    return byFirst;
  };
  return Object.fromEntries(Object.entries(STANDARDS).map(([standard, own]) => [standard, table(own)])) as never;
})();

/** How each class stands in a key. */
const NAMES: readonly string[] = CLASSES.map((sounds) => sounds[0]!);
const CLASS_OF: readonly number[] = Array.from(SOUNDS, (sound) => CLASSES.findIndex((one) => one.includes(sound)));
const classOf = (set: number) => CLASS_OF[31 - Math.clz32(set & -set)]!;
const [A, I, U, O, J, H] = Array.from('aiuojh', bitOf) as [number, number, number, number, number, number];
/** What the u of `au` and `eu` is. */
const GLIDED = bitOf('v') | bitOf('f');
const isVowel = (set: number) => (set & (A | I | U | O | J)) !== 0;

/** A word as one standard reads it: its sounds in order, the class of each, and how alike words are that meet in it. */
export type Reading = { readonly sounds: readonly number[]; readonly key: string; readonly alike: number };

function soundsBy(standard: Standard, word: string): number[] {
  const groups = GROUPS[standard];
  const sounds: number[] = [];
  for (let at = 0; at < word.length;) {
    const group = groupAt(groups[word.charCodeAt(at) - 97], word, at);
    if (group) for (const set of group[1]) sounds.push(set);
    at += group ? group[0].length : 1;
  }
  return sounds;
}

function groupAt(groups: readonly Group[] | undefined, word: string, at: number): Group | undefined {
  if (groups) for (const group of groups) if (word.startsWith(group[0], at)) return group;
  return undefined;
}

/** Sounds with each run of vowels brought to one form, neighbours of one class as one, and no h behind the last vowel. */
function evened(sounds: readonly number[], soft: number): number[] {
  const found: number[] = [];
  const { length } = sounds;
  for (let at = 0; at < length;) {
    const own = sounds[at]!;
    if (isVowel(own)) {
      let to = at + 1;
      while (to < length && isVowel(sounds[to]!)) to++;
      putVowels(found, sounds, { at, to, softens: soft !== 0, glide: at > 0 && (sounds[at - 1]! & soft) !== 0 ? J : 0 });
      at = to;
      continue;
    }
    const silent = own === H && at === length - 1 && at > 0 && isVowel(sounds[at - 1]!);
    if (!silent) put(found, own);
    at++;
  }
  return found;
}

function put(found: number[], set: number): void {
  const last = found.length - 1;
  if (last >= 0 && classOf(found[last]!) === classOf(set)) found[last]! |= set;
  else found.push(set);
}

type Run = { at: number; to: number; softens: boolean; glide: number };

/** Glides beside a vowel go, and make the o behind them an i where they soften (`Solovyov`, `Solovev`); the last u of `au` and `eu` is a v. */
function putVowels(found: number[], sounds: readonly number[], { at, to, softens, glide }: Run): void {
  let [any, before] = [false, glide];
  for (let place = at; place < to; place++) {
    const own = sounds[place]!;
    if (own !== J) {
      any = true;
      if (softens && own === O && before === J) put(found, I);
      else if (own === U && place === to - 1 && (before === A || before === I)) put(found, GLIDED);
      else put(found, own === O || own === U ? O | U : own);
    }
    before = own;
  }
  if (!any) put(found, I);
}

/** Likeness of words that are one by some standard; a last `a` more or less, as Hindi has it, may be another name (`Amin`, `Amina`). */
export const ROMANISED = { most: 0.92, loose: 0.9 };

/** Letters of the shortest word that is read, and consonants that it has at the least: syllables of Chinese or Korean are too like each other. */
const FEWEST = { letters: 4, consonants: 2 };
/** Words of one vowel have it of three letters, or a consonant behind two, as no syllable of Chinese has. */
const VOWELLED = /[aeiouyj]{3}|[ae][iy][^aeiouy]|[aeiouy][^aeiouy]+[aeiouy]/;
/** An o that may be softened. */
const SOFTENED = /[ijy]o|scho/;
const NEVER = 0;
/** What softens the o behind it in German: `Gorbatschow` is Gorbachev. */
const HISSING = Array.from('SCZQ', bitOf).reduce((all, sound) => all | sound, 0);

function readingOf(sounds: readonly number[], alike: number): Reading | undefined {
  let consonants = 0;
  for (const set of sounds) if (!isVowel(set)) consonants++;
  if (consonants < FEWEST.consonants) return undefined;
  let key = '';
  for (const set of sounds) key += NAMES[classOf(set)]!;
  return { sounds, key, alike };
}

/** A word without what a standard writes and others do not: silent ends, and the two letters of one sound that Greek begins with. */
function trimmed(standard: Standard, word: string): string {
  if (standard === 'french') return word.replace(/(?<=[nv])e$/, '');
  if (standard === 'arabic' || standard === 'egyptian') return word.replace(/(?<=[^aeiou]a)t$/, '');
  if (standard === 'persian') return word.replace(/(?<=[^aeiou])eh?$/, 'a');
  if (standard === 'greek') return word.replace(/^mp/, 'b').replace(/^nt/, 'd');
  return standard === 'indic' ? word.replace(/a$/, '').replace(/m(?=[^aeioumbpf])/g, 'n') : word;
}

function readingsBy(standard: Standard, word: string): Reading[] {
  const sounds = soundsBy(standard, trimmed(standard, word));
  const alike = standard === 'indic' ? ROMANISED.loose : ROMANISED.most;
  const plain = readingOf(evened(sounds, NEVER), alike);
  if (!plain) return [];
  if (!SOFTENED.test(word)) return [plain];
  const soft = readingOf(evened(sounds, standard === 'german' ? HISSING | J : J), alike);
  return soft && soft.key !== plain.key ? [plain, soft] : [plain];
}

function standardsFor(word: string, other: boolean): Standard[] {
  const found: Standard[] = ['english'];
  if (other && !ANY_OTHER_KEY.test(word)) return found;
  for (const [standard, reason, otherKey] of REASONS) if ((!other || otherKey.test(word)) && reason.test(word)) found.push(standard);
  return found;
}

const isRead = (word: string) => word.length >= FEWEST.letters && word.charCodeAt(0) >= 97 && !word.includes('/') && VOWELLED.test(word);

/** A word in all of its readings. */
export type Romanised = readonly Reading[];

/** How a word may be read; nothing of one that is too short to tell. */
export function romanised(word: string): Romanised {
  return isRead(word) ? standardsFor(word, false).flatMap((standard) => readingsBy(standard, word)) : [];
}

/** Keys under which a word is filed: any two that are one by `romanisedLikeness` share one. */
export function romanisedKeys(word: string): string[] {
  if (!isRead(word)) return [];
  const keys: string[] = [];
  for (const standard of standardsFor(word, true)) {
    for (const { key } of readingsBy(standard, word)) if (!keys.includes(key)) keys.push(key);
  }
  return keys;
}

/** How alike two words are by the standards of romanisation; 0 when they are not one name by any. */
export function romanisedLikeness(a: Romanised, b: Romanised): number {
  let most = 0;
  for (const own of a) for (const theirs of b) if (meets(own, theirs)) most = Math.max(most, Math.min(own.alike, theirs.alike));
  return most;
}

const meets = (a: Reading, b: Reading) => a.key === b.key && a.sounds.every((set, at) => (set & b.sounds[at]!) !== 0);
