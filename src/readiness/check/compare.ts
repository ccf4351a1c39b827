import { AppError } from '../../base/error.ts';
import type { Comparator } from '../checklist/checklist.ts';
import type { Measurement } from '../run/result.ts';
import type { ValueDemand } from './define.ts';
import { readJsonPath } from './json-path.ts';
import { matches } from './pattern.ts';
import { isOnlyVersion, isVersion, namesVersion, orderOfVersions } from './versions.ts';

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

/** What a plain value is held against; `about` are the words beside it, such as its place or its unit. */
type Held = { op: Comparator; demanded: Plain; about?: string };

/**
 * Whether any plain value holds against a demanded one: numbers as numbers (also when written as text), versions part by part,
 * other text and truth only as equal or not. What is missing never holds.
 *
 * `17.9` and `17.10` may be two numbers or two versions. The words beside them tell (`unit: version`, `server_version`); where
 * they do not, and both are written as text, what is demanded must hold in either way.
 */
export function holdsPlain(measured: unknown, op: Comparator, demanded: Plain, about = ''): boolean {
  if (!isPlain(measured)) return false;
  const orders = ordersOf(measured, { op, demanded, about });
  if (orders.length > 0) return orders.every((order) => decide(op, order));
  if (op !== '=' && op !== '!=') return false;
  const equal = measured === null || demanded === null ? measured === demanded : String(measured) === String(demanded);
  return equal === (op === '=');
}

function isPlain(value: unknown): value is Plain {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}

/** The order of two values, in each way in which they may be meant; none where they have no order. */
function ordersOf(measured: Plain, { op, demanded, about = '' }: Held): number[] {
  const [left, right] = [numberOf(measured), numberOf(demanded)];
  const asNumbers = left === undefined || right === undefined ? [] : [left < right ? -1 : left > right ? 1 : 0];
  if (!isVersion(measured) || !isVersion(demanded)) return asNumbers;
  const asVersions = [orderOfVersions(measured, demanded)];
  if (isOnlyVersion(measured) || isOnlyVersion(demanded)) return asVersions;
  if (namesVersion(about)) {
    if (typeof demanded === 'number' && !Number.isInteger(demanded)) throw unquoted(op, demanded);
    return asVersions;
  }
  return typeof measured === 'string' && typeof demanded === 'string' ? [...asNumbers, ...asVersions] : asNumbers;
}

function unquoted(op: Comparator, version: number): AppError {
  return new AppError(
    'invalid',
    'readiness.params_invalid',
    `The version in ${op} ${version} is written as a number, and 17.10 would be 17.1: put it into quotes.`,
  );
}

function numberOf(value: Plain): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : undefined;
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
    const problem = demand.op === 'absent' && isEmpty(document) ? 'may be anywhere, as the document is empty' : problemOf(found, demand);
    const value = found.length === 0 ? 'not there' : found.slice(0, 10).map(shown).join(', ');
    const only = found.length === 1 && typeof found[0] === 'number' ? found[0] : value;
    measurements.push({ name: demand.at, value: only, demanded, ...(demand.unit && { unit: demand.unit }) });
    if (problem) problems.push(`${demand.at} ${problem}, demanded ${demanded}`);
  }
  return { problems, measurements };
}

/** A document without anything in it says nothing of what is not there. */
const isEmpty = (document: unknown): boolean =>
  document === null || document === undefined || document === '' || (typeof document === 'object' && Object.keys(document).length === 0);

function problemOf(found: readonly unknown[], demand: ValueDemand): string | undefined {
  if (demand.op === 'absent') return found.length === 0 ? undefined : 'is there';
  if (found.length === 0) return 'is not there';
  if (demand.op === 'exists') return undefined;
  const bad = found.find((value) => !holdsDemand(value, demand));
  return bad === undefined && found.every((value) => holdsDemand(value, demand)) ? undefined : `is ${shown(bad)}`;
}

function holdsDemand(value: unknown, { at, op, value: demanded, unit = '' }: ValueDemand): boolean {
  if (op === 'exists' || op === 'absent' || demanded === undefined) return false;
  if (op === 'contains')
    return Array.isArray(value) ? value.includes(demanded) : isPlain(value) && String(value).includes(String(demanded));
  if (op === 'matches') return isPlain(value) && matches(String(demanded), String(value));
  return holdsPlain(value, op, demanded, `${at} ${unit}`);
}

const wordsOf = ({ op, value, unit }: ValueDemand): string =>
  `${op}${value === undefined ? '' : ` ${JSON.stringify(value)}`}${unit ? ` ${unit}` : ''}`;

/** A value as it is shown in a sentence: short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
