import type { BoundCheck, Disposition } from '../../binding/binding.ts';

const BEGIN = '<to be filled in: ';

/** A parameter that nothing tells, which a person has to give. It stands in the place of the value, and no check takes it for one. */
export function toFill(what: string): string {
  return `${BEGIN}${what}>`;
}

/** One parameter that a person has to give: its name, where it stands, and what it is. */
export type Missing = { name: string; at: string; what: string };

/** Everything that a proposal leaves to a person, in the order of its checks. */
export function missingIn(disposition: Disposition): Missing[] {
  return checksOf(disposition).flatMap(({ kind, params }, at) => missingBelow(params, `${kind} ${at + 1}`, ''));
}

function missingBelow(value: unknown, at: string, name: string): Missing[] {
  if (typeof value === 'string') return value.startsWith(BEGIN) ? [{ name, at, what: value.slice(BEGIN.length, -1) }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => missingBelow(inner, `${at}.${key}`, Array.isArray(value) ? name : key));
}

/** The same with the parameters that a person gives, by name; a text that is a number is given as one. */
export function filled(disposition: Disposition, given: Readonly<Record<string, string>>): Disposition {
  const checks = checksOf(disposition).map((check) => ({ ...check, params: fillBelow(check.params, given, '') as BoundCheck['params'] }));
  return checks.length === 0 ? disposition : ({ ...disposition, checks } as Disposition);
}

function fillBelow(value: unknown, given: Readonly<Record<string, string>>, name: string): unknown {
  if (typeof value === 'string') {
    const told = value.startsWith(BEGIN) && Object.hasOwn(given, name) ? given[name]! : undefined;
    return told === undefined ? value : /^-?\d+(\.\d+)?$/.test(told) ? Number(told) : told;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => fillBelow(inner, given, name));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillBelow(inner, given, key)]));
}

function checksOf(disposition: Disposition): readonly BoundCheck[] {
  return 'checks' in disposition ? (disposition.checks ?? []) : [];
}
