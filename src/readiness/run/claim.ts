import type { Claim, Criterion, Item } from '../checklist/checklist.ts';
import type { LineResult, Measurement, ResultState } from './result.ts';

/** Units of one kind, as multiples of the smallest. */
const SCALES: readonly Readonly<Record<string, number>>[] = [
  { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
  { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
];

/**
 * What the document asserts of a line beside what was found: the first assertion that is not so, else the first. A tick
 * asserts that the line holds; on a line that tells of something bad, that it has happened. A number that nothing measured
 * is not confirmed, and so does not agree.
 */
export function holdClaims(
  line: Item | Criterion,
  { state, checks }: { state: ResultState; checks: LineResult['checks'] },
): LineResult['claim'] {
  const measured = checks.flatMap(({ measurements }) => measurements);
  const claims = line.claims.map((claim) => holdClaim(claim, state, measured));
  if ('checked' in line && line.checked) claims.push(holdTick(line, state));
  return claims.find(({ agrees }) => !agrees) ?? claims[0];
}

type Held = NonNullable<LineResult['claim']>;

function holdTick({ polarity }: Item, state: ResultState): Held {
  const agrees = polarity === 'bad_when_true' ? state === 'fail' : state === 'pass' || state === 'not_applicable';
  return { text: 'ticked', agrees, found: state };
}

function holdClaim(claim: Claim, state: ResultState, measured: readonly Measurement[]): Held {
  // Words such as "done" assert the same as a tick.
  if (claim.value === undefined) return { ...claim, agrees: state === 'pass', found: state };
  const comparable = measured.flatMap((measurement) => {
    const value = inUnit(measurement, claim.unit ?? '');
    return value === undefined ? [] : [{ measurement, value }];
  });
  const match = comparable.find(({ value }) => isRounded(value, claim.value!)) ?? comparable[0];
  if (!match) return { ...claim, agrees: false };
  const { measurement, value } = match;
  return { ...claim, agrees: isRounded(value, claim.value), found: `${measurement.name} ${measurement.value}${measurement.unit ?? ''}` };
}

function inUnit({ value, unit = '' }: Measurement, wanted: string): number | undefined {
  if (typeof value !== 'number') return undefined;
  if (unit === wanted) return value;
  const scale = SCALES.find((units) => Object.hasOwn(units, unit) && Object.hasOwn(units, wanted));
  return scale && (value * scale[unit]!) / scale[wanted]!;
}

/** Whether a measured value, rounded as the claim is written, is the claimed one. */
function isRounded(value: number, claimed: number): boolean {
  const decimals = (/\.(\d+)$/.exec(String(claimed))?.[1] ?? '').length;
  return Math.abs(value - claimed) <= 0.5 * 10 ** -decimals + Number.EPSILON * Math.abs(claimed);
}
