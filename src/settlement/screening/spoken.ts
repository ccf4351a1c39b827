/**
 * How a word is said, by the custom of those who wrote it: `Prigoschin`, `Prigojine`, `Prigožin` and `Prigozhin` are one
 * sound. Which custom that is nobody tells, so a word has a form for each that reads it another way.
 *
 * Forms are in letters of our own: C tsch, J dsch, S sh and zh (German has one spelling for both), s also z (the same), c ts,
 * h also kh, v also w, Y ai and ei, y a glide before a vowel. Doubled letters are one.
 */

/** Customs: English; German and Slavonic in Latin letters (j as y, ch as kh); French; Turkish. */
const CUSTOMS = {
  english: 'ch C,j J',
  slavonic: 'ch h,j y,cz C,sz S,szcz SC,c c,rz S',
  french: 'ch S,j S,gue ge,gui gi,guy gi',
  turkish: 'ch C,c J,j S',
} as const;
type Custom = keyof typeof CUSTOMS;

/** Groups that are said alike everywhere. */
const COMMON =
  'schtsch SC,shch SC,chtch SC,stch SC,tsch C,tch C,dsch J,dzh J,dj J,sch S,zh S,sh S,kh h,gh g,ph f,th t,dh d,ts c,tz c,ck k,cq k,qu k,q k,x ks,w v,z s,ou u,oo u,ee i,aa a';

type Group = readonly [letters: string, said: string];

/** Groups of a custom by their first letter, the longest first; undefined for letters that begin none. */
const GROUPS: Readonly<Record<Custom, readonly (readonly Group[] | undefined)[]>> = (() => {
  const table = (text: string) => {
    const byFirst: (Group[] | undefined)[] = Array.from({ length: 128 }, () => undefined);
    for (const pair of text.split(',')) {
      const [letters = '', said = ''] = pair.split(' ');
      (byFirst[letters.charCodeAt(0)] ??= []).push([letters, said]);
    }
    for (const groups of byFirst) groups?.sort((one, other) => other[0].length - one[0].length);
    return byFirst;
  };
  // What a custom says of its own comes before what is said alike everywhere.
  return Object.fromEntries(Object.entries(CUSTOMS).map(([custom, own]) => [custom, table(`${own},${COMMON}`)])) as never;
})();

const codes = (letters: string) => {
  const has = new Uint8Array(128);
  for (const letter of letters) has[letter.charCodeAt(0)] = 1;
  return has;
};
const [VOWELS, GLIDES, SOFTENING] = [codes('aeiou'), codes('yi'), codes('eiy')];
const SOUNDING = codes('aeiouY');
const [A, C, E, O, U] = Array.from('aceou', (letter) => letter.charCodeAt(0)) as [number, number, number, number, number];

/** A word with its groups of letters said, vowels and glides still as they are written. */
function saidBy(custom: Custom, word: string): string {
  const groups = GROUPS[custom];
  let [said, from] = ['', 0];
  for (let i = 0; i < word.length;) {
    const code = word.charCodeAt(i);
    const group = groupAt(groups[code], word, i);
    if (!group && code !== C) {
      i++;
      continue;
    }
    if (from < i) said += word.slice(from, i);
    said += group ? group[1] : SOFTENING[word.charCodeAt(i + 1)] === 1 ? 's' : 'k';
    i += group ? group[0].length : 1;
    from = i;
  }
  said = from === 0 ? word : said + word.slice(from);
  return said.endsWith('eh') ? `${said.slice(0, -2)}ah` : said;
}

function groupAt(groups: readonly Group[] | undefined, word: string, at: number): Group | undefined {
  if (groups) for (const group of groups) if (word.startsWith(group[0], at)) return group;
  return undefined;
}

/** Vowels, glides and doubled letters of what is said, brought to one spelling. */
function evened(said: string, custom: Custom): string {
  let [form, last] = ['', 0];
  const put = (letter: string) => {
    form += letter;
    last = letter.charCodeAt(0);
  };
  for (let i = 0; i < said.length; i++) {
    const code = said.charCodeAt(i);
    if (code === last) continue;
    if (GLIDES[code] === 0) {
      // What a letter softens is not told everywhere: medvediev and medvedev, solovyov and solovev.
      const softens = last === GLIDE && (code === E || (code === O && form.length > 1)) && SOUNDING[form.charCodeAt(form.length - 2)] !== 1;
      if (softens) form = form.slice(0, -1);
      put(softens ? 'e' : said[i]!);
      continue;
    }
    while (GLIDES[said.charCodeAt(i + 1)] === 1) i++;
    if (last === A || last === E) {
      form = form.slice(0, -1);
      put('Y');
    } else put(last === O || last === U || VOWELS[said.charCodeAt(i + 1)] === 1 ? 'y' : 'i');
  }
  return ended(form, custom);
}

const GLIDE = 'y'.charCodeAt(0);
const isVowel = (letter: string) => VOWELS[letter.charCodeAt(0)] === 1;

/** Ends that are written or not: `-off` and `-ov`, `-ine` and `-in`, `-ah` and `-a`. */
function ended(form: string, custom: Custom): string {
  if (form.length < 4) return form;
  const [before, last] = [form[form.length - 2]!, form[form.length - 1]!];
  if (last === 'h') return isVowel(before) ? form.slice(0, -1) : form;
  if (last === 'f') return before === 'o' || before === 'e' ? `${form.slice(0, -1)}v` : form;
  // Belarusian has -enka for what is -enko elsewhere.
  if (last === 'a') return form.endsWith('enka') ? `${form.slice(0, -1)}o` : form;
  return last === 'e' && custom === 'french' && !isVowel(before) ? form.slice(0, -1) : form;
}

/** Shortest word that has forms, and fewest vowels of one: of a syllable of Chinese or Korean one custom makes another. */
const SHORTEST = { word: 4, vowels: 2 };

/** What gives a custom reason to read a word otherwise than English does. */
const OTHERWISE: readonly (readonly [Custom, RegExp])[] = [
  ['slavonic', /c(?![kq])|j|sz|rz/],
  ['french', /(?<!s)ch|j|gu[eiy]|[aeiou][mnv]e$/],
  ['turkish', /c(?![hkqz])/],
];

/** What any of them needs, told at once: most words have none of it. */
const ANY = /[cj]|[rs]z|gu[eiy]|[mnv]e$/;

const NONE: readonly string[] = [];

/** The forms in which a word may be said, the English one first; none of a word too short to tell. */
export function spokenForms(word: string): readonly string[] {
  if (word.length < SHORTEST.word || word.charCodeAt(0) < 97) return NONE;
  const first = evened(saidBy('english', word), 'english');
  if (!hasVowels(first)) return NONE;
  const forms = [first];
  if (!ANY.test(word)) return forms;
  for (const [custom, reason] of OTHERWISE) {
    if (!reason.test(word)) continue;
    const form = evened(saidBy(custom, word), custom);
    if (!forms.includes(form) && hasVowels(form)) forms.push(form);
  }
  return forms;
}

function hasVowels(form: string): boolean {
  let count = 0;
  for (let i = 0; i < form.length; i++) if (SOUNDING[form.charCodeAt(i)] === 1 && ++count === SHORTEST.vowels) return true;
  return false;
}

/** Whether two words have a form in common. */
export function spokenAlike(a: string, b: string): boolean {
  const forms = spokenForms(a);
  return forms.length > 0 && spokenForms(b).some((form) => forms.includes(form));
}
