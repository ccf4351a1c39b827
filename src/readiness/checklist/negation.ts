import { mayHold } from './first-look.ts';
import { matchesOf } from './matches.ts';
import { TIME_MS } from './units.ts';

/** How the words around a comparator stand to it: whether they turn it round, and whether the grammar says so for sure. */
export type Negation = { turned: boolean; sure: boolean };

/** A comparator in its sentence: the words in front of it, its own, and those behind its number. */
export type Compared = { lead: string; words: string; unit: string; right: string };

const PLAIN: Negation = { turned: false, sure: true };
const TURNED: Negation = { turned: true, sure: true };
const GUESSED: Negation = { turned: true, sure: false };
const OPEN: Negation = { turned: false, sure: false };

/** Whole words of any language: `\b` knows only English ones. */
const whole = (words: string, flags = 'iu'): RegExp => new RegExp(String.raw`(?<![\p{L}\d-])(?:${words})(?![\p{L}\d]|-\p{L})`, flags);

const ADVERB = String.raw`nowhere|(?:at|in) no (?:time|point|moment|case|event)|under no circumstances?|by no means|no longer|(?:auf|unter|in) kein\p{L}* (?:fall|fällen|umständen)|zu keine[rm] (?:zeit|zeitpunkt)|en aucun cas|à aucun moment`;
const VERBAL = String.raw`${ADVERB}|not(?! (?:only|just|one|a single))|never|cannot|\p{L}+n['’]t|nicht(?! nur)|nie(?:mals)?|jamais|pas(?! (?:seulement|d[e'’]|une?\b))`;
const OUTSIDE = 'without|sans|ohne';
const NONE = String.raw`${OUTSIDE}|(?<!or )no(?![.])|nothing|nobody|no one|none|neither|not (?:one|a single)|zero|(?<![.,])0(?= \p{L})|kein\p{L}*|nichts|niemand|weder|aucune?s?|rien|personne|pas d[e'’]|pas une?`;
const AVOIDING = String.raw`avoid(?:s|ing|ance of)?|prevent(?:s|ed|ing)?|guard(?:s|ed|ing)?(?: \p{L}+)? against|protect(?:s|ed|ing)?(?: \p{L}+)? (?:against|from)|(?:keep|kept)s?(?: [\p{L}\d]+){0,3} from|free (?:of(?! charge)|from)|(?:absence|lack) of|refrain\p{L}* from|forbid(?:s|den)?|prohibit(?:s|ed)?|rul(?:es?|ed|ing) out|stop(?:s|ped)?(?=(?: [\p{L}\d]+){1,3} (?:from )?\p{L}+ing )|frei von|vermeide\p{L}*|verhinder\p{L}*|schütz\p{L}*(?: \p{L}+)? vor|évit\p{L}*|empêch\p{L}*|absence d[e'’]|à l['’]abri d[e'’]|exempte?s? d[e'’]|interdi\p{L}*`;
const SELDOM = 'hardly|rarely|seldom|scarcely|kaum|selten|rarement';

const WITHOUT = /^(?:without|sans|ohne)$/i;
/** The kinds are told apart by which group holds the word. */
const NEGATOR = whole(`(${AVOIDING})|(${VERBAL})|(${NONE})|(${SELDOM})`, 'giu');

/** Comparators that say their own no: whatever stands in front of them was said of something else. */
const OWN_NO = /^(?:no|never|nowhere|none|nicht|pas|ne|not|n['’])(?![\p{L}])/iu;
const SAID_NO =
  /(?:no(?:t|where)?|never|nicht|pas) (?:(?:above|over|below|under|beyond|exceed\p{L}*|über|unter)(?!\p{L})|(?:plus|moins) d[e'’]|(?:\p{L}+er|more|less|worse|mehr|weniger) (?:than|als)|(?:\p{L}+er|more|less|worse|mehr|weniger)(?= ?\d))/giu;
/** `not below 5 or above 10 %`: what is joined by `or` is negated with what stands before it. */
const JOINED = /(?:^|[\s\d%])(?:or|oder|ou|nor|noch|ni)\s+(?:\p{L}+\s+){0,2}$/iu;

const BOUNDARY =
  /[,;:()|]\s|\s[–—-]\s|(?<![\p{L}-])(?:and|but|then|so that|until|unless|before|und|aber|sondern|bis|bevor|sofern|es sei denn|et|mais|puis|jusqu['’]|avant)(?=[\s'’])/giu;
/** `Avoid: CPU above 80 %` */
const LABEL = whole(
  String.raw`(?:never|avoid|forbidden|prohibited|(?:not|never) (?:allowed|acceptable|accepted|permitted|tolerated|ok)|unacceptable|nie|niemals|verboten|unzulässig|nicht (?:erlaubt|zulässig)|jamais|interdit|à éviter|inacceptable)\s*:\s[^,;:]*$`,
);

/** Behind the number: `… is not acceptable`, `… must never happen`, `… ist zu vermeiden`. */
const REFUSED = new RegExp(
  String.raw`^(?:[^,;|()<>≤≥]{0,50}?\s)?(?:(?:is|are|be|being|was|were|counts as|remains?)\s+(?:(?:to be|be|always|strictly)\s+)?(?:avoided|prevented|forbidden|prohibited|ruled out|excluded|unacceptable|impossible|intolerable|banned|disallowed)|(?:not|never|cannot be|\p{L}+n['’]t)\s+(?:be\s+|an?\s+)?(?:allowed|acceptable|accepted|tolerated|tolerable|permitted|permissible|okay|ok|option|observed|seen|possible|happen(?:s|ed)?|occur(?:s|red)?|arises?)|(?:ist|sind|wird|werden)\s+(?:zu vermeiden|vermieden|verhindert|verboten|unzulässig|ausgeschlossen|inakzeptabel)|(?:zu )?vermeiden|verhindern|nicht\s+(?:erlaubt|zulässig|akzeptabel|toleriert|zu tolerieren|hinnehmbar|vorkommen)|(?:est|sont|reste)\s+(?:interdite?s?|inacceptables?|exclue?s?|proscrite?s?|à éviter|à proscrire)|(?:n['’]est |ne sont |ne doit )?(?:pas|jamais)\s+(?:acceptables?|admise?s?|tolérée?s?|autorisée?s?|permise?s?|se produire|arriver))(?![\p{L}])`,
  'iu',
);
/** `überschreitet 80 % nicht` */
const NOT_BEHIND = /^\s*(?:\p{L}+\s)?nicht\s*(?:[.,;)]|$)/iu;
/** `no transfer over 10,000 without a second signature` says which ones are meant. */
const EXCEPTED = whole('without|unless|except|until|ohne|außer|sofern|bevor|sans|sauf');
/** `No finding of 7 or higher is open`: which ones, too. */
const LEFT =
  /^[^,;.|()<>≤≥]{0,50}?\s(?:is|are|stays?|remains?|left (?:open|un\p{L}+)|goes|gets|went|may|can|must|shall|ist|sind|bleib\p{L}*|est|sont|reste\p{L}*)(?!\p{L})/iu;

const AUXILIARY =
  /(?:^|\s)(?:is|are|be|was|were|does|do|did|must|may|might|shall|should|will|would|can|could|has|have|had|to|and|or|it|they|darf|dürfen|soll|sollen|muss|müssen|kann|können|wird|werden|ist|sind|hat|haben|est|sont|doit|doivent|peut|peuvent|ne|please|bitte)\s+$/iu;
const RELATIVE = whole('who|that|which|whose|qui|dont|lesquel\\p{L}*|welche\\p{L}*|with|having|mit|avec', 'iu');
/** What may stand between `not` and its comparator: verbs that move or use, and adverbs. */
const MOVING = new RegExp(
  String.raw`^(?:\s*(?:be|been|ever|even|again|at|any|a|an|the|of|to|by|it|its|go(?:es)?|get|gets|drop\p{L}*|dip\p{L}*|slip\p{L}*|f[ae]ll\p{L}*|ris\p{L}*|grow\p{L}*|climb\p{L}*|sink\p{L}*|run|runs|running|stay\p{L}*|remain\p{L}*|take[sn]?|taking|last\p{L}*|down|up|differ\p{L}*|deviat\p{L}*|var\p{L}*|chang\p{L}*|increas\p{L}*|decreas\p{L}*|us(?:e|es|ed|ing)|need\p{L}*|requir\p{L}*|consum\p{L}*|spend\p{L}*|contain\p{L}*|includ\p{L}*|hold\p{L}*|have|has|had|show\p{L}*|seen?|allow\p{L}*|leav\p{L}*|cost\p{L}*|wait\p{L}*|measured|observed|found|recorded|reported|return\p{L}*|reach\p{L}*|land\p{L}*|sich|werden|sein|fall\p{L}*|fällt|sink\p{L}*|steig\p{L}*|dauer\p{L}*|lieg\p{L}*|doit|peut|être|passer?|descend\p{L}*|tomb\p{L}*|mont\p{L}*|dur\p{L}*|prend\p{L}*|en|d[e'’]))*\s*$`,
  'iu',
);
/** Conditions: what follows them is when, and not how much. */
const WHEN = whole(
  'while|when|whenever|if|once|during|despite|even|where|as soon as|after|wenn|während|falls|sobald|trotz|nach|quand|si|lorsqu\\p{L}*|pendant|malgré|après|since|because',
);
const AMID = /(?:^|\s)(?:at|under|bei|unter|à|sous|mit|with|avec|by|through|using|via|in|to|from)\s*$/iu;
const MEANS = whole('with|by|through|using|via|keeps?|stays?|must|should|shall|is|are|runs?|set');
/** What goes wrong, and may go wrong at more than some load. */
const HARM =
  /(?<!\p{L})(?:errors?|fail\p{L}*|crash\p{L}*|downtimes?|data loss|loss(?:es)?|lost|degrad\p{L}*|regress\p{L}*|timeouts?|time-outs?|leak\p{L}*|interrupt\p{L}*|restarts?|incidents?|alerts?|alarms?|warnings?|issues?|problems?|complaints?|disruptions?|panics?|break\p{L}*|block\p{L}*|throttl\p{L}*|hang\p{L}*|collaps\p{L}*|stall\p{L}*|drop\p{L}*|corrupt\p{L}*|duplicates?|fehler\p{L}*|ausf[aä]ll\p{L}*|absturz|abstürze|verlust\p{L}*|erreurs?|pannes?|pertes?|plantages?)(?!\p{L})/iu;
/** What lasts: of these, `for more than` and `over` tell how long they may, and not for how long there may be none. */
const LASTING =
  /(?<!\p{L})(?:outages?|downtimes?|interruptions?|gaps?|pauses?|freezes?|blackouts?|locks?|waits?|waiting|stays?|remains?|sits?|open|queued|blocked|idle|inactive|locked|pending|stale|late|overdue|un\p{L}+(?:ed|en|t|d|able)|away|out|offline|down|paused|stopped|stalled|stuck|suspended|delayed|halted|frozen|behind|disabled|throttled|degraded|parked|detached|disconnected|running|runs?|hanging|vacant|empty|lasts?|missing|ausf[aä]ll\p{L}*|stillst[aä]nd\p{L}*|pannes?|coupures?|interruptions?|wartet?|dauert?)(?!\p{L})/iu;
const PERSON = whole('nobody|no one|niemand|personne');
const SPAN = /^(?:within|in(?: under)? the|inside|innerhalb|binnen|up to|bis zu)/i;

/** A piece of each word above: most sentences have none, and the patterns for all of them cost time. */
const ANY_IN_FRONT =
  /\bn[eio]|n['’]t|cannot|zero|\b0 |without|sans|ohne|kein|avoid|prevent|guard|protect|ke(?:ep|pt)|free |absence|lack |refrain|forbid|prohibit|rul(?:e|ing)|stop|frei |verm|verh|schütz|vit|empêch|abri|exempt|interdi|hardly|rarely|seldom|scarcely|kaum|selten|rarement|aucun|rien|personne|pas |jamais|weder|unacceptable|verboten|unzul/i;
const ANY_BEHIND =
  /no[tn]|never|nicht|n['’]t|avoid|prevent|forbid|prohibit|ruled|exclu|unaccept|impossible|intoler|banned|disallow|verm|verh|verbot|unzul|ausge|inak|interdi|inaccept|proscri|viter|pas |jamais/i;

/**
 * What the words of negation and avoidance in the same clause do to a comparator: `never below`, `nothing older than`, `avoid CPU
 * above`, `… is not acceptable` turn it round. Where the grammar may be meant either way, it is told that it is not sure.
 */
export function negationOf(compared: Compared): Negation {
  const { turned, sure } = negationAround(compared);
  return { turned, sure: sure && (turned || !isReaction(compared)) };
}

/** `Reject payloads over 1 MB`, `Alert when the error rate > 5 %`: what is done then, and not what may be. */
const REACTING =
  /(?:^|[^\p{L}-])(?:alert|alarm|page|warn|notif|escalat|roll(?:ed|s)?[ -]?back|abort|fail|trip|trigger|throttl|scale|scaling|kill|stop|halt|paus|open)\p{L}*\s(?:[^,;]*\s)?(?:when|whenever|if|once|as soon as)\s/iu;
const SORTING =
  /(?:^|:\s)\s*(?:rejects?|refuses?|blocks?|den(?:y|ies)|discards?|kills?|deletes?|purges?|archives?|stops?|halts?|aborts?|alerts?)\s(?!(?:rate|ratio|share|count|switch)s?\s)(?:\p{L}+\s){0,2}$/iu;
const SORTED =
  /^[^,;.|()<>≤≥]{0,40}?\s(?:is|are|be|gets?|being)\s(?:\p{L}+ly\s)?(?:reject|refus|block|den[iy]|discard|kill|delet|purg|archiv|flag|logg|dropp|throttl|terminat|escalat|paged|alert|report)\p{L}*/iu;

function isReaction({ lead, words, right }: Compared): boolean {
  return (
    SORTED.test(right) ||
    (/than|over|above|exceeding|beyond|[<>]/i.test(words) && SORTING.test(lead)) ||
    (/when|if|once|as soon/i.test(lead) && REACTING.test(lead))
  );
}

function negationAround(compared: Compared): Negation {
  const front = mayHold(compared.lead, ANY_IN_FRONT) ? frontOf(compared) : PLAIN;
  if (!mayHold(compared.right, ANY_BEHIND)) return front;
  const behind = REFUSED.test(compared.right) || NOT_BEHIND.test(compared.right);
  if (!behind) return front;
  // Two of them may mean either.
  return front.turned ? OPEN : { turned: true, sure: front.sure };
}

/** In a trigger only a negation that stands right in front of the comparator is of it: `no answer for more than 5 minutes` is bad itself. */
export function negationInTrigger({ lead, words }: Compared): Negation {
  if (!mayHold(lead, ANY_IN_FRONT) || OWN_NO.test(words)) return PLAIN;
  const last = negatorsIn(segmentOf(lead)).at(-1);
  return last && (last.kind === 'verb' || WITHOUT.test(last.text)) && MOVING.test(last.gap) ? TURNED : PLAIN;
}

function frontOf(compared: Compared): Negation {
  const { lead, words, right } = compared;
  if (OWN_NO.test(words)) return PLAIN;
  if (LABEL.test(lead)) return TURNED;
  const negators = negatorsIn(segmentOf(lead));
  const last = negators.at(-1);
  if (!last) return PLAIN;
  const read = READERS[last.kind]({ ...last, ...compared });
  const first = negators.at(-2);
  if (first === undefined) return excepted(read, last.kind, right);
  // `never without at least two`: the two cancel out. Others may be of different things.
  if (WITHOUT.test(last.text) && first.kind !== 'avoid' && read.turned) return { turned: false, sure: read.sure };
  return { turned: read.turned, sure: false };
}

/** A demand with an exception, or on what is left, may only say which ones are meant. */
function excepted(read: Negation, kind: Negator['kind'], right: string): Negation {
  return read.turned && (EXCEPTED.test(right) || (kind === 'none' && LEFT.test(right))) ? GUESSED : read;
}

/** A word of negation with what stands before it, and between it and the comparator. */
type Negator = { kind: 'avoid' | 'verb' | 'none' | 'seldom'; text: string; before: string; gap: string };

function negatorsIn(segment: string): Negator[] {
  return matchesOf(segment, NEGATOR).map((match) => ({
    kind: match[1] ? 'avoid' : match[2] ? 'verb' : match[3] ? 'none' : 'seldom',
    text: match[0],
    before: segment.slice(0, match.index),
    gap: segment.slice(match.index + match[0].length),
  }));
}

/** The last part of the words in front that one negation can reach. */
function segmentOf(lead: string): string {
  const bare = lead.replace(/\([^()]*\)/g, ' ');
  let from = 0;
  for (const match of matchesOf(bare, BOUNDARY)) from = match.index + match[0].length;
  const segment = bare.slice(from);
  return JOINED.test(segment) ? segment : segment.replace(SAID_NO, ' ');
}

const READERS: Readonly<Record<Negator['kind'], (found: Negator & Compared) => Negation>> = {
  seldom: () => GUESSED,
  verb: readVerb,
  none: readNone,
  avoid: ({ gap, words }) => {
    if (WHEN.test(gap) || MEANS.test(gap) || SPAN.test(words) || /(?:^|\s)in\s*$/i.test(gap)) return OPEN;
    return /(?:^|\s)(?:for|für|pendant)\s*$/iu.test(gap) && !LASTING.test(gap) ? OPEN : TURNED;
  },
};

/** `must never fall below` is sure; `orders not shipped below 1 %` and `users who cannot log in below 1 %` are about something else. */
function readVerb({ text, before, gap, unit }: Negator & Compared): Negation {
  if (/(?:^|\s)or\s+$/i.test(before) && /^not$/i.test(text)) return PLAIN;
  if (WHEN.test(gap)) return OPEN;
  if (MOVING.test(gap) || (/\d/.test(gap) && JOINED.test(gap))) return TURNED;
  if (/(?:^|\s)(?:for|für|pendant)\s*$/iu.test(gap)) return unit in TIME_MS && LASTING.test(gap) ? TURNED : OPEN;
  if (AMID.test(gap) && HARM.test(gap)) return PLAIN;
  const bound = /^(?:not|nicht|pas)$/i.test(text) ? AUXILIARY.test(before) : true;
  if (!bound || RELATIVE.test(before) || wordsIn(gap) > 6) return OPEN;
  const sure = AMID.test(gap) ? /(?:with|on|mit|avec)\s*$/iu.test(gap) && wordsIn(gap) <= 4 : wordsIn(gap) <= 3;
  return sure ? TURNED : GUESSED;
}

/** `no account with more than 3` is sure; `no errors at more than 500 users` tells when there may be none. */
function readNone({ text, before, gap, unit, words }: Negator & Compared): Negation {
  if (WHEN.test(gap) || SPAN.test(words)) return OPEN;
  if (EXCEPTED.test(gap)) return GUESSED;
  if (/(?:^|\s)(?:for|für|pendant|seit|depuis)\s*$/iu.test(gap)) return PERSON.test(text) || LASTING.test(gap) ? TURNED : lastsFor(gap);
  if (/^in under/i.test(words) || (/(?:^|\s)in\s*$/i.test(gap) && /^(?:less|under|at most)/i.test(words))) return PLAIN;
  if (HARM.test(gap)) {
    if (/(?:^|\s)(?:at|under|bei|à|sous)\s*$/iu.test(gap)) return PLAIN;
    if (/(?:^|\s)(?:with|mit|avec|in)\s*$/iu.test(gap)) return GUESSED;
    if (/\s(?:with|mit|avec)\s/iu.test(gap)) return OPEN;
    if (/^(?:over|über)$/i.test(words) && unit in TIME_MS && !LASTING.test(gap)) return OPEN;
  }
  const outside = WITHOUT.test(text);
  // `ohne Neustart länger als 24 h` tells how long, `ohne Ausfall länger als 1 h` how long at most.
  const long = unit in TIME_MS && /^(?:longer|more|länger|mehr|plus) /i.test(words);
  if (outside && long && !LASTING.test(gap) && !/ing\s*$/i.test(gap)) return GUESSED;
  if (outside && before.trim() !== '' && !isOfComparator(gap)) return OPEN;
  if (!outside && /(?:^|\s)(?:with|having|of|for|mit|avec)\s+$/iu.test(before)) return OPEN;
  return wordsIn(gap) > 9 ? GUESSED : TURNED;
}

/** `no errors for more than 5 minutes` tells how long it must hold. */
const lastsFor = (gap: string): Negation => (HARM.test(/(\p{L}+)\s+\p{L}+\s*$/u.exec(gap)?.[1] ?? '') ? PLAIN : OPEN);

/** `without exceeding`, `without any outage over` */
const isOfComparator = (gap: string): boolean =>
  gap.trim() === '' || /^\s*(?:any|ever|a single|jede\p{L}*|aucune?)(?!\p{L})|^\s*\p{L}+ing\s/iu.test(gap);

const wordsIn = (gap: string): number => gap.split(/\s+/).filter((word) => word !== '').length;
