import { withoutMarks } from './marks.ts';

/** One way to write a name. */
export type Spelling = { readonly system: string; readonly text: string };

const TONES: Readonly<Record<string, string>> = { a: 'āáǎà', e: 'ēéěè', i: 'īíǐì', o: 'ōóǒò', u: 'ūúǔù', ü: 'ǖǘǚǜ' };

/** A syllable of pinyin with its tone over the vowel that has it (ISO 7098:2015; GB/T 28039-2011 for names). */
function toned(syllable: string): string {
  const [letters, tone] = [syllable.slice(0, -1).replace('v', 'ü'), Number(syllable.at(-1)) - 1];
  const at = /[ae]/.exec(letters)?.index ?? /o(?=u)/.exec(letters)?.index ?? /[iouü](?=[^iouü]*$)/.exec(letters)!.index;
  return letters.slice(0, at) + TONES[letters[at]!]![tone]! + letters.slice(at + 1);
}

const untoned = (syllable: string) => syllable.replace(/\d/g, '').replace('v', 'ü');

/** First sounds of pinyin in the system of Wade and Giles, in its order of trying. */
const WADE_FIRST = 'zh:ch ch:ch’ sh:sh b:p p:p’ d:t t:t’ g:k k:k’ j:ch q:ch’ x:hs z:ts c:ts’ r:j'
  .split(' ')
  .map((pair) => pair.split(':') as [string, string]);
const WADE_WHOLE: Readonly<Record<string, string>> = {
  zhi: 'chih', chi: 'ch’ih', shi: 'shih', ri: 'jih', zi: 'tzŭ', ci: 'tz’ŭ', si: 'ssŭ', ye: 'yeh', you: 'yu', yu: 'yü', yue: 'yüeh', yan: 'yen',
  yuan: 'yüan', yun: 'yün', yong: 'yung', er: 'êrh', yi: 'i', gui: 'kuei', kui: 'k’uei', he: 'ho', ge: 'ko', ke: 'k’o',
}; // prettier-ignore

/** A syllable of pinyin by Wade and Giles (Giles 1912). */
function wade(pinyin: string): string {
  const whole = WADE_WHOLE[pinyin];
  if (whole) return whole;
  const [own, first] = WADE_FIRST.find(([letters]) => pinyin.startsWith(letters)) ?? ['', ''];
  let rest = pinyin.slice(own.length);
  if (['j', 'q', 'x'].includes(own)) rest = rest.replace(/^u/, 'ü');
  rest = rest
    .replace(/^(ü?)e$/, '$1eh')
    .replace(/^ie$/, 'ieh')
    .replace(/^ian$/, 'ien')
    .replace(/ong$/, 'ung')
    .replace(/^uo$/, /^(?:g|k|h|sh)$/.test(own) ? 'uo' : 'o')
    .replace(/^e(n|ng)$/, 'ê$1');
  if (rest === 'eh') rest = 'ê';
  return first + rest;
}

const TONGYONG: readonly (readonly [RegExp, string])[] = [
  [/^zhi$/, 'jhih'],
  [/^(ch|sh|r|z|c|s)i$/, '$1ih'],
  [/^zh/, 'jh'],
  [/^([jqx]|y)u(?=$|[aen])/, '$1yu'],
  [/^yyu/, 'yu'],
  [/^q/, 'c'],
  [/^x/, 's'],
  [/iu$/, 'iou'],
  [/ui$/, 'uei'],
  [/^feng$/, 'fong'],
  [/^weng$/, 'wong'],
  [/^wen$/, 'wun'],
  [/ü/, 'yu'],
];

/** A syllable of pinyin by Tongyong (Taiwan 2002). */
const tongyong = (pinyin: string) => TONGYONG.reduce((syllable, [from, to]) => syllable.replace(from, to), pinyin);

const split = (syllables: string) => syllables.match(/[a-z]+\d/g) ?? [];

/** A name of China: family name and given name in pinyin with tones as digits, syllables of the given name apart. */
export function chineseSpellings(simplified: string, traditional: string, family: string, given: string): Spelling[] {
  const own = given.split(' ');
  const by = (write: (syllable: string) => string, joint: string) =>
    `${split(family).map((syllable) => write(syllable)).join(joint === ' ' ? '' : joint)} ${own.map((syllable) => write(syllable)).join(joint)}`; // prettier-ignore
  const plain = (syllable: string) => untoned(syllable).replace('ü', 'yu');
  const joined = by(plain, '');
  return [
    { system: 'original', text: simplified },
    { system: 'original, traditional', text: traditional },
    { system: 'zh.pinyin', text: by(toned, '') },
    { system: 'zh.pinyin plain', text: joined },
    { system: 'zh.pinyin plain, ü as u', text: by((syllable) => untoned(syllable).replace('ü', 'u'), '') },
    { system: 'zh.pinyin plain, apart', text: by(plain, ' ') },
    { system: 'zh.pinyin plain, hyphen', text: `${by(plain, '').split(' ')[0]!} ${own.map(plain).join('-')}` },
    { system: 'zh.pinyin plain, given first', text: joined.split(' ').toReversed().join(' ') },
    { system: 'zh.wade', text: by((syllable) => wade(untoned(syllable)), '-') },
    { system: 'zh.wade plain', text: withoutMarks(by((syllable) => wade(untoned(syllable)), '-')) },
    { system: 'zh.tongyong', text: by((syllable) => tongyong(untoned(syllable)), '-') },
  ];
}

const MORAE = `a あ,i い,u う,e え,o お,ka か,ki き,ku く,ke け,ko こ,sa さ,shi し,su す,se せ,so そ,ta た,chi ち,tsu つ,te て,to と,na な,ni に,nu ぬ,ne ね,no の,ha は,hi ひ,fu ふ,he へ,ho ほ,
ma ま,mi み,mu む,me め,mo も,ya や,yu ゆ,yo よ,ra ら,ri り,ru る,re れ,ro ろ,wa わ,ga が,gi ぎ,gu ぐ,ge げ,go ご,za ざ,ji じ,zu ず,ze ぜ,zo ぞ,da だ,dji ぢ,dzu づ,de で,do ど,ba ば,bi び,bu ぶ,be べ,bo ぼ,
pa ぱ,pi ぴ,pu ぷ,pe ぺ,po ぽ,n' ん`;
const HEPBURN = new Map(MORAE.split(',').map((pair) => pair.trim().split(' ').toReversed() as [string, string]));
const SMALL: Readonly<Record<string, string>> = { ゃ: 'a', ゅ: 'u', ょ: 'o' };

/** Kana in Hepburn letters, long vowels as kana has them, the nasal as n' and ぢ, づ told from じ, ず. */
function kana(text: string): string {
  let [read, doubled] = ['', false];
  for (let at = 0; at < text.length; at++) {
    const [sign, small] = [text[at]!, SMALL[text[at + 1] ?? '']];
    if (sign === 'っ') doubled = true;
    else {
      let mora = HEPBURN.get(sign)!;
      if (small) mora = (/(?:sh|ch|j)i$/.test(mora) ? mora.slice(0, -1) : `${mora.slice(0, -1)}y`) + small;
      if (small) at++;
      read += (doubled ? (mora.startsWith('ch') ? 't' : mora[0]!) : '') + mora;
      doubled = false;
    }
  }
  return read;
}

const nasal = (text: string) => text.replace(/n'(?![aeiouy])/g, 'n');
const oneSound = (text: string) => text.replaceAll('dz', 'z').replaceAll('dj', 'j');
const long = (text: string, o: string, u: string, oo = o) => text.replace(/oo/g, oo).replace(/ou/g, o).replace(/uu/g, u);
const labial = (text: string) => text.replace(/n'?(?=[bmp])/g, 'm');
const KUNREI: readonly (readonly [RegExp, string])[] = [
  [/tch/g, 'tty'], [/sh(?=[auo])/g, 'sy'], [/shi/g, 'si'], [/ch(?=[auo])/g, 'ty'], [/chi/g, 'ti'], [/ttyi/g, 'tti'], [/tsu/g, 'tu'],
  [/j(?=[auo])/g, 'zy'], [/ji/g, 'zi'], [/fu/g, 'hu'],
]; // prettier-ignore
const kunrei = (text: string) => KUNREI.reduce((read, [from, to]) => read.replace(from, to), text);
const nihon = (text: string) => kunrei(text.replaceAll('dji', 'di').replaceAll('dzu', 'du'));

/** A name of Japan in kana. */
export function japaneseSpellings(family: string, given: string): Spelling[] {
  const [own, theirs] = [kana(family), kana(given)];
  const by = (write: (text: string) => string) => `${write(own)} ${write(theirs)}`;
  const modern = (text: string) => nasal(oneSound(text));
  const katakana = (text: string) => text.replace(/[ぁ-ん]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60));
  return [
    { system: 'original', text: `${family} ${given}` },
    { system: 'original, katakana', text: `${katakana(family)} ${katakana(given)}` },
    { system: 'ja.hepburn', text: by((text) => long(modern(text), 'ō', 'ū')) },
    { system: 'ja.hepburn plain', text: by((text) => long(modern(text), 'o', 'u').replace(/'/g, '')) },
    { system: 'ja.hepburn-1887', text: by((text) => long(labial(modern(text)), 'ō', 'ū')) },
    { system: 'ja.passport', text: by((text) => long(labial(modern(text)), 'o', 'u').replace(/'/g, '')) },
    { system: 'ja.passport-oh', text: by((text) => long(labial(modern(text)), 'oh', 'u').replace(/'/g, '')) },
    { system: 'ja.wapuro', text: by((text) => modern(text).replace(/'/g, '')) },
    { system: 'ja.kunrei', text: by((text) => long(kunrei(modern(text)), 'ô', 'û')) },
    { system: 'ja.kunrei plain', text: by((text) => long(kunrei(modern(text)), 'o', 'u').replace(/'/g, '')) },
    { system: 'ja.nihon', text: by((text) => long(nihon(nasal(text)), 'ô', 'û')) },
    {
      system: 'ja.hepburn, given first',
      text: by((text) => long(modern(text), 'o', 'u').replace(/'/g, ''))
        .split(' ')
        .toReversed()
        .join(' '),
    },
  ];
}

const FIRST = 'g kk n d tt r m b pp s ss - j jj ch k t p h'.split(' ').map((sound) => (sound === '-' ? '' : sound));
const VOWEL = 'a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'.split(' ');
const LAST = '- k k k n n n t l k m p l l p l m p p t t ng t t k t p t'.split(' ').map((sound) => (sound === '-' ? '' : sound));
const MR_FIRST: Readonly<Record<string, string>> = { g: 'k', d: 't', b: 'p', j: 'ch', k: 'k’', t: 't’', p: 'p’', ch: 'ch’', jj: 'tch' };
const MR_VOWEL: Readonly<Record<string, string>> = { eo: 'ŏ', yeo: 'yŏ', eu: 'ŭ', wo: 'wŏ', ui: 'ŭi' };
const VOICED: Readonly<Record<string, string>> = { g: 'g', d: 'd', b: 'b', j: 'j' };

type Syllable = { first: string; vowel: string; last: string };

const syllablesOf = (hangul: string): Syllable[] =>
  Array.from(hangul, (sign) => {
    const place = sign.charCodeAt(0) - 0xac00;
    return { first: FIRST[Math.floor(place / 588)]!, vowel: VOWEL[Math.floor((place % 588) / 28)]!, last: LAST[place % 28]! };
  });

/** Revised Romanisation, Ministry of Culture 2000: in names what syllables do to each other is not written. */
const revised = (hangul: string) => syllablesOf(hangul).map(({ first, vowel, last }) => first + vowel + last);

/** McCune and Reischauer 1939: sounds between voiced ones are voiced, ㄹ is r between vowels and l else. */
function mccune(hangul: string): string[] {
  const all = syllablesOf(hangul);
  return all.map(({ first, vowel, last }, at) => {
    const before = all[at - 1];
    const voiced = before !== undefined && ['', 'n', 'm', 'ng', 'l'].includes(before.last);
    const begins = (voiced ? VOICED[first] : undefined) ?? MR_FIRST[first] ?? first;
    const r = begins === 'r' && before?.last === 'l' ? 'l' : begins;
    const next = all[at + 1];
    const ends = last === 'l' && next?.first === '' ? 'r' : last;
    return (r === 's' && vowel === 'wi' ? 'sh' : r) + (MR_VOWEL[vowel] ?? vowel) + ends;
  });
}

/** The North (rules of 1992): McCune and Reischauer without breves and apostrophes, syllables apart. */
const northern = (hangul: string) =>
  syllablesOf(hangul).map(({ first, vowel, last }) => {
    const begins = { g: 'k', d: 't', b: 'p', j: 'j', ch: 'ch', k: 'kh', t: 'th', p: 'ph' }[first] ?? first;
    return begins + ({ eo: 'o', yeo: 'yo', eu: 'u', ui: 'ui', wo: 'wo' }[vowel] ?? vowel) + last;
  });

/** A name of Korea in Hangul, with its family name as passports of the South and the North have it. */
export function koreanSpellings(family: string, given: string, south: string, north: string): Spelling[] {
  const rr = revised(given);
  const mr = mccune(given);
  const joined = (parts: readonly string[]) => parts.join('');
  const official = `${revised(family)[0]!} ${joined(rr)}`;
  const mrFamily = mccune(family)[0]!;
  return [
    { system: 'original', text: family + given },
    { system: 'ko.rr', text: official },
    { system: 'ko.rr, hyphen', text: `${revised(family)[0]!} ${rr.join('-')}` },
    { system: 'ko.rr, given first', text: official.split(' ').toReversed().join(' ') },
    { system: 'ko.passport', text: `${south} ${joined(rr)}` },
    { system: 'ko.passport, apart', text: `${south} ${rr.join(' ')}` },
    { system: 'ko.mr', text: `${mrFamily} ${joined(mr)}` },
    { system: 'ko.mr, hyphen', text: `${mrFamily} ${mr.join('-')}` },
    { system: 'ko.mr plain', text: withoutMarks(`${mrFamily} ${joined(mr)}`) },
    { system: 'ko.north', text: `${north} ${northern(given).join(' ')}` },
  ];
}
