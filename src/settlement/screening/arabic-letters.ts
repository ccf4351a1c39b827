/**
 * How each letter of the Arabic script is written in Latin letters, in English, French and Maghrebi, German, Turkish, Persian,
 * Urdu and Pashto custom, and each of the Hebrew one, which leaves vowels out as well. Ours, from the spellings that passports and lists have for names they give in both scripts.
 */

/** One way to write a letter: Latin letters (none when it is left out), what it costs (0 is usual), and its sounds. */
export type Spelling = {
  readonly letters: readonly number[];
  readonly cost: number;
  /** What the Latin letters leave in the key of a word. */
  readonly sounds: readonly number[];
  readonly consonant: boolean;
};

/**
 * Letters, and how each of them is written, with its cost where that is unusual; `-` is nothing. `^` stands for letters that
 * begin a word, `$` for those that end it; elsewhere, and where there is no such line, the plain line holds.
 */
const TABLE = `
^اأ a e i o u ou.05 aa.05 y.4 -.15
^إ i e a.1 y.1 -.2
اأإ a aa e.1 o.25 i.5 -.5
اأ$ a aa ah.1 e.15 o.25 -.5
آ a aa o.2
ٱ a e i u o -.05
ء - a.2
ؤ - u o ou w.1
ئ - i e y
ع -
ع$ - a e.05 i.1 aa.05
ب b p.2
ب$ b p.05
پ p b.2
ت t
ٹټ t
ث th t.05 s.05 c.2
ج j g.05 dj dsch dzh.1 c.15 dg.1 ch.3 gu.1
چ ch tch tsch c.1 sh.2 j.3
ح h -.2 kh.2 ch.25
خ kh h.1 ch.1 k.15 x.1 q.3
د d t.15 dh.15
د$ d t.05 dh.15
ډڈ d
ذ dh d z th.05
ر r
ړڑ r d.2 rr
ز z s.2
ژږ zh j.1 z.15 g.15 sh.2
س s c.15 z.25 sc.1
ش sh ch sch s.15 c.25 sz.15
ښ sh kh.05 x.05
ص s c.2 z.25
ض d dh z.05 th.2
ط t th.2
ظ z dh th.05 d.1
غ gh g.05 r.25 rh.1 kh.25 q.25
ف f ph.1 v.2 p.3
ڤ v f
ق q k g.05 c.1 gh.1 gu.1 kh.25
كک k c.05 q.15 kh.2 ch.2 g.3 qu.1
گ g gh.15 k.3 gu.1
ل l
م m
ن n
ںڼ n
ه h -.25
ه$ h a e ah eh i.3 -.25
ة at et t.05 a.1 e.1 ath
ة$ a e ah eh at et ath.1 h.15 i.3 -.3
^و w v.1 ou.1 u.1 o.1
و u o ou oo w v.15 -.6
و$ u o ou oo w v.2 -.2
^ي y i.05 e.2 j.15
ي i y e ee ii ie.05 ei.05 ea.2 iy yy -.7
ي$ i y ee ii ie.05 iy iyy.05 yy.05 e.15 a.3 -.4
ى i y e ee
ى$ a i y e.1 ee.05 ah.1 iy ie.1
ی i y e ee ii ie.05 ei.05 ea.2 iy yy -.7
^ی y i.05 e.2 j.15
ی$ i y a.05 ee e.05 ii ie.05 iy iyy.05 ah.2 -.4
ےۍ i e y
ۆ o u w
ە a e
^א a e i o u ai.1 ei.1 y.4 -.15
א a e o.1 aa.1 i.3 u.3 -
א$ a ah aa e.1 -
ב v b w.2 f.2
^ב b v.3
ג g gh.1 j.2 h.2
ד d dh.2 t.3
ה h -.1 a.3
ה$ a ah eh h e.1 o.1 oh.15 -.3
^ו v w u.2 o.2
ו u o ou oo v w.1 f.3 -.6
ו$ u o ou v w f.3 ow.1
װ v w ou.1 u.2
ז z s.2 zh.2 j.3
ח h kh ch -.3
ט t th.2
^י y j.1 i.05 e.3 ye
י i y e ee ei.05 ie.05 ai.2 j.1 iy -.4
י$ i y ee ei ai.1 ey.1 ay.1 iy ij.1
כ k kh c.1 ch.1 q.2
ך kh k ch.1
ל l
םמ m
ןנ n
ס s c.2 z.25 ss.1
^ע a e i o u -.05
ע - a e i o.2
ףפ p f ph.1 v.3
ץצ ts tz z s.1 c.1 cz.1 ch.3
ק k q c ck kh.2 gh.2 g.3
ר r
ש sh s ch.1 sch sz.1
ת t th
څ ts s.1 c.1
ځ dz z.1 j.1
`;

/** Which sound a Latin letter leaves in a key. What may be written alike is one sound; vowels, `h`, `w` and `y` leave none. */
const SOUND: Uint8Array = (() => {
  const sounds = new Uint8Array(128);
  ['bpfv', 'td', 'szckgjqx', 'l', 'm', 'n', 'r'].forEach((letters, sound) => {
    for (const letter of letters) sounds[letter.charCodeAt(0)] = sound + 1;
  });
  return sounds;
})();

/** Sounds one after another, neighbours that are the same once: a hash of them, and the last one. */
export type Sounds = { readonly hash: number; readonly last: number };

export const NO_SOUNDS: Sounds = { hash: 0x811c9dc5, last: 0 };
const PRIME = 0x01000193;

/** Sounds with one more. */
export function withSound(before: Sounds, sound: number): Sounds {
  return sound === before.last ? before : { hash: Math.imul(before.hash ^ sound, PRIME), last: sound };
}

/** The sounds that Latin letters leave. */
function soundsIn(latin: string): number[] {
  return Array.from(latin, (letter) => SOUND[letter.charCodeAt(0)]!).filter((sound) => sound !== 0);
}

/** The key under which a Latin word is looked up by patterns of the Arabic script: a hash of its sounds. */
export function soundsKey(latin: string): number {
  let [hash, last] = [NO_SOUNDS.hash, 0];
  for (let i = 0; i < latin.length; i++) {
    const sound = SOUND[latin.charCodeAt(i)]!;
    if (sound === 0 || sound === last) continue;
    hash = Math.imul(hash ^ sound, PRIME);
    last = sound;
  }
  return keyOf(hash);
}

/** Low bits, by which a bucket is chosen, depend on all sounds. */
export function keyOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** How a letter is written at a place of a word. */
export type Step = {
  /** Spellings by their first letter, from `a` on. */
  readonly spellings: readonly (readonly Spelling[] | undefined)[];
  /** What it costs to leave the letter out, `Infinity` when it is always written. */
  readonly leftOut: number;
  /** The sounds that it may leave in a key. */
  readonly sounds: readonly (readonly number[])[];
  /** Latin letters that may be there, and those that stand first of them; a bit each, as in the vocabulary. */
  readonly allows: number;
  readonly starts: number;
  /** The same of the usual ways; undefined when all are. */
  readonly usual: Step | undefined;
};

const A = 'a'.charCodeAt(0);
/** Spellings that cost less are usual. */
const USUAL = 0.15;

function stepOf(all: readonly Spelling[]): Step {
  const usual = all.filter(({ cost }) => cost < USUAL);
  const spellings: Spelling[][] = [];
  let [allows, starts, leftOut] = [0, 0, Infinity];
  for (const spelling of all) {
    const [first] = spelling.letters;
    if (first === undefined) leftOut = spelling.cost;
    else {
      (spellings[first - A] ??= []).push(spelling);
      starts |= 1 << (first - A);
    }
    for (const letter of spelling.letters) allows |= 1 << (letter - A);
  }
  return {
    spellings: Array.from({ length: 26 }, (_, letter) => spellings[letter]),
    leftOut,
    sounds: [...new Map(all.map(({ sounds }) => [sounds.join(), sounds])).values()],
    allows,
    starts,
    usual: usual.length < all.length ? stepOf(usual) : undefined,
  };
}

/** Letter → how it is written: `^` before a letter that begins a word, `$` behind one that ends it. */
const STEPS: ReadonlyMap<string, Step> = new Map(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [head = '', ...spellings] = line.split(' ');
      const step = stepOf(spellings.map(spellingOf));
      const [first, last] = [head.startsWith('^') ? '^' : '', head.endsWith('$') ? '$' : ''];
      return Array.from(head.replace(/[$^]/g, ''), (letter): [string, Step] => [first + letter + last, step]);
    }),
);

/** How a letter of a word is written at its place; undefined for what is no letter of the script. `first` is where the word begins. */
export function stepAt(word: string, place: number, first: number): Step | undefined {
  const letter = word[place]!;
  const begins = place === first ? STEPS.get(`^${letter}`) : undefined;
  const ends = place === word.length - 1 ? STEPS.get(`${letter}$`) : undefined;
  return begins ?? ends ?? STEPS.get(letter);
}

function spellingOf(text: string): Spelling {
  const [head = '', hundredths] = text.split('.');
  const latin = head === '-' ? '' : head;
  return {
    letters: Array.from(latin, (letter) => letter.charCodeAt(0)),
    cost: hundredths === undefined ? 0 : Number(`.${hundredths}`),
    sounds: soundsIn(latin),
    consonant: /^[^aeiouwy]/.test(latin),
  };
}
