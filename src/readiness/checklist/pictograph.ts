/**
 * One picture as people see it: an emoji with its skin tone, its variation, and what is joined to it. Arrows and the signs ©, ®
 * and ™ are text unless they are asked for as pictures.
 */
const ONE = String.raw`(?:[\u{1F000}-\u{1F1E5}\u{1F200}-\u{1FAFF}]|\p{Regional_Indicator}{1,2}|\p{Emoji_Presentation}|(?=[\u2600-\u27BF\u2B00-\u2BFF])\p{Extended_Pictographic}|\p{Extended_Pictographic}(?=\uFE0F))[\u{1F3FB}-\u{1F3FF}]?\uFE0F?\u20E3?`;

/** A picture in a regular expression, with whatever is joined to it. */
export const PICTOGRAPH = String.raw`${ONE}(?:\u200D${ONE}){0,6}`;

const ALL = new RegExp(String.raw`(?<=^|[\s([{])${PICTOGRAPH}(?:\s*${PICTOGRAPH}){0,20}[ \u00a0]?|\s?${PICTOGRAPH}`, 'gu');
const SOME = /[\u{1F000}-\u{1FAFF}]|\p{Extended_Pictographic}/u;

/** A text without its emoji, wherever they stand: `2. ⚡ Performance (🔴 critical)` is `2. Performance (critical)`. */
export function withoutPictographs(text: string): string {
  return SOME.test(text)
    ? text
        .replace(ALL, '')
        .replace(/[([{]\s?[)\]}]/g, '')
        .replace(/\s{2,}/g, ' ')
        .trim()
    : text;
}
