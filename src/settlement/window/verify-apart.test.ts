import { expect, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { rootOfLeaves } from '../../base/merkle.ts';
import { columnsOf } from '../netting/columns.ts';
import { leafOf, type Obligation } from '../netting/leaf.ts';
import { netObligations, resultHashOf } from '../netting/net.ts';
import { bilateralOf } from '../netting/pairs.ts';
import { headLine, obligationLine, resultLines, sealed } from '../netting/window-file.ts';
import { verifyWindow } from '../verify-window/verify.ts';
import { verifyApart } from './verify-apart.ts';

const BANKS = [newId(), newId(), newId()];

/** A netted window of so many obligations. */
function fileOf(count: number): AsyncIterable<Uint8Array> {
  const all = Array.from({ length: count }, (_, i): Obligation => ({
    id: newId(),
    debtor: BANKS[i % 3]!,
    creditor: BANKS[(i + 1) % 3]!,
    asset: 'EUR/2',
    units: BigInt(i + 1),
  }));
  const { currencies, positions } = netObligations(all);
  const head = {
    id: newId(),
    number: 1,
    group: 'main',
    state: 'netted' as const,
    cutOffAt: 0,
    inputPublishedAt: 1,
    nettedAt: 2,
    obligations: count,
    inputRoot: rootOfLeaves(Buffer.concat(all.map((one) => leafOf(one)))),
    resultHash: resultHashOf(positions),
    spans: [{ asset: 'EUR/2', fromSeq: 0n, toSeq: BigInt(count) }],
  };
  return sealed([
    headLine(head),
    ...all.map((one, index) => obligationLine({ ...one, index, seq: BigInt(index + 1), leaf: leafOf(one) })),
    ...resultLines({ currencies, positions, bilaterals: bilateralOf(columnsOf(all)) }),
  ]);
}

test('a large file is verified in a thread of its own with the same verdict, sound or not', async () => {
  const bytes = await Array.fromAsync(fileOf(2_500));
  const stream = async function* (pieces: readonly Uint8Array[]) {
    yield* pieces;
  };
  expect(await verifyApart(stream(bytes), 2_500, {})).toEqual(await verifyWindow(bytes));
  // Another digit than the one that stands there.
  const other = (piece: Uint8Array) => piece.with(40, piece[40] === 0x31 ? 0x32 : 0x31);
  const spoilt = bytes.map((piece, i) => (i === 1 ? other(piece) : piece));
  const verdict = await verifyApart(stream(spoilt), 2_500, {});
  expect(verdict.ok).toBe(false);
  expect(verdict).toEqual(await verifyWindow(spoilt));
});

test('when the file cannot be read to its end, that is the failure, and no thread is left', async () => {
  const broken = async function* () {
    yield (await Array.fromAsync(fileOf(2_100)))[0]!;
    throw new Error('the database is gone');
  };
  await expect(verifyApart(broken(), 2_100, {})).rejects.toThrow('the database is gone');
});
