import type { Tier } from './checklist.ts';
import { mayHold } from './first-look.ts';
import { plainText } from './inline.ts';
import { matchesOf } from './matches.ts';
import { isCondition, obligationOf } from './obligation.ts';

/** `Won't have this time`, `Won't have in this release` */
const NOT_NOW = String.raw`(?:,? (?:this time|yet|now|(?:for|in|with|at) (?:now|launch|(?:this|the) (?:release|version|launch|phase|time|round|increment|sprint)))(?: (?:around|yet))?)?`;

const WORDS: readonly (readonly [Tier, string])[] = [
  [
    'critical',
    String.raw`critical|blockers?|blocking|must|must[- ](?:haves?|pass|do|fix|be done)|mandatory|required|obligatory|compulsory|imperative|show-?stoppers?|(?:ship|stop)[- ]?(?:stoppers?|ship)|essential|urgent|kritisch|muss|zwingend|unverzichtbar|unbedingt|verpflichtend|pflicht|indispensables?|impératife?s?|critiques?|bloquante?s?|obligatoires?|highest`,
  ],
  [
    'high',
    String.raw`high|majeure?s?|major|should|should[- ](?:haves?|pass|do|fix)|important|recommended|hoch|wichtig|soll|sollte|souhaitables?|élevée?|haute?|recommandée?s?|empfohlen`,
  ],
  [
    'medium',
    String.raw`medium|moderate|normal|wünschenswert|mineure?s?|minor|(?:nice|good)[- ]to[- ]haves?|could|could[- ](?:haves?|do)|may|mittel|kann|moyenne?|non-?block(?:ers?|ing)|not blocking|non-?critical`,
  ],
  [
    'low',
    String.raw`low|lowest|trivial|optional|nachrangig|cosmetic|won['’]t(?:[- ](?:haves?|do|fix))?${NOT_NOW}|will not have${NOT_NOW}|niedrig|gering|faible|basse|optionnel(?:le)?|facultatif|wunsch`,
  ],
];

const NOUNS = String.raw`priority|priorities|severity|tier|level|items?|checks?|requirements?|tasks?|criteria|gates?|issues?|findings?|blockers?|prerequisites?|importance|impact|actions?|conditions?|prio|priorität|priorité|musts?|pre-?requisites|points?|controls?|extras?|kriterien|kriterium|anforderung(?:en)?|vorgaben?|voraussetzung(?:en)?|punkte?|ziele?|bedingung(?:en)?|aufgaben?|prüfungen|stufe|crit[èe]res?|exigences?`;

/** Each of the tables below holds such a word in each of its rows. */
const ANY_WORD = new RegExp(WORDS.map(([, words]) => words).join('|'), 'i');

const WHOLE = WORDS.map(
  ([tier, words]) =>
    [tier, new RegExp(String.raw`^(?:(?:${NOUNS})\s*[:–—-]?\s*)?(?:${words})(?:\s*[-/:–—&+]?\s*(?:${NOUNS}))*\s*$`, 'i')] as const,
);
const LEADING = WORDS.map(([tier, words]) => [tier, new RegExp(String.raw`^(?:${words})(?:[- ]priority)?\s*(?:[:–—|]|-\s)`, 'i')] as const);
/** `(critical for the launch)` is a tier; `(optional for members)` tells for whom something is. */
const OF_WHAT: Readonly<Partial<Record<Tier, string>>> = {
  critical: String.raw`|\s+(?:for|before|to)\b`,
  high: String.raw`|\s+(?:for|before|to)\b`,
};
const CLOSED = WORDS.map(
  ([tier, words]) =>
    [
      tier,
      new RegExp(
        String.raw`[([](?:(?:${NOUNS})\s*[:–—-]?\s*)?(?:${words})(?:[- ](?:${NOUNS}))?(?:[)\]]|\s*[,;:–—-]${OF_WHAT[tier] ?? ''})`,
        'i',
      ),
    ] as const,
);
const ENDING = WORDS.map(([tier, words]) => [tier, new RegExp(String.raw`(?:\s[–—·•|-]|:)\s+(?:${words})$`, 'i')] as const);
const BEFORE = WORDS.map(([tier, words]) => [tier, new RegExp(String.raw`^(?:${words})\s+(?:before|for|prior to)\b`, 'i')] as const);
const RANKS: readonly Tier[] = ['critical', 'high', 'medium', 'low', 'low', 'low'];

/** The number that a document's scale of P begins with: 0, or 1 where it has P1 and P2 and never a P0. */
export type Scale = 0 | 1;

const P_MARK = /(?:^|[\s([:*–—-])P([0-4])(?=$|[\s)\]:*,.–—-])/g;

/** Tells the scale from all headings and the beginnings of all lines. */
export function scaleOf(texts: Iterable<string>): Scale {
  const seen = new Set<string>();
  for (const text of texts) {
    // `(critical)` on a line beside others with `[P1]` is the grade above it.
    if (ABOVE_P1.test(text)) seen.add('0');
    if (text.includes('P')) for (const match of matchesOf(text, P_MARK)) seen.add(match[1]!);
  }
  return seen.has('1') && seen.has('2') && !seen.has('0') ? 1 : 0;
}

const ABOVE_P1 = /^\s*(?:\*\*|__)?[[({]\s?(?:critical|blocker)\s?[)\]}]/i;

/** Behind a rank: the end, a sign that parts it from what it is the rank of, or a noun of tiers. `P2 traffic` is a name. */
const BEHIND = String.raw`(?=\s*$|\s*[)\]:,.–—|/(]|\s+-|\s+(?:(?:and|or|to|&)\s+\S+\s*$|(?:${NOUNS})\b))`;
const P_RANK = new RegExp(String.raw`(?:^|[\s([:–—-])P([0-4])${BEHIND}`);
const NAMED_RANK = new RegExp(String.raw`(?:^|[([:–—-]\s*)(?:sev(?:erity)?|priority|prio|tier)[- ]?([0-5])${BEHIND}`, 'i');

/** `P0` to `P4`, `SEV1` to `SEV5`, `Priority 1`: the first of each scale blocks. */
function ranked(text: string, scale: Scale): Tier | undefined {
  const p = P_RANK.exec(text);
  if (p) return RANKS[Math.max(0, Number(p[1]) - scale)];
  const sev = NAMED_RANK.exec(text) ?? /\bsev(?:erity)?[- ]?([0-5])\b/i.exec(text);
  return sev ? RANKS[Math.max(0, Number(sev[1]) - 1)] : undefined;
}

/** `Optional, if there is time` */
const OPENING = /^(optional|nice to have|low priority)\s*,/i;

function first(table: readonly (readonly [Tier, RegExp])[], text: string): Tier | undefined {
  return table.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Grades of something that is measured or feared, and none of what is owed: `Risk: low`. */
const MEASURED =
  /^\W*(?:[\p{L}-]+\s){0,2}(?:risks?|likelihood|probability|volumes?|values?|load|traffic|usage|costs?|effort|complexity|confidence)\s*(?:[:–—-]\s*)(?:high|medium|moderate|normal|low|minor|major)\W*$/iu;
/** A month, and what is as always: as whole headings they tell no tier, in a column of tiers they do. */
const AMBIGUOUS = /^(?:may|normal)$/i;

const bareOf = (heading: string): string =>
  heading
    .replace(/^\s*\d{1,2}\s+(?=\p{L})/u, '')
    .replace(/\s*[([][^()[\]]*[)\]]\s*/g, ' ')
    .replace(/[\s:–—-]+$/, '')
    .trim();

/** The tier of the lines below a heading, whose words stand alone; in a column of tiers more of them are known for what they are. */
export function tierBelow(heading: string, scale: Scale = 0): Tier | undefined {
  return AMBIGUOUS.test(bareOf(heading)) ? undefined : tierOfHeading(heading, scale);
}

/** A tier lighter than critical that a heading does not name by its whole words: `Transfers (low)`, `P2` where nothing is P1. */
export function guessedTierOf(heading: string, scale: Scale): Tier | undefined {
  const tier = tierBelow(heading, scale);
  const bare = bareOf(heading);
  const isWhole =
    first(WHOLE, bare) === tier || (/^(?:P[0-4]|(?:sev(?:erity)?|priority|prio|tier)[- ]?[0-5])\b/i.test(bare) && scale === 1);
  return tier === undefined || tier === 'critical' || isWhole ? undefined : tier;
}

/** The tier that a heading, or what is left of it without its number and its brackets, has a word for. */
const namedBy = (heading: string, bare: string): Tier | undefined =>
  first(WHOLE, bare) ?? first(LEADING, heading) ?? first(CLOSED, heading) ?? first(ENDING, bare) ?? first(BEFORE, bare);

const GRADED = /[([{]\s?(critical|high|medium|low)(?:[- ]priority)?\s?[)\]}]/i;

/**
 * The tier that a heading or lead gives the lines below it. `Critical (Must Pass)`, `P1`, `Should have`, `Severity: low`,
 * `Critical launch requirements` do; `Critical alerts` or `High availability` are about something else.
 */
export function tierOfHeading(heading: string, scale: Scale = 0): Tier | undefined {
  if (MEASURED.test(heading)) return undefined;
  // `Good to have (low)`: the word in brackets is there to say it.
  const graded = GRADED.exec(heading)?.[1];
  if (graded !== undefined) return first(WHOLE, graded);
  const rank = ranked(heading, scale);
  if (rank) return rank;
  const bare = bareOf(heading);
  const whole = mayHold(bare, ANY_WORD) || mayHold(heading, ANY_WORD) ? namedBy(heading, bare) : undefined;
  if (whole) return whole;
  const owed = obligationOf(bare);
  if (owed) return owed;
  const opening = OPENING.exec(bare)?.[1];
  if (opening !== undefined) return first(WHOLE, opening);
  // `Legal limits — must hold`
  const tail = /^.{2,}(?:\s[–—-]\s|:\s)\s*(.{4,})$/.exec(bare)?.[1];
  const ofTail = tail === undefined ? undefined : obligationOf(tail);
  if (ofTail) return ofTail;
  if (/^critical\b.*\b(?:requirements?|items?|checks?|tasks?|criteria|blockers?|prerequisites?|gates?|must-?haves?)$/i.test(bare))
    return 'critical';
  if (/\bblockers?$/i.test(bare)) return 'critical';
  const priority = /^(high|medium|low)[- ]priority\b/i.exec(bare)?.[1];
  return priority === undefined ? undefined : first(WHOLE, priority);
}

/** Grades of other things, too: `a new version (major)`, `wind (moderate)`, `load (normal)`, `the door (blocked)`. */
const OF_THINGS =
  /^(?:m(?:aj|in)or|majeure?s?|mineure?s?|moderate|moyenne?|normal|may|(?:high|low)est|trivial|important|haute?|basse|faible|gering)$/i;

const MODALS = String.raw`must|should|could|won['’]t|(?:must|should|could|nice|won['’]t)[- ](?:to[- ])?have|(?:must|should)[- ]not|muss|soll|sollte|kann`;
const BOLD_RANK = /^\s*(?:\*\*|__)\s*((?:sev(?:erity)?[- ]?[0-5]|P[0-4]))\s*(?:\*\*|__)/i;
/** Bold or code at the end of a line, behind the end of a sentence or a word. */
const BOLD_END = /(?<=\S\s)(\*\*|__|`)(?=\S)([^*_`]{2,30})\1[\s.;]*$/;
/** Code that a line begins with. */
const CODE_START = /^\s*`(critical|blocker|must(?:[- ]have)?|should(?:[- ]have)?|could(?:[- ]have)?|nice[- ]to[- ]have)`(?=\s)/i;

/** How much a line is owed, as its first word, set apart from the others: `**must** hold`, `_should_ print`, `COULD hum`. */
const MODAL = new RegExp(String.raw`^\s*(?:(\*{1,3}|_{1,3})(${MODALS})\1|(COULD|WON['’]T|NICE TO HAVE))\s+(?=(?:an?\s)?[\p{Ll}\d])`, 'iu');
const LOUD = /^\s*(?:\*\*|__)BLOCKER(?:\*\*|__)\s+\S/;

function modalOf(markdown: string): Tier | undefined {
  if (LOUD.test(markdown)) return 'critical';
  const match = MODAL.exec(markdown);
  const [whole = '', , bold, loud] = match ?? [];
  const words = bold ?? loud;
  // A question and `Should the mast break` ask for nothing, and `**Must** Farm` is a name.
  if (words === undefined || /\?\s*$/.test(markdown) || /^\p{Lu}/u.test(markdown.slice(whole.length))) return undefined;
  if (bold === undefined && words !== words.toUpperCase()) return undefined;
  const rest = plainText(markdown.slice(whole.length, 300));
  if (/^should|^could/i.test(words) && !/have/i.test(words) && isCondition(`${words} ${rest}`)) return undefined;
  return first(WHOLE, words.replace(/-/g, ' ').replace(/ not$/i, ''));
}

/** The tier of a bold mark before a line's words, or behind them, in Markdown: `**SEV1** the shop is down`, `… . **blocker**`. */
export function tierOfMark(markdown: string, scale: Scale = 0): Tier | undefined {
  const modal = modalOf(markdown);
  if (modal) return modal;
  const mark = BOLD_RANK.exec(markdown)?.[1];
  if (mark !== undefined) return ranked(mark, scale);
  const code = CODE_START.exec(markdown)?.[1];
  if (code !== undefined) return first(WHOLE, code);
  const last = BOLD_END.exec(markdown);
  const words = last?.[2]?.trim();
  if (!last || words === undefined || OF_THINGS.test(words)) return undefined;
  // `the risk is **low**` goes on with its sentence; a mark stands behind the end of one, in brackets, in capitals, or is a noun.
  const ofItself = /[.,;:!?)–—-]\s$/.test(markdown.slice(0, last.index)) || words === words.toUpperCase() || /blocker|have$/i.test(words);
  return ofItself ? (first(WHOLE, words) ?? ranked(words, scale)) : undefined;
}

const RFC: readonly (readonly [Tier, RegExp])[] = [
  ['critical', /\b(?:MUST(?: NOT)?|SHALL(?: NOT)?|REQUIRED)\b/],
  ['high', /\b(?:SHOULD(?: NOT)?|RECOMMENDED)\b/],
  ['medium', /\bMAY\b/],
  ['low', /\bOPTIONAL\b/],
];

/** `High: 0`, `Medium: at most 3` count findings. */
const isCount = (text: string, { 0: words, index }: RegExpExecArray): boolean =>
  words.trimEnd().endsWith(':') &&
  /^\s*(?:at most|no more than|max(?:imum)?\.?|up to|under|below|fewer than|none|zero|[<>≤≥=]+)?\s*(?:\d+|none|zero)?(?:\s+(?:open|findings?|issues?|bugs?|left))*\W*$/i.test(
    text.slice(index + words.length),
  );

/** A bracket that a line begins with, behind its number if it has one, and one that it ends with. */
const OPENING_BRACKET = /^(?:[\dA-Z][\w.-]{0,10}[.):]?\s+)?[([{]\s?([^()[\]{}]{2,30}?)\s?[)\]}]/u;
const CLOSING_BRACKET = /[([{]\s?([^()[\]{}]{2,30}?)\s?[)\]}][\s.;,*]*$/u;

/** The tier of words parted by commas, as `desirable, medium`: the one that they all are, or that one of them names as a grade. */
export function tierOfList(words: string, lenient = false): Tier | undefined {
  const parts = words.split(/\s*[,;/]\s*/);
  const tiers = parts.map((part) => (OF_THINGS.test(part) ? undefined : (first(WHOLE, part) ?? obligationOf(part))));
  if (lenient && /^nice$/i.test(words)) return 'medium';
  if (!lenient && tiers.includes(undefined)) return undefined;
  const grades = new Set(parts.flatMap((part) => (/^(?:critical|high|medium|low)$/i.test(part) ? [first(WHOLE, part)] : [])));
  const known = grades.size > 0 ? grades : new Set(tiers.filter((tier) => tier !== undefined));
  return known.size === 1 ? [...known][0] : undefined;
}

/** The tier of a bracket that holds nothing but a word for one, or two that agree: `… (Mandatory)`, `{muss} …`, `(desirable, medium)`. */
function closedIn(text: string): Tier | undefined {
  for (const pattern of [OPENING_BRACKET, CLOSING_BRACKET]) {
    const words = pattern.exec(text)?.[1];
    const tier = words === undefined || OF_THINGS.test(words) ? undefined : (first(WHOLE, words) ?? listedIn(words));
    if (tier) return tier;
  }
  return undefined;
}

const listedIn = (words: string): Tier | undefined => (/[,;]/.test(words) ? tierOfList(words) : undefined);

const GRADE_WORD = String.raw`critical|blocker|must(?:-?have)?|should(?:-?have)?|could(?:-?have)?|mandatory|required|high|medium|low|nice-?to-?have|optional|kritisch|hoch|mittel|niedrig`;
/** `#must`, `… – priority: high`, `(prio 1)`: a tag or a key that can be of nothing else. */
const TAGGED = new RegExp(String.raw`(?:^|(?<!\b(?:to|in|on|into|via|see|channel|auf|zu|im)\s)(?<=\s))#(${GRADE_WORD})[\s.]*$`, 'i');
const KEYED = new RegExp(
  String.raw`(?:(?:^\W{0,3}|[([{|]\s?|\s[–—-]\s|[,;.]\s)(?:priority|severity|criticality|priorität|priorité)|(?<![\p{L}\d])prio)\s?[:=]\s?(${GRADE_WORD})(?=\s*(?:[)\]}.;,|]|$|\s[–—-]\s))`,
  'iu',
);
const PRIORITY_RANK = /[([{](?:priority|prio)[-: ]{0,2}([1-4])[)\]}]|(?:^|~"?|[([{])(?:priority|prio|severity)(?:::|\/)([1-4])\b/i;
/** Labels with a scope, as trackers have them: `~priority::high`, `[severity/critical]`. */
const SCOPED = new RegExp(String.raw`(?:^|~"?|[([{])(?:priority|prio|severity)(?:::|\/)(${GRADE_WORD})\b`, 'i');

function keyedIn(text: string): Tier | undefined {
  const words = TAGGED.exec(text)?.[1] ?? KEYED.exec(text)?.[1] ?? SCOPED.exec(text)?.[1];
  if (words !== undefined)
    return first(WHOLE, words.replace(/^(must|should|could|nice)-?(to)?-?(?:have)$/i, '$1 $2 have').replace('  ', ' '));
  const [, inBrackets, inLabel] = PRIORITY_RANK.exec(text) ?? [];
  const rank = inBrackets ?? inLabel;
  return rank === undefined ? undefined : RANKS[Number(rank) - 1];
}

/** `a real incident (Sev 1) is open`: a thing that the sentence goes on about has that severity. */
const isOfThing = (text: string, { 0: words, index }: RegExpExecArray): boolean =>
  /^[([].*[)\]]$/.test(words) &&
  /\p{L}\s$/u.test(text.slice(0, index)) &&
  /^\s(?:is|are|was|were|has|have|or|and|happens?|occurs?|remains?|stays?|goes|gets)\s/i.test(text.slice(index + words.length));

/** A piece of each way to say it: most lines have none of them. `below` and `slow` are no word for a tier. */
const ANY_TIER =
  /P[0-4]|sev|critical|block|m[ai][jn]or|high|medium|\blow|must|should|could|nice|optional|facultatif|optionnel|recommended|required|mandatory|MAY|SHALL|prio|kritisch|hoch|niedrig|mittel|[)\]}][\s.;,*]*$|^.{0,13}[([{]/i;

/** The tier that a line gives itself: `[P1] …`, `Blocker: …`, `… (critical)`, or a key word of RFC 2119 in capitals. */
export function tierOfLine(text: string, scale: Scale = 0): Tier | undefined {
  if (!mayHold(text, ANY_TIER)) return undefined;
  const tag = /^\W{0,3}[[(]?P([0-4])[\])]?(?=[\s:–—-])|[([]P([0-4])[)\]]/.exec(text);
  if (/^\W{0,3}(?:optional|facultatif|optionnel)(?:[)\]]|:|\s[–—-]\s)|\((?:optional|facultatif|optionnel)\)\W*$/i.test(text)) return 'low';
  if (tag) return RANKS[Math.max(0, Number(tag[1] ?? tag[2]) - scale)];
  const sev = /[([]?\bsev(?:erity)?[- ]?([0-5])\b[)\]:]/i.exec(text);
  if (sev && !isOfThing(text, sev)) return RANKS[Math.max(0, Number(sev[1]) - 1)];
  const named =
    /^\W{0,3}[[({]?(critical|blocker|major|minor|(?:high|medium|low)(?: priority)?|must|should|could|required|mandatory|recommended|must[- ]have|should[- ]have|nice[- ]to[- ]have)\s*(?:[\])}]|:|\s[–—·•|-]\s)/i.exec(
      text,
    ) ??
    /[([{]\s?(?:(?:priority|severity|prio)\s*:\s*)?(critical|blocker|blocking|launch blocker|must[- ]have|recommended|high|medium|low|nice[- ]to[- ]have|(?:high|medium|low) priority)\s?[)\]}]/i.exec(
      text,
    );
  if (named && !isCount(text, named)) return tierOfHeading(named[1]!);
  const closed = closedIn(text) ?? keyedIn(text);
  if (closed) return closed;
  const last =
    /\s[–—-]\s+(critical|blocker|blocking|major|minor|mandatory|required|recommended|optional|(?:must|should|nice[- ]to)[- ]have|(?:high|medium|low) priority)\W*$/i.exec(
      text,
    )?.[1];
  if (last !== undefined) return tierOfHeading(last);
  return /[a-z]/.test(text) ? first(RFC, text) : undefined;
}
