/**
 * Korean names in Latin letters, whichever system wrote them: `Gim Jeongeun`, `Kim Chŏngŭn`, `Kim Jong Un` and `Kim Jeong-eun` are
 * one. Sounds that one of the systems writes alike are one letter, the given name is one word: how it is divided tells nothing.
 */

/** Family names as systems and passports have them, and as they are compared. */
const FAMILIES: ReadonlyMap<string, string> = new Map(
  `kim gim ghim=kim|lee yi i ri rhee li=yi|park bak pak bag=pak|choe choi che=choe|jeong jung chung chong jong=chong|gang kang=kang|cho jo=cho|yun yoon youn=yun|
  jang chang=chang|im lim rim yim=im|han=han|oh o=oh|seo so suh=so|sin shin=sin|gwon kwon=kwon|hwang=hwang|an ahn=an|song=song|yu yoo ryu you=yu|hong=hong|
  jeon chon jon jun chun=chon|go ko koh=ko|mun moon=mun|yang ryang=yang|son sohn=son|bae pae=pae|baek paek paik=paek|heo ho hur=ho|nam=nam|no noh ro roh=no|ha=ha|
  gwak kwak=kwak|seong sung=song|cha=cha|ju joo chu=chu|woo u wu=wu|gu ku koo=ku|min=min|jin chin=chin|na ra=na|eom om um=om|won=won|bang pang=pang|byeon pyon byun=pyon|
  do to=to|hyeon hyon hyun=hyon|ham=ham|ok=ok|tak tak=tak|gil kil=kil|pyo phyo=pyo|myeong myong myung=myong|wang=wang|ma=ma|maeng=maeng|je che=che|mo=mo|pung=pung|tae thae=tae|ban pan=pan|choo=chu|dong tong=tong|gong kong=kong|gye kye=kye|geum kum keum=kum|ki gi=ki|
  seok sok suk=sok|seol sol=sol|seon sun=son|eun un=un|ye=ye|yeon yon=yon|yeom ryom yom yum=yom|eo=o|ji chi=chi|guk kuk kook=kuk|bok pok=pok|bu boo pu=pu|bong pong=pong|sa=sa|
  sim shim=sim|in=in|yeo ryo yo=yo|yong ryong=yong|jegal chegal=chekal|namgung namgoong namkung=namkung|hwangbo hwangpo=hwangpo|sagong=sakong|seonu sonu seonwoo=sonu`
    .split('|')
    .flatMap((line) => {
      const [spellings = '', read = ''] = line.trim().split('=');
      return spellings.split(' ').map((one): [string, string] => [one, read]);
    }),
);

const table = (text: string) =>
  text
    .split(' ')
    .map((pair) => pair.split(':') as [string, string])
    .sort(([one], [other]) => other.length - one.length);
const FIRST = table('kk:k kh:k g:k k:k tt:t th:t d:t t:t pp:p ph:p b:p p:p tch:ch jj:ch ch:ch j:ch ss:s sh:s s:s n:n m:m r:r l:r h:h :');
const VOWEL = table(
  'yeo:yo yae:yae ye:ye ya:ya yo:yo yu:yu yoo:yu eo:o eu:u ui:ui ae:ae oe:oe oo:u wae:wae wa:wa woo:u wo:wo we:we wi:wi a:a e:e i:i o:o u:u',
);
const LAST = table('ng:ng k:k g:k n:n t:t l:l r:l m:m p:p b:p :');

/** Every way to read a word as one or two syllables. */
function readings(word: string, most: number): string[] {
  if (word === '') return [''];
  if (most === 0) return [];
  const found = new Set<string>();
  for (const [first, readFirst] of FIRST) {
    if (!word.startsWith(first)) continue;
    const behind = word.slice(first.length);
    for (const [vowel, readVowel] of VOWEL) {
      if (!behind.startsWith(vowel)) continue;
      const rest = behind.slice(vowel.length);
      for (const [last, readLast] of LAST) {
        if (!rest.startsWith(last)) continue;
        for (const next of readings(rest.slice(last.length), most - 1)) found.add(readFirst + readVowel + readLast + next);
      }
    }
  }
  return [...found];
}

const MOST_WAYS = 6;
const LONGEST = 14;

/** A name's words as family name and given name, in every way that they are a Korean name; none for other names. */
export function koreanReadings(words: readonly string[]): string[][] {
  if (words.length < 2 || words.length > 3) return [];
  const [first, last] = [words[0]!, words.at(-1)!];
  const ways: string[][] = [];
  const add = (family: string, given: readonly string[]) => {
    const read = FAMILIES.get(family);
    const joined = given.join('');
    if (read === undefined || joined.length > LONGEST || joined.length < 2) return;
    const parts = given.length === 2 ? pairsOf(given) : readings(joined, 2);
    ways.push(...parts.map((one) => [read, one]));
  };
  add(first, words.slice(1));
  add(last, words.slice(0, -1));
  return ways.slice(0, MOST_WAYS);
}

function pairsOf([one = '', other = '']: readonly string[]): string[] {
  const [first, second] = [readings(one, 1), readings(other, 1)];
  return first.flatMap((a) => second.map((b) => a + b));
}
