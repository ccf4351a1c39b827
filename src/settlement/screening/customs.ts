import { chineseInCyrillic } from './chinese-in-cyrillic.ts';
import { hasIndic, readIndic } from './indic.ts';
import { hanAsHangul, hangulTrade, northern } from './korean.ts';

/**
 * Names as other customs of writing have them: what a letter-by-letter reading cannot know. Each is tried beside the usual
 * reading, whichever of two names is the listed one.
 */

/**
 * Letters with marks for sounds that English writes with two letters; without their marks they are read as plain ones. What one
 * language has for itself (`â` is ya in ISO 9) is another letter elsewhere: the name is read both ways.
 */
const HOOKED: ReadonlyMap<string, string> = new Map(
  (
    'šsh,şsh,șsh,śsh,čch,ćch,çch,žzh,źzh,żzh,đdj,ŝshch,ĉch,ĵzh,âya,ûyu,êye,ǧj,ǰj,ġgh,ḡgh,ḫkh,ẖkh,ṯth,ḏdh,ǵgj,ḱkj,ẑdz,' +
    'd̂dzh,l̂lj,n̂nj,xkh,ẗh,ḇv,p̄f,ḵkh,ṁn,ṃn,əe'
  )
    .split(',')
    .map((pair): [string, string] => [/^.[\u0302\u0304]?/u.exec(pair)![0], pair.replace(/^.[\u0302\u0304]?/u, '')]),
);
const WITH_HOOKS = new RegExp([...HOOKED.keys()].toSorted((a, b) => b.length - a.length).join('|'), 'g');

const GREEK = /\p{Script=Greek}/u;
const HANGUL = /\p{Script=Hangul}/u;
const HAN = /\p{Script=Han}/u;
const CYRILLIC = /\p{Script=Cyrillic}/u;
const LATIN_MARKED = /[À-ʯḀ-ỿ]|\u0302|\u0304/;

/** The readings of a name by other customs; none for most names. */
export function otherReadings(name: string): string[] {
  const text = name.normalize('NFC').toLowerCase();
  const found: string[] = [];
  if (LATIN_MARKED.test(text) && text.search(WITH_HOOKS) >= 0) found.push(text.replace(WITH_HOOKS, (letter) => HOOKED.get(letter)!));
  if (hasIndic(text)) found.push(readIndic(text, 'written'));
  if (GREEK.test(text)) found.push(greek(text, 'd'), greek(text, 'nd'), greekByStandard(text));
  if (HANGUL.test(text)) found.push(northern(hangulTrade(text)));
  // Armenian writes u with two letters; this one is read as u.
  if (text.includes('ու')) found.push(text.replaceAll('ու', 'у'));
  if (HAN.test(text)) {
    const hangul = hanAsHangul(text);
    if (hangul !== undefined) found.push(northern(hangul), hangul);
  }
  if (CYRILLIC.test(text)) {
    // Serbian and Macedonian have х for h.
    if (/[ђѓћќџљњј]/.test(text)) found.push(text.replaceAll('х', 'һ').replaceAll('ћ', 'ч'));
    // Bulgarian has щ for sht, and ъ for a vowel.
    if (/щ|[^аеиоуыэюя]ъ[^аеёиоуыэюя]/.test(text)) found.push(text.replaceAll('щ', 'шт').replace(/ъ(?![еёюя])/g, 'а'));
    const korean = koreanInCyrillic(text);
    if (korean !== undefined) found.push(korean);
    const chinese = chineseInCyrillic(text);
    if (chinese !== undefined) found.push(chinese);
    found.push(...withSoftG(text));
    // The Spanish j, by a letter of Serbian that is read as j.
    if (text.includes('х')) found.push(text.replaceAll('х', 'ј'));
  }
  return found;
}

/** Pairs of Greek letters for one sound, and what stands before a vowel as y. An accent or two dots on the second part them. */
const GREEK_PAIRS: readonly (readonly [RegExp, string])[] = [
  [/ο[υύ]/g, 'u'],
  [/μπ/g, 'b'],
  [/γκ/g, 'g'],
  [/γγ/g, 'ng'],
  [/τ[σς]/g, 'ch'],
  [/τζ/g, 'j'],
  [/(?<=[αεάέ])u(?=[αεάέ])/g, 'w'],
  [/α[ϊΐ]|άι/g, 'ai'],
  [/ε[ϊΐ]|έι/g, 'ei'],
  [/ο[ϊΐ]|όι/g, 'oi'],
  [/α[ιί]/g, 'e'],
  [/[εο][ιί]|υ[ιί]/g, 'i'],
  [/([αε])[υύ](?=[κπτχφθσξψς]|$)/g, '$1f'],
  [/([αε])[υύ]/g, '$1v'],
  [/γι(?=[αεοωuάόώέ])/g, 'y'],
  [/γ(?=[εέιίηήυύi])/g, 'y'],
];
const GREEK_LETTERS: ReadonlyMap<string, string> = new Map(
  'αa,βv,γg,δd,εe,ζz,ηi,θth,ιi,κk,λl,μm,νn,ξx,οo,πp,ρr,σs,ςs,τt,υi,φf,χkh,ψps,ωo'
    .split(',')
    .map((pair): [string, string] => [pair[0]!, pair.slice(1)]),
);

/** Greek as foreign names are written in it, with pairs of letters as sounds; `within` is what ντ stands for inside a word. */
function greek(text: string, within: string): string {
  let read = text.replace(/(?<!\p{L})ντ/gu, 'd').replace(/ντ/g, within);
  for (const [pair, said] of GREEK_PAIRS) read = read.replace(pair, said);
  return inLatin(read);
}

function inLatin(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '');
  return Array.from(bare, (letter) => GREEK_LETTERS.get(letter) ?? letter).join('');
}

/** What the standard of Greece and the United Nations (ELOT 743) writes of pairs of letters; elsewhere it is letter by letter. */
const STANDARD_PAIRS: readonly (readonly [RegExp, string])[] = [
  [/ο[υύ]/g, 'ou'],
  [/([αεη])[υύ](?=[κπτχφθσξψς]|$)/gm, '$1φ'],
  [/([αεη])[υύ]/g, '$1β'],
  [/γ(?=[γξχ])/g, 'ν'],
  [/(?<!\p{L})μπ/gu, 'b'],
];

function greekByStandard(text: string): string {
  let read = text;
  for (const [pair, said] of STANDARD_PAIRS) read = read.replace(pair, said);
  return inLatin(read);
}

/**
 * The letter г as h, which it is in Ukrainian and Belarusian (`Гнатенко`, Hnatenko; there ґ is g), and in Russian where it begins
 * what others begin with h (`Гусейнов`, Huseynov). The letter that stands for it is read as h, and is Cyrillic as the others.
 */
function withSoftG(text: string): string[] {
  const first = text.replace(/(?<!\p{L})г(?=[аеёиоуыюяіїєэ])/gu, 'һ');
  const all = text.replaceAll('г', 'һ').replaceAll('ґ', 'г');
  return [...new Set([first, all])].filter((read) => read !== text);
}

/** Korean syllables as Russian writes them: first sounds, vowels and last sounds, the longest first. */
const SYLLABLE = /^(чх|кх|тх|пх|чж|дж|[кгтдпбчрлнмсхв]?)(ый|в[еиаоэ]|[аяоёуюыиэе])(ль|нъ|[нмкпт]?)$/u;
const FIRST = new Map(
  'чх ch,кх kh,тх th,пх ph,чж j,дж j,к k,г k,т t,д t,п p,б p,ч j,р r,л r,н n,м m,с s,х h,в w'
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
);
const VOWEL = new Map(
  'ый ui,ве oe,ви wi,ва wa,во wo,вэ wae,а a,я ya,о o,ё yo,у u,ю yu,ы u,и i,э ae,е o'
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
);
const FAMILIES = new Set(
  'ким ли пак чхве цхве цой чон чо хван кан юн чан лим им о хан син со квон ан сон ю хон ко мун рян пэ пэк хо нам сим но рю чу чин хён ри'.split(
    ' ',
  ),
);

/** Family names that are not read as other syllables: with ng behind a, and as Koreans of Russia have had them for long. */
const OLDER = new Map([
  ['цой', 'choe'],
  ['кан', 'kang'],
  ['хван', 'hwang'],
  ['чан', 'jang'],
]);

/** A Korean name in Cyrillic as Korea writes it in Latin letters; undefined when it is none. */
function koreanInCyrillic(text: string): string | undefined {
  // Ukrainian has и for ы, and і for и.
  const russian = text.includes('і') ? text.replaceAll('и', 'ы').replaceAll('і', 'и') : text;
  const words = russian.trim().split(/[\s-]+/);
  if (words.length < 2 || words.length > 3 || !FAMILIES.has(words[0]!)) return undefined;
  const read = words.map((word) => OLDER.get(word) ?? syllable(word));
  return read.every((word) => word !== undefined) ? read.join(' ') : undefined;
}

function syllable(word: string): string | undefined {
  const [, first = '', vowel = '', last = ''] = SYLLABLE.exec(word) ?? [];
  if (vowel === '') return undefined;
  // What ends in н is n or ng: ng behind o in nearly all names.
  const nasal = last === 'нъ' || (last === 'н' && /[оёе]/.test(vowel)) ? 'ng' : 'n';
  const end = last.startsWith('н') ? nasal : last === 'ль' ? 'l' : (FIRST.get(last) ?? '');
  return `${FIRST.get(first) ?? ''}${VOWEL.get(vowel)!}${end}`;
}
