import { mayBegin, mayHold } from './first-look.ts';
import { singleSpaced, undecorated } from './inline.ts';
import { matchesOf } from './matches.ts';

/** The words around a number: what is measured, in which part of the measurements, under which condition. */

/** The last word of a text, and words that name nothing there. */
const LAST_WORD = /^(?:.*\s)?(\S+)$/s;
const TRAILING =
  /^(?:is|are|be|being|stays?|remains?|keeps?|must|should|shall|may|can|will|has|have|had|was|were|a|an|the|of|at|in|to|with|by|on|for|and|or|that|than|not|never|no|only|configured|completed|created|available|reached|required|target|under|meets?|handles?|sustains?|supports?|achieved?|takes?|took|drops?|falls?|rises?|goes|back|again|always|up|down|about|from|every|each|per|it|this|these|those|verified|validated|increases?|decreases?|dropped|does|do|least|most|\w+n['’]t|cannot|shall|nicht|nie|darf|dürfen|ne|pas|jamais|de|doit)$/i;

/** What is measured, from the words before a number: the last phrase of its clause, without verbs at its end. */
export function metricBefore(left: string): string {
  const bare = left.replace(/\([^()]{0,80}\)/g, ' ');
  const phrases = bare.split(/[;.!?]\s|\s*\|\s*|,\s|\s[–—-]\s|\s*[:(]\s*|\band\s|[()]/);
  for (const phrase of phrases.reverse()) {
    const metric = metricIn(phrase);
    if (metric !== '') return metric;
  }
  return '';
}

/** `no query`, `avoid CPU`: what is negated is measured all the same. */
const NEGATED =
  /^(?:(?:ensure|verify|check|confirm)\s+)?(?:(?:(?:under|in|at) no (?:circumstances?|time|case|point)|no (?:one|single)|not (?:one|a single)|no|nobody|nothing|none(?: of)?|neither|never|zero|without(?: any)?|avoid(?:ing)?|prevent(?:ing)?|stop|guard against|absence of|free of|kein\p{L}*|nichts|niemand|nie(?:mals)?|ohne|aucune?|rien|sans|pas de|jamais|éviter)(?:\s+(?:the|a|an|any|them|these|des?)(?![\p{L}]))*(?:\s+|$))/iu;

function withoutTrailing(words: string): string {
  let phrase = words;
  for (let turn = 0; turn < 8; turn++) {
    const last = LAST_WORD.exec(phrase)?.[1];
    if (last === undefined || !TRAILING.test(last)) break;
    phrase = phrase.slice(0, phrase.length - last.length).trim();
  }
  return phrase;
}

function metricIn(words: string): string {
  let phrase = words
    .replace(/^[\s<>≤≥=]+/, '')
    .replace(/[\s(:=<>≤≥,+±–—-]+$/, '')
    .replace(/\b[pP]\d{2,3}(?:\.\d+)?\b|\b\d{2}(?:\.\d+)?th percentile\b/g, ' ')
    .trim();
  phrase = withoutTrailing(phrase).replace(NEGATED, '');
  phrase = undecorated(phrase.replace(/^(?:and|or|all|the|a|an|that|with|check|verify|ensure|confirm|any)\s+/i, ''));
  if (/^(?:recommended|target|minimum|maximum|goal|expected)$/i.test(phrase)) return '';
  return /\p{L}{2}/u.test(phrase) ? singleSpaced(phrase).slice(-80) : '';
}

/** What is measured, from the words behind a number: `< 200 ms average response time`. `noun` is what is counted. */
export function metricBehind(right: string, noun: string | undefined): string {
  const match = /^\s*((?:[\p{L}][\p{L}\w/-]*)(?:\s[\p{L}][\p{L}\w/-]*){0,5})/u.exec(right);
  if (!match) return '';
  const words = match[1]!.split(' ');
  const end = words.findIndex((word) =>
    /^(?:for|in|on|with|across|at|of|and|or|per|under|within|during|to|from|is|are|if|when|after|before|by)$/i.test(word),
  );
  const phrase = words.slice(0, end < 0 ? words.length : end).join(' ');
  return phrase === noun ? '' : phrase.replace(/^(?:average|mean|median)\s+/i, '');
}

const STOP =
  /^(?:for|of|in|on|with|per|are|is|at|to|from|and|or|nor|noch|ni|available|required|needed|each|can|have|has|must|should|may|that|who|which|as|if|when|after|before|by|under|over|across|within|during|via|not|up|do|was|were|than|sustained|minimum|maximum|min|max|less|more|concerned|against|versus|vs|compared|since|until|without|beyond)$/i;

/** The things that a bare number counts, as `concurrent users`: up to three words. */
export function nounBehind(right: string, value: number): string | undefined {
  const match = /^\s+((?:\p{L}[\p{L}\w/-]*)(?:\s\p{L}[\p{L}\w/-]*){0,5})/u.exec(right);
  if (!match) return undefined;
  const words: string[] = [];
  for (const word of match[1]!.split(' ')) {
    const stops =
      value === 0
        ? /^(?:in|for|on|across|at|during|by|after|before)$/i.test(word)
        : STOP.test(word) || (words.length > 0 && /(?:ed|running|passing|working)$/.test(word));
    if (stops || words.length === (value === 0 ? 6 : 3)) break;
    words.push(word);
    if (value !== 0 && /[^siu]s$/.test(word)) break;
  }
  return words.length > 0 ? words.join(' ') : undefined;
}

/** Of these `mittlere` and `moyenne` are a grade, and no average. */
const GRADED = String.raw`befund|schwachst|risik|fehler(?!rate|quote|zahl|anteil)|m[aä]ngel|lücke|prior|vorf[aä]ll|störung(?!sd)|meldung|abweich|schwere|gefahr|kategorie|constats?|failles?|vulnérabilités?|risques?|anomalies?|défauts?|gravité|sévérité|priorité|criticité|incidents?`;
const MARK = new RegExp(
  String.raw`\bp(\d{2,3}(?:\.\d+)?)\b|\b(\d{1,2}(?:\.\d+)?)(?:st|nd|rd|th|\s?%)?[- ]percentile|\b(?:percentile|pctl) (\d{2}(?:\.\d+)?)(?![\d%])|\b(\d{2}(?:[.,]\d+)?)(?:\.? {0,2}perzentil|e (?:centile|percentile))|\b(median|médiane?)\b|\b(averag(?:e|es|ed|ing)|mean|avg|durchschnitt\w*|mittlere[rnsm]?(?!\s(?:und|oder|bzw)\b|\s(?:[a-zäöü]{2,20}e[rnsm]?\s)?(?:${GRADED}))|im (?:mittel|schnitt)|(?<!(?:${GRADED})\s(?:[a-zéè]{2,20}\s)?)moyen(?:ne)?s?)\b`,
  'gi',
);

const ANY_MARK = /p\d\d|[cz]entile?|per[cz]ent|pctl|m[eé]dian|averag|mean|avg|durchschnitt|mittlere|im (?:mittel|schnitt)|moyen/i;

function markOf(match: RegExpMatchArray): number | 'mean' {
  const digits = match[1] ?? match[2] ?? match[3] ?? match[4];
  if (digits !== undefined) return digits.length === 3 && !digits.includes('.') ? Number(digits) / 10 : Number(digits);
  return match[5] ? 50 : 'mean';
}

/** `300 ms, 95th percentile` */
const LISTED_MARK =
  /^(?:\s*(?:or (?:less|more|better|fewer|lower|higher)|au (?:plus|maximum|moins)))?,\s+(?=(?:at\s+)?(?:the\s+)?(?:p\d\d|\d\d(?:\.\d+)?(?:st|nd|rd|th)\s|median|mean|on average|en moyenne|im (?:mittel|schnitt)))/i;

/** Which percentile of the measurements is meant: the nearest one named before the number in its clause, else behind it. */
export function percentileOf(left: string, right: string, clause: string): number | 'mean' | undefined {
  const behind = mayHold(right, ANY_MARK);
  if (!behind && !mayHold(clause, ANY_MARK)) return undefined;
  const near = left.length < clause.length && /[,;/]|\band\b/.test(left) ? left.replace(/^\s*\([^()]*\)/, ' ') : clause;
  const last = mayHold(near, ANY_MARK) ? matchesOf(withoutAdded(near), MARK).at(-1) : undefined;
  // `below 2 s at the median and below 6 s at the 95th percentile`: what stands behind is of this number.
  const own = last && behind && /\band\b/i.test(near.slice(last.index)) ? behindMark(right) : undefined;
  if (last) return markOf(own ?? last);
  if (!behind) return undefined;
  // `> 25 % over the July average` compares with an average and is none.
  const first = /^\s*(?:over|above|below|than|from|against|on (?!average)|to|of|vs\.?)\s/i.test(right)
    ? apartMark(right)
    : behindMark(right);
  return first && markOf(first);
}

/** A text behind a number that is no time, without the mark of a time that follows: `150k bots – p95 wait under 90 s`. */
export const withoutNextMark = (right: string): string =>
  mayHold(right, ANY_MARK) && TIMED_MARK.test(right) ? right.slice(0, right.search(TIMED_MARK)) : right;
const TIMED_MARK =
  /(?:\bp\d\d(?:\.\d+)?|\bmedian|\bmean|\baverage|\d\dth percentile)\b[^.;\d<>≤≥]{0,40}(?:[<>≤≥]=?|\b(?:under|below|over|above|at most|at least|less than|more than|within|no more than|up to|max(?:imum)?|unter|über|höchstens|sous|moins de|plus de))\s*\d[\d.,]*\s?(?:us|µs|ms|s|secs?|seconds?|min|minutes?|h|hours?)(?![\p{L}/])/iu;

/** What something is added to is no measurement: `the July average + 4 %`. */
const withoutAdded = (near: string): string => (mayHold(near, /(?:\+|plus)\s*$/i) ? near.replace(/\p{L}+\s(?:\+|plus)\s*$/iu, '') : near);

/** `within 500 ms of the tap (p99)`: in brackets or behind a comma it is of the number, however far behind. */
function apartMark(right: string): RegExpMatchArray | undefined {
  const apart = /^[^()<>≤≥,;.\d]{0,60}(?:\(|,\s)(?:at |the |in the ){0,2}(?=p\d|\d\d|perc|median|mean|avg|average)([^()]{0,30})/iu.exec(
    right,
  )?.[1];
  return apart === undefined ? undefined : matchesOf(apart, MARK)[0];
}

/** A text with the words for percentiles and averages blanked out, as long as before. */
export function withoutMarks(text: string): string {
  if (!mayHold(text, ANY_MARK)) return text;
  let rest = text;
  for (const { index, 0: mark } of matchesOf(text, MARK))
    rest = `${rest.slice(0, index)}${' '.repeat(mark.length)}${rest.slice(index + mark.length)}`;
  return rest;
}

function behindMark(right: string): RegExpMatchArray | undefined {
  const behind = right
    .slice(0, 50)
    .replace(LISTED_MARK, ' ')
    // What is compared with is an average, and this is none.
    .replace(/\b(?:against|than|over|from|vs\.?|compared (?:to|with))\s+(?:the\s+)?(?:\p{L}+\s+)?(?:mean|average|median)\b/giu, ' ')
    .split(/[,;]\s|(?<!\d)\.\s|\bwith p\d+\b|\bp\d+ ?[<>≤≥]|[<>≤≥]/)[0]!;
  return matchesOf(behind, MARK)[0];
}

const SCOPES = /^\s*(?:\(([^()]{2,40})\)|(sustained|in (?:the )?first \d+ \w+|in (?:the )?first \w+|of allocated|per [\w-]+|on \w+))/i;

/** What narrows the measurement: `(cached)`, `sustained`, `first 2 hours`, `target`. */
export function scopeOf(left: string, right: string): string | undefined {
  const match = SCOPES.exec(mayHold(right, / in /i) ? right.replace(/^(?:\s[a-z]+){1,2}(?= in (?:the )?first )/i, '') : right);
  const behind = (match?.[1] ?? match?.[2])?.replace(/^in (?:the )?/i, '');
  if (behind !== undefined && !/percentile|\d{2}th|^p\d|^(?:or|and) /i.test(behind)) return behind;
  return mayBegin(left.trimEnd().slice(-1), 'td:') ? /\b(target|recommended)\s*:?\s*$/i.exec(left)?.[1]?.toLowerCase() : undefined;
}
