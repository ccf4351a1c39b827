import type { Tier } from './checklist.ts';
import { plainText, withLoneStars } from './inline.ts';
import { PICTOGRAPH } from './pictograph.ts';
import { repairMojibake } from './repair.ts';
import { tierOfHeading, tierOfList } from './tier.ts';

/**
 * What a document says of its own marks, as `(H) means high` or `🔴 Critical | 🟠 High`. Keys are marks in the form that
 * `keyOf…` gives them, values their tiers. A mark that is given two tiers has none.
 */
export type Legend = ReadonlyMap<string, Tier>;

/** Words that stand together: the lines of a paragraph, a list, or the rows of a table as `mark = meaning`. */
export type Passage = { lines: readonly string[]; heading: string; footnote?: boolean };

/** Key of a mark that stands in brackets of any kind, of a picture or a sign, of a short code, of a word of RFC 2119. */
export const keyOfBracket = (inside: string): string => `[${inside.length === 1 ? inside : inside.toLowerCase()}]`;
export const keyOfPicture = (picture: string): string => picture.replace(/\uFE0F/g, '');
export const keyOfCode = (code: string): string => `=${code}`;
export const keyOfPhrase = (phrase: string): string => `"${phrase.toLowerCase().replace(/[\s-]+/g, ' ')}"`;
export const keyOfKeyword = (word: string): string => `!${word}`;

/** Key of letters that are set in a form of their own. */
export const keyOfForm = (form: 'bold' | 'italic' | 'capitals'): string => `form ${form}`;

export const SIGN = String.raw`[*!†‡★☆#+~^?°¹²³]{1,3}`;
/** Words of RFC 2119 in capitals, which are marks wherever they stand. */
export const KEYWORDS = 'MUST|SHALL|REQUIRED|SHOULD|RECOMMENDED|MAY|OPTIONAL';

/** How sure it is that words define a mark: by an equals sign or `means`, by `is`, by a colon or a dash, or by standing there. */
type Bond = 'says' | 'is' | 'parts' | 'stands';
type Kind = 'bracket' | 'picture' | 'sign' | 'code' | 'called' | 'colour' | 'form' | 'phrase' | 'keyword';
type Definition = { kind: Kind; key: string; bond: Bond; tier: Tier };

/** What a passage of marks begins with, and what it is about where that is no priority: a state, a risk. */
const LED =
  /^\W*(?:legend|key|tags?|marks?|markings?|symbols?|icons?|emojis?|colou?rs?|notation|priority|priorities|prio|severity|severities|tiers?|levels?|codes?|labels?|abbreviations?|scale|column|classes|grades|categories|legende|zeichen\w*|kennzeich\w*|kürzel|farben|stufen|klassen|bedeutung|prioritäten|légende|symboles?|where|meaning|how to read)\b[^:=]{0,50}:\s*/i;
const OTHER_SCALE =
  /^\W*(?:status|state|rag|risks?|health|progress|likelihood|probability|confidence|effort|impact on|complexity|traffic lights?|ampel|stand|statut|état)\b/i;
/** Words of a state, which the same pictures are used for. */
const STATE =
  /^(?:all )?(?:ok(?:ay)?|done|complete\w*|finished|on track|at risk|in progress|started|not started|pending|blocked|warning|pass\w*|fail\w*|todo|to do|open|closed|delayed|late|off track|green|amber|red|yellow|healthy|degraded|down|up|ready|not ready|unknown|n\/a|skipped|approved|rejected|good|bad|verified|missing|waiting|erledigt|offen|fertig)\b/i;

/** Colours by their names, as marks. */
const COLOURS = 'red|orange|amber|yellow|green|blue|grey|gray|rot|gelb|grün|blau|rouge|jaune|vert|bleu';
/** Who explains a colour may mean the circle that has it. */
const CIRCLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '🔴': 'red|rot|rouge',
    '🟠': 'orange|amber',
    '🟡': 'yellow|gelb|jaune',
    '🟢': 'green|grün|vert',
    '🔵': 'blue|blau|bleu',
  }).flatMap(([circle, names]) => names.split('|').map((name) => [`"${name}"`, circle] as const)),
);

const PICTURE_FIRST = new RegExp(`^(${PICTOGRAPH})`, 'u');
const PAINTED = new RegExp(String.raw`^(?:${PICTOGRAPH}|(?:${COLOURS})(?![\p{L}\d-]))`, 'iu');
const PICTURES = new RegExp(`(?=${PICTOGRAPH})`, 'gu');
const BRACKET_FIRST = /^[([{<]\s*([^()[\]{}<>]{1,24}?)\s*[)\]}>]/;
const PICTURE_SECOND = new RegExp(String.raw`^[^\s=:]{1,12}\s*\(?(${PICTOGRAPH})`, 'u');
const PICTURE_BEHIND = new RegExp(String.raw`^\s*(?:\(${PICTOGRAPH}\)|${PICTOGRAPH})`, 'u');
const QUOTED_FIRST = /^["'“‘„«»]([^"'“”‘’„«»]{1,24})["'”’“«»]/;
const QUOTED_SIGN = new RegExp(String.raw`^["'“‘„«»](${SIGN})["'”’“«»]`);
const SIGN_FIRST = new RegExp(String.raw`^(${SIGN})(?=\s|=|:|$)`);
const KEYWORD_FIRST = new RegExp(String.raw`^(${KEYWORDS})\b`);
const CODE_FIRST = /^([PS]\d|[A-ZÄÖÜ]{1,3}\d?|\d)(?![\p{L}\d])/u;
/** `Class A`, `Level 1`, `Stufe II`: a code that goes by a name. */
const CALLED_FIRST =
  /^((?:level|class|category|cat\.?|grade|group|type|rank|stufe|klasse|kategorie|gruppe|classe|niveau|catégorie)\s(?:[A-Z]|\d|I{1,3}))(?![\p{L}\d])/iu;
const COLOUR_FIRST = new RegExp(String.raw`^(${COLOURS})(?![\p{L}\d-])`, 'iu');
const PHRASE_FIRST = /^([\p{L}][\p{L} -]{2,24}?)(?=\s*=|\s+(?:means|is|are|stands for|bedeutet|heißt)\s)/u;

const SAYS =
  /^\s*(?:=+>?|→|⇒|\s(?:(?:items?|lines?|boxes|points?|checks?|ones|einträge|punkte|zeilen)\s+)?(?:means?|stands? for|is for|is an?|is|are|marks?|denotes?|indicates?|signifies|counts? as|heißt|bedeutet|steht für|ist|sind|signifie|veut dire|est)\s)\s*(?:that\s+(?:it|this|the \w+)\s+(?:is\s+)?)?/i;
const PARTS = /^\s*(?::|[–—-]\s|\||\((?=[^()]{3,40}\)))\s*/;

/** Where a meaning goes on to say for what, until when, or why: `high for the launch`, `kritisch vor dem Start`. */
const GOES_ON =
  /\s(?:for|before|within|until|till|by|because|since|without|that|which|in|on|at|für|vor|bis|ohne|weil|im|am|pour|avant|sans|dans)(?:\s|$)|(?<=^(?:critical|essential|important|required))\sto\s/i;

/** `we do not sail without it`, `nobody opens without these`. */
const NEEDED =
  /^\s*(?:then\s)?(?:(?:(?:we|you|they|i|the \p{L}+)\s)?(?:do not|don['’]t|will not|won['’]t|cannot|can['’]t|must not|may not|shall not|never)|nobody|no one)\s(?:\p{L}+\s){1,3}without\s(?:it|them|this|that|these|those)(?!\p{L})/iu;

/** `needs Maya's OK`, `the steering group may accept it`: what somebody has to let pass. */
const PERMITTED =
  /^[^.;]{0,40}(?<!\p{L})(?:needs?|requires?|with)\s(?:\S+\s){1,3}?(?:ok|okay|approval|consent|blessing|sign-?off)(?!\p{L})|^[^.;]{0,60}\s(?:may|can)\s(?:be\s)?(?:accept|waive|deviate|overrule|wave|let)(?:d|ed)?(?!\p{L})/iu;

/** The tier of a meaning: its words up to the first pause. `blocks the launch` and `can wait` are meanings, too. */
function tierOfMeaning(words: string): Tier | undefined {
  if (NEEDED.test(words)) return 'critical';
  if (PERMITTED.test(words)) return 'high';
  const bare = words
    .replace(/^\s*(?:(?:of|only|just|merely|an?|the|as|is|are|our|for|=|:|de|ein|eine|einen)\s+)+/i, '')
    .split(/[,;:()|!?]|\.(?:\s|$)|\s[–—-]\s|\s(?:and|und|et|but|unless|if|we|no launch)\s/i, 1)[0]!
    .replace(/\s+(?:here|below|for us|in this (?:list|document|checklist|file))\s*$/i, '')
    .trim();
  if (bare === '' || bare.length > 60) return undefined;
  if (
    /^(?:it |they )?(?:blocks?|stops?|holds?(?: up)?|prevents?)(?: (?:the|a|our|this) (?:launch|release|go-?live|opening|roll-?out|start))?$/i.test(
      bare,
    )
  )
    return 'critical';
  if (/^(?:\p{L}+[- ]){1,3}(?<!\b(?:non|not|less|un)[- ])critical$/iu.test(bare)) return 'critical';
  return (
    tierOfHeading(bare.replace(/^(?:launch|release|go-?live)[- ](?=critical|block)/i, '')) ??
    tierOfHeading(bare.replace(/^must\b.*/i, 'must')) ??
    tierOfHeading(bare.split(GOES_ON, 1)[0]!)
  );
}

/** All that a document's passages say of its marks. */
export function legendOf(passages: readonly Passage[]): Legend {
  const found = new Map<string, Tier | undefined>();
  for (const passage of passages)
    for (const { key, tier } of sureOnes(passage)) found.set(key, found.has(key) && found.get(key) !== tier ? undefined : tier);
  return new Map([...found].flatMap(([key, tier]) => (tier ? [[key, tier] as const] : [])));
}

/** The definitions of one passage that are sure enough; pictures that stand for a state, too, are no marks of tiers. */
function sureOnes({ lines, heading, footnote = false }: Passage): Definition[] {
  const texts = lines
    .map((line) => plainText(withLoneStars(repairMojibake(line)).replace(/(?<=\S)\s{3,}(?=\S)/g, ' | ')))
    .filter((text) => text !== '' && text.length < 1_000);
  if (texts.some((text) => OTHER_SCALE.test(text)) || OTHER_SCALE.test(heading)) return [];
  const led = footnote || texts.some((text) => LED.test(text)) || LED.test(`${heading}:`);
  const wide = texts.flatMap((text) => (/[;|•·]/.test(text) ? text.replace(LED, '').split(/\s*[;|•·]\s*/) : []));
  const pieces = [...new Set([...[...texts, texts.join(' ')].flatMap(piecesOf), ...wide.filter(isGranted)])];
  const all = [...pieces.flatMap(definitionsIn), ...texts.flatMap(exceptionsIn), ...texts.flatMap(conditionsIn)];
  const states = pieces.some(
    (piece) => STATE.test(piece.replace(PAINTED, '').replace(/^[\s=:–—-]+(?:(?:means|is|are)\s)?/, '')) && PAINTED.test(piece),
  );
  const scale = new Map(
    Map.groupBy(all, ({ kind }) => kind)
      .entries()
      .map(([kind, some]) => [kind, new Set(some.map(({ tier }) => tier)).size]),
  );
  return all.filter((one) => {
    if ((one.kind === 'picture' || one.kind === 'colour') && states) return false;
    return (footnote && one.kind === 'sign') || isSure(one, { led, several: scale.get(one.kind)! > 1 });
  });
}

/** `(O) = operational, the steering group may accept`: what follows the comma says what it is. */
const isGranted = (piece: string): boolean => piece.length <= 120 && PERMITTED.test(piece.slice(piece.indexOf(',') + 1));

function isSure({ kind, bond, key }: Definition, { led, several }: { led: boolean; several: boolean }): boolean {
  const scaled = led || several;
  if (kind === 'colour') return bond !== 'stands' && several;
  if (kind === 'called') return bond === 'says' || bond === 'is' || scaled;
  if (kind === 'form') return true;
  if (kind === 'keyword' || kind === 'phrase') return bond === 'says' || bond === 'is';
  if (kind === 'bracket' || kind === 'picture') return bond === 'says' || scaled;
  if (kind === 'sign') return bond === 'says' || (scaled && bond !== 'stands') || (several && /^[!†‡★☆*]/.test(key));
  // `QA: required` is somebody's part in it; `K = kritisch`, or a scale of several, is a mark.
  const short = /^=(?:[PS]\d|\p{Lu})$/u.test(key);
  return bond === 'says' ? short || several : several && bond !== 'stands' && (short || led);
}

/** A passage's parts, each of which may define a mark. */
function piecesOf(text: string): string[] {
  return text
    .replace(LED, '')
    .split(/\s*(?:[|;•·,]|\.\s|\.$|\s\/\s|\s(?:and|or|und|oder|et|ou)\s)\s*/)
    .flatMap(together)
    .map((piece) => piece.replace(LED, '').trim())
    .filter((piece) => piece !== '' && piece.length <= 120);
}

/** `🔴 Critical 🟠 High` and `(H) high (M) medium` stand side by side with nothing between. */
function together(piece: string): string[] {
  const text = piece.trim();
  if (PICTURE_FIRST.test(text)) return text.split(PICTURES).filter((part) => part.trim() !== '');
  return BRACKET_FIRST.test(text) ? text.split(/(?<=\s)(?=[([{<][^()[\]{}<>]{1,6}[)\]}>]\s)/) : [text];
}

/** What a piece defines: a mark and its meaning, a meaning and its mark, or lines that are marked and what they are. */
function definitionsIn(piece: string): Definition[] {
  const first =
    markedFirst(piece) ??
    introduced(piece) ??
    markedFirst(
      piece.replace(/^.{0,40}?\b(?:an?|one|a single|every|each|the|all)\s+(?:(?:mark|sign|letter|tag|symbol|label|icon)\s+)?/i, ''),
    );
  // `Anything with a (!) must be green` says it of lines.
  const found =
    (first?.bond === 'stands' ? ofLines(piece) : undefined) ??
    first ??
    markedFirst(piece.replace(/^.{0,60}\b(?:an?|every|each|the|all)\s+(?=\S+\s+(?:is|are|means?)\s)/i, '')) ??
    ofForm(piece) ??
    ofLines(piece) ??
    meaningFirst(piece);
  return found ? [found, ...besides(piece, found)] : [];
}

/** `Column "Class": A = critical`, `The letter is the class: (A) critical`: words that introduce the first mark. */
function introduced(piece: string): Definition | undefined {
  const [, words = '', behind] = /^([^:]{1,80}):\s+(.+)$/.exec(piece) ?? [];
  // `Critical: 🔴 High: 🟠` has its meanings first.
  const found = behind === undefined || tierOfHeading(words) ? undefined : markedFirst(behind);
  const isPlain = found?.kind === 'bracket' || found?.kind === 'picture' || found?.kind === 'sign';
  return found?.bond === 'says' || isPlain ? found : undefined;
}

/** `🔴 P0 = blocks the launch`, `P0 (🔴): critical` and `red = critical` define two marks, of which either may stand alone. */
function besides(piece: string, found: Definition): Definition[] {
  if (found.kind === 'picture') return [];
  const picture = PICTURE_FIRST.exec(piece)?.[1] ?? PICTURE_SECOND.exec(piece)?.[1] ?? CIRCLES.get(found.key);
  return picture === undefined ? [] : [{ ...found, kind: 'picture', key: keyOfPicture(picture), bond: 'stands' }];
}

const KINDS: readonly (readonly [Kind, RegExp, (mark: string) => string])[] = [
  ['picture', PICTURE_FIRST, keyOfPicture],
  ['bracket', BRACKET_FIRST, keyOfBracket],
  ['sign', QUOTED_SIGN, keyOfPicture],
  ['bracket', QUOTED_FIRST, keyOfBracket],
  ['keyword', KEYWORD_FIRST, keyOfKeyword],
  ['called', CALLED_FIRST, keyOfPhrase],
  ['colour', COLOUR_FIRST, keyOfPhrase],
  ['code', CODE_FIRST, keyOfCode],
  ['sign', SIGN_FIRST, keyOfPicture],
  ['phrase', PHRASE_FIRST, keyOfPhrase],
];

function markAt(text: string): { kind: Kind; key: string; width: number } | undefined {
  for (const [kind, pattern, keyOf] of KINDS) {
    const match = pattern.exec(text);
    if (match) return { kind, key: keyOf(match[1]!), width: match[0].length };
  }
  return undefined;
}

function markedFirst(piece: string): Definition | undefined {
  const mark = markAt(piece);
  if (!mark) return undefined;
  const rest = mark.kind === 'picture' ? piece.slice(mark.width) : piece.slice(mark.width).replace(PICTURE_BEHIND, '');
  // A picture may only decorate: `💡 Must have = critical`.
  const decorated = mark.kind === 'picture' ? markedFirst(rest.trim()) : undefined;
  if (decorated?.bond === 'says') return decorated;
  // `Nice to have = low` gives another tier to words that are one by themselves.
  if (mark.kind === 'phrase' && tierOfHeading(piece.slice(0, mark.width)) === undefined) return undefined;
  const placed = rest.replace(PLACED, '');
  if (placed !== rest && SAYS.test(placed)) {
    const tier = tierOfMeaning(placed.replace(SAYS, ''));
    return tier && { kind: mark.kind, key: mark.key, bond: 'says', tier };
  }
  const says = SAYS.exec(rest);
  const parts = says ? undefined : PARTS.exec(rest);
  const alone = mark.kind !== 'bracket' && mark.kind !== 'picture' && mark.kind !== 'sign';
  if (alone && !says && !parts) return undefined;
  const tier = tierOfMeaning(rest.slice((says ?? parts)?.[0].length ?? 0));
  const bond = says ? (/^\s(?:is|are|ist|sind|est)\s/i.test(says[0]) ? 'is' : 'says') : parts ? 'parts' : 'stands';
  return tier && { kind: mark.kind, key: mark.key, bond, tier };
}

const OF_FORM =
  /^(?:.{0,30}\b(?:items?|lines?|points?|checks?|entries|everything|those|anything)\s+(?:(?:set|written|shown|printed|marked|that are|which are)\s+)?(?:in\s+)?)?(bold|italics?|capitals|caps|capital letters|upper case)(?:\s+(?:type|print|letters|items?|lines?|points?|ones))?(?=\s*=|\s+(?:is|are|means?|must|should|blocks?|stops?|can)\s)/i;

/** `Items in bold are blockers`: how letters are set may be a mark, too. */
function ofForm(piece: string): Definition | undefined {
  const match = OF_FORM.exec(piece);
  if (!match) return undefined;
  const behind = piece.slice(match[0].length);
  const tier = tierOfMeaning(SAYS.test(behind) ? behind.replace(SAYS, '') : behind);
  const form = /^bold/i.test(match[1]!) ? 'bold' : /^ital/i.test(match[1]!) ? 'italic' : 'capitals';
  return tier && { kind: 'form', key: keyOfForm(form), bond: 'says', tier };
}

const EXCEPT = /\b(?:unless|except|apart from|other than|if not|sofern nicht|außer|sauf)\b.{0,120}$/i;
const EXCEPTED = /[([{]([^()[\]{}]{2,30})[)\]}]|["“„«]([^()[\]{}"”“»]{2,30})["”“»]/g;

/** `… unless marked "(optional)" or [nice, low]`: what is excepted by a mark that names a tier has that one. */
function exceptionsIn(text: string): Definition[] {
  return [...(EXCEPT.exec(text)?.[0] ?? '').matchAll(EXCEPTED)].flatMap(([, inner, quoted]) => {
    const words = (inner ?? quoted)!.trim();
    const tier = tierOfList(words, true);
    return tier ? [{ kind: 'bracket', key: keyOfBracket(words), bond: 'says', tier } as const] : [];
  });
}

/** Where on its line a mark stands: `a ! in front`, `(!) at the end of the line`. */
const PLACED =
  /^\s*(?:(?:in front|at the (?:very )?(?:front|beginning|start|end)|before|behind|next to|beside)(?:\sof)?(?:\s(?:it|them|(?:an?|the|its|their)\s(?:lines?|items?|texts?|words?|box(?:es)?|title|name|number)))?|on (?:it|them))(?=[\s,:=])/i;
const IF_MARKED =
  /^(?:if|when(?:ever)?|where(?:ver)?)\s(?:you (?:see|find|read)|there (?:is|are)|(?:an?|the|any|some)\s(?:line|item|box|entry|point|check|task|step|row|thing)\s(?:has|carries|bears|shows|says|gets|(?:starts|begins|ends|comes|is marked|is tagged) with|ends in)|(?:something|sth|one|it)\s(?:has|carries|bears|says))\s(?:an?\s|the\s)?(\S.*)$/i;
const ITS_MEANING =
  /^[\s,:]*(?:then\s)?(?:(?:it|this|that|they|(?:the|that|this)\s(?:line|item|box|entry|point|check|task|step|row|thing))\s(?:(?:is|are|means?|counts? as)\s(.+)|((?:must|should|blocks?|stops?|can wait)\b.*))|(.+\swithout\s.+))$/i;
const SENTENCES = /(?<=[\p{L}\p{N})"”][.;?!])\s+(?=\p{Lu})/u;

/** `If a line has a ! in front, it is critical`: a sentence that says of a mark what follows from it. */
function conditionsIn(text: string): Definition[] {
  return text.split(SENTENCES).flatMap((sentence) => {
    const words = IF_MARKED.exec(sentence)?.[1];
    const rest = words === undefined ? undefined : named(words);
    const mark = rest === undefined ? undefined : markAt(rest);
    if (mark?.kind !== 'sign' && mark?.kind !== 'bracket' && mark?.kind !== 'picture') return [];
    const [, plain, owed, needed] = ITS_MEANING.exec(rest!.slice(mark.width).replace(PLACED, '')) ?? [];
    const tier = needed === undefined ? tierOfMeaning(plain ?? owed ?? '') : NEEDED.test(needed) ? 'critical' : undefined;
    return tier ? [{ kind: mark.kind, key: mark.key, bond: 'says', tier } as const] : [];
  });
}

const OF_LINES =
  /\b(?:marked|tagged|labell?ed|flagged|prefixed|starred|(?:starting|beginning|ending) (?:with|in)|(?:starts?|begins?|ends?) (?:with|in)|with|carry(?:ing)?|bear(?:ing)?|markiert|gekennzeichnet|mit|marqués?|avec)\s+(?:(?:with|by|as|in|an?|the|mit|einem|par|d['’]un)\s+)*/i;

/** `Items marked (Mandatory) are of critical priority`: the mark in the middle, what it says behind a verb. */
function ofLines(piece: string): Definition | undefined {
  const before = OF_LINES.exec(piece);
  const rest = before ? named(piece.slice(before.index + before[0].length)) : undefined;
  const mark = rest === undefined ? undefined : (wordAt(rest) ?? markAt(rest));
  if (!mark || mark.kind === 'phrase') return undefined;
  const behind = rest!.slice(mark.width).replace(PLACED, '');
  const tier = SAYS.test(behind)
    ? tierOfMeaning(behind.replace(SAYS, ''))
    : tierOfMeaning(/^\s*((?:must|should|blocks?|stops?|can wait)\b.*)$/i.exec(behind)?.[1] ?? '');
  return tier && { ...mark, bond: 'says', tier };
}

/** A word that lines are marked with, as long as a verb follows: `marked Mandatory are critical`. */
function wordAt(text: string): { kind: Kind; key: string; width: number } | undefined {
  const word = /^(\p{L}{3,20})(?=\s+(?:is|are|means?|must|should|blocks?|stops?|can)\s)/u.exec(text)?.[1];
  return word === undefined ? undefined : { kind: 'bracket', key: keyOfBracket(word), width: word.length };
}

const MEANING_FIRST =
  /^(.{3,40}?)\s*(?:=|:|\s(?:(?:items?|lines?|boxes|points?)\s+)?(?:(?:are|is|gets?|have|has|carry|carries|bears?)\s+)?(?:marked|tagged|shown|flagged|labell?ed|written|got)?(?:\s*(?:with|by|as|in)\s|\s|(?<=(?:carry|carries|bears?|have|has|gets?)\s)))\s*(?:(?:an?|the)\s+)?(\S.{0,24})$/i;

/** `carry a † behind the title`, `have a ! in front` */
const PLACED_LAST =
  /\s(?:in front|at the (?:very )?(?:front|beginning|start|end)|before|behind|next to|beside|on)(?:\sof)?(?:\s(?:it|them|(?:an?|the|its|their)\s(?:lines?|items?|texts?|words?|box(?:es)?|title|name|number)))?[\s.]*$/i;

/** `Critical = 🔴`, `blockers are marked with a ★`, `critical (🔴)`. */
function meaningFirst(piece: string): Definition | undefined {
  const match =
    MEANING_FIRST.exec(piece.replace(PLACED_LAST, '')) ??
    /^(.{3,40}?)\s*\(([^()]{1,8})\)$/.exec(piece) ??
    /^([\p{L}-]{3,20}s)\s(\p{Lu})$/u.exec(piece);
  const rest = match ? named(match[2]!) : undefined;
  const mark = rest === undefined ? undefined : markAt(rest);
  if (!match || !mark || mark.width !== rest!.trimEnd().length) return undefined;
  const coded = mark.kind === 'code' && !/[:=(]/.test(piece);
  if (!coded && mark.kind !== 'picture' && mark.kind !== 'sign' && mark.kind !== 'bracket') return undefined;
  const tier = tierOfMeaning(match[1]!);
  // `Must-haves are marked M, should-haves S`
  const bond = !coded || /\s(?:marked|tagged|flagged|labell?ed)\s/i.test(piece) ? 'says' : 'parts';
  return tier && { kind: mark.kind, key: mark.key, bond, tier };
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:an? )?(?:asterisk|sternchen|astérisque)s?\b/i, '*'],
  [/^(?:an? )?double exclamation marks?\b/i, '!!'],
  [/^(?:an? )?exclamation marks?\b/i, '!'],
  [/^(?:an? )?stars?\b/i, '★'],
  [/^red (?:circle|dot|mark|ball|point)s?\b/i, '🔴'],
  [/^orange (?:circle|dot|mark|ball|point)s?\b/i, '🟠'],
  [/^yellow (?:circle|dot|mark|ball|point)s?\b/i, '🟡'],
  [/^green (?:circle|dot|mark|ball|point)s?\b/i, '🟢'],
  [/^blue (?:circle|dot|mark|ball|point)s?\b/i, '🔵'],
];

/** Signs that are called by their names. */
const named = (text: string): string => NAMES.reduce((words, [name, sign]) => words.replace(name, sign), text);

/** Whether words explain any mark. */
export const definesMark = (text: string): boolean => piecesOf(plainText(text)).some((piece) => definitionsIn(piece).length > 0);
