import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCertificate } from './certificate.ts';
import type { SetOffObligation } from './claims.ts';
import { setOff, type SetOffInput, type SetOffResult } from './set-off.ts';
import { statementOf } from './statement.ts';

const obligation = (id: string, pair: string, units: bigint, more: Partial<SetOffObligation> = {}): SetOffObligation => ({
  id,
  debtor: pair[0]!,
  creditor: pair[1]!,
  units,
  ...more,
});
const set = (obligations: readonly SetOffObligation[], liquidity?: SetOffInput['liquidity']): SetOffInput => ({
  asset: 'EUR/2',
  obligations,
  ...(liquidity && { liquidity }),
});
const sum = (all: readonly bigint[]) => all.reduce((total, one) => total + one, 0n);

/** Net position of everybody under amounts given by obligation. */
function netOf(obligations: readonly SetOffObligation[], amounts: readonly bigint[]): Map<string, bigint> {
  const net = new Map<string, bigint>();
  obligations.forEach(({ debtor, creditor }, i) => {
    net.set(debtor, (net.get(debtor) ?? 0n) - amounts[i]!);
    net.set(creditor, (net.get(creditor) ?? 0n) + amounts[i]!);
  });
  return net;
}

const residueOf = ({ obligations }: SetOffInput, { cleared }: SetOffResult) =>
  obligations.map((one, i) => ({ ...one, units: one.units - cleared[i]! })).filter(({ units }) => units > 0n);

/** Whether debts run in a circle: leaving off whoever owes nobody must leave nobody. */
function hasCycle(obligations: readonly SetOffObligation[]): boolean {
  let left = obligations;
  for (;;) {
    const debtors = new Set(left.map(({ debtor }) => debtor));
    const next = left.filter(({ creditor }) => debtors.has(creditor));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}

const names = Array.from('ABCDEFG');
/** Around 2^53 the arithmetic changes its kind. */
const units = fc.oneof({ weight: 4, arbitrary: fc.bigInt(1n, 1_000n) }, fc.constantFrom(2n ** 53n - 1n, 2n ** 53n + 1n, 10n ** 38n - 1n));
const obligations = fc
  .array(
    fc.record({
      pair: fc.subarray(names, { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      units,
      weight: fc.integer({ min: 1, max: 4 }),
      dueDay: fc.constantFrom('2026-11-01', '2026-11-02', undefined),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ pair, turned, units, weight, dueDay }, i) =>
      obligation(`o${String(i).padStart(2, '0')}`, (turned ? pair : pair.toReversed()).join(''), units, {
        weight,
        ...(dueDay && { dueDay }),
      }),
    ),
  );
const liquidity = fc.uniqueArray(fc.record({ participantId: fc.constantFrom(...names, 'Z'), units: fc.bigInt(0n, 2_000n) }), {
  selector: ({ participantId }) => participantId,
  maxLength: 5,
});

describe('set-off', () => {
  test('clears 570 of the published example, where cutting cycles greedily clears 420 or 500', () => {
    const pairs: [string, bigint][] = [
      ['AB', 100n],
      ['BE', 70n],
      ['EA', 100n],
      ['CD', 100n],
      ['DE', 100n],
      ['EC', 70n],
      ['BC', 100n],
    ];
    const input = set(pairs.map(([pair, amount]) => obligation(pair, pair, amount)));
    const result = setOff(input);
    expect(result.clearedTotal).toBe(570n);
    expect(result.gross).toBe(640n);
    expect(checkCertificate(statementOf(input, result))).toEqual([]);
  });

  test('M1 to M3: net positions stay, nothing is cleared below zero or beyond its amount, cleared and left add up by pair', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const result = setOff(set(all));
        const { cleared, clearedTotal, gross } = result;
        for (const [, change] of netOf(all, cleared)) expect(change).toBe(0n);
        all.forEach((one, i) => expect(cleared[i]! >= 0n && cleared[i]! <= one.units).toBe(true));
        expect(clearedTotal).toBe(sum(cleared));
        expect(gross).toBe(sum(all.map((one) => one.units)));
        const residue = residueOf(set(all), result);
        for (const [pair, own] of Map.groupBy(all, ({ debtor, creditor }) => debtor + creditor)) {
          const left = residue.filter(({ debtor, creditor }) => debtor + creditor === pair);
          const gone = own.map((one) => cleared[all.indexOf(one)]!);
          expect(sum(gone) + sum(left.map((one) => one.units))).toBe(sum(own.map((one) => one.units)));
        }
      }),
    );
  });

  test('M4: no circle of debts is left', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        expect(hasCycle(residueOf(set(all), setOff(set(all))))).toBe(false);
      }),
    );
  });

  test('M5: the certificate holds, for every weight, with liquidity and without', () => {
    fc.assert(
      fc.property(obligations, fc.option(liquidity, { nil: undefined }), (all, lines) => {
        const input = set(all, lines);
        expect(checkCertificate(statementOf(input, setOff(input)))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('M6: a second run clears nothing more', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        expect(setOff(set(residueOf(set(all), setOff(set(all))))).clearedTotal).toBe(0n);
      }),
    );
  });

  test('the order of the input does not matter', () => {
    fc.assert(
      fc.property(obligations, fc.nat(), liquidity, (all, by, lines) => {
        const turned = all.map((_, i) => all[(i + by) % all.length]!).toReversed();
        const [one, other] = [setOff(set(all, lines)), setOff(set(turned, lines.toReversed()))];
        expect({ ...other, cleared: [] }).toEqual({ ...one, cleared: [] });
        turned.forEach(({ id }, i) => expect(other.cleared[i]).toBe(one.cleared[all.findIndex((o) => o.id === id)]));
      }),
    );
  });

  test('big numbers and plain ones give the same set-off', () => {
    fc.assert(
      fc.property(obligations, liquidity, (all, lines) => {
        const small = all.map((one) => ({ ...one, units: (one.units % 1000n) + 1n }));
        const factor = 2n ** 60n;
        const plain = setOff(set(small, lines));
        const big = setOff(
          set(
            small.map((one) => ({ ...one, units: one.units * factor })),
            lines.map((line) => ({ ...line, units: line.units * factor })),
          ),
        );
        expect(big.cleared).toEqual(plain.cleared.map((one) => one * factor));
        expect(big.potentials).toEqual(plain.potentials);
      }),
    );
  });

  test('within a pair the heaviest is cleared first, then the one due first, then the lower id', () => {
    const cleared = setOff(
      set([
        obligation('d', 'AB', 10n),
        obligation('c', 'AB', 10n, { dueDay: '2026-12-01' }),
        obligation('b', 'AB', 10n, { dueDay: '2026-11-01' }),
        obligation('a', 'AB', 10n, { dueDay: '2026-11-01' }),
        obligation('x', 'AB', 10n, { weight: 2 }),
        obligation('y', 'BA', 32n),
      ]),
    ).cleared;
    expect(cleared).toEqual([0n, 2n, 10n, 10n, 10n, 32n]);
  });

  test('a heavier obligation is cleared in place of lighter ones', () => {
    const of = (weight: number) =>
      setOff(
        set([
          obligation('1', 'AB', 10n),
          obligation('2', 'BC', 10n, { weight }),
          obligation('3', 'CD', 10n),
          obligation('4', 'DA', 10n),
          obligation('5', 'BA', 10n),
        ]),
      ).cleared;
    // Both circles need A → B. The long one clears four, the short one two.
    expect(of(1)).toEqual([10n, 10n, 10n, 10n, 0n]);
    const short = setOff(
      set([obligation('1', 'AB', 10n), obligation('2', 'BC', 10n), obligation('3', 'CA', 10n), obligation('4', 'BA', 10n, { weight: 3 })]),
    ).cleared;
    expect(short).toEqual([10n, 0n, 0n, 10n]);
  });
});

describe('set-off with liquidity', () => {
  const chain = [obligation('1', 'AB', 100n), obligation('2', 'BC', 100n), obligation('3', 'CD', 60n)];

  test('money of one participant runs down a chain and discharges every debt on it', () => {
    const result = setOff(set(chain, [{ participantId: 'A', units: 80n }]));
    expect(result.cleared).toEqual([80n, 80n, 60n]);
    expect(result.liquidity).toEqual([
      { participantId: 'A', line: 80n, drawn: 80n, received: 0n },
      { participantId: 'C', line: 0n, drawn: 0n, received: 20n },
      { participantId: 'D', line: 0n, drawn: 0n, received: 60n },
    ]);
  });

  test('draws nothing that clears nothing more', () => {
    const circle = [obligation('1', 'AB', 50n), obligation('2', 'BA', 50n)];
    const result = setOff(set(circle, [{ participantId: 'A', units: 1_000n }]));
    expect(result.liquidity).toEqual([{ participantId: 'A', line: 1_000n, drawn: 0n, received: 0n }]);
    expect(result.clearedTotal).toBe(100n);
  });

  test('clears everything when every net debtor can draw its net position', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const nets = netOf(
          all,
          all.map((one) => one.units),
        );
        const lines = [...nets].map(([participantId, net]) => ({ participantId, units: net < 0n ? -net : 0n }));
        const { clearedTotal, gross, liquidity: used } = setOff(set(all, lines));
        expect(clearedTotal).toBe(gross);
        for (const { participantId, drawn, received } of used) expect(received - drawn).toBe(nets.get(participantId) ?? 0n);
      }),
    );
  });

  test('never clears less than without', () => {
    fc.assert(
      fc.property(obligations, liquidity, (all, lines) => {
        const unweighted = all.map((one) => ({ ...one, weight: 1 }));
        expect(setOff(set(unweighted, lines)).clearedTotal).toBeGreaterThanOrEqual(setOff(set(unweighted)).clearedTotal);
      }),
    );
  });
});

describe('bad input', () => {
  const bad: [string, SetOffInput, RegExp][] = [
    ['an amount of nothing', set([obligation('1', 'AB', 0n)]), /obligation 1 is of 0 units/],
    ['a debt to oneself', set([obligation('1', 'AA', 1n)]), /owed to its own debtor/],
    ['a weight of nothing', set([obligation('1', 'AB', 1n, { weight: 0 })]), /has the weight 0/],
    ['an id twice', set([obligation('1', 'AB', 1n), obligation('1', 'BA', 1n)]), /obligation 1 is there twice/],
    ['a line below zero', set([], [{ participantId: 'A', units: -1n }]), /has a line of -1/],
    [
      'two lines',
      set(
        [],
        [
          { participantId: 'A', units: 1n },
          { participantId: 'A', units: 2n },
        ],
      ),
      /has two lines/,
    ],
  ];

  test.each(bad)('%s is refused by name', (_title, input, message) => {
    expect(() => setOff(input)).toThrow(message);
  });

  test('nothing at all clears nothing', () => {
    const result = setOff(set([]));
    expect([result.gross, result.clearedTotal, result.cleared]).toEqual([0n, 0n, []]);
    expect(checkCertificate(statementOf(set([]), result))).toEqual([]);
  });
});
