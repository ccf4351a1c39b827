import type { Tier } from './checklist.ts';
import { plainText, withLoneStars } from './inline.ts';
import { KEYWORDS, keyOfBracket, keyOfCode, keyOfForm, keyOfKeyword, keyOfPhrase, keyOfPicture, SIGN, type Legend } from './legend.ts';
import { PICTOGRAPH } from './pictograph.ts';
import { repairMojibake } from './repair.ts';

/** Where a line or a heading bears one of the marks that its document explains: at its beginning, behind its title, at its end. */

/** A number or name of a line, in front of its mark: `1.2`, `BF-4`, `3)`. */
const NUMBER = /^(?:[A-Z]{1,5}-?\d+(?:[.-]\w+)*[.):]?|\d+(?:\.\d+)*[.):]?)\s+/;
const PICTURES_FIRST = new RegExp(String.raw`^(?:(?:${PICTOGRAPH})\s*){1,5}`, 'u');
const PICTURES_LAST = new RegExp(String.raw`(?:\s*(?:${PICTOGRAPH})){1,5}$`, 'u');
const PICTURE = new RegExp(PICTOGRAPH, 'gu');
const BRACKET_FIRST = /^[([{<]\s?([^()[\]{}<>]{1,24}?)\s?[)\]}>]/;
const BRACKET_LAST = /[([{<]\s?([^()[\]{}<>]{1,24}?)\s?[)\]}>][\s.;,:*]*$/;
const BRACKET_BEHIND_TITLE = /^[^.;:]{1,80}?\s[([{<]\s?([^()[\]{}<>]{1,24}?)\s?[)\]}>]\s*(?::|[–—-]\s)/;
const SIGN_FIRST = new RegExp(String.raw`^(${SIGN})(?=\s|\p{L})`, 'u');
const SIGN_LAST = /(?:\s([*!†‡★☆#+~^?°]{1,3})|([*†‡★☆]{1,3}|[¹²³]))$/;
const PARTED_FIRST = /^([\p{L}\d][\p{L}\d -]{0,23}?)\s*(?::|\||[–—]|-\s)/u;
const CODE_FIRST = /^([PS]\d|[B-HJ-ZÄÖÜ]|[A-Z]{2,3}\d?|[A-Z]\d)\s/u;
const PARTED_LAST = /(?:\s[–—|-]|[,;:])\s+([\p{L}\d][\p{L}\d -]{0,23})[.\s]*$/u;
const BOLD_LAST = /(?<=\S\s)(?:\*\*|__)([^*_]{1,24})(?:\*\*|__)[.\s]*$/;
const KEYWORD = new RegExp(String.raw`\b(?:${KEYWORDS})\b`, 'g');

/** The tier of the mark that a line bears, in Markdown. */
export function tierByLegend(legend: Legend, markdown: string): Tier | undefined {
  if (legend.size === 0) return undefined;
  const text = plainText(withLoneStars(repairMojibake(markdown))).slice(0, 2_000);
  const bold = BOLD_LAST.exec(markdown)?.[1];
  const bare = text.replace(NUMBER, '');
  return (
    atBeginning(legend, text) ??
    (bare === text ? undefined : atBeginning(legend, bare)) ??
    atEnd(legend, text) ??
    (bold === undefined ? undefined : wordTier(legend, bold)) ??
    keywordTier(legend, text) ??
    formTier(legend, markdown, text)
  );
}

/** The tier of a line that is all bold, all italic or all in capitals. */
function formTier(legend: Legend, markdown: string, text: string): Tier | undefined {
  const [bold, italic, capitals] = [legend.get(keyOfForm('bold')), legend.get(keyOfForm('italic')), legend.get(keyOfForm('capitals'))];
  if (bold && /^\s*(?:\*\*|__)[^*_]+(?:\*\*|__)\W*$/.test(markdown)) return bold;
  if (italic && /^\s*[*_][^*_]+[*_]\W*$/.test(markdown)) return italic;
  return capitals && text === text.toUpperCase() && /\p{Lu}{3}.*\s.*\p{Lu}{2}/u.test(text) ? capitals : undefined;
}

/** The tier of a heading or a cell that is a mark, begins with a picture, or bears a mark in brackets. */
export function tierOfMarked(legend: Legend, markdown: string): Tier | undefined {
  if (legend.size === 0) return undefined;
  const text = plainText(repairMojibake(markdown)).replace(/\s*[:：]$/, '');
  const words = text.replace(NUMBER, '').replace(PICTURES_FIRST, '').trim();
  return (
    pictureTier(legend, PICTURES_FIRST.exec(text.replace(NUMBER, ''))?.[0]) ??
    legend.get(keyOfPicture(text)) ??
    wordTier(legend, words) ??
    wordTier(legend, /^([PS]\d)(?=\s*[:–—|(-])/.exec(words)?.[1]) ??
    wordTier(legend, words.replace(/\s*\([^()]*\)$/, '')) ??
    legend.get(keyOfPhrase(/^[\p{L}\d ]{3,24}(?=\s*[:–—])/u.exec(words)?.[0] ?? '')) ??
    bracketTier(legend, BRACKET_LAST.exec(text)?.[1]) ??
    pictureTier(legend, PICTURES_LAST.exec(text)?.[0])
  );
}

function atBeginning(legend: Legend, text: string): Tier | undefined {
  const sign = SIGN_FIRST.exec(text)?.[1];
  return (
    pictureTier(legend, PICTURES_FIRST.exec(text)?.[0]) ??
    bracketTier(legend, BRACKET_FIRST.exec(text)?.[1] ?? BRACKET_BEHIND_TITLE.exec(text)?.[1]) ??
    (sign === undefined ? undefined : signTier(legend, sign)) ??
    wordTier(legend, PARTED_FIRST.exec(text)?.[1]) ??
    codeTier(legend, CODE_FIRST.exec(text)?.[1])
  );
}

function atEnd(legend: Legend, text: string): Tier | undefined {
  const sign = SIGN_LAST.exec(text);
  return (
    bracketTier(legend, BRACKET_LAST.exec(text)?.[1]) ??
    pictureTier(legend, PICTURES_LAST.exec(text)?.[0]) ??
    (sign ? signTier(legend, (sign[1] ?? sign[2])!) : undefined) ??
    wordTier(legend, PARTED_LAST.exec(text)?.[1])
  );
}

/** `*` and `★` are the same to whoever calls them a star. */
const signTier = (legend: Legend, sign: string): Tier | undefined =>
  legend.get(sign) ?? (sign === '*' ? legend.get('★') : sign === '★' ? legend.get('*') : undefined);

function pictureTier(legend: Legend, pictures: string | undefined): Tier | undefined {
  for (const [picture] of pictures?.matchAll(PICTURE) ?? []) {
    const tier = legend.get(keyOfPicture(picture));
    if (tier) return tier;
  }
  return undefined;
}

const bracketTier = (legend: Legend, inside: string | undefined): Tier | undefined =>
  inside === undefined
    ? undefined
    : (legend.get(keyOfBracket(inside)) ??
      legend.get(keyOfCode(inside)) ??
      legend.get(keyOfPhrase(inside)) ??
      signTier(legend, inside) ??
      pictureTier(legend, inside));

const wordTier = (legend: Legend, word: string | undefined): Tier | undefined =>
  word === undefined
    ? undefined
    : (codeTier(legend, word) ?? legend.get(keyOfPhrase(word)) ?? (word.length > 2 ? legend.get(keyOfBracket(word)) : undefined));

const codeTier = (legend: Legend, code: string | undefined): Tier | undefined =>
  code === undefined ? undefined : legend.get(keyOfCode(code));

function keywordTier(legend: Legend, text: string): Tier | undefined {
  const found = new Set(text.match(KEYWORD) ?? []);
  const tiers = KEYWORDS.split('|').flatMap((word) => (found.has(word) ? [legend.get(keyOfKeyword(word))] : []));
  return tiers[0];
}
