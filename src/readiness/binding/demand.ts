import type { Comparator, Criterion, Item, Threshold } from '../checklist/checklist.ts';
import { comparedBy } from '../checklist/compared.ts';
import { isLasting } from '../checklist/lasting.ts';
import { inUnit, scaleOf } from '../checklist/scale.ts';
import { isWatched } from '../checklist/watched.ts';
import { alike } from './alike.ts';
import type { Binding, BoundCheck } from './binding.ts';
import { limitsOf, type HeldLimit } from './held-limits.ts';
import { orderOfVersions } from '../check/versions.ts';

/** A number that must hold for a line to be good. `about` is all that the line says, `subject` what the number is of. */
export type Demand = Threshold & { about: string; subject: string };

const TURNED: Readonly<Record<Comparator, Comparator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '=': '!=', '!=': '=' };

/**
 * The numbers that a line demands, each with what it is about. A trigger states what must not be, so its opposite is demanded.
 * Comparisons with earlier measurements are the watch's where it sees the line and can make them; how long something lasts is, too, and steps of a
 * roll-out are none.
 */
export function demandsOf(line: Item | Criterion): Demand[] {
  const { thresholds, polarity, title, text } = line;
  return thresholds.flatMap((threshold) => {
    const op = polarity === 'bad_when_true' ? TURNED[threshold.op] : threshold.op;
    if ((comparedBy(threshold) && isWatched(line)) || isLasting(threshold, line) || /^step \d/.test(threshold.scope ?? '')) return [];
    const { metric, unit } = threshold;
    return [{ ...threshold, op, about: text, subject: `${metric || title} ${unit}` }];
  });
}

/** The demands of a line that none of the checks of its binding holds as strictly, as far as their parameters tell. */
export function unheldDemands(line: Item | Criterion, { disposition }: Pick<Binding, 'disposition'>): Demand[] {
  if (disposition.kind !== 'checked') return [];
  const limits = disposition.checks.flatMap((check: BoundCheck) => limitsOf(check));
  return demandsOf(line).filter((demand) => !limits.some((limit) => covers(limit, demand)));
}

/**
 * The demands of a line that is derived which no line `below` it makes as well: what those come to says nothing of another number. One
 * that makes it is held to it itself, by its checks or by whoever signs.
 */
export function unheldBelow(line: Item | Criterion, below: readonly (Item | Criterion)[]): Demand[] {
  const made = below.flatMap((one) => demandsOf(one));
  return demandsOf(line).filter((demand) => !made.some((one) => isSame(one, demand)));
}

/** Whether two lines demand the same number: 80 GB is not 80 %, and a 95th percentile says nothing of the 99th. */
function isSame(one: Demand, wanted: Demand): boolean {
  if (one.op !== wanted.op || !isOfPart(one, wanted)) return false;
  const value = one.unit === wanted.unit ? one.value : inUnit(one.value, one.unit, wanted.unit);
  return value !== undefined && Math.abs(value - wanted.value) <= SLACK * Math.abs(wanted.value);
}

/** All lines below a line, of whatever depth. */
export function linesBelow(id: string, lines: readonly (Item | Criterion)[]): (Item | Criterion)[] {
  const found = new Set([id]);
  // Lines stand behind those that they are below.
  return lines.filter((line) => line.parent !== undefined && found.has(line.parent) && found.add(line.id));
}

function covers(limit: HeldLimit, demand: Demand): boolean {
  // What is compared with earlier measurements no check holds by a number of its own; of what may be meant either way nobody knows.
  if (demand.relative || demand.unsure || !isOfPart(limit, demand) || !isOverTime(limit, demand) || alike(limit.about, demand.about) === 0)
    return false;
  if (demand.unit === 'version') return coversVersion(limit, demand);
  return valuesIn(limit, demand.unit).some((value) => {
    if (Math.abs(value - demand.value) <= SLACK * Math.abs(demand.value)) return sameSide(limit.op, demand.op) && isOfThing(limit, demand);
    return isInUnit(limit, demand) && isStricter({ op: limit.op, value }, demand) && alike(limit.about, demand.subject) > 0;
  });
}

/** A version is compared part by part, as the line writes it: of 20.10 the demand's value is 20.1. */
function coversVersion({ op, value, text = String(value) }: HeldLimit, demand: Demand): boolean {
  const written = [...demand.about.matchAll(/\d+(?:\.\d+)*/g)].map(([version]) => version);
  const wanted = written.find((version) => Number.parseFloat(version) === demand.value) ?? String(demand.value);
  const order = orderOfVersions(text, wanted);
  return (
    sameSide(op, demand.op) &&
    (order === 0 ? !(op === '>=' && demand.op === '>') : isLower(demand.op) ? order > 0 : isUpper(demand.op) && order < 0)
  );
}

/** What is lost where values are converted. */
const SLACK = 1e-9;

/** Whether the unit of a limit is known, and not only taken for that of the demand. */
function isInUnit({ unit }: HeldLimit, demand: Demand): boolean {
  return unit !== undefined || !['time', 'size', 'rate', '%'].includes(scaleOf(demand.unit).kind);
}

/** Shares of code that tests reach, or of faults that they find, are shares of nothing else. */
function isOfThing({ about }: HeldLimit, demand: Demand): boolean {
  return !/^(?:coverage|mutation)\b/.test(about) || /cover|mutation|score/i.test(demand.about);
}

/** What is demanded for a day or over a week is not held by a look at now. */
function isOverTime({ overMs = 0 }: HeldLimit, { forMs = 0, overMs: wanted = 0 }: Demand): boolean {
  return overMs >= Math.max(forMs, wanted);
}

/** A limit on the 99th percentile holds the 95th, too; one that names no percentile may be on anything. */
function isOfPart({ percentile }: Pick<HeldLimit, 'percentile'>, demand: Demand): boolean {
  if (demand.percentile === undefined) return true;
  if (percentile === undefined || percentile === 'mean' || demand.percentile === 'mean') return percentile === demand.percentile;
  return demand.op.startsWith('>') ? percentile <= demand.percentile : percentile >= demand.percentile;
}

/** The limit in the unit of a demand, of which a megabyte may have 1,000 or 1,024 kilobytes. Where it names no unit it may be in that one, in base units as metrics are, or a share of one. */
function valuesIn({ value, unit }: HeldLimit, wanted: string): number[] {
  const meant = scaleOf(wanted).kind === 'size' ? [wanted, wanted.replace(/^([kmgtp])b$/i, '$1iB')] : [wanted];
  const from = (known: string): number[] => meant.flatMap((to) => inUnit(value, known, to) ?? []);
  if (unit !== undefined) return unit === 'ratio' && wanted === '%' ? [value * 100] : from(unit);
  const base = { time: 's', size: 'B', rate: '1/s' }[scaleOf(wanted).kind];
  return [value, ...(wanted === '%' ? [value * 100] : []), ...(base === undefined ? [] : from(base))];
}

const isUpper = (op: Comparator): boolean => op === '<' || op === '<=';
const isLower = (op: Comparator): boolean => op === '>' || op === '>=';

function sameSide(held: Comparator, demanded: Comparator): boolean {
  if (demanded === '=') return held !== '!=';
  if (demanded === '!=') return held === '!=' || held === '>';
  return held === '=' || (isUpper(held) && isUpper(demanded)) || (isLower(held) && isLower(demanded));
}

function isStricter(held: { op: Comparator; value: number }, demand: Demand): boolean {
  if (isUpper(demand.op)) return isUpper(held.op) && held.value < demand.value;
  return isLower(demand.op) && isLower(held.op) && held.value > demand.value;
}
