/** Korean: syllables of Hangul by the rules of the South and of the North, and Han characters as Korea reads them. */

const BASE = 0xac00;
const COUNT = 11_172;
const parts = (text: string) => text.split(' ').map((part) => (part === '-' ? '' : part));

/** Sounds of syllables in their order in Unicode: 19 first ones, 21 vowels, 28 last ones. */
const SOUTH = {
  first: parts('g kk n d tt r m b pp s ss - j jj ch k t p h'),
  vowel: parts('a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'),
};
const NORTH = {
  first: parts('k kk n t tt r m p pp s ss - j jj ch kh th ph h'),
  vowel: parts('a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i'),
};
const LAST = parts('- k k k n n n t l k m p l l p l m p p t t ng t t k t p t');

type Rules = typeof SOUTH;

function syllable(char: string, { first, vowel }: Rules): string | undefined {
  const place = char.charCodeAt(0) - BASE;
  if (place < 0 || place >= COUNT) return undefined;
  return first[Math.floor(place / 588)]! + vowel[Math.floor((place % 588) / 28)]! + LAST[place % 28]!;
}

/** A syllable of Hangul by the rules of the South (Revised Romanisation), undefined for anything else. */
export const southern = (char: string): string | undefined => syllable(char, SOUTH);

const WORD = /(?<!\p{L})\p{Script=Hangul}+(?!\p{L})/gu;

/** A text whose Hangul is written as the North has it: names of up to four syllables apart, longer words in one. */
export function northern(text: string): string {
  return text.replace(WORD, (word) => {
    const read = Array.from(word, (char) => syllable(char, NORTH) ?? char);
    return read.join(word.length > 4 ? '' : ' ');
  });
}

/** Words of business in Hangul, which names of companies have written together with what is their own. */
const TRADE: readonly (readonly [string, string])[] =
  `주식회사 jsc,총회사 corporation,유한회사 ltd,회사 company,은행 bank,신용 credit,무역 trading,상업 commercial,개발 development,광업 mining,국제 international,건설 construction,기술 technology,
  해운 shipping,선박 shipping,보험 insurance,금융 financial,투자 investment,산업 industrial,공업 industrial,석유 petroleum,수출입 export import,대외 foreign,통상 trade,합작 joint venture,
  연구소 research institute,대학 university,전자 electronics,기계 machinery,자동차 motors,조선 korea,한국 korea`
    .split(',')
    .map((pair) => pair.trim())
    .map((pair) => [pair.slice(0, pair.indexOf(' ')), pair.slice(pair.indexOf(' ') + 1)] as const);

/** A text with words of business in English where Hangul has them behind or between others; what is left of a name is one word. */
export function hangulTrade(text: string): string {
  return text.replace(WORD, (word) => {
    let read = word;
    for (const [hangul, english] of TRADE) read = read.replaceAll(hangul, ` ${english} `);
    if (read === word) return word;
    return read.replace(WORD, (rest) => Array.from(rest, (char) => syllable(char, NORTH) ?? char).join(''));
  });
}

/** Characters of Korean names by their syllable, in both Chinese ways to write them. */
const READ_AS: ReadonlyMap<string, string> = new Map(
  `가加佳嘉家可 간干簡简 강姜康江强強剛刚鋼 건建健乾 걸傑杰 겸謙谦 경京慶庆敬景瓊琼鏡镜卿庚耕 계桂界啓启 고高古 곤坤 공公孔功 관寬宽冠觀 광光廣广洸 구九具求久龜 국國国 극克極极 권權权
  규奎圭珪 균均鈞钧 근根槿勤 금今琴 기基起奇琪機麒技 길吉 김金 나羅罗娜 남南男 노盧卢魯 다多 단丹檀 달達达 담談 당唐堂 대大代 덕德 도道到度島都 동東东銅铜棟栋童 두斗杜 득得 래來来 량良亮梁樑
  려呂麗丽 련連莲 렬列 령玲嶺 록祿 룡龍龙 률律 륜倫伦 륭隆 리李利理里 린麟 림林 립立 만萬万滿满 명明命名 모模 무武茂 문文門 미美 민民敏旻珉 박朴 방方邦 배裴培 백白伯 범範范 법法
  병炳秉兵丙 보寶宝普甫 복福復 봉鳳凤奉峰 부富 빈彬 사史 산山 삼三 상相尚祥商 서徐瑞誓書西 석石錫锡碩奭 선善宣仙先鮮 섭燮涉 성成星聖圣性盛誠诚 세世 소小素昭 손孫孙 송宋松 수洙秀壽寿水守
  숙淑 순順顺淳舜 승勝胜承昇升 식植湜式 신信新申辛慎 심沈 안安 양楊杨陽阳洋 여汝與与 연衍延姸 열烈 영英榮荣永泳映瑛 예藝 오吳吴五 옥玉 완完 왕王 용勇用容墉鎔 우雨禹宇友佑 욱旭 운雲云運运
  웅雄 원元源遠远院 월月 위魏 유劉刘柳有裕俞 윤尹允潤润 은恩銀银殷 을乙 의義义 익翼益 인仁寅人 일日一逸 임任 자子 장張张章將 재在載宰才 전全田 정正鄭郑丁貞贞廷定政靜静 제濟 조趙赵曺曹朝
  종鍾钟鐘宗種 주周柱主朱珠 준俊準准峻 중中重 지志智知池 진鎭镇鎮珍振晉晋眞真陳陈 찬燦贊 창昌滄 채蔡 천千天川 철哲鐵铁徹喆 청淸清 초草 최崔 춘春 충忠 치治 칠七 탁卓 태太泰 택澤泽宅 평平 표表
  필弼 하河夏 학學学鶴 한韓韩漢汉 해海 혁革赫 현賢贤玄鉉顯 형亨衡炯兄 혜惠慧 호浩虎鎬镐昊湖 홍洪弘鴻鸿 화和華华花 환煥焕桓 황黃黄 회會 효孝 후厚 훈勳勋薰訓训 희熙姬姫喜希`
    .split(/\s+/)
    .flatMap((line) => Array.from(line.slice(1), (char): [string, string] => [char, line[0]!])),
);
/** Family names of Korea in Han; of two characters there are next to none. */
const FAMILY = new Set('金李朴崔鄭郑姜趙赵尹張张林吳吴韓韩申徐權权黃黄安宋柳洪全高文孫孙梁裴白許许南沈盧卢劉刘朱玄康池方元咸千延');
const HAN_NAME = /^\p{Script=Han}{2,4}$/u;

/** A name in Han as Korea reads it, in Hangul; undefined when it is no Korean name. */
export function hanAsHangul(text: string): string | undefined {
  const name = text.replace(/[\s·・]+/g, '');
  if (!HAN_NAME.test(name) || !FAMILY.has(name[0]!)) return undefined;
  const read = Array.from(name, (char) => READ_AS.get(char));
  return read.every((syllable) => syllable !== undefined) ? read.join('') : undefined;
}
