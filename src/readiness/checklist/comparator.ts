import type { Comparator } from './checklist.ts';
import { mayHold } from './first-look.ts';
import { negationInTrigger, negationOf } from './negation.ts';

/** A comparator that was found, and where in the text it begins. `unsure` where it may be meant the other way round. */
export type Compared = {
  op: Comparator;
  at: number;
  text: string;
  behind?: boolean;
  better?: 'better' | 'worse';
  turned?: boolean;
  unsure?: boolean;
};

const OPPOSITE: Readonly<Record<Comparator, Comparator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '=': '!=', '!=': '=' };

const FILL = String.raw`\s*(?:(?:a|an|the|its|our|their|your|of|is|be|to|at|about|around|roughly|approx(?:imately)?\.?|only|just|total|another|than|value|de|von)\s+){0,3}[(:]?\s*$`;
const before = (words: string): RegExp => new RegExp(String.raw`(?:^|[^\wÀ-ÿ])(${words})${FILL}`, 'iu');

const SIGNS: readonly (readonly [RegExp, Comparator])[] = [
  [/(<=|=<|≤|⩽|≦)\s*$/, '<='],
  [/(>=|=>|≥|⩾|≧)\s*$/, '>='],
  [/(!=|≠|<>)\s*$/, '!='],
  [/(<)\s*(?:about\s|~\s?)?$/, '<'],
  [/(?<![-=])(>)\s*(?:about\s|~\s?)?$/, '>'],
  [/(±|\+\/-)\s*$/, '<='],
  [/(?<![<>!])(={1,2})\s*$/, '='],
];

/** What each of the signs is made of. */
const ANY_SIGN = /[<>=≤⩽≦≥⩾≧≠±]|\/-/;

/** From the words that say most to those that say least: `no more than` is found before `more than`. */
const WORDS: readonly (readonly [RegExp, Comparator])[] = [
  [
    before(
      String.raw`no(?:t)? (?:more|greater|higher|larger|bigger|longer|slower|older|later|further)(?: than)?|not? (?!fewer|lower|smaller|shorter|younger|sooner|earlier|weaker|nearer|closer|faster|quicker|cooler|colder|thinner|lighter|narrower|newer|better|worse|other|rather)\p{L}+er than|never (?:more|older|longer|higher|slower|later|greater) than|(?:not|never|nowhere) (?:exceed(?:s|ing)?|above|over|beyond)|nowhere (?:more|longer|higher|greater) than|at (?:the )?most|up to|at or (?:below|under)|(?:less|fewer|lower|smaller) than or equal(?: to)?|equal(?: to)? or (?:less|lower|below)(?: than)?|max(?:imum|imal|\.)?|within(?: the (?:last|next|past))?|in(?: under)? the (?:last|past)|inside(?: of)?|capped at|cap(?: of)?|limited to|höchstens|maximal|nicht (?:älter|länger|größer|höher|langsamer|später) als|innerhalb(?: von)?|binnen|bis zu|nicht mehr als|spätestens(?: nach| in)?|at the latest (?:after|within|in)|(?:au|d['’]au) (?:plus|maximum)|n(?:e |['’])(?:dépass|excèd|excéd)\w+ (?:pas|jamais)|pas plus (?:de|d['’]une?)|inférieure?s? ou égale?s? à`,
    ),
    '<=',
  ],
  [
    before(
      String.raw`not? (?:less|fewer|lower|smaller|shorter|younger|sooner|earlier|weaker|nearer|closer|cooler|colder|thinner|lighter|narrower|newer)(?: than)?|never (?:less|fewer|lower) than|(?:not|never|nowhere) (?:below|under)|nowhere (?:less|fewer|lower) than|at (?:the )?least|at or (?:above|over)|(?:more|greater|higher) than or equal(?: to)?|equal(?: to)? or (?:more|greater|above)(?: than)?|reach(?:es|ed|ing)?|hits|at a minimum|min(?!-)(?:imum|imal|\.)?|mindestens|wenigstens|(?:au|d['’]au) moins|pas moins (?:de|d['’]une?)|supérieure?s? ou égale?s? à`,
    ),
    '>=',
  ],
  [
    before(
      String.raw`less than|south of|fewer than|lower than|smaller than|shorter than|faster than|quicker than|younger than|weaker than|cheaper than|sooner than|nearer than|closer than|cooler than|colder than|thinner than|lighter than|narrower than|newer than|earlier than|in under|under|below|beneath|unter|weniger als|kleiner als|kürzer als|inférieure?s? à|moins de|(?<=(?:passe\p{L}*|tomb\p{L}*|descend\p{L}*)(?: (?:pas|jamais))? )sous|unterschr[ei]i?t\p{L}*`,
    ),
    '<',
  ],
  [
    before(
      String.raw`more than|north of|greater than|higher than|larger than|longer than|bigger than|older than|slower than|later than|stronger than|above|over|exceed(?:s|ed|ing)?|beyond|surpass(?:es|ed|ing)?|in excess of|past|(?:deep|wid|heavi|hott|warm|farth|furth|loud|rich|thick|tall|steep|bright|dens|strict|lat|rough|fatt|stal)er than|über|mehr als|größer als|länger als|älter als|höher als|langsamer als|plus de|au[- ]delà d[e'’]|supérieure?s? à|dépass\w+|exc[èé]d\w+|(?:überschr[ei]i?t|übersteig|überst[ie]eg)\p{L}*`,
    ),
    '>',
  ],
  [before(String.raw`other than|different from`), '!='],
  [before(String.raw`equals?|exactly|equal to|genau|égale? à`), '='],
];

/** How far in front of its number a comparator is looked for, in characters, and a word that each of them has. */
const NEAR = 56;
const ANY_WORD =
  /than|th of|different|least|latest|most|min|max|within|inside|under|below|above|over|exceed|beyond|past|last|up to|cap|limit|beneath|surpass|excess|reach|hits|equal|exactly|or (?:below|above)|über|mehr|mindest|wenigst|höchst|spätest|nicht|plus|sous|inférieur|supérieur|unter|innerhalb|bis zu|als|binnen|genau|égal|à|de|dépass|exc[èé]d|übers|moins/i;

const BETTER = before('better than|worse than');

/** `supports up to 500 users`: a load to be borne. */
const BORNE = /\b(?:support|handl|scal|serv|sustain|accept|cop)\w*\b[^.,;]{0,40}\bup to\s*$/i;
const UP_TO = /up to\s*$/i;

function signBefore(left: string): Compared | undefined {
  for (const [pattern, op] of SIGNS) {
    const match = pattern.exec(left);
    if (match) return { op, at: match.index, text: match[1]! };
  }
  return undefined;
}

/** The comparator that ends a text, as `… must not exceed`. `better than` and `worse than` are told by what is measured. */
export function comparatorBefore(source: string): Compared | undefined {
  const left = source.endsWith('+') ? source.replace(/([<>≤≥=]\s*)\+$/, '$1') : source;
  if (mayHold(left, UP_TO) && BORNE.test(left)) return { op: '>=', at: left.lastIndexOf('up to'), text: 'up to' };
  const sign = mayHold(left, ANY_SIGN) ? signBefore(left) : undefined;
  if (sign) return sign;
  const skipped = Math.max(0, left.length - NEAR);
  const near = left.slice(skipped);
  if (!mayHold(near, ANY_WORD)) return undefined;
  for (const [pattern, op] of WORDS) {
    const match = pattern.exec(near);
    if (match) return { op, at: skipped + match.index + match[0].indexOf(match[1]!), text: match[1]! };
  }
  const match = BETTER.exec(near);
  if (!match) return undefined;
  return { op: '<', at: skipped + match.index, text: match[1]!, better: /better/i.test(match[1]!) ? 'better' : 'worse' };
}

/** `not up on December by more than …` */
const NOT_UP_BY = /\b(?:not|never)\s+(?:up|down|higher|lower)\b[^,;.]{0,30}\bby\s*$/i;

/** `Load is shed before memory goes past 85 %`: what comes first keeps it from getting there. */
const BEFORE_IT_GOES =
  /\bbefore\b[^,;.:]{1,40}\b(?:(?:goes|gets|climbs|rises|grows|drops|falls|dips|sinks) (?:past|above|over|beyond|below|under)|exceeds)\s*$/i;

/** What the words around a comparator make of it. `place` is the sentence around its number; `sure` is false where it may be meant either way. */
export function negated(found: Compared, place: { clause: string; left: string; right: string; unit: string }, trigger: boolean): Compared {
  const { clause, left, right, unit } = place;
  if (!trigger && BEFORE_IT_GOES.test(left)) return { ...found, op: OPPOSITE[found.op] };
  const width = found.behind ? 0 : left.length - found.at;
  const lead = clause.slice(0, Math.max(0, clause.length - width));
  if (lead.trimEnd().endsWith('by') && NOT_UP_BY.test(lead)) return { ...found, op: OPPOSITE[found.op] };
  // The sign of a tolerance has no opposite.
  if (found.op === '!=' || /^(?:±|\+\/-)$/.test(found.text)) return found;
  const compared = { lead, words: found.behind ? '' : found.text, unit, right: found.behind ? right.slice(found.at) : right };
  const { turned, sure } = trigger || found.op === '=' ? negationInTrigger(compared) : negationOf(compared);
  return { ...found, ...(turned && { op: OPPOSITE[found.op], turned }), ...(!sure && { unsure: true }) };
}

const AFTER: readonly (readonly [RegExp, Comparator])[] = [
  [
    /^[\s,(]*(?:or|and|oder|ou)\s+(?:more|higher|greater|above|longer|larger|bigger|over|up|warmer|hotter|wider|stronger|thicker|deeper|taller|brighter|heavier|mehr|höher|plus)\b/i,
    '>=',
  ],
  [
    /^[\s,(]*(?:or|and|oder|ou)\s+(?:less|fewer|lower|below|under|shorter|smaller|faster|sooner|earlier|quicker|colder|cooler|quieter|thinner|lighter|cheaper|nearer|closer|weniger|moins)\b/i,
    '<=',
  ],
  [
    /^[\s,(]*(?:at (?:the )?(?:very )?)?(?:minimum|least)\b(?=\s*(?:[).,;:|]|$)|\s(?:for|of|per|in|on|at|and|or|before|after|during|to|from|is|are|was|were|must|free|available|each)\b)/i,
    '>=',
  ],
  [/^[\s,(]*(?:min\.?)(?=[\s),]|$)/i, '>='],
  [/^[\s,(]*(?:(?:at (?:the )?)?maximum\b(?!\s*\d)|at (?:the )?(?:very )?most\b(?!\s*\d)|most(?=\s*(?:[).,;]|$)))/i, '<='],
  [/^\s*(?:nicht|nie|niemals) (?:zu )?(?:überschreit|übersteig)\w*/i, '<='],
  [/^\s*(?:nicht|nie|niemals) (?:zu )?unterschreit\w*/i, '>='],
  [/^[\s,(]*(?:max\.?|tops)(?=[\s),]|$)/i, '<='],
  [/^[\s,(]*(?:at the latest|(?:en moyenne )?au (?:plus(?: tard)?|maximum))\b/i, '<='],
  [/^[\s,(]*(?:en moyenne )?au (?:moins|minimum)\b/i, '>='],
];

/** How each of these, and `or better`, begins. */
const BEGINS_AFTER = /^[\s,(]*(?:or|and|oder|ou|at|min|max|most|least|tops|nicht|nie|en|au)/i;

/** `99.9 < uptime`, `200 ms > latency`: what is measured stands behind. Where nothing is measured, `>` leads on, as in `Step 3 > Users`. */
const REVERSED =
  /^\s*(<=|>=|<|>|≤|≥|⩽|⩾)\s*(?=\p{L})(?!<?\/?[\p{L}-]+>)(?!(?:the |our )?(?:last|previous|baseline|normal|usual|average)\b)/iu;
const REVERSE: Readonly<Record<string, Comparator>> = {
  '<': '>',
  '<=': '>=',
  '≤': '>=',
  '⩽': '>=',
  '>': '<',
  '>=': '<=',
  '≥': '<=',
  '⩾': '<=',
};

function reversed(right: string, unit: string): Compared | undefined {
  const match = REVERSED.exec(right);
  if (!match || (match[1] === '>' && unit === '')) return undefined;
  return { op: REVERSE[match[1]!]!, at: match[0].length, text: match[1]!, behind: true };
}

/** The comparator behind a number: `or more`, `minimum`, `at most`, `or better`. */
export function comparatorAfter(right: string, unit: string): Compared | undefined {
  const behind =
    /^\s+\p{L}[\p{L}'’-]*(?:\s\p{L}[\p{L}'’-]*){0,2}?(?:\s(?:per|a|an|each)\s\p{L}+)?(?=\s(?:(?:or|and)\s(?:more|less|fewer|higher|lower|above|below|sooner|earlier|faster|quicker|longer|shorter|better)|at (?:least|most)|au (?:moins|plus|minimum|maximum)|mindestens|höchstens|minimum|maximum|min|max)\b)/u.exec(
      right,
    )?.[0].length ?? 0;
  if (behind === 0 && !mayHold(right, BEGINS_AFTER)) return reversed(right, unit);
  for (const [pattern, op] of AFTER) {
    const match = pattern.exec(right) ?? (behind > 0 ? pattern.exec(right.slice(behind)) : null);
    if (match) return { op, at: match[0].length, text: match[0].trim(), behind: true };
  }
  const turned = reversed(right, unit);
  if (turned) return turned;
  const better = /^[\s,(]*(?:or|oder|ou) (better|worse|besser|schlechter|mieux|pire)\b/i.exec(right.slice(behind));
  return better
    ? {
        op: '>=',
        at: behind + better[0].length,
        text: better[0].trim(),
        behind: true,
        better: /^(?:be|mi)/i.test(better[1]!) ? 'better' : 'worse',
      }
    : undefined;
}
