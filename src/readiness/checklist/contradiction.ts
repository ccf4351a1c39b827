import type { Checklist, Criterion, Finding, Item, Threshold } from './checklist.ts';
import { orderOfVersions } from '../check/versions.ts';
import { once } from './remember.ts';
import { scaleOf } from './scale.ts';

type Line = Item | Criterion;
/** Where a line stands, and what it says besides its numbers, is asked only where demands are held against each other. */
type Demand = { threshold: Threshold; line: number; place: () => string; words: () => string };

/** More demands on one measurement than this are not held against each other. */
const MOST = 20;

/**
 * Demands that cannot be met: one that nothing can meet, two of one line, or two lines below one heading that ask in the same words
 * for different values of the same measurement, in whatever units. Each line that is in it is told, as `contradiction`. Demands that
 * differ and can both be met, or that may be of different things, are `different_thresholds`. Triggers are not demands, nor is what
 * may be meant either way.
 */
export function contradictionFindings({ items, criteria }: Pick<Checklist, 'items' | 'criteria'>): Finding[] {
  const lines = [...items, ...criteria].filter(({ polarity, action }) => polarity === 'good_when_true' && action !== 'continue');
  const within = lines.flatMap((line) => findingWithin(line));
  const told = new Set(within.map(({ line }) => line));
  const between = [...groupsOf(lines).values()].flatMap((demands) => findingsBetween(demands));
  return [...within, ...between.filter(({ line, kind }) => kind !== 'contradiction' || !told.has(line))].sort((a, b) => a.line - b.line);
}

/** Shares of a whole: there is no more of it than all. */
const SHARE =
  /\b(?:uptime|availab\w+|coverage|accuracy|completeness|(?:success|hit|pass|failure|error|loss|delivery|completion)(?:[ -](?:rate|ratio))?)\b/i;
/** Words that may make two numbers of one line hold at different times: `below 1 % (alert above 5 %)`, `or`. */
const EITHER =
  /\b(?:or|if|when|unless|otherwise|else|alert\w*|alarm\w*|warn\w*|page\w*|escalat\w*|trigger\w*|scal(?:e|es|ing)|from|was|were|before|after|then|during|outside|per|each|oder|ou|wenn|si)\b|[/→]/i;
/** `= 0`, `exactly 5`: other numbers that are to be so may be of different cases. */
const EXACTLY = /=|\b(?:exactly|equals?|equal to|genau)\b|\bégale? à/i;

function findingWithin({ line, text, thresholds }: Line): Finding[] {
  const alone = thresholds.find((one) => isImpossible(one, text));
  if (alone) return [contradiction(line, `“${alone.text}” cannot be met by anything.`)];
  for (const [a, b] of pairsOf(thresholds)) {
    if (areCompatible(a, b)) continue;
    // The ends of a range were read as one; other numbers may be of different cases.
    if (a.text === b.text && a.op.startsWith('>')) return [contradiction(line, `“${a.text}” is an empty range: it begins behind its end.`)];
    if (a.text === b.text || [a, b].some((one) => one.op === '=' && !EXACTLY.test(one.text))) continue;
    const words = `“${a.text}” and “${b.text}” in one line`;
    return EITHER.test(text)
      ? [{ line, kind: 'different_thresholds', text: `${words}: it is not said which holds when.` }]
      : [contradiction(line, `${words}; both cannot be met.`)];
  }
  return [];
}

/** Thresholds of one line on the same measurement, two at a time. */
function pairsOf(thresholds: readonly Threshold[]): [Threshold, Threshold][] {
  if (thresholds.length < 2) return [];
  const groups = new Map<string, Threshold[]>();
  const pairs: [Threshold, Threshold][] = [];
  for (const one of thresholds) {
    if (one.op === '!=' || one.unsure) continue;
    const key = measurementOf(one);
    const before = groups.get(key) ?? [];
    groups.set(key, before);
    for (const other of before) if (isOfOne(other, one)) pairs.push([other, one]);
    if (before.length < MOST) before.push(one);
  }
  return pairs;
}

/** Whether two thresholds of one line without a metric are of one thing: they count the same, or are ends of a range. */
const isOfOne = (a: Threshold, b: Threshold): boolean =>
  metricOf(a) !== '' ||
  a.text === b.text ||
  (scaleOf(a.unit).kind === a.unit.toLowerCase() && /\p{L}{3}/u.test(a.unit) && a.unit !== 'count');

const contradiction = (line: number, text: string): Finding => ({ line, kind: 'contradiction', text });

function isImpossible({ op, value, unit, relative, metric, unsure }: Threshold, text: string): boolean {
  if (relative || unsure || op === '!=') return false;
  const { kind } = scaleOf(unit);
  const share = unit === '%' && SHARE.test(metric === '' ? text : metric);
  if (share && (op === '>' ? value >= 100 : !op.startsWith('<') && value > 100)) return true;
  const none = (op === '<' && value <= 0) || (op === '<=' && value < 0);
  return none && (share || ['time', 'size', 'rate', 'count'].includes(kind));
}

/** What is measured, by its words; nothing of it is zero in any unit. */
function measurementOf(threshold: Threshold): string {
  return `${metricOf(threshold)}${PART}${threshold.scope ?? ''}${PART}${threshold.relative ?? ''}`;
}

/** What parts the words of a key: no plain text holds it. */
const PART = '\u0000';

/** What is measured; empty where it is only told what is counted. */
function metricOf({ metric, unit }: Threshold): string {
  const words = metric.toLowerCase();
  return words.length > 1 && words !== unit.toLowerCase() ? words : '';
}

/** Demands by what is measured, in which environment and below which line. */
function groupsOf(lines: readonly Line[]): Map<string, Demand[]> {
  const groups = new Map<string, Demand[]>();
  for (const line of lines) {
    const { environment, section, under, parent, thresholds, text } = line;
    if (thresholds.length === 0) continue;
    const place = once(() => [...section, PART, ...(under ?? [])].join(PART));
    const words = once(() => wordsBeside(text, thresholds));
    const around = [environment, parent, ...(under ?? [])].join(PART);
    for (const threshold of thresholds) {
      if (threshold.op === '!=' || threshold.unsure) continue;
      const named = metricOf(threshold) !== '';
      const key = [measurementOf(threshold), around, threshold.op === '=' || !named ? place() : '', named ? '' : words()].join(PART + PART);
      const group = groups.get(key);
      const demand = { threshold, line: line.line, place, words };
      if (!group) groups.set(key, [demand]);
      else if (group.length < MOST) group.push(demand);
    }
  }
  return groups;
}

/** What a line says besides its numbers. Where two lines say other things, they may be of other things. */
function wordsBeside(text: string, thresholds: readonly Threshold[]): string {
  let rest = text.toLowerCase();
  for (const one of thresholds.slice(0, MOST)) rest = rest.replace(one.text.toLowerCase(), ' ');
  return rest.replace(MARKS, ' ').replace(NO_LETTERS, ' ').trim();
}

/** What parts words, unless it is one blank already. */
const NO_LETTERS = /[^\p{L} ][^\p{L}]*| [^\p{L}]+/gu;

/** Percentiles, units and verbs that say nothing of what is measured. */
const MARKS = /\bp\d+(?:\.\d+)?\b|\b(?:the|a|an|is|are|be|must|should|shall|stays?|remains?|and|at|of|in|takes?)\b/gi;

function findingsBetween(demands: readonly Demand[]): Finding[] {
  const impossible = demands.flatMap((demand) => {
    const { threshold, line } = demand;
    const other = demands.find((one) => one.line !== line && !areCompatible(threshold, one.threshold) && isSame(one, demand));
    return other ? [contradiction(line, `${named(threshold)}${quoted(threshold, 'here', other)}; both cannot be met.`)] : [];
  });
  if (impossible.length > 0) return impossible;
  const first = demands[0]!;
  const other = demands.find(({ threshold, line }) => line !== first.line && differs(threshold, first.threshold));
  if (!other) return [];
  const compatible = areCompatible(first.threshold, other.threshold);
  const which = compatible ? 'the stricter one covers the other' : 'it is not said which holds where';
  return [
    {
      line: other.line,
      kind: 'different_thresholds',
      text: `${named(first.threshold)}${quoted(other.threshold, 'here', first)}; ${which}.`,
    },
  ];
}

const isSame = (a: Demand, b: Demand): boolean => a.place() === b.place() && a.words() === b.words();
const differs = (a: Threshold, b: Threshold): boolean =>
  (a.unit === b.unit && a.percentile === b.percentile && orderOf(a, b) !== 0) || !areCompatible(a, b);

const named = ({ metric }: Threshold): string => (metric === '' ? '' : `${metric}: `);
const quoted = ({ text }: Threshold, where: string, other: Demand): string =>
  `“${text}” ${where}, “${other.threshold.text}” in line ${other.line}`;

const sizeOf = ({ value, unit }: Threshold): number => value * scaleOf(unit).size;

const isVersion = ({ unit }: Threshold): boolean => unit === 'version';
/** As it is written, at the end of its words: `20.10` is another version than `20.1`, and the number is the same. */
const versionOf = ({ text, value }: Threshold): string => /\d+(?:\.\d+)*(?=\+?$)/.exec(text)?.[0] ?? String(value);
/** The order of two values in the same unit. */
const orderOf = (a: Threshold, b: Threshold): number =>
  isVersion(a) && isVersion(b) ? orderOfVersions(versionOf(a), versionOf(b)) : a.value - b.value;

/** What is lost where values are converted. */
const SLACK = 1e-9;

const isUpper = ({ op }: Threshold): boolean => op === '<' || op === '<=';
const isLower = ({ op }: Threshold): boolean => op === '>' || op === '>=';
const isStrict = ({ op }: Threshold): boolean => op === '<' || op === '>';

/** Whether one value can meet both, as far as both are of the same measurement: of other kinds or parts, they can. */
function areCompatible(a: Threshold, b: Threshold): boolean {
  // Two limits on one side can always be met. Most pairs of a long list are such.
  if ((isUpper(a) && isUpper(b)) || (isLower(a) && isLower(b)) || !isComparable(a, b)) return true;
  if (isVersion(a) && isVersion(b)) return areVersionsCompatible(a, b);
  const [one, other] = [boundsOf(a), boundsOf(b)];
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  const slack = SLACK * Math.max(Math.abs(from), Math.abs(to));
  const strict = isStrict(a) || isStrict(b);
  return strict ? from < to - slack : from <= to + slack;
}

/** Whether a version meets both, of which one is a lower limit and the other an upper one, or one or both are exact. */
function areVersionsCompatible(a: Threshold, b: Threshold): boolean {
  const order = orderOf(a, b);
  if (a.op === '=' && b.op === '=') return order === 0;
  const gap = isLower(a) || isUpper(b) ? order : -order;
  return isStrict(a) || isStrict(b) ? gap < 0 : gap <= 0;
}

/** In units that convert, and of parts of which one bounds the other: what most stay under, fewer stay under, too. */
function isComparable(a: Threshold, b: Threshold): boolean {
  const nothing = (a.value === 0 && a.unit === 'count') || (b.value === 0 && b.unit === 'count');
  if (!nothing && scaleOf(a.unit).kind !== scaleOf(b.unit).kind) return false;
  if (a.percentile === b.percentile) return true;
  if (typeof a.percentile !== 'number' || typeof b.percentile !== 'number') return false;
  const [higher, lower] = a.percentile > b.percentile ? [a, b] : [b, a];
  return !higher.op.startsWith('>') && !lower.op.startsWith('<');
}

function boundsOf(threshold: Threshold): { from: number; to: number } {
  const size = sizeOf(threshold);
  if (threshold.op === '=') return { from: size, to: size };
  return threshold.op.startsWith('<') ? { from: -Infinity, to: size } : { from: size, to: Infinity };
}
