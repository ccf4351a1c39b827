import { mayDecorate } from './first-look.ts';

/** Text longer than this is read only so far; nobody checks a line of such a length off. */
const MAX_TEXT = 4_000;

/**
 * Markdown's inline marks taken off: emphasis, code, links, pictures, tags, comments, entities, escapes. What `code` holds
 * stays as it is. Takes time proportional to the length.
 */
export function plainText(markdown: string): string {
  const source = markdown.slice(0, MAX_TEXT);
  return singleSpaced(MARKED.test(source) ? withoutMarks(source) : source).trim();
}

/** White space that is not one blank already: to put a blank for every blank would cost as much as all the rest. */
const SPACES = /[^\S ]\s*| \s+/g;

/** A text with one blank wherever it has white space. */
export const singleSpaced = (text: string): string => text.replace(SPACES, ' ');

const MARKED = /[\\`*_~[\]<&\p{Cc}\uE000\uE001]/u;

function withoutMarks(source: string): string {
  const kept: string[] = [];
  const keep = (text: string): string => `\uE000${kept.push(text) - 1}\uE001`;
  const text = source
    .replace(/[\p{Cc}\uE000\uE001]/gu, ' ')
    .replace(/\\([!-/:-@[-`{-~])/g, (_, char: string) => keep(char))
    .replace(/(`{1,3})([^`\n]{1,2000}?)\1/g, (_, __, code: string) => keep(code.trim()))
    .replace(/<!--[^]*?(?:-->|$)/g, ' ')
    .replace(/_{3,}/g, keep);
  const plain = unmarked(text);
  return kept.length === 0 ? plain : plain.replace(/\uE000(\d+)\uE001/g, (_, at: string) => kept[Number(at)] ?? '');
}

const LINK = /!?\[([^[\]]{0,500})\]\((?:<[^<>\n]{0,1000}>|[^()\s]{0,1000})(?:\s+(?:"[^"]{0,300}"|'[^']{0,300}'))?\)/g;
const REFERENCE = /!?\[([^[\]]{1,500})\]\[[^[\]]{0,200}\]/g;

const TAG =
  /<\/?(?:b|i|u|s|em|strong|code|kbd|sub|sup|span|a|br|p|div|li|ul|ol|td|tr|th|label|input|del|ins|mark|small|font|img|summary|details|h[1-6])\b[^<>]{0,300}>/gi;

function unmarked(source: string): string {
  let text = source;
  if (text.includes('[')) text = text.replace(LINK, (_, label: string) => label).replace(REFERENCE, (_, label: string) => label);
  if (text.includes('<')) text = text.replace(/<((?:https?|mailto|ftp):[^<>\s]{1,500})>/g, '$1').replace(TAG, ' ');
  if (/[*_~]/.test(text)) text = withoutEmphasis(text);
  return text.includes('&') ? text.replace(/&(#[xX]?[0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});/g, entity) : text;
}

function withoutEmphasis(text: string): string {
  return text
    .replace(/(\*\*\*|\*\*|___|__|~~)(?=\S)([^*_~]{0,2000}?\S?)\1/g, '$2')
    .replace(/\*\*|__(?=\W|$)|(?<=^|\W)__|~~/g, '')
    .replace(/(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{0,1000}?)(?<=[^\s*_])\1(?![\w*])/g, '$2');
}

/**
 * The same Markdown with asterisks kept that emphasise nothing: a run between spaces, of which the text has no second, or that is
 * followed by an equals sign or a colon. `*** = critical`, `** the disk is full`.
 */
export function withLoneStars(markdown: string): string {
  if (!LONE_STARS.test(markdown)) return markdown;
  const runs = Map.groupBy(markdown.match(LONE_STARS_ALL) ?? [], (run) => run);
  return markdown.replace(LONE_STARS_ALL, (run, at: number) => {
    const isAlone = runs.get(run)?.length === 1 && markdown.split(run).length === 2;
    return isAlone || /^\s*[=:]/.test(markdown.slice(at + run.length)) ? run.replaceAll('*', '\\*') : run;
  });
}

const LONE_STARS = /(?<=^|\s)\*{1,3}(?=\s)/;
const LONE_STARS_ALL = new RegExp(LONE_STARS, 'g');

/** The entities that people type; any other stays as it is written. */
// oxfmt-ignore
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', le: '≤', ge: '≥', leq: '≤', geq: '≥', ne: '≠', times: '×',
  plusmn: '±', minus: '−', ndash: '–', mdash: '—', hellip: '…', rarr: '→', larr: '←', bull: '•', middot: '·', deg: '°',
  micro: 'µ', copy: '©', reg: '®', trade: '™', check: '✓', cross: '✗', percnt: '%', plus: '+', equals: '=', lsqb: '[', rsqb: ']',
  lowbar: '_', ast: '*', num: '#', colon: ':', sol: '/', auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü',
  szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à', ccedil: 'ç', ecirc: 'ê', acirc: 'â', ocirc: 'ô', euro: '€', pound: '£',
};

function entity(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : whole;
}

/** A line's bold beginning and what follows it, in Markdown. */
export type Lead = { bold: string; rest: string };

const DECORATION = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u{1f3fb}-\u{1f3ff}]|\uFE0F|\u200D|\u20E3|[•·–—-]|\s)+/u;
const BOLD = /^(\*\*|__)(?=\S)((?:(?!\1)[^]){1,500}?)\1(?!\1)/;

/**
 * The bold beginning of a line as its name: `**Title**: detail`, `**Title** (detail)`, `**Title:** detail`, `**Two words**
 * detail`. A single bold word within a sentence is emphasis and no name.
 */
export function leadOf(markdown: string): Lead | undefined {
  const within = markdown.slice(0, MAX_TEXT);
  const text = mayDecorate(within, 0) ? within.replace(DECORATION, '') : within;
  const match = BOLD.exec(text);
  if (!match) return undefined;
  const bold = match[2]!;
  const rest = text.slice(match[0].length);
  const parted = rest.trim() === '' || /[:：]\s*$/.test(bold) || /^\s*(?:[:：([–—|]|-{1,2}\s|→|=>)/.test(rest);
  return parted || /\s/.test(bold.trim()) ? { bold, rest } : undefined;
}

/** Emoji, list decoration and stray marks at both ends taken off a plain text. */
export function undecorated(text: string): string {
  const bare = (mayDecorate(text, 0) ? text.replace(DECORATION, '') : text).trim();
  return mayDecorate(bare, bare.length - 1) ? bare.replace(/(?:\p{Extended_Pictographic}|\uFE0F|\u200D|\s)+$/u, '').trim() : bare;
}
