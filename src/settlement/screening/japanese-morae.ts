import anyAscii from 'any-ascii';

/**
 * Japanese names in Latin letters, whichever system wrote them: `Shinjirō Ohta`, `Shinjirou Oota` and `Sinziro Ota` are one. Words of
 * morae alone are brought to the Kunrei system, long vowels to short ones, as passports have them.
 */

type Change = readonly [from: RegExp, to: string];
const KUNREI: readonly Change[] = [
  [/m(?=[bmp])/g, 'n'],
  [/sh(?=[aueo])/g, 'sy'], [/shi/g, 'si'], [/[tc]ch/g, 'tc'], [/c(?:h)?(?=[aueo])/g, 'ty'], [/chi|ci/g, 'ti'], [/ttyi/g, 'tti'], [/tsu/g, 'tu'],
  [/dz(?=u)|d(?=u)/g, 'z'], [/dj?(?=i)/g, 'z'], [/(?:dj|j)(?=[aueo])/g, 'zy'], [/ji/g, 'zi'], [/dy/g, 'zy'], [/fu/g, 'hu'],
  [/oh(?=[^aeiouy]|$)/g, 'o'], [/o[ou]+/g, 'o'], [/uu+/g, 'u'],
]; // prettier-ignore
const MORAE =
  /^(?:(?:([kstpgzbdr])(?=\1))?(?:[kgnbpmr]y[auo]|[sthz]y[auo]|[kgsztdnhbpmr][aiueo]|y[auo]|w[ao]|[aiueo])n?(?![aiueoy]n?$)?|n(?![aiueoy]))+$/;
const PLAIN = /^[a-z]{2,16}$/;

/** A name's words by morae, in every way that they are a Japanese name; none when one of them is not Japanese by its letters. */
export function japaneseReadings(words: readonly string[]): string[][] {
  if (words.length < 2 || words.length > 3 || !words.every((word) => PLAIN.test(word))) return [];
  // Before a vowel an h belongs to it, or makes the o before it long (`Yohichi`).
  const silent = words.map((word) => word.replace(/oh(?=[aiueo])/g, 'o'));
  const ways = silent.some((word, at) => word !== words[at]) ? [words, silent] : [words];
  return ways
    .map((way) => way.map((word) => KUNREI.reduce((text, [from, to]) => text.replace(from, to), word)))
    .filter((read) => read.every((word) => MORAE.test(word)));
}

const WITH_SMALL = /([\u3041-\u3093\u30a1-\u30f3])([ゃゅょャュョ])/gu;
const DOUBLED = /[っッ]([\u3041-\u3093\u30a1-\u30f3]|[a-z])/gu;
const VOWEL: Readonly<Record<string, string>> = { ゃ: 'a', ゅ: 'u', ょ: 'o', ャ: 'a', ュ: 'u', ョ: 'o' };

/** A text with those signs of kana in Latin letters that change their neighbour: small vowels and doubled consonants. */
export function readKana(text: string): string {
  if (!/[\u3041-\u30ff]/u.test(text)) return text;
  return text
    .replace(WITH_SMALL, (_, sign: string, small: string) => {
      const mora = anyAscii(sign).toLowerCase();
      return mora.slice(0, -1) + (/^(?:sh|ch|j)i$/.test(mora) ? '' : 'y') + VOWEL[small]!;
    })
    .replace(DOUBLED, (_, next: string) => anyAscii(next).toLowerCase()[0]! + next)
    .replaceAll('ー', '');
}
