import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyInclusion } from './proof.ts';

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (document: string) => sha(Buffer.of(0), Buffer.from(document));
const nodeOf = (left: Buffer, right: Buffer) => sha(Buffer.of(1), left, right);

/** Root and audit path by the recursive definition of RFC 6962, section 2.1, as an oracle. */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

function rootOf(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

function pathOf(index: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...pathOf(index, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...pathOf(index - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

function claimOf(documents: string[], index: number) {
  const leaves = documents.map(leafOf);
  const path = pathOf(index, leaves).map((hash) => hash.toString('hex'));
  return { document: documents[index]!, index, size: documents.length, root: rootOf(leaves).toString('hex'), path };
}

const logs = fc
  .array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 40 })
  .chain((documents) => fc.record({ documents: fc.constant(documents), index: fc.nat({ max: documents.length - 1 }) }));

test('a proof made by the definition of RFC 6962 holds for every leaf of every size', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async ({ documents, index }) => verifyInclusion(claimOf(documents, index))),
    { numRuns: 200 },
  );
});

test('a changed document, root, place or path does not hold', async () => {
  const documents = Array.from({ length: 11 }, (_, n) => `transfer ${n}`);
  for (let index = 0; index < documents.length; index++) {
    const claim = claimOf(documents, index);
    expect(await verifyInclusion({ ...claim, document: `${claim.document} ` })).toBe(false);
    expect(await verifyInclusion({ ...claim, root: claimOf([...documents, 'more'], index).root })).toBe(false);
    expect(await verifyInclusion({ ...claim, path: claim.path.slice(1) })).toBe(false);
    expect(await verifyInclusion({ ...claim, path: [...claim.path, claim.root] })).toBe(false);
    expect(await verifyInclusion({ ...claim, index: (index + 1) % documents.length })).toBe(false);
  }
});

test('a place outside the log does not hold', async () => {
  const claim = claimOf(['only'], 0);
  expect(await verifyInclusion({ ...claim, index: 1 })).toBe(false);
  expect(await verifyInclusion({ ...claim, index: -1 })).toBe(false);
  expect(await verifyInclusion({ ...claim, size: 0 })).toBe(false);
});
