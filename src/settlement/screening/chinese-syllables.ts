/**
 * Chinese names in Latin letters, whichever system wrote them: `Zhang Xiaoming`, `Chang Hsiao-ming` and `Jhang Siao-ming` are one.
 * All syllables are brought to the system of Wade and Giles without its apostrophes, which tells the fewest of them apart; only
 * names that are Chinese in all of their words are read so.
 */

const FINALS =
  'b:a ai ao an ang o ei en eng i ie iao ian in ing u|p:a ai ao an ang o ei ou en eng i ie iao ian in ing u|m:a ai ao an ang o ei ou en eng i ie iao iu ian in ing u|' +
  'f:a an ang o ei ou en eng u|d:a ai ao an ang e ei ou en eng ong i ie iao iu ian ing u uo ui uan un|t:a ai ao an ang e ou eng ong i ie iao ian ing u uo ui uan un|' +
  'n:a ai ao an ang e ei ou en eng ong i ie iao iu ian in iang ing u uo uan v ve|l:a ai ao an ang e ei ou eng ong i ia ie iao iu ian in iang ing u uo uan un v ve|' +
  'g:a ai ao an ang e ei ou en eng ong u ua uo uai ui uan un uang|k:a ai ao an ang e ou en eng ong u ua uo uai ui uan un uang|h:a ai ao an ang e ei ou en eng ong u ua uo uai ui uan un uang|' +
  'j:i ia ie iao iu ian in iang ing iong u ue uan un|q:i ia ie iao iu ian in iang ing iong u ue uan un|x:i ia ie iao iu ian in iang ing iong u ue uan un|' +
  'zh:i a ai ao an ang e ei ou en eng ong u ua uo uai ui uan un uang|ch:i a ai ao an ang e ou en eng ong u ua uo uai ui uan un uang|sh:i a ai ao an ang e ei ou en eng u ua uo uai ui uan un uang|' +
  'r:i ao an ang e ou en eng ong u ua uo ui uan un|z:i a ai ao an ang e ei ou en eng ong u uo ui uan un|c:i a ai ao an ang e ou en eng ong u uo ui uan un|s:i a ai ao an ang e ou en eng ong u uo ui uan un|' +
  ':a ai ao an ang e en er o ou yi ya ye yao you yan yin yang ying yong yu yue yuan yun wu wa wo wai wei wan wen wang weng';

const PINYIN: readonly string[] = FINALS.split('|').flatMap((line) => {
  const [first = '', finals = ''] = line.split(':');
  return finals.split(' ').map((final) => first + final);
});

type Change = readonly [from: RegExp, to: string];
const changed = (syllable: string, changes: readonly Change[]) => changes.reduce((text, [from, to]) => text.replace(from, to), syllable);

/** Pinyin as Wade and Giles write it, without marks. */
const WADE: readonly Change[] = [
  [/^(zh|ch)i$/, 'chih'], [/^shi$/, 'shih'], [/^ri$/, 'jih'], [/^[zc]i$/, 'tzu'], [/^si$/, 'ssu'],
  [/^(.*)ve$/, '$1ueh'], [/v$/, 'u'], [/^([jqxy]u)e$/, '$1eh'],
  [/^([gkh])e$/, '$1o'], [/^(g|k)ui$/, '$1uei'], [/^you$/, 'yu'], [/^yan$/, 'yen'], [/^yi$/, 'i'],
  [/ian$/, 'ien'], [/ie$/, 'ieh'], [/^ye$/, 'yeh'], [/ong$/, 'ung'], [/^((?:zh|ch|[dtnlzcsr]))uo$/, '$1o'],
  [/^(zh|j|q)/, 'ch'], [/^x/, 'hs'], [/^r/, 'j'], [/^(?:z|c(?!h))/, 'ts'], [/^b/, 'p'], [/^d/, 't'], [/^g/, 'k'],
]; // prettier-ignore
/** Pinyin as Taiwan wrote it from 2002 on. */
const TONGYONG: readonly Change[] = [
  [/^(zh|ch|sh|r|z|c|s)i$/, '$1ih'], [/^zh/, 'jh'], [/^([jqx])u/, '$1yu'], [/v/, 'yu'], [/iu$/, 'iou'], [/ui$/, 'uei'],
  [/^feng$/, 'fong'], [/^weng$/, 'wong'], [/^wen$/, 'wun'], [/^q/, 'c'], [/^x/, 's'],
]; // prettier-ignore

const wade = (pinyin: string) => (pinyin === 'yi' ? 'yi' : changed(pinyin, WADE));

/** Of each system, its syllables and what they are read as; what several are written as has one reading. */
const SYSTEMS: readonly ReadonlyMap<string, string>[] = [
  new Map(PINYIN.flatMap((one) => [one, one.replace('v', 'yu'), one.replace('v', 'u')].map((text): [string, string] => [text, wade(one)]))),
  new Map(PINYIN.flatMap((one) => [wade(one), changed(one, WADE)].map((text): [string, string] => [text, wade(one)]))),
  new Map(PINYIN.map((one) => [changed(one, TONGYONG), wade(one)])),
];

/** Family names, in pinyin. */
const FAMILIES: ReadonlySet<string> = new Set(
  `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang deng feng han cao zeng peng xiao cai pan tian dong
  yuan yu ye jiang du su wei cheng lv ding shen ren yao lu fu zhong cui tan liao fan jin shi jia xia fang zou xiong bai meng qin qiu hou yan xue lei long duan hao kong shao
  mao chang wan gu lai kang yi niu hong gong ji an mei sheng diao zhan ge you bao xi qi bi qiao huo mu tao pu lan mo cen di zhai ling geng pei jing zuo ni xin nie guan
  luan jiao ou dai dou shu yin wen weng bo che chi chu cong dang fei gan gou guang gui hai heng hua huai huan hui ju jian jie ke kuai kuang lang le leng lian lou
  man mi miao min ming ning nong pang ping qian qiang qu quan que ran rao rong ruan rui sha shan shang she shuai si sui tai teng tie tong tu wo xian xiang xing xuan xun
  yong yue yun zang zhen zhi zhuang zhuo zi zong zu nan nuo ba ban bei bian biao bing cha chao chong chai dan dao`
    .split(/\s+/)
    .map(wade),
);
/** Family names of two syllables, as they are compared. */
const COMPOUND: ReadonlySet<string> = new Set(
  'ouyang ssuma chuko shangkuan huangfu mujung linghu hsiahou tungfang kungsun ssutu'.split(' '),
);

const LONGEST = 6;

/** All ways to divide a word into so many syllables at most, each as it is read. */
function divided(word: string, system: ReadonlyMap<string, string>, most: number): string[][] {
  if (word === '') return [[]];
  if (most === 0) return [];
  const found: string[][] = [];
  for (let length = Math.min(LONGEST, word.length); length > 0; length--) {
    const read = system.get(word.slice(0, length));
    if (read !== undefined) for (const rest of divided(word.slice(length), system, most - 1)) found.push([read, ...rest]);
  }
  return found;
}

/** A name's words as a family name and a given name in one word, in every way that they are a Chinese name; none for other names. */
export function chineseReadings(words: readonly string[]): string[][] {
  if (words.length < 2 || words.length > 4 || words.some((word) => word.length > MOST_LETTERS)) return [];
  // Where syllables stand apart none is divided further, but for a family name of two.
  const most = words.length === 2 ? 2 : 1;
  return SYSTEMS.flatMap((system) => {
    const parts = words.map((word, at) => divided(word, system, at === 0 || at === words.length - 1 ? 2 : most));
    if (parts.some((ways) => ways.length === 0)) return [];
    const familyFirst = parts[0]!.filter(isFamily);
    const familyLast = parts.at(-1)!.filter(isFamily);
    const given = (ways: string[][]) => ways.filter((syllables) => syllables.length <= most);
    const named = (families: string[][], rest: string[][][]) =>
      families.flatMap((family) => combined(rest.map(given)).map((syllables) => [family.join(''), syllables.join('')]));
    return [...named(familyFirst, parts.slice(1)), ...named(familyLast, parts.slice(0, -1))];
  }).slice(0, MOST_WAYS);
}

const MOST_LETTERS = 14;
const MOST_WAYS = 4;

const isFamily = (syllables: readonly string[]) =>
  syllables.length === 1 ? FAMILIES.has(syllables[0]!) : COMPOUND.has(syllables.join(''));

const combined = (parts: readonly string[][][]): string[][] =>
  parts.reduce<string[][]>((all, ways) => all.flatMap((before) => ways.map((way) => [...before, ...way])), [[]]);
