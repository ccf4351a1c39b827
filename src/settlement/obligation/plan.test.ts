import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { rootOfLeaves } from '../../base/merkle.ts';
import { seededRandom } from '../../base/random.ts';
import { planApart } from './plan-apart.ts';
import { leavesOf, planRound, type OpenObligation, type Ordering } from './plan.ts';

const DAY = '2026-11-23';
const [A, B, C, D, E] = Array.from({ length: 5 }, () => newId()) as [string, string, string, string, string];
const names = [A, B, C, D, E];
const owes = (debtor: string, creditor: string, units: bigint, dueDay: string | null = null): OpenObligation => ({
  id: newId(),
  debtor,
  creditor,
  units,
  dueDay,
});
const plan = (open: readonly OpenObligation[], ordering: Ordering = 'amount') => planRound({ asset: 'EUR/2', ordering, day: DAY, open });

/** Some that are very large: from 2^53 on the solver works with other numbers. */
const units = fc.oneof({ weight: 5, arbitrary: fc.bigInt(1n, 500n) }, fc.constantFrom(2n ** 53n + 1n, 10n ** 27n - 1n));
const graphs = fc.array(
  fc
    .record({
      pair: fc.subarray(names, { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      units,
      due: fc.constantFrom(null, '2026-12-24', DAY, '2026-11-22', '2026-10-01', '2020-01-01'),
    })
    .map(({ pair, turned, units: amount, due }) => {
      const [debtor, creditor] = (turned ? pair.toReversed() : pair) as [string, string];
      return owes(debtor, creditor, amount, due);
    }),
  { maxLength: 30 },
);
const orderings = fc.constantFrom<Ordering>('amount', 'overdue_first');

function netOf(all: readonly { debtor: string; creditor: string; units: bigint }[]): Map<string, bigint> {
  const net = new Map(names.map((name) => [name, 0n]));
  for (const { debtor, creditor, units: amount } of all) {
    net.set(debtor, net.get(debtor)! - amount);
    net.set(creditor, net.get(creditor)! + amount);
  }
  return net;
}

describe('a round of set-off', () => {
  test('clears 570 of the published seven obligations, where cutting circles one by one clears 420 or 500', () => {
    const seven = [
      owes(A, B, 100n),
      owes(B, E, 70n),
      owes(E, A, 100n),
      owes(C, D, 100n),
      owes(D, E, 100n),
      owes(E, C, 70n),
      owes(B, C, 100n),
    ];
    expect(plan(seven)).toMatchObject({ gross: 640n, cleared: 570n });
  });

  test('changes no net position, clears nothing below zero, and adds up', () => {
    fc.assert(
      fc.property(graphs, orderings, (open, ordering) => {
        const { entries, shares, gross, cleared, discharged } = plan(open, ordering);
        const left = entries.map((entry) => ({ ...entry, units: entry.units - entry.cleared }));
        expect(netOf(left)).toEqual(netOf(open));
        expect(left.every(({ units: rest, cleared: gone }) => rest >= 0n && gone >= 0n)).toBe(true);
        expect(left.filter(({ units: rest }) => rest === 0n)).toHaveLength(discharged);
        expect(shares.reduce((sum, share) => sum + share.owes, 0n)).toBe(gross);
        expect(shares.reduce((sum, share) => sum + share.owed, 0n)).toBe(gross);
        expect(shares.reduce((sum, share) => sum + share.cleared, 0n)).toBe(cleared);
      }),
    );
  });

  test('the same obligations in any order give the same round, and a second round clears nothing', () => {
    fc.assert(
      fc.property(graphs, orderings, fc.nat(), (open, ordering, by) => {
        const one = plan(open, ordering);
        const turned = open.map((_, i) => open[(i + by) % open.length]!).toReversed();
        expect(plan(turned, ordering)).toEqual(one);
        const left = one.entries.map(({ cleared, ...entry }) => ({ ...entry, units: entry.units - cleared }));
        expect(plan(left.filter(({ units: rest }) => rest > 0n)).cleared).toBe(0n);
      }),
    );
  });

  test('clears what is overdue before what is not, when that is asked for', () => {
    const [late, soon, back] = [owes(A, B, 10n, '2026-10-01'), owes(A, B, 10n, '2026-12-01'), owes(B, A, 10n)];
    for (const ordering of ['amount', 'overdue_first'] as const) {
      const { entries } = plan([soon, late, back], ordering);
      expect(entries.find(({ id }) => id === late.id)!.cleared).toBe(10n);
      expect(entries.find(({ id }) => id === soon.id)!.cleared).toBe(0n);
    }
    // Only one of two circles can close: by amount the longer one, else the one with the overdue debt.
    const shared = owes(A, B, 10n);
    const short = owes(B, A, 10n, '2020-01-01');
    const open = [shared, short, owes(B, C, 10n), owes(C, A, 10n)];
    const clearedOf = (ordering: Ordering) => plan(open, ordering).entries.find(({ id }) => id === short.id)!.cleared;
    expect([clearedOf('amount'), clearedOf('overdue_first')]).toEqual([0n, 10n]);
  });

  test('is named by what it was computed of, and its root is over what came out', () => {
    const open = [owes(A, B, 10n, '2026-10-01'), owes(B, A, 7n)];
    const one = plan(open);
    expect(one.inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(plan(open, 'overdue_first').inputHash).not.toBe(one.inputHash);
    expect(plan([open[0]!, { ...open[1]!, units: 6n }]).inputHash).not.toBe(one.inputHash);
    expect(plan(open.toReversed()).inputHash).toBe(one.inputHash);
    expect(one.root).toEqual(rootOfLeaves(leavesOf('EUR/2', one.entries)));
  });

  test('of many obligations is computed in a thread of its own, with the same result', async () => {
    const open = Array.from({ length: 6_000 }, (_, i) => owes(names[i % 5]!, names[(i + 1 + (i % 4)) % 5]!, BigInt(1 + (i % 90))));
    const input = { asset: 'EUR/2', ordering: 'amount' as const, day: DAY, open };
    const [apart, here] = [await planApart(input, 20_000), planRound(input)];
    const told = ({ inputHash, root, shares, cleared }: typeof here) => ({ inputHash, root: Buffer.from(root), shares, cleared });
    expect(told(apart)).toEqual(told(here));
    expect(apart.entries).toHaveLength(6_000);
  });

  test('whose debts are so entangled that it would take long ends in time, by name, beside the event loop', async () => {
    // A ring of many banks with ways of every length: most of the time goes into lengths of way, not into obligations.
    const ring = Array.from({ length: 5_000 }, () => newId()).sort();
    const random = seededRandom('a ring of debts');
    const open = Array.from({ length: 20_000 }, (_, i) =>
      owes(ring[i % 5_000]!, ring[((i % 5_000) + random.int(1, 3)) % 5_000]!, BigInt(random.int(1, 1_000_000))),
    );
    const refused = { code: 'settlement.set_off_too_large' };
    await expect(planApart({ asset: 'EUR/2', ordering: 'amount', day: DAY, open }, 100)).rejects.toMatchObject(refused);
  });

  test('of nothing clears nothing', () => {
    expect(plan([])).toMatchObject({ entries: [], shares: [], gross: 0n, cleared: 0n, discharged: 0 });
  });
});
