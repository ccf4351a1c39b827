/**
 * Chinese names as Russian, Bulgarian, Mongolian and the other languages of the Cyrillic script write them (the system of Palladius,
 * which is one for all syllables): `Си Цзиньпин` is Xi Jinping. Letter by letter hardly one of them could be told.
 */

const table = (text: string): [string, string][] => text.split(' ').map((pair) => pair.split(':') as [string, string]);

/** Syllables without a consonant before. */
const BARE = table(
  'а:a о:o э:e эр:er ай:ai эй:ei ао:ao оу:ou ань:an энь:en ан:ang и:yi я:ya е:ye яо:yao ю:you янь:yan инь:yin ян:yang ин:ying юн:yong ' +
    'юй:yu юэ:yue юань:yuan юнь:yun у:wu ва:wa во:wo вай:wai вэй:wei вань:wan вэнь:wen ван:wang вэн:weng',
);
/** Consonants, each with what it is before a narrow vowel (и, ю, я, е). */
const CONSONANTS = 'б:b:b п:p:p м:m:m ф:f:f д:d:d т:t:t н:n:n л:l:l г:g:g к:k:k х:h:h цз:z:j ц:c:q с:s:x чж:zh:zh ч:ch:ch ш:sh:sh ж:r:r'
  .split(' ')
  .map((entry) => entry.split(':') as [cyrillic: string, wide: string, narrow: string]);
const WIDE = table(
  'а:a э:e у:u ы:i ай:ai эй:ei ао:ao оу:ou ань:an энь:en ан:ang эн:eng ун:ong уа:ua уай:uai уй:ui уэй:ui уань:uan унь:un уан:uang',
);
const NARROW = table('и:i я:ia е:ie яо:iao ю:iu янь:ian инь:in ян:iang ин:ing юн:iong юй:u юэ:ue юань:uan юнь:un');
/** Where `о` is one vowel; elsewhere it is two. */
const WITH_O = new Set(['b', 'p', 'm', 'f']);

const SYLLABLES: ReadonlyMap<string, string> = new Map([
  ...BARE,
  ...CONSONANTS.flatMap(([cyrillic, wide, narrow]): [string, string][] => [
    ...WIDE.map(([final, read]): [string, string] => [cyrillic + final, wide + read]),
    ...NARROW.map(([final, read]): [string, string] => [cyrillic + final, narrow + read]),
    [`${cyrillic}о`, wide + (WITH_O.has(wide) ? 'o' : 'uo')],
  ]),
]);
const LONGEST = 6;
/** A given name has two syllables, a family name one or two. */
const MOST_SYLLABLES = 3;

/** A Chinese name in Cyrillic letters in pinyin; undefined when it is none. `text` in lower case. */
export function chineseInCyrillic(text: string): string | undefined {
  const words = text.trim().split(/[\s,-]+/);
  if (words.length < 2 || words.length > 4) return undefined;
  const read = words.map((word) => syllables(word, MOST_SYLLABLES)?.join(''));
  return read.every((word) => word !== undefined) ? read.join(' ') : undefined;
}

/** A word in so many syllables at most, the longest first. */
function syllables(word: string, most: number): string[] | undefined {
  if (word === '') return [];
  if (most === 0) return undefined;
  for (let length = Math.min(LONGEST, word.length); length > 0; length--) {
    const read = SYLLABLES.get(word.slice(0, length));
    const rest = read === undefined ? undefined : syllables(word.slice(length).replace(/^ъ/, ''), most - 1);
    if (rest) return [read!, ...rest];
  }
  return undefined;
}
