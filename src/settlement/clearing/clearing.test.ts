import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Obligation } from '../netting/leaf.ts';
import { netObligations } from '../netting/net.ts';
import { bundlesOf, checkPvp, splitAtCutOff, tornBundles, type BundledObligation, type SequencedObligation } from './bundles.ts';
import { recomputeWithout } from './default.ts';

const banks = Array.from({ length: 6 }, (_, i) => `00000000-0000-7000-8000-00000000000${i}`);
const ASSETS = ['EUR/2', 'JPY/0', 'USD/2'];
const idOf = (n: number) => `10000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Single obligations, and pairs of them that are payments versus payments. */
const obligations = fc
  .array(
    fc.record({
      pair: fc.subarray(banks, { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      assets: fc.subarray(ASSETS, { minLength: 2, maxLength: 2 }),
      units: fc.tuple(fc.bigInt(1n, 1_000n), fc.bigInt(1n, 1_000n)),
      pvp: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((all) =>
    all.flatMap(({ pair, turned, assets, units, pvp }, i): BundledObligation[] => {
      const [debtor, creditor] = (turned ? pair.toReversed() : pair) as [string, string];
      const first = { id: idOf(2 * i), debtor, creditor, asset: assets[0]!, units: units[0] };
      if (!pvp) return [first];
      const second = { id: idOf(2 * i + 1), debtor: creditor, creditor: debtor, asset: assets[1]!, units: units[1] };
      return [first, second].map((leg) => ({ ...leg, bundle: `fx${i}` }));
    }),
  );

describe('payment versus payment in a window', () => {
  const legs: BundledObligation[] = [
    { id: idOf(1), debtor: banks[0]!, creditor: banks[1]!, asset: 'EUR/2', units: 100n, bundle: 'fx' },
    { id: idOf(2), debtor: banks[1]!, creditor: banks[0]!, asset: 'USD/2', units: 108n, bundle: 'fx' },
  ];

  test('has two legs in two currencies between the same two, one each way; anything else is refused', () => {
    expect(() => checkPvp(legs)).not.toThrow();
    const wrong: BundledObligation[][] = [
      [],
      legs.slice(0, 1),
      [...legs, { ...legs[0]!, id: idOf(3) }],
      [legs[0]!, { ...legs[1]!, asset: 'EUR/2' }],
      [legs[0]!, { ...legs[0]!, asset: 'USD/2' }],
      [legs[0]!, { ...legs[1]!, creditor: banks[2]! }],
    ];
    for (const one of wrong) expect(() => checkPvp(one)).toThrow(expect.objectContaining({ code: 'settlement.pvp_malformed' }));
  });

  test('is in whole or out whole, wherever the cut-off falls, and nothing is lost', () => {
    fc.assert(
      fc.property(obligations, fc.nat({ max: 50 }), (all, cut) => {
        const sequenced = all.map((one, i): SequencedObligation => ({ ...one, seq: BigInt(i + 1) }));
        const { window, later } = splitAtCutOff(sequenced, BigInt(cut));
        expect(tornBundles(window, later)).toEqual([]);
        expect([...window, ...later].map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        expect(window.every(({ seq }) => seq <= BigInt(cut))).toBe(true);
        for (const one of later.filter(({ bundle }) => bundle === undefined)) expect(one.seq).toBeGreaterThan(BigInt(cut));
        for (const [, own] of bundlesOf(later)) expect(own.some(({ seq }) => seq > BigInt(cut))).toBe(true);
      }),
    );
  });

  test('torn apart is noticed', () => {
    expect(tornBundles(legs.slice(0, 1), legs.slice(1))).toEqual(['fx']);
    expect(tornBundles(legs, [])).toEqual([]);
  });
});

describe('default of a participant', () => {
  const gone = banks[0]!;

  test('takes out every bundle in which it has a part, whole, and leaves every other as it is', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const { settled, removed, carried } = recomputeWithout({ obligations: all, defaulted: new Set([gone]) });
        expect(carried).toEqual([]);
        expect(tornBundles(settled, removed)).toEqual([]);
        expect([...settled, ...removed].map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        expect(settled.some(({ debtor, creditor }) => debtor === gone || creditor === gone)).toBe(false);
        for (const [, own] of bundlesOf(removed))
          expect(own.some(({ debtor, creditor }) => debtor === gone || creditor === gone)).toBe(true);
      }),
    );
  });

  test('is the same as a window in which it never took part', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const { settled, after } = recomputeWithout({ obligations: all, defaulted: new Set([gone]) });
        expect(after).toEqual(netObligations(settled));
        expect(after.positions.some(({ participantId }) => participantId === gone)).toBe(false);
      }),
    );
  });

  test('changes the position of a survivor by exactly the obligations named, and of nobody else', () => {
    const funds = fc.constant(banks.flatMap((participantId) => ASSETS.map((asset) => ({ participantId, asset, units: 300n }))));
    fc.assert(
      fc.property(obligations, fc.option(funds, { nil: undefined }), (all, own) => {
        const { differences, before } = recomputeWithout({ obligations: all, defaulted: new Set([gone]), ...(own && { funds: own }) });
        const byId = new Map(all.map((one) => [one.id, one]));
        for (const { participantId, asset, before: had, after, change, removed, carried } of differences) {
          expect(after - had).toBe(change);
          const explained = [...removed, ...carried].reduce((sum, id) => {
            const { debtor, units, asset: of } = byId.get(id)!;
            expect(of).toBe(asset);
            return sum + (debtor === participantId ? units : -units);
          }, 0n);
          expect(change).toBe(explained);
        }
        expect(differences).toHaveLength(before.positions.filter(({ participantId }) => participantId !== gone).length);
      }),
    );
  });

  test('with funds: no survivor pays more than it has, and what it can no longer cover waits whole', () => {
    fc.assert(
      fc.property(obligations, fc.bigInt(0n, 800n), (all, units) => {
        const funds = banks.flatMap((participantId) => ASSETS.map((asset) => ({ participantId, asset, units })));
        const { settled, carried, after } = recomputeWithout({ obligations: all, defaulted: new Set([gone]), funds });
        for (const { net } of after.positions) expect(net >= -units).toBe(true);
        expect(tornBundles(settled, carried)).toEqual([]);
      }),
    );
  });

  test('a survivor that relied on the defaulter waits with what came last', () => {
    const of = (n: number, from: number, to: number, units: bigint): Obligation => ({
      id: idOf(n),
      debtor: banks[from]!,
      creditor: banks[to]!,
      asset: 'EUR/2',
      units,
    });
    const window = [of(1, 0, 1, 100n), of(2, 1, 2, 40n), of(3, 1, 2, 60n)];
    const funds = [{ participantId: banks[1]!, asset: 'EUR/2', units: 50n }];
    const { settled, removed, carried, differences } = recomputeWithout({ obligations: window, defaulted: new Set([gone]), funds });
    expect([settled, removed, carried].map((some) => some.map(({ id }) => id))).toEqual([[idOf(2)], [idOf(1)], [idOf(3)]]);
    expect(differences).toEqual([
      { participantId: banks[1], asset: 'EUR/2', before: 0n, after: -40n, change: -40n, removed: [idOf(1)], carried: [idOf(3)] },
      { participantId: banks[2], asset: 'EUR/2', before: 100n, after: 40n, change: -60n, removed: [], carried: [idOf(3)] },
    ]);
  });
});
