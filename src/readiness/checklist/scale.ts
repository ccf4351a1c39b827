import { remembering } from './remember.ts';
import { TIME_MS } from './units.ts';

/** Units of one kind, each as a multiple of the smallest. */
const SIZES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['B', 'KB', 'MB', 'GB', 'TB', 'PB'].map((unit, power) => [unit, 1_000 ** power])),
  ...Object.fromEntries(['KIB', 'MIB', 'GIB', 'TIB', 'PIB'].map((unit, power) => [unit, 1_024 ** (power + 1)])),
};
const RATES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(TIME_MS).map(([unit, ms]) => [`1/${unit}`, 86_400_000 / ms]),
);

/** The kind of measurement that a unit is of, and its size. A unit that is of no kind that converts is a kind of its own. */
export const scaleOf: (unit: string) => { readonly kind: string; readonly size: number } = remembering((unit) => {
  if (Object.hasOwn(TIME_MS, unit)) return { kind: 'time', size: TIME_MS[unit]! };
  if (Object.hasOwn(RATES, unit)) return { kind: 'rate', size: RATES[unit]! };
  if (unit === '‰') return { kind: '%', size: 0.1 };
  const size = unit.toUpperCase();
  return Object.hasOwn(SIZES, size) ? { kind: 'size', size: SIZES[size]! } : { kind: unit.toLowerCase(), size: 1 };
});

/** A value in another unit of the same kind: 2 s are 2,000 ms. Undefined where the units measure different things. */
export function inUnit(value: number, unit: string, wanted: string): number | undefined {
  const [from, to] = [scaleOf(unit), scaleOf(wanted)];
  return from.kind === to.kind ? (value * from.size) / to.size : undefined;
}
