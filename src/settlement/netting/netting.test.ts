import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId } from '../../base/id.ts';
import { leafHash } from '../../base/merkle.ts';
import { columnsOf } from './columns.ts';
import { leafOf, leafText, type Obligation } from './leaf.ts';
import { instructionsOf, netColumns, netObligations, resultHashOf, type Position } from './net.ts';
import { bilateralOf } from './pairs.ts';
import { MAX_UNCARRIED } from './sums.ts';

const banks = Array.from({ length: 7 }, (_, i) => `00000000-0000-7000-8000-00000000000${i}`);
const assets = ['EUR/2', 'JPY/0', 'KWD/3'];
/** Around the borders where the arithmetic changes its form: 2^32, 2^53, 2^64, and the largest amount there is. */
const units = fc.oneof(
  fc.bigInt(1n, 1_000_000n),
  fc.constantFrom(2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 64n + 1n, 10n ** 38n - 1n),
  fc.bigInt(1n, 10n ** 38n - 1n),
);
const obligations = fc.array(
  fc
    .record({
      id: fc.uuid(),
      pair: fc.subarray(banks, { minLength: 2, maxLength: 2 }),
      turned: fc.boolean(),
      asset: fc.constantFrom(...assets),
      units,
    })
    .map(({ pair, turned, ...rest }): Obligation => ({ ...rest, debtor: pair[turned ? 1 : 0]!, creditor: pair[turned ? 0 : 1]! })),
  { maxLength: 60 },
);
const sumOf = (all: readonly bigint[]) => all.reduce((sum, one) => sum + one, 0n);
const size = (value: bigint) => (value < 0n ? -value : value);
const netOf = (positions: readonly Position[], asset: string, participantId: string) =>
  positions.find((p) => p.asset === asset && p.participantId === participantId)?.net ?? 0n;

describe('netting', () => {
  test('a position is what comes in less what goes out, exactly, for amounts of up to 38 digits', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const { positions } = netObligations(all);
        for (const asset of assets) {
          for (const bank of banks) {
            const own = all.filter((o) => o.asset === asset);
            const incoming = sumOf(own.filter((o) => o.creditor === bank).map((o) => o.units));
            const outgoing = sumOf(own.filter((o) => o.debtor === bank).map((o) => o.units));
            const found = positions.filter((p) => p.asset === asset && p.participantId === bank);
            expect(found).toEqual(
              incoming + outgoing === 0n ? [] : [{ participantId: bank, asset, incoming, outgoing, net: incoming - outgoing }],
            );
          }
        }
      }),
    );
  });

  test('N1, N6, N11: positions add up to zero, funding is half their sum, and pair by pair never needs less', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const { currencies, positions } = netObligations(all);
        for (const { asset, gross, bilateralNet, net, payments, participants } of currencies) {
          const own = positions.filter((p) => p.asset === asset);
          expect(sumOf(own.map((p) => p.net))).toBe(0n);
          expect(2n * net).toBe(sumOf(own.map((p) => size(p.net))));
          expect(gross).toBe(sumOf(all.filter((o) => o.asset === asset).map((o) => o.units)));
          expect(net <= bilateralNet && bilateralNet <= gross).toBe(true);
          expect([payments, participants]).toEqual([all.filter((o) => o.asset === asset).length, own.length]);
        }
      }),
    );
  });

  test('N7: the pairs of a participant add up to its position, and their total is what the currency states', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const columns = columnsOf(all);
        const pairs = bilateralOf(columns);
        const { currencies, positions } = netColumns(columns);
        for (const { participantId, asset, net } of positions) {
          const own = pairs.filter((p) => p.asset === asset);
          const incoming = sumOf(own.filter((p) => p.creditor === participantId).map((p) => p.units));
          expect(incoming - sumOf(own.filter((p) => p.debtor === participantId).map((p) => p.units))).toBe(net);
        }
        for (const { asset, bilateralNet } of currencies) {
          expect(sumOf(pairs.filter((p) => p.asset === asset).map((p) => p.units))).toBe(bilateralNet);
        }
      }),
    );
  });

  test('N5: instructions bring every position to zero, payers before receivers', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const { positions } = netObligations(all);
        const instructions = instructionsOf(positions);
        expect(instructions).toHaveLength(positions.filter(({ net }) => net !== 0n).length);
        for (const { participantId, asset, direction, units } of instructions) {
          expect(netOf(positions, asset, participantId)).toBe(direction === 'pay' ? -units : units);
        }
        const firstReceiver = instructions.findIndex(({ direction }) => direction === 'receive');
        expect(instructions.slice(Math.max(firstReceiver, 0)).every(({ direction }) => direction === 'receive' || firstReceiver < 0)).toBe(
          true,
        );
      }),
    );
  });

  test('N8: a currency is untouched by what happens in another', () => {
    fc.assert(
      fc.property(obligations, (all) => {
        const alone = netObligations(all.filter(({ asset }) => asset === 'EUR/2'));
        const together = netObligations(all);
        expect(together.positions.filter(({ asset }) => asset === 'EUR/2')).toEqual(alone.positions);
        expect(together.currencies.filter(({ asset }) => asset === 'EUR/2')).toEqual(alone.currencies);
      }),
    );
  });

  test('N9: the order of the obligations changes nothing, to the byte', () => {
    const permuted = obligations.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(permuted, ([all, shuffled]) => {
        const [a, b] = [netObligations(all), netObligations(shuffled)];
        expect(b).toEqual(a);
        expect(Buffer.from(resultHashOf(b.positions)).toString('hex')).toBe(Buffer.from(resultHashOf(a.positions)).toString('hex'));
      }),
    );
  });

  test('N10: netting two halves and adding their positions is netting the whole', () => {
    fc.assert(
      fc.property(obligations, fc.nat(60), (all, cut) => {
        const whole = netObligations(all).positions;
        const [left, right] = [netObligations(all.slice(0, cut)).positions, netObligations(all.slice(cut)).positions];
        for (const { asset, participantId, net } of whole) {
          expect(netOf(left, asset, participantId) + netOf(right, asset, participantId)).toBe(net);
        }
      }),
    );
  });

  test('sums stay exact where the halves of amounts are carried over, beyond a million of the largest 64-bit amounts', () => {
    const count = MAX_UNCARRIED + 3;
    const all = {
      count,
      participants: banks.slice(0, 2),
      assets: ['EUR/2'],
      debtor: new Uint32Array(count),
      creditor: new Uint32Array(count).fill(1),
      asset: new Uint16Array(count),
      units: new BigUint64Array(count).fill(2n ** 64n - 1n),
      wide: new Map<number, bigint>(),
    };
    const total = BigInt(count) * (2n ** 64n - 1n);
    expect(netColumns(all).currencies).toEqual([
      { asset: 'EUR/2', payments: count, participants: 2, gross: total, bilateralNet: total, net: total },
    ]);
    expect(bilateralOf(all)).toEqual([{ asset: 'EUR/2', debtor: banks[0], creditor: banks[1], units: total }]);
  });

  test('an obligation of nothing, or to oneself, is refused before it can distort a position', () => {
    const good = { debtor: banks[0]!, creditor: banks[1]!, asset: 'EUR/2', units: 1n };
    expect(() => columnsOf([{ ...good, units: 0n }])).toThrow(RangeError);
    expect(() => columnsOf([{ ...good, creditor: good.debtor }])).toThrow(RangeError);
  });
});

describe('leaves', () => {
  test('a leaf is the hash of the canonical JSON of the obligation as the public API writes it', () => {
    fc.assert(
      fc.property(fc.uuid(), units, (id, amount) => {
        const obligation = { id, debtor: banks[1]!, creditor: banks[2]!, asset: 'KWD/3', units: amount };
        const published = {
          id: toWireId('pay', id),
          debtor: toWireId('mem', banks[1]!),
          creditor: toWireId('mem', banks[2]!),
          asset: 'KWD/3',
          units: `${amount}`,
        };
        expect(leafText(obligation)).toBe(canonicalJson(published));
        expect(leafOf(obligation)).toEqual(Buffer.from(leafHash(Buffer.from(canonicalJson(published)))));
      }),
    );
  });
});
