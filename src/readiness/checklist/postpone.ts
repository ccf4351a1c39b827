import type { PostponedBy, Window } from './checklist.ts';

/** What a release is called, in the trades that the reader knows. */
const RELEASE = String.raw`(?:launch\w*|releas\w*|deploy\w*|go(?:ing)?[- ]?live|cut-?over|(?:switch|change)-?over|roll-?out|migration|opening|upgrade|publication|publish\w*|merge|hand-?over|on-?sale|inbetriebnahme|umstellung|mise en (?:production|service)|bascule|lancement)`;
const UNIT = String.raw`(?:min(?:ute)?s?|hours?|hrs?|h|days?|d|weeks?|months?|cycles?|stunden?|tagen?|wochen?|heures?|jours?|semaines?)`;
const NUMBER = String.raw`(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|ten|twelve|few)`;

/** Under these, `Week 1` and `Day 3` are of the work before the release. */
const BEFORE =
  /\b(?:pre-?(?:launch|deploy\w*|release|flight|production|go-?live|cut-?over|opening)|(?:before|ahead of|prior to|until|up to|vor) (?:the |our |dem |der )?(?:launch|release|deploy\w*|go-?live|cut-?over|roll-?out|opening))\b/i;

/** These say in so many words that the release has been. */
const AFTER = new RegExp(
  [
    String.raw`\bpost-?\s?${RELEASE}\b`,
    String.raw`\b(?:after|following|since|into|nach|après)\s+(?:the |our |this |each |every |dem |der |die |la |le )?(?:[\w-]+ )?${RELEASE}\b`,
    String.raw`\b${UNIT}\s+(?:of|from|in)\s+(?:the |our |live |full )?(?:${RELEASE}|production|operations?)\b`,
    String.raw`\b(?:hypercare|early[- ]life|live operations?)\b`,
  ].join('|'),
  'i',
);
/** An `after` of whatever it be: it takes a line out of what stands before the release, and is no sign that it has been. */
const AFTER_SOMETHING = /\b(?:post-?\w+|after|following|nach|après)\b/i;

/** Work that is done before a release, whatever else a heading says: `Rehearsal of the first hour after launch`. */
const WORK =
  /\b(?:rehears\w*|dry[- ]?runs?|prepar\w*|readiness|drills?|exercises?|simulat\w*|trainings?|set[- ]?up|configured|in place|planned|planning|load tests?|soak(?:ing)?|proben?|generalprobe|vorbereit\w*|répétitions?|préparation)\b/i;
/** What a time may be counted from or belong to instead of the release. Smoke tests are made of what has been released. */
const ELSEWHERE =
  /\b(?:(?<!smoke[- ])tests?|testing|audits?|contracts?|signature|settlement|screening|retention|courses?|sprints?|certification|reviews?|freeze|clos(?:e|ing)|reporting|data)\b/i;

/** A heading that names nothing but the time, and the watch that is kept in it: `First 24 hours`, `T+2h`, `Validation (2-24 h)`. */
const TIMES = new RegExp(
  [
    String.raw`\b(?:first|next|ersten?|premi[èe]re?s?)\s+(?:${NUMBER}(?:\s*(?:[-–—]|to)\s*${NUMBER})?[\s-]*)?(?:banking |business |working |calendar )?${UNIT}\b`,
    String.raw`\b[TD]\s?\+\s?\d+(?:\.\d+)?\s?-?${UNIT}?\b(?:\s*(?:to|until|→|\.\.|–|-)\s*(?:[TD]\s?\+\s?)?\d+(?:\.\d+)?\s?-?${UNIT}?\b)?`,
    String.raw`\bafter\s+${NUMBER}\s*${UNIT}\b|\b${NUMBER}\s*${UNIT}\s+(?:after|later|on)\b`,
    String.raw`\b\d+(?:\.\d+)?\s*${UNIT}?\s*(?:[-–—]|to|bis)\s*\d+(?:\.\d+)?\s*${UNIT}\b`,
  ].join('|'),
  'gi',
);
/** `T+1` is a day of settlement; with its unit it is a time. */
const BARE_T = new RegExp(String.raw`\bT\s?\+\s?\d+(?!\d|\.\d|\s?-?${UNIT}\b|\s*(?:to|until|→|\.\.|–|-)\s*[T\d])`, 'i');
const SPAN_ONLY = /^\W*\d/;
const OF_WATCHING = new RegExp(
  String.raw`\b(?:${NUMBER}|${UNIT}|phase|step|stage|part|section|monitor\w*|watch\w*|observ\w*|verif\w*|valid\w*|checks?|stabili[sz]\w*|immediate\w*|extended|intensive|close(?:ly)?|canary|ramp|live|service|traffic|smoke tests?|the|an?|of|in|on|for|at|during|over|within|through|and|to|with|our|these|this|all|after|following|post|every|each|hourly|daily|weekly|critical|must|pass|short|long|term|initial|early|life|support|follow-?up|health|items?|red|flags?|look|keep|eye|p[0-4]|[ivx]{1,4}|[a-e])\b`,
  'gi',
);

/** Whether the words of a heading are those of a time right after the release, and of nothing else. */
function isOnlyTime(text: string): boolean {
  const without = text.replace(TIMES, ' ');
  if (without === text || BARE_T.test(text)) return false;
  // A mere span is also how long something takes: it needs a word of watching beside it.
  if (SPAN_ONLY.test(text) && !/[a-z]{4}/i.test(without)) return false;
  return !/[\p{L}\p{N}]/u.test(without.replace(OF_WATCHING, ' '));
}

/**
 * On which side of the release a heading says that it stands: `work` is that of a rehearsal, of a test, of another event;
 * `vague` names a time and not of what, and leaves it to the headings around it; `unsure` says one thing and another.
 */
type Side = 'before' | 'after' | 'work' | 'vague' | 'unsure';

function sideOf(text: string): Side | undefined {
  const after = AFTER.test(text);
  if (WORK.test(text)) return after ? 'unsure' : 'work';
  if (BEFORE.test(text)) return AFTER_SOMETHING.test(text) ? 'unsure' : 'before';
  return after ? 'after' : undefined;
}

/** The same of the heading that names the time, which may count it from something else than the release. */
function sideOfTime(text: string): Side | undefined {
  return sideOf(text) ?? (ELSEWHERE.test(text) ? 'work' : isOnlyTime(text) ? undefined : 'vague');
}

type Certainty = 'certain' | 'guess' | 'not';

/** Whether a time is one after the release, by what is said around it, innermost first. */
function certaintyOf(sides: readonly (Side | undefined)[]): Certainty {
  const [nearest, ...farther] = sides.filter((side) => side !== undefined && side !== 'vague');
  if (nearest === undefined) return sides.includes('vague') ? 'guess' : 'certain';
  if (nearest === 'after') return 'certain';
  if (nearest === 'before') return 'not';
  return nearest === 'unsure' || farther.includes('after') ? 'guess' : 'not';
}

/** Whether a window lies behind the release. */
const isAfter = (window: Window | undefined): boolean => window !== undefined && window.fromMs >= 0 && window.toMs > 0;

/** The words around a line, innermost first, without the document's title: what stands above everything tells no line from another. */
type Around = { leads: readonly string[]; headings: readonly string[] };

/**
 * What puts the lines of a place off until after the release: a heading or a lead that names a time and says that it is one
 * after the release, by itself or by the headings around it. Where nothing says of what it is a time, that is a `guess`.
 */
export function postponedAround({ leads, headings }: Around, windowOf: (text: string) => Window | undefined): PostponedBy | undefined {
  const around = [...leads, ...headings];
  const at = around.findIndex((text) => windowOf(text) !== undefined);
  if (at < 0 || !isAfter(windowOf(around[at]!))) return undefined;
  const certainty = certaintyOf(around.map((text, i) => (i === at ? sideOfTime(text) : sideOf(text))));
  if (certainty === 'not') return undefined;
  if (certainty === 'guess') return 'guess';
  return headings.some((text) => isAfter(windowOf(text))) ? 'section' : 'lead';
}

/** What puts a trigger off: the watch after the release, unless it may be of a rehearsal or of what is done before. */
export function watchedAround({ leads, headings }: Around): PostponedBy {
  const nearest = [...leads, ...headings].map(sideOf).find((side) => side !== undefined);
  return nearest === undefined || nearest === 'after' ? 'section' : 'guess';
}
