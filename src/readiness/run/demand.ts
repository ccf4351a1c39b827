import type { Binding } from '../binding/binding.ts';
import { speaksOf } from '../binding/alike.ts';
import { demandsOf, unheldBelow, unheldDemands, type Demand } from '../binding/demand.ts';
import { percentileIn } from '../binding/held-limits.ts';
import type { Criterion, Item } from '../checklist/checklist.ts';
import { inUnit } from '../checklist/scale.ts';
import { holds } from '../check/compare.ts';
import { isPlaceholder } from '../people-roles.ts';
import type { Objection } from './combine.ts';
import type { CheckResult, Measurement } from './result.ts';

type Measured = Measurement & { value: number; unit: string; about: string };

/**
 * What the numbers that a line demands say of it, beside the states of its checks. A demand that something comparable was
 * measured for fails when any of it misses the demand, whatever the check itself asks for and comes to. One that no check holds is
 * a warning, unless whoever confirmed the binding says how its checks hold it; so is one of a line that is derived from lines `below` it
 * of which none makes it.
 */
export function holdDemands(
  line: Item | Criterion,
  binding: Binding,
  { checks, below = [] }: { checks: readonly CheckResult[]; below?: readonly (Item | Criterion)[] },
): Objection | undefined {
  if (binding.disposition.kind === 'derived') {
    const missing = unheldBelow(line, below);
    return missing.length === 0 ? undefined : unheld(missing, binding);
  }
  const measured = checks.flatMap((check) => measuredBy(check));
  const open = new Set(unheldDemands(line, { disposition: deciding(binding, checks) }).map(({ text }) => text));
  const unmeasured: Demand[] = [];
  for (const demand of demandsOf(line)) {
    const values = measured.flatMap((one) => comparable(one, demand));
    const bad = values.find(({ value }) => !holds(value, demand.op, demand.value));
    if (bad) return missed(demand, bad.of);
    if (values.length === 0 && open.has(demand.text)) unmeasured.push(demand);
  }
  return unmeasured.length === 0 ? undefined : unheld(unmeasured, binding);
}

/** Where any of the checks may decide, those that did not pass hold nothing. */
function deciding({ disposition }: Binding, results: readonly CheckResult[]): Binding['disposition'] {
  if (disposition.kind !== 'checked' || disposition.any !== true) return disposition;
  const passed = (at: number) => results[at]?.state === 'pass' || results[at]?.state === 'warn';
  return { ...disposition, checks: disposition.checks.filter((_check, at) => passed(at)) };
}

function missed({ op, value, unit }: Demand, { name, value: found, unit: foundUnit }: Measured): Objection {
  const words = `${name} is ${Math.round(found * 100) / 100} ${foundUnit}, the document demands ${op} ${value} ${unit}.`;
  return { state: 'fail', summary: words };
}

function unheld(demands: readonly Demand[], { confirmed, holdsDemand }: Binding): Objection {
  const numbers = [...new Set(demands.map(({ text }) => `“${text}”`))].join(', ');
  if (holdsDemand === undefined || isPlaceholder(holdsDemand))
    return { state: 'warn', summary: `No check holds what the document demands: ${numbers}.` };
  return { state: 'pass', summary: `${confirmed?.by ?? 'Somebody'} says how ${numbers} is held: ${holdsDemand}` };
}

function measuredBy({ kind, asked, measurements }: CheckResult): Measured[] {
  return measurements.flatMap((one) => {
    const { value, unit, name } = one;
    return typeof value === 'number' && unit !== undefined ? [{ ...one, value, unit, about: `${kind} ${name} ${asked}` }] : [];
  });
}

/**
 * What was measured, in the unit of a demand, where both are surely of the same thing: the units convert, the percentile is the
 * same, and the measurement speaks of all that the demand is about. A number without a comparator, or of a case, is not sure, nor is
 * one that a negation may turn round.
 */
function comparable(of: Measured, demand: Demand): { value: number; of: Measured }[] {
  const { scope, forMs, overMs, relative, unsure, unit, percentile, subject } = demand;
  if (relative || unsure || scope !== undefined || forMs !== undefined || overMs !== undefined || isBare(demand)) return [];
  if (percentileIn(of.name).percentile !== percentile || !speaksOf(of.about, subject)) return [];
  const value = inUnit(of.value, of.unit, unit);
  return value === undefined ? [] : [{ value, of }];
}

/** `(30 days)`: nothing says which way it is meant. */
const isBare = ({ text }: Demand): boolean => /^\W*\d[\d.,]*\s?[\p{L}%°µ/]*\W*$/u.test(text) && !/[<>≤≥=+]/.test(text);
