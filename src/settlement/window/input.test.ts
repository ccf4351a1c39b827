import { hash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HASH_BYTES, rootOfLeaves } from '../../base/merkle.ts';
import { columnsOf } from '../netting/columns.ts';
import { netColumns } from '../netting/net.ts';
import { readInput } from './input.ts';
import type { MemberRow } from './membership-store.ts';

const BANKS = Array.from({ length: 50 }, (_, i) => `00000000-0000-7000-8000-0000000000${String(i + 10)}`);
const ASSETS = ['EUR/2', 'JPY/0', 'KWD/3'];

/** The obligation at a sequence, invented from it. */
function obligationAt(seq: number): MemberRow {
  return {
    seq: BigInt(seq),
    id: `10000000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    debtor: BANKS[seq % 50]!,
    creditor: BANKS[(seq * 7 + 1) % 50 === seq % 50 ? (seq + 1) % 50 : (seq * 7 + 1) % 50]!,
    asset: ASSETS[seq % 3]!,
    units: seq % 11 === 0 ? 2n ** 70n + BigInt(seq) : BigInt(seq) + 1n,
    leaf: hash('sha256', String(seq), 'buffer'),
  };
}

/** Reads obligations 1 to `count` in chunks of so many. */
function reader(count: number, size: number, onChunk = () => {}) {
  return async (afterSeq: bigint): Promise<MemberRow[]> => {
    onChunk();
    const from = Number(afterSeq) + 1;
    return Array.from({ length: Math.max(0, Math.min(size, count - from + 1)) }, (_, i) => obligationAt(from + i));
  };
}

test('an input that is read in chunks of any size has the columns and the root of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 320 }), async (count, size) => {
      const all = Array.from({ length: count }, (_, i) => obligationAt(i + 1));
      const { columns, root, size: leavesInTree } = await readInput(reader(count, size));
      expect(netColumns(columns)).toEqual(netColumns(columnsOf(all)));
      const leaves = new Uint8Array(count * HASH_BYTES);
      all.forEach(({ leaf }, i) => leaves.set(leaf, i * HASH_BYTES));
      expect(leavesInTree).toBe(count);
      expect(root).toEqual(Buffer.from(rootOfLeaves(leaves)));
    }),
    { numRuns: 60 },
  );
});

test('a window holds some bytes of each obligation in memory, not its object', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const COUNT = 200_000;
  const before = held();
  let most = 0;
  let chunks = 0;
  const { columns } = await readInput(
    reader(COUNT, 10_000, () => {
      if (++chunks % 10 === 0) most = Math.max(most, held() - before);
    }),
  );
  expect(columns.count).toBe(COUNT);
  // As objects with their leaves they take about 400 bytes each.
  expect(most / COUNT).toBeLessThan(100);
});

test('what is taken out on a default stays in the tree and counts into nothing', async () => {
  const gone = BANKS[3]!;
  const chunks = async (afterSeq: bigint) =>
    (await reader(300, 40)(afterSeq)).map((row) => (row.seq % 7n === 0n ? { ...row, removed: gone } : row));
  const all = Array.from({ length: 300 }, (_, i) => obligationAt(i + 1));
  const { columns, root, size } = await readInput(chunks, ({ debtor }) => debtor === gone);
  expect(netColumns(columns)).toEqual(netColumns(columnsOf(all.filter(({ seq, debtor }) => seq % 7n !== 0n && debtor !== gone))));
  expect([size, root]).toEqual([300, Buffer.from(rootOfLeaves(Buffer.concat(all.map(({ leaf }) => leaf))))]);
});
