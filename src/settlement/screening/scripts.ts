import anyAscii from 'any-ascii';
import { ARABIC_MARKS, hebrewLetters } from './arabic-words.ts';
import { hangulTrade, southern } from './korean.ts';

/**
 * Readings of names that are not written in Latin letters, where letter-by-letter transliteration does not give what
 * passports and lists have: Arabic and Hebrew leave out vowels, Han is read differently in China and Japan.
 */

/** Arabic and Persian names as Latin letters have them, vowels included. */
const ARABIC = new Map(
  `محمد muhammad,أحمد ahmad,احمد ahmad,علي ali,على ali,حسن hassan,حسين hussein,حسین hussein,عمر omar,عثمان othman,إبراهيم ibrahim,ابراهيم ibrahim,ابراهیم ibrahim,
  إسماعيل ismail,اسماعيل ismail,اسماعیل ismail,يوسف yusuf,یوسف yusuf,خالد khalid,محمود mahmoud,مصطفى mustafa,مصطفی mustafa,صالح saleh,سعيد said,سعید said,سعد saad,
  ناصر nasser,نصر nasr,كريم karim,کریم karim,رحيم rahim,رحمن rahman,الله allah,عبدالله abdullah,عبد abdul,قاسم qasim,سليمان suleiman,سلیمان suleiman,حمد hamad,
  حامد hamid,حميد hameed,جمال jamal,جميل jamil,جلال jalal,فيصل faisal,طارق tariq,زيد zaid,زياد ziad,وليد walid,رشيد rashid,راشد rashid,ماجد majid,مجيد majid,
  سالم salem,سليم salim,سلمان salman,صلاح salah,صادق sadiq,جعفر jafar,مهدي mahdi,مهدی mahdi,هادي hadi,رضا reza,غلام gholam,حيدر haidar,عباس abbas,
  فاطمة fatima,فاطمه fatima,مريم maryam,مریم maryam,عائشة aisha,خديجة khadija,زينب zainab,سلمى salma,نورة noura,نور nour,الدين al din,دين din,سيف saif,شمس shams,
  شريف sharif,شریف sharif,منصور mansour,مسعود masoud,مختار mukhtar,حبيب habib,خليل khalil,داود dawood,داوود dawood,موسى musa,موسی musa,عيسى issa,يحيى yahya,زكريا zakaria,
  أيمن ayman,ايمن ayman,أمير amir,امیر amir,أمين amin,امین amin,أنور anwar,بشير bashir,بكر bakr,أبو abu,ابو abu,بن bin,ابن ibn,بنت bint,أسامة osama,اسامة osama,هشام hisham,
  هاشم hashim,كمال kamal,کمال kamal,لطيف latif,عزيز aziz,قادر qadir,غني ghani,حكيم hakim,جبار jabbar,ستار sattar,وهاب wahab,واحد wahid,ملك malik,مالك malik,عدنان adnan,
  عصام issam,غسان ghassan,فؤاد fuad,فهد fahd,فارس faris,قصي qusay,عدي uday,صدام saddam,طه taha,ياسر yasser,ياسين yassin,يونس yunus,رامي rami,سامي sami,شهاب shihab,
  المصري al masri,الخوري al khouri,الحمداني al hamdani,التكريتي al tikriti,الجبوري al jabouri,الراشدي al rashidi,العراقي al iraqi,الشمري al shammari,الدوري al douri,
  الأسد al assad,حداد haddad,خوري khouri,نصار nassar,شاهين shahin,درويش darwish,قذافي gaddafi,القذافي al gaddafi,السيد al sayed,الشيخ al sheikh,جواد javad,اکبر akbar,أكبر akbar,
  اصغر asghar,سلطانی soltani,کرمانی kermani,تهرانی tehrani,احمدی ahmadi,رضایی rezaei,جعفری jafari,محمدی mohammadi,حسینی hosseini,موسوی mousavi,هاشمی hashemi,کریمی karimi,
  شركة co,مؤسسة establishment,مجموعة group,بنك bank,مصرف bank,المحدودة ltd,للتجارة trading,التجارة trading,التجاري commercial,تجاري commercial,السوري syria,العامة general,الدولية international,للصرافة exchange`
    .split(',')
    .map((pair): [string, string] => [pair.trim().split(' ')[0]!, pair.trim().split(' ').slice(1).join(' ')]),
);

const ARABIC_WORD = /\p{Script=Arabic}+/gu;
const HEBREW_WORD = /\p{Script=Hebrew}+/gu;
const HAN_RUN = /\p{Script=Han}+/gu;
const HANGUL_WORD = /(?<!\p{L})\p{Script=Hangul}+(?!\p{L})/gu;

/** Told of each word that is read: its Latin letters, and the Arabic ones that it was read from. */
type Note = (read: string, written: string) => void;

/** A text with its Arabic, Hebrew, Han and Hangul words in Latin letters; the rest stays as it is. */
export function readScripts(text: string, note?: Note): string {
  return text
    .replace(ARABIC_MARKS, '')
    .replace(ARABIC_WORD, (word) => ` ${arabicWord(word, note)} `)
    .replace(HEBREW_WORD, (word) => ` ${hebrewWord(word, note)} `)
    .replace(HANGUL_WORD, (word) => hangulTrade(word).replace(HANGUL_WORD, hangulWord))
    .replace(HAN_RUN, hanRun);
}

/** What joins names, and what is never read as other than it is. */
const HEBREW = tableOf('אל al,בן bin,אבו abu,אבן ibn,עבד abdul,בנק bank,חברת company');

function hebrewWord(word: string, note?: Note): string {
  const known = HEBREW.get(word);
  if (known) return known;
  const { letters, bare } = hebrewLetters(word);
  // A first letter that only carries a vowel is one: without it the rest may be no name (`mr`).
  const read = anyAscii(
    bare
      .replace(/^[אע](?=.)/, 'a')
      .replace(/(?<=.)ו/g, 'u')
      .replace(/(?<=.)י/g, 'i'),
  ).toLowerCase();
  note?.(read, letters);
  return read;
}

function arabicWord(word: string, note?: Note): string {
  const known = ARABIC.get(word);
  const bare = word.startsWith('ال') && word.length > 3 ? word.slice(2) : undefined;
  // The article is written together with its word, and its first letter is lost in transliteration.
  const read = known ?? (bare ? `al ${ARABIC.get(bare) ?? voiced(bare)}` : undefined);
  if (read) {
    note?.(read.slice(read.lastIndexOf(' ') + 1), word);
    return read;
  }
  for (const first of ['محمد', 'عبد', 'غلام', 'علی', 'امیر']) {
    const rest = word.slice(first.length);
    if (word.startsWith(first) && rest.length > 1) return `${arabicWord(first, note)} ${arabicWord(rest, note)}`;
  }
  const letters = voiced(word);
  note?.(letters, word);
  return letters;
}

/**
 * An Arabic or Persian word as its letters are usually written in Latin ones. Short vowels are not written; what stands for
 * a vowel is read as one: ayn and the bearers of hamza, waw and ya between consonants. Beside a vowel these are w and y.
 * What is dh in some countries is z in most.
 */
function voiced(word: string): string {
  const plain = word
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ؤ/g, 'و')
    .replace(/ئ/g, 'ي')
    .replace(/[ظذ]/g, 'ز')
    .replace(/ء/g, '');
  let read = '';
  for (let i = 0; i < plain.length; i++) {
    const [letter, next, last] = [plain[i]!, plain[i + 1] ?? '', plain[i - 1] ?? ''];
    const besideVowel = next === 'ا' || next === 'ة' || last === 'ا';
    if (letter === 'ا' || letter === 'ع') read += read.endsWith('a') ? '' : 'a';
    else if (letter === 'ة') read += read.endsWith('a') ? '' : 'a';
    else if (letter === 'و') read += i === 0 || besideVowel ? 'w' : 'u';
    else if (/[يیى]/.test(letter)) read += i === 0 || (besideVowel && next !== '') ? 'y' : 'i';
    else read += letter;
  }
  return anyAscii(read).toLowerCase();
}

/** Kinds of business in Han; they divide a company's name, and are compared as the English words. */
const HAN_TRADE: readonly (readonly [string, string])[] =
  `股份有限公司 jsc,有限责任公司 ltd,有限責任公司 ltd,有限公司 ltd,株式会社 jsc,株式會社 jsc,有限会社 ltd,集团公司 group co,总公司 co,公司 co,集团 group,集團 group,
  银行 bank,銀行 bank,实业 industrial,實業 industrial,贸易 trading,貿易 trading,国际 international,國際 international,科技 technology,技术 technology,电子 electronics,電子 electronics,
  进出口 import export,進出口 import export,船务 shipping,船務 shipping,航运 shipping,航運 shipping,海运 shipping,石油 petroleum,化工 chemical,工业 industrial,工業 industrial,机械 machinery,機械 machinery,
  物流 logistics,发展 development,發展 development,投资 investment,投資 investment,控股 holding,建设 construction,建筑 construction,大学 university,研究所 research institute,研究院 research institute,工厂 factory,
  航空 aviation,食品 foods,纺织 textiles,材料 materials,设备 equipment,中国 china,中國 china,香港 hong kong,商事 shangshi`
    .split(',')
    .map((pair) => pair.trim())
    .map((pair) => [pair.slice(0, pair.indexOf(' ')), pair.slice(pair.indexOf(' ') + 1)] as const);

/** Family and given names of Japan: read as Chinese they would be other names. */
const JAPANESE_FAMILY =
  tableOf(`佐藤 sato,鈴木 suzuki,高橋 takahashi,田中 tanaka,渡辺 watanabe,伊藤 ito,山本 yamamoto,中村 nakamura,小林 kobayashi,加藤 kato,吉田 yoshida,山田 yamada,
  佐々木 sasaki,山口 yamaguchi,松本 matsumoto,井上 inoue,木村 kimura,清水 shimizu,山崎 yamazaki,池田 ikeda,橋本 hashimoto,阿部 abe,石川 ishikawa,小川 ogawa,岡田 okada,長谷川 hasegawa,
  藤田 fujita,後藤 goto,近藤 kondo,村上 murakami,遠藤 endo,青木 aoki,坂本 sakamoto,斎藤 saito,斉藤 saito,福田 fukuda,太田 ota,西村 nishimura,藤井 fujii,金子 kaneko,岡本 okamoto,
  藤原 fujiwara,三浦 miura,中野 nakano,原田 harada,松田 matsuda,竹内 takeuchi,小野 ono,田村 tamura,中山 nakayama,和田 wada,石田 ishida,森田 morita,上田 ueda,桜井 sakurai,
  小笠原 ogasawara,五十嵐 igarashi,安倍 abe,麻生 aso,河野 kono,石原 ishihara,大野 ono,宮崎 miyazaki,前田 maeda,柴田 shibata,酒井 sakai,横山 yokoyama,工藤 kudo`);
const JAPANESE_GIVEN =
  tableOf(`浩 hiroshi,健二 kenji,賢治 kenji,一郎 ichiro,太郎 taro,次郎 jiro,三郎 saburo,誠 makoto,隆 takashi,明 akira,健 ken,洋子 yoko,陽子 yoko,恵子 keiko,和子 kazuko,幸子 sachiko,
  美咲 misaki,健太 kenta,大輔 daisuke,直樹 naoki,由美子 yumiko,達也 tatsuya,裕子 yuko,真一 shinichi,正 tadashi,勝 masaru,博 hiroshi,清 kiyoshi,茂 shigeru,進 susumu,実 minoru,和夫 kazuo,
  昭 akira,豊 yutaka,修 osamu,学 manabu,剛 tsuyoshi,智子 tomoko,京子 kyoko,花子 hanako,晋三 shinzo,太一 taichi,翔太 shota,拓也 takuya`);

/** Chinese family names of two characters. */
const COMPOUND = new Set('欧阳,歐陽,司马,司馬,上官,诸葛,諸葛,东方,夏侯,皇甫,公孙,慕容,令狐,司徒'.split(','));
/** Family names whose reading is not the usual one of the character. */
const FAMILY_READING = tableOf(
  '薄 bo,召 shao,乐 yue,樂 yue,员 yun,員 yun,区 ou,區 ou,缪 miao,繆 miao,种 chong,覃 qin,冼 xian,單 shan,秘 bi,折 she,華 hua,蓋 ge,曾 zeng,单 shan,仇 qiu,解 xie,查 zha,朴 piao,任 ren,华 hua,盖 ge,翟 zhai,尉 wei',
);

function tableOf(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((pair): [string, string] => [pair.trim().split(' ')[0]!, pair.trim().split(' ')[1]!]));
}

const syllables = (text: string) => Array.from(text, (char) => anyAscii(char).toLowerCase().trim()).join(' ');

function hanRun(run: string): string {
  let rest = run;
  let traded = false;
  for (const [han, english] of HAN_TRADE) {
    if (!rest.includes(han)) continue;
    rest = rest.replaceAll(han, ` ${english} `);
    traded = true;
  }
  if (traded) return ` ${rest.replace(HAN_RUN, syllables)} `;
  return ` ${japanese(run) ?? chinese(run)} `;
}

function japanese(run: string): string | undefined {
  for (const length of [3, 2]) {
    const family = JAPANESE_FAMILY.get(run.slice(0, length));
    if (!family) continue;
    const given = run.slice(length);
    return `${family} ${JAPANESE_GIVEN.get(given) ?? anyAscii(given).toLowerCase()}`;
  }
  return undefined;
}

function chinese(run: string): string {
  const length = COMPOUND.has(run.slice(0, 2)) ? 2 : 1;
  const [family, given] = [run.slice(0, length), run.slice(length)];
  return `${FAMILY_READING.get(family) ?? anyAscii(family).toLowerCase()} ${syllables(given)}`;
}

/** Family names that passports write otherwise than the rules of romanisation do. */
const KOREAN_FAMILY = tableOf('gim kim,i lee,bak park,choe choi,o oh,u woo,gu koo,seo suh,gwon kwon,mun moon,baek paik');

/** A syllable of one vowel, as names have it: a single letter would be taken for an initial. */
const spelledOut = (syllable: string) => ({ i: 'yi', o: 'oh', u: 'woo', a: 'ah', e: 'eh' })[syllable] ?? syllable;

function hangulWord(word: string): string {
  // A person: one syllable of family name, then the given name.
  const [family = '', ...given] = Array.from(word, (char) => southern(char) ?? anyAscii(char).toLowerCase());
  if (word.length > 4) return ` ${family}${given.join('')} `;
  return ` ${KOREAN_FAMILY.get(family) ?? spelledOut(family)} ${given.map(spelledOut).join(' ')} `;
}
