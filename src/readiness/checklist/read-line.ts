import { applicabilityOf } from './applicability.ts';
import type { Environment, Finding, Line, PostponedBy, Tier } from './checklist.ts';
import { claimsOf } from './claim.ts';
import { withoutAssignments } from './command.ts';
import { environmentOfHeading, environmentOfLine } from './environment.ts';
import { leadOf, plainText, undecorated } from './inline.ts';
import { tierByLegend } from './legend-mark.ts';
import { mentionsOf } from './mention.ts';
import type { Context, Heading } from './outline.ts';
import { lineSense, senseOf, type Sense } from './polarity.ts';
import { postponedAround, watchedAround } from './postpone.ts';
import { remembering } from './remember.ts';
import { repairMojibake } from './repair.ts';
import { rolesOf } from './role.ts';
import { thresholdsOf } from './threshold.ts';
import { tierBelow, tierOfLine, tierOfMark } from './tier.ts';
import { cadenceOf, cadenceOfHeading, isTimeLabel, windowOfHeading, windowOfLine } from './window.ts';
import type { Wording } from './wording.ts';
import { placeOf, type Place } from './words.ts';

/** A line before it is read: its Markdown, its place, and plain bullets or paragraphs that belong to it. */
type LineSource = {
  id: string;
  line: number;
  lines: readonly string[];
  more: readonly string[];
  context: Context;
  under: readonly string[];
  /** Values that a table's columns give. */
  tier?: Tier;
  roles?: readonly string[];
};

/** What the words around many lines say, read once for each place. */
export type Surroundings = {
  sense: Sense;
  tier?: Tier;
  environment?: Environment;
  window?: Line['window'];
  postponedBy?: PostponedBy;
  /** What puts off the triggers of the place. */
  watchedBy?: PostponedBy;
  cadenceMs?: number;
  optional: boolean;
  wording: Wording;
};

/** Readers of headings that remember what they read: the same headings stand around many lines. */
type Readers = {
  wording: Wording;
  tierOf: (text: string) => Tier | undefined;
  environmentOf: (text: string) => Environment | undefined;
  windowOf: (text: string) => Line['window'] | undefined;
};

/** A paragraph that tells nothing but the priority of what follows it. */
const PRIORITY = /^\W*(?:priority|prio|severity|tier|importance|criticality|priorität|priorité)\W+(?:\w[\w -]{0,20})\W*$/i;

/**
 * Reads the words around a line; innermost first, the first that says something decides. `titles` is how many of the
 * outermost headings are the document's title.
 */
function surroundingsOf(place: Place, given: readonly Heading[], titles: number, readers: Readers): Surroundings {
  const { wording, tierOf, environmentOf, windowOf } = readers;
  const { words, lead } = place;
  const heading = words.filter(
    (text) => text !== lead || (text.length <= 60 && (/:\s*$/.test(text) || PRIORITY.test(text) || isTimeLabel(text))),
  );
  const headings = place.headings.slice(0, place.headings.length - titles);
  const leads = heading.slice(0, heading.length - place.headings.length);
  const tier = firstOf(leads, tierOf) ?? tierOfHeadings(given, place.headings, readers) ?? wording.fallback;
  const environment = firstOf(heading, environmentOf);
  const window = firstOf(heading, windowOf);
  const cadenceMs = firstOf(heading, cadenceOfHeading);
  const optional = words.some((text) => /^optional(?:\b|$)/i.test(text));
  const postponedBy = postponedAround({ leads, headings }, windowOf);
  const sense = inTime(senseOf(place), postponedBy);
  return {
    sense,
    ...(!sense.sign && { watchedBy: sense.unsure ? 'guess' : watchedAround({ leads, headings }) }),
    optional,
    wording,
    ...(tier && { tier }),
    ...(environment && { environment }),
    ...(window && { window }),
    ...(postponedBy && { postponedBy }),
    ...(cadenceMs !== undefined && { cadenceMs }),
  };
}

/** The tier of the innermost heading that has one: by what the document says of it, or by its own words. */
function tierOfHeadings(given: readonly Heading[], words: readonly string[], { wording, tierOf }: Readers): Tier | undefined {
  const inwards = given.filter(({ text }) => text !== '').reverse();
  return firstOf(
    words.map((text, at) => ({ text, heading: inwards[at] })),
    ({ text, heading }) =>
      (heading && wording.declared.get(heading)) ?? tierOf(text) ?? (heading && wording.later.has(heading) ? 'low' : undefined),
  );
}

/** A no-go of a step that comes after the release, as in `Canary (0-6 h)`, can only send it back. */
function inTime(sense: Sense, postponedBy: PostponedBy | undefined): Sense {
  return sense.action === 'stop_launch' && postponedBy === 'section' ? { ...sense, action: 'rollback' } : sense;
}

function firstOf<W, T>(words: readonly W[], read: (text: W) => T | undefined): T | undefined {
  for (const text of words) {
    const found = read(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Gives the surroundings of places, each read only once. `title` is the heading that stands above the whole document. */
export function surveyor(wording: Wording, title?: Heading): (context: Context, under: readonly string[]) => Surroundings {
  const tierOf = remembering((text) => tierBelow(text, wording.scale));
  const readers: Readers = { wording, tierOf, environmentOf: remembering(environmentOfHeading), windowOf: remembering(windowOfHeading) };
  const known = new Map<Context, Map<string, Surroundings>>();
  const titles = ({ headings }: Context): number => (title !== undefined && headings[0] === title && title.text !== '' ? 1 : 0);
  return (context, under) => {
    const byGroup = known.get(context) ?? new Map<string, Surroundings>();
    known.set(context, byGroup);
    const key = under.join('\u0000');
    const surroundings = byGroup.get(key) ?? surroundingsOf(placeOf(context, under), context.headings, titles(context), readers);
    byGroup.set(key, surroundings);
    return surroundings;
  };
}

/** Title, detail and whole text of a line: its bold beginning, or its first line where more lines explain it. */
function titleOf(lines: readonly string[], joined: string): { title: string; detail: string; text: string } {
  const markdown = repairMojibake(joined);
  const text = undecorated(plainText(markdown));
  const lead = leadOf(markdown);
  if (lead) {
    const title = undecorated(plainText(lead.bold)).replace(/\s*[:：]$/, '');
    const detail = plainText(lead.rest).replace(/^\s*[:：–—-]+\s*/, '');
    return { title, detail: /^\([^()]*\)$/.test(detail) ? detail.slice(1, -1) : detail, text };
  }
  const first = repairMojibake(lines[0] ?? '');
  const explained = lines.length > 1 && (first.length < 60 || /[.:!?)]\s*$/.test(first));
  if (!explained) return { title: text, detail: '', text };
  const title = undecorated(plainText(first)).replace(/\s*[:：]$/, '');
  const detail = plainText(repairMojibake(lines.slice(1).join(' ')));
  return { title, detail, text: `${title}\n${detail}` };
}

/** What looks like a demand on a number: a sign beside one, a fraction, a dozen. */
const LIKE_DEMAND =
  /[<>≤≥]=?\s*\d[\w.%]*|\d[\d.,]*\s?(?:%|\p{L}{1,3})?\s*[<≤≥]=?\s*\p{L}+|\b(?:at least|at most|more than|less than|fewer than|over|under|below|above) (?:\p{L}+ )?(?:[½⅓⅔¼¾⅕⅛]|thirds?\b|quarters?\b|dozens?\b)/iu;

/** Reads a line. What had to be guessed is added to `guessed`, what could not be read to `notUnderstood`. */
export function readLine(source: LineSource, around: Surroundings, tell: { guessed: Finding[]; notUnderstood: Finding[] }): Line {
  const markdown = source.lines.join(' ');
  const { title, detail, text: own } = titleOf(source.lines, markdown);
  const more = source.more.map((text) => plainText(repairMojibake(text))).filter((text) => text !== '');
  const text = [own, ...more].join('\n');
  const { claims, rest: unclaimed } = claimsOf(text);
  const rest = withoutAssignments(unclaimed, [markdown, ...source.more].join(' '));
  const trigger = around.sense.polarity === 'bad_when_true';
  const readAs = (bad: boolean) => rest.split('\n').map((part) => thresholdsOf(part, bad));
  const demanded = readAs(trigger);
  const asked = demanded.flatMap((part) => part.thresholds);
  const sense = lineSense(around.sense, own, asked);
  // A line that is a trigger by its own words is read as those below a heading of triggers are.
  const read = !trigger && sense.polarity === 'bad_when_true' ? readAs(true) : demanded;
  const thresholds = read === demanded ? asked : read.flatMap((part) => part.thresholds);
  const placed = placedIn({ given: source.tier, markdown, text: own }, around);
  for (const words of read.slice(0, own.split('\n').length).flatMap((part) => part.guessed))
    tell.guessed.push({ line: source.line, kind: 'threshold', text: words });
  const missed =
    thresholds.length === 0 && /[<>≤≥½⅓⅔¼¾⅕⅛]|thirds?\b|quarters?\b|dozens?\b/i.test(rest) ? LIKE_DEMAND.exec(rest)?.[0] : undefined;
  if (missed !== undefined)
    tell.notUnderstood.push({ line: source.line, kind: 'threshold', text: `${missed} looks like a demand, but was not understood.` });
  return {
    id: source.id,
    line: source.line,
    title,
    text,
    section: source.context.section,
    polarity: sense.polarity,
    thresholds,
    claims,
    roles: [...new Set([...rolesOf(text), ...(source.roles ?? [])])],
    mentions: mentionsOf(text),
    ...((detail !== '' || more.length > 0) && { detail: [detail, ...more].filter((part) => part !== '').join('\n') }),
    ...(source.under.length > 0 && { under: source.under }),
    ...placed,
    ...(sense.action && { action: sense.action }),
    ...postponed({ action: sense.action, window: placed.window }, around),
    ...applicable(own, around),
  };
}

/** What a line says of its own place, and else what stands around it. */
function placedIn(
  { given, markdown, text }: { given: Tier | undefined; markdown: string; text: string },
  around: Surroundings,
): Pick<Line, 'tier' | 'environment' | 'window' | 'cadenceMs'> {
  const { scale, legend } = around.wording;
  const own = tierByLegend(legend, markdown) ?? tierOfLine(text, scale) ?? tierOfMark(markdown, scale);
  const tier = own ?? given ?? around.tier;
  const environment = environmentOfLine(text) ?? around.environment;
  const cadenceMs = cadenceOf(text) ?? around.cadenceMs;
  const window = windowOfLine(text) ?? around.window;
  const withCadence = window && cadenceMs !== undefined ? { ...window, cadenceMs } : window;
  return {
    ...(tier && { tier }),
    ...(environment && { environment }),
    ...(withCadence && { window: withCadence }),
    ...(cadenceMs !== undefined && { cadenceMs }),
  };
}

/** What puts a line off: the window or the trigger around it, never its own words. A trigger is surer than a time that is guessed. */
function postponed({ action, window }: Pick<Line, 'action' | 'window'>, around: Surroundings): Pick<Line, 'postponedBy'> {
  const timed = window && window.toMs > 0 ? around.postponedBy : undefined;
  const watched = action !== undefined && action !== 'stop_launch' && action === around.sense.action ? around.watchedBy : undefined;
  const postponedBy = timed === 'guess' ? (watched ?? timed) : (timed ?? watched);
  return postponedBy ? { postponedBy } : {};
}

function applicable(text: string, { optional }: Surroundings): Pick<Line, 'applicability'> {
  const own = applicabilityOf(text);
  if (own) return { applicability: own };
  return optional ? { applicability: { kind: 'optional', text: 'Optional' } } : {};
}
