import { expect, test } from 'vitest';
import { inclusionProof, leafHash, rootOfLeaves, verifyInclusion } from '../../base/merkle.ts';
import { columnsOf } from './columns.ts';
import { netApart } from './net-apart.ts';
import { netTask } from './net-task.ts';
import { proveApart } from './prove-apart.ts';

const BANKS = Array.from({ length: 40 }, (_, i) => `00000000-0000-7000-8000-0000000000${String(i + 10)}`);

/** Obligations invented from their number, some of them beyond 64 bits. */
function obligations(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    debtor: BANKS[i % 40]!,
    creditor: BANKS[(i * 7 + 1 + (((i * 7 + 1) % 40 === i % 40 && 1) || 0)) % 40]!,
    asset: ['EUR/2', 'JPY/0', 'KWD/3'][i % 3]!,
    units: i % 997 === 0 ? 2n ** 90n + BigInt(i) : BigInt(i % 10_007) + 1n,
  }));
}

test('a large window is netted in a thread of its own, to the same bytes, and this thread goes on meanwhile', async () => {
  const all = obligations(60_000);
  const here = netTask(columnsOf(all), true);
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  const there = await netApart(columnsOf(all), { withPairs: true });
  clearInterval(turning);
  expect(there.currencies).toEqual(here.currencies);
  expect(there.positions).toEqual(here.positions);
  expect(there.bilaterals).toEqual(here.bilaterals);
  expect(Buffer.from(there.resultHash)).toEqual(Buffer.from(here.resultHash));
  expect(turns).toBeGreaterThan(0);
});

test('a small window is netted where it is, to the same bytes', async () => {
  const all = obligations(500);
  expect(await netApart(columnsOf(all))).toEqual(netTask(columnsOf(all), false));
});

test('proofs of trees of any size lead to their root, here and from a thread', async () => {
  const leaves = (count: number) =>
    new Uint8Array(Buffer.concat(Array.from({ length: count }, (_, i) => leafHash(Buffer.from(String(i))))));
  for (const size of [1, 2, 3, 5, 8, 13, 64, 100]) {
    const [all, prove] = [leaves(size), await proveApart(leaves(size))];
    for (let i = 0; i < size; i++)
      expect(prove(i).map((node) => Buffer.from(node))).toEqual(inclusionProof(all, i).map((node) => Buffer.from(node)));
  }
  const size = 20_011;
  const all = leaves(size);
  const prove = await proveApart(all.slice());
  const root = rootOfLeaves(all);
  for (const index of [0, 1, 9_999, 20_010]) {
    expect(verifyInclusion({ leaf: all.slice(index * 32, index * 32 + 32), index, size, root, proof: prove(index) })).toBe(true);
  }
});
