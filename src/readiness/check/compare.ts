import { AppError } from '../../base/error.ts';
import type { Comparator } from '../checklist/checklist.ts';
import type { Measurement } from '../run/result.ts';
import type { ValueDemand } from './define.ts';
import { readJsonPath } from './json-path.ts';
import { matches } from './pattern.ts';

type Plain = string | number | boolean | null;

/** Whether a measured number holds against the demanded one. What is not a number never holds, `!=` included. */
export function holds(measured: number, op: Comparator, demanded: number): boolean {
  if (!Number.isFinite(demanded) || Number.isNaN(measured)) return false;
  return decide(op, measured < demanded ? -1 : measured > demanded ? 1 : 0);
}

function decide(op: Comparator, order: number): boolean {
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const VERSION = /^v?\d+(\.\d+){1,3}(?=$|[-+ (])/;

/**
 * Whether any plain value holds against a demanded one: numbers as numbers (also when written as text), dotted versions
 * part by part when either has two dots, other text and truth only as equal or not. What is missing never holds.
 */
export function holdsPlain(measured: unknown, op: Comparator, demanded: Plain): boolean {
  if (!isPlain(measured)) return false;
  const order = orderOf(measured, demanded);
  if (order !== undefined) return decide(op, order);
  if (op !== '=' && op !== '!=') return false;
  const equal = measured === null || demanded === null ? measured === demanded : String(measured) === String(demanded);
  return equal === (op === '=');
}

function isPlain(value: unknown): value is Plain {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}

function orderOf(measured: Plain, demanded: Plain): number | undefined {
  if (isVersion(measured) && isVersion(demanded) && (dots(measured) > 1 || dots(demanded) > 1)) return orderOfVersions(measured, demanded);
  const [left, right] = [numberOf(measured), numberOf(demanded)];
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

function numberOf(value: Plain): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : undefined;
}

const isVersion = (value: Plain): value is string | number =>
  (typeof value === 'string' && (VERSION.test(value) || /^v?\d+$/.test(value))) || (typeof value === 'number' && Number.isInteger(value));
const dots = (value: string | number): number =>
  String(value)
    .split(/[-+ (]/)[0]!
    .split('.').length - 1;

/** The order of two dotted versions; missing parts count as 0, a suffix such as `-beta` is not looked at. */
export function orderOfVersions(left: string | number, right: string | number): number {
  const [a, b] = [left, right].map((value) => /\d+(\.\d+)*/.exec(String(value))![0].split('.').map(Number)) as [number[], number[]];
  for (let part = 0; part < Math.max(a.length, b.length); part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The numbers that are demanded of a document, each held against it: what is wrong, and what was measured. */
export function demandsOn(document: unknown, demands: readonly ValueDemand[]): { problems: string[]; measurements: Measurement[] } {
  const problems: string[] = [];
  const measurements: Measurement[] = [];
  for (const demand of demands) {
    const { op, value: limit } = demand;
    if ((op === 'exists' || op === 'absent') !== (limit === undefined))
      throw new AppError(
        'invalid',
        'readiness.params_invalid',
        `The demand on ${demand.at} ${limit === undefined ? 'names no value' : `takes no value: ${op}`}.`,
      );
    const found = readJsonPath(document, demand.at);
    const demanded = wordsOf(demand);
    const problem = problemOf(found, demand);
    const value = found.length === 0 ? 'not there' : found.slice(0, 10).map(shown).join(', ');
    const only = found.length === 1 && typeof found[0] === 'number' ? found[0] : value;
    measurements.push({ name: demand.at, value: only, demanded, ...(demand.unit && { unit: demand.unit }) });
    if (problem) problems.push(`${demand.at} ${problem}, demanded ${demanded}`);
  }
  return { problems, measurements };
}

function problemOf(found: readonly unknown[], demand: ValueDemand): string | undefined {
  if (demand.op === 'absent') return found.length === 0 ? undefined : 'is there';
  if (found.length === 0) return 'is not there';
  if (demand.op === 'exists') return undefined;
  const bad = found.find((value) => !holdsDemand(value, demand));
  return bad === undefined && found.every((value) => holdsDemand(value, demand)) ? undefined : `is ${shown(bad)}`;
}

function holdsDemand(value: unknown, { op, value: demanded }: ValueDemand): boolean {
  if (op === 'exists' || op === 'absent' || demanded === undefined) return false;
  if (op === 'contains')
    return Array.isArray(value) ? value.includes(demanded) : isPlain(value) && String(value).includes(String(demanded));
  if (op === 'matches') return isPlain(value) && matches(String(demanded), String(value));
  return holdsPlain(value, op, demanded);
}

const wordsOf = ({ op, value, unit }: ValueDemand): string =>
  `${op}${value === undefined ? '' : ` ${JSON.stringify(value)}`}${unit ? ` ${unit}` : ''}`;

/** A value as it is shown in a sentence: short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
