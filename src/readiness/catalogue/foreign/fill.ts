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

/** Parameters that a person gives: by their own name (`at`), by their place (`demands.0.at`), or with the check that they are of (`1.demands.0.at`). */
export type Given = Readonly<Record<string, string>>;

/**
 * The same with what a person gives: parameters, of which a text that is a number is given as one, and the `role` that signs. `used` are the
 * names that were needed. A name that means parameters which ask for different things gives none of them.
 */
export function filled(disposition: Disposition, given: Given): { disposition: Disposition; used: ReadonlySet<string> } {
  const missing = missingIn(disposition);
  const answers = new Map(missing.flatMap((one) => answerTo(one, missing, given)));
  const used = new Set([...answers.values()].map(({ name }) => name));
  const told = 'role' in disposition && given['role'] !== undefined ? { role: given['role'] } : {};
  if ('role' in told) used.add('role');
  const checks = checksOf(disposition).map((check, i) => ({
    ...check,
    params: fillBelow(check.params, `${check.kind} ${i + 1}`, answers) as BoundCheck['params'],
  }));
  return { disposition: { ...disposition, ...told, ...(checks.length > 0 && { checks }) } as Disposition, used };
}

/** By which name a parameter is asked for: its own, where no other that is missing has it and asks for something else. */
export function nameFor({ name, at, what }: Missing, missing: readonly Missing[]): string {
  const isAlone = missing.every((other) => other.name !== name || other.what === what);
  return isAlone ? name : at.slice(at.indexOf(' ') + 1);
}

type Answer = { name: string; value: string };

/** The most exact of the names that were given for a parameter. */
function answerTo({ name, at, what }: Missing, all: readonly Missing[], given: Given): [string, Answer][] {
  const place = at.slice(at.indexOf('.') + 1);
  const numbered = at.slice(at.indexOf(' ') + 1);
  const isPlain = all.every((other) => other.name !== name || other.what === what);
  const isPlace = all.every((other) => other.at === at || !other.at.endsWith(`.${place}`) || other.what === what);
  const names = [at, numbered, ...(isPlace ? [place] : []), ...(isPlain ? [name] : [])];
  const found = names.find((one) => Object.hasOwn(given, one));
  return found === undefined ? [] : [[at, { name: found, value: given[found]! }]];
}

function fillBelow(value: unknown, at: string, answers: ReadonlyMap<string, Answer>): unknown {
  if (typeof value === 'string') {
    const told = value.startsWith(BEGIN) ? answers.get(at)?.value : undefined;
    return told === undefined ? value : /^-?\d+(\.\d+)?$/.test(told) ? Number(told) : told;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner, i) => fillBelow(inner, `${at}.${i}`, answers));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillBelow(inner, `${at}.${key}`, answers)]));
}

function checksOf(disposition: Disposition): readonly BoundCheck[] {
  return 'checks' in disposition ? (disposition.checks ?? []) : [];
}
