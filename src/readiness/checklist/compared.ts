import type { Threshold } from './checklist.ts';

/**
 * What the watch compares with earlier hours, in percent: a change or a share in percent, and how many times as much as it was. It knows
 * nothing of `up by 50 ms`, nor of `twice as fast`.
 */
export function comparedBy({ relative, unsure, unit, value }: Threshold): Compared | undefined {
  if (!relative || unsure) return undefined;
  if (unit === '%') return { direction: relative, percent: value };
  if (unit === 'x' && relative !== 'decrease') return { direction: 'share', percent: value * 100 };
  return undefined;
}

type Compared = { direction: NonNullable<Threshold['relative']>; percent: number };
