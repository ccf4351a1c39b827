import highs from 'highs';
import { describe, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../base/random.ts';
import { planRound } from '../obligation/plan.ts';
import { checkCertificate } from './certificate.ts';
import { setOff, type SetOffInput } from './set-off.ts';
import { statementOf } from './statement.ts';

const GRAPHS = 240;

/** The package's types describe its CommonJS form; as an ES module its default is the function itself. */
const loadHighs = highs as unknown as typeof highs.default;

/** Sparse and dense, small and middling, with and without weights and liquidity. */
function randomInput(random: Random): SetOffInput {
  const participants = random.int(2, 40);
  const name = () => `p${random.int(1, participants)}`;
  const weights = random.chance(0.5) ? 1 : random.int(2, 9);
  const pairs = Array.from({ length: random.int(1, participants * 4) }, () => ({ debtor: name(), creditor: name() }));
  // One that is certain, so that no programme is empty.
  pairs.push({ debtor: 'p1', creditor: 'p2' });
  return {
    asset: 'EUR/2',
    obligations: pairs
      .filter(({ debtor, creditor }) => debtor !== creditor)
      .map((pair, i) => ({ ...pair, id: `o${i}`, units: BigInt(random.int(1, 5_000)), weight: random.int(1, weights) })),
    ...(random.chance(0.4) && {
      liquidity: Array.from({ length: participants }, (_, i) => ({ participantId: `p${i + 1}`, units: BigInt(random.int(0, 3_000)) })),
    }),
  };
}

/** The set-off as a linear programme in CPLEX's format: `max Σ worth·f − Σ drawn`, what goes in comes out. */
function programmeOf({ obligations, liquidity }: SetOffInput): string {
  const terms = new Map<string, string[]>();
  const add = (participant: string, term: string) => terms.set(participant, [...(terms.get(participant) ?? []), term]);
  const scale = liquidity ? 2 : 1;
  obligations.forEach(({ debtor, creditor }, i) => {
    add(debtor, `- f${i}`);
    add(creditor, `+ f${i}`);
  });
  liquidity?.forEach(({ participantId }, i) => add(participantId, `+ d${i} - r${i}`));
  const objective = [...obligations.map(({ weight = 1 }, i) => `+ ${scale * weight} f${i}`), ...(liquidity ?? []).map((_, i) => `- d${i}`)];
  const balances = [...terms.values()].map((all, i) => ` c${i}: ${all.join(' ')} = 0`);
  const bounds = [
    ...obligations.map(({ units }, i) => ` 0 <= f${i} <= ${units}`),
    ...(liquidity ?? []).map(({ units }, i) => ` 0 <= d${i} <= ${units}`),
  ];
  return ['Maximize', ` obj: ${objective.join('\n ')}`, 'Subject To', ...balances, 'Bounds', ...bounds, 'End'].join('\n');
}

describe('the solver against HiGHS', () => {
  test(`clears exactly as much as linear programming does, on ${GRAPHS} random graphs`, async () => {
    const solver = await loadHighs();
    const random = seededRandom('set-off against HiGHS');
    for (let i = 0; i < GRAPHS; i++) {
      const input = randomInput(random.fork(`graph ${i}`));
      const result = setOff(input);
      const scale = input.liquidity ? 2n : 1n;
      const worth = input.obligations.reduce((sum, { weight = 1 }, at) => sum + scale * BigInt(weight) * result.cleared[at]!, 0n);
      const drawn = result.liquidity.reduce((sum, one) => sum + one.drawn, 0n);
      const best = solver.solve(programmeOf(input));
      expect(best.Status).toBe('Optimal');
      expect([i, Number(worth - drawn)]).toEqual([i, Math.round(best.ObjectiveValue)]);
      expect(checkCertificate(statementOf(input, result))).toEqual([]);
    }
  });

  test('a round of bilateral obligations clears exactly as much, with what is overdue weighing more', async () => {
    const solver = await loadHighs();
    const random = seededRandom('rounds against HiGHS');
    for (let i = 0; i < 40; i++) {
      const { obligations } = randomInput(random.fork(`round ${i}`));
      const dueDay = () => random.pick([null, '2026-11-23', '2026-11-01', '2026-03-01']);
      const open = obligations.map(({ id, debtor, creditor, units }) => ({ id, debtor, creditor, units, dueDay: dueDay() }));
      const { entries } = planRound({ asset: 'EUR/2', ordering: 'overdue_first', day: '2026-11-23', open });
      const worth = entries.reduce((sum, { weight, cleared }) => sum + BigInt(weight) * cleared, 0n);
      const best = solver.solve(programmeOf({ asset: 'EUR/2', obligations: entries.map(({ dueDay: _, ...entry }) => entry) }));
      expect([i, Number(worth)]).toEqual([i, Math.round(best.ObjectiveValue)]);
    }
  });
});
