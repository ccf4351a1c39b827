import type { Claim, Criterion, Item } from '../checklist/checklist.ts';
import { inUnit } from '../checklist/scale.ts';
import type { LineResult, Measurement, ResultState } from './result.ts';

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
    const value = valueIn(measurement, claim.unit ?? '');
    return value === undefined ? [] : [{ measurement, value }];
  });
  const match = comparable.find(({ value }) => isRounded(value, claim.value!)) ?? comparable[0];
  if (!match) return { ...claim, agrees: false };
  const { measurement, value } = match;
  return { ...claim, agrees: isRounded(value, claim.value), found: `${measurement.name} ${measurement.value}${measurement.unit ?? ''}` };
}

function valueIn({ value, unit = '' }: Measurement, wanted: string): number | undefined {
  return typeof value === 'number' ? inUnit(value, unit, wanted) : undefined;
}

/** Whether a measured value, rounded as the claim is written, is the claimed one. */
function isRounded(value: number, claimed: number): boolean {
  const decimals = (/\.(\d+)$/.exec(String(claimed))?.[1] ?? '').length;
  return Math.abs(value - claimed) <= 0.5 * 10 ** -decimals + Number.EPSILON * Math.abs(claimed);
}
