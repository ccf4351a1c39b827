import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendLeaves, emptyFrontier, packFrontier, rootOfFrontier, unpackFrontier } from './frontier.ts';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import { LANES_CAPACITY } from './sha256-lanes.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The eight entries with which the reference implementations of certificate transparency are tested. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const reference = Buffer.concat(ENTRIES.map((entry) => leafHash(Buffer.from(entry, 'hex'))));

/** `count` leaf hashes that a seed decides. */
function leavesOf(count: number, seed = 0): Uint8Array {
  return createHash('shake256', { outputLength: count * 32 })
    .update(`${seed}`)
    .digest();
}
const slice = (leaves: Uint8Array, from: number, to: number) => leaves.subarray(from * 32, to * 32);

/** The definition of RFC 6962 §2.1, word for word. */
function definition(leaves: Uint8Array): Uint8Array {
  const size = leaves.length / 32;
  if (size === 0) return createHash('sha256').digest();
  if (size === 1) return leaves;
  const split = 2 ** Math.floor(Math.log2(size - 1));
  return nodeHash(definition(slice(leaves, 0, split)), definition(slice(leaves, split, size)));
}

describe('the tree', () => {
  test.each(ROOTS.map((root, size) => [size, root] as const))('of the first %i reference entries has the published root', (size, root) => {
    expect(hex(rootOfLeaves(slice(reference, 0, size)))).toBe(root);
  });

  test('agrees with the definition of RFC 6962 at every size to 200 and around the size of one batch', () => {
    const leaves = leavesOf(3 * LANES_CAPACITY + 5);
    const around = [1, 2, 3].flatMap((times) => [-1, 0, 1, 5].map((by) => times * LANES_CAPACITY + by));
    for (const size of [...Array(200).keys(), ...around]) {
      expect([size, hex(rootOfLeaves(slice(leaves, 0, size)))]).toEqual([size, hex(definition(slice(leaves, 0, size)))]);
    }
  });

  test('a node hash is SHA-256 of 0x01 and both children, a leaf hash of 0x00 and the data', () => {
    const [left, right] = [leavesOf(1, 1), leavesOf(1, 2)];
    const plain = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');
    expect(hex(nodeHash(left, right))).toBe(plain(Uint8Array.of(1), left, right));
    expect(hex(leafHash(left))).toBe(plain(Uint8Array.of(0), left));
    expect(hex(rootOfLeaves(Buffer.concat([left, right])))).toBe(hex(nodeHash(left, right)));
  });

  test('bytes that are not whole hashes are refused', () => {
    expect(() => rootOfLeaves(new Uint8Array(33))).toThrow(RangeError);
  });
});

describe('an inclusion proof', () => {
  test('of the reference tree is the published one', () => {
    expect(inclusionProof(reference, 0).map(hex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  test('verifies for every leaf of every size to 40', () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = leavesOf(size);
      const root = rootOfLeaves(leaves);
      for (let index = 0; index < size; index++) {
        expect(verifyInclusion({ leaf: slice(leaves, index, index + 1), index, size, root, proof: inclusionProof(leaves, index) })).toBe(
          true,
        );
      }
    }
  });

  test('never verifies when a byte of it, the leaf or the root is changed, or it is longer, shorter, or for another place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (size, at, where, flip) => {
        const leaves = leavesOf(size);
        const index = at % size;
        const claim = {
          leaf: slice(leaves, index, index + 1),
          index,
          size,
          root: rootOfLeaves(leaves),
          proof: inclusionProof(leaves, index),
        };
        const bent = tamper([claim.leaf, claim.root, ...claim.proof], where, flip);
        const [leaf, root, ...proof] = bent as [Uint8Array, Uint8Array, ...Uint8Array[]];
        expect(verifyInclusion({ ...claim, leaf, root, proof })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.leaf] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(claim.proof.length === 0);
        expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false);
        expect(verifyInclusion({ ...claim, index: -1 })).toBe(false);
        expect(verifyInclusion({ ...claim, index: index + 0.5 })).toBe(false);
      }),
    );
  });
});

describe('a consistency proof', () => {
  test('of the reference tree is the published one', () => {
    expect(consistencyProof(reference, 1).map(hex)).toEqual(inclusionProof(reference, 0).map(hex));
    expect(consistencyProof(reference, 6).map(hex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('verifies between all sizes to 40', () => {
    for (let size = 0; size <= 40; size++) {
      const leaves = leavesOf(size);
      for (let earlier = 0; earlier <= size; earlier++) {
        const earlierRoot = rootOfLeaves(slice(leaves, 0, earlier));
        const claim = { earlier, earlierRoot, size, root: rootOfLeaves(leaves), proof: consistencyProof(leaves, earlier) };
        expect([earlier, size, verifyConsistency(claim)]).toEqual([earlier, size, true]);
      }
    }
  });

  test('never verifies when a byte is changed, or when the earlier tree had another leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (size, at, where, flip) => {
        const leaves = leavesOf(size);
        const earlier = 1 + (at % (size - 1));
        const earlierRoot = rootOfLeaves(slice(leaves, 0, earlier));
        const claim = { earlier, earlierRoot, size, root: rootOfLeaves(leaves), proof: consistencyProof(leaves, earlier) };
        const [oldRoot, newRoot, ...proof] = tamper([earlierRoot, claim.root, ...claim.proof], where, flip) as [Uint8Array, Uint8Array];
        expect(verifyConsistency({ ...claim, earlierRoot: oldRoot, root: newRoot, proof })).toBe(false);
        const otherPast = Buffer.concat([slice(leaves, 0, earlier - 1), leavesOf(1, 99)]);
        expect(verifyConsistency({ ...claim, earlierRoot: rootOfLeaves(otherPast) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
        expect(verifyConsistency({ ...claim, earlier: size + 1 })).toBe(false);
      }),
    );
  });

  test('from an empty tree needs the root of the empty tree', () => {
    const root = rootOfLeaves(reference);
    expect(verifyConsistency({ earlier: 0, earlierRoot: EMPTY_ROOT, size: 8, root, proof: [] })).toBe(true);
    expect(verifyConsistency({ earlier: 0, earlierRoot: root, size: 8, root, proof: [] })).toBe(false);
  });
});

describe('a frontier', () => {
  const cuts = fc.array(fc.nat(300), { maxLength: 12 });

  test('has the root of all leaves, however they were cut into appends, and survives being packed', () => {
    fc.assert(
      fc.property(cuts, (counts) => {
        const leaves = leavesOf(counts.reduce((sum, count) => sum + count, 0));
        let frontier = emptyFrontier;
        for (const count of counts) {
          frontier = appendLeaves(frontier, slice(leaves, frontier.size, frontier.size + count));
          frontier = unpackFrontier(frontier.size, packFrontier(frontier));
          expect(hex(rootOfFrontier(frontier))).toBe(hex(rootOfLeaves(slice(leaves, 0, frontier.size))));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('leaves the frontier it was made from as it was', () => {
    const three = appendLeaves(emptyFrontier, leavesOf(3));
    const before = hex(rootOfFrontier(three));
    appendLeaves(three, leavesOf(5, 1));
    expect(hex(rootOfFrontier(three))).toBe(before);
  });

  test('with a number of peaks that does not belong to its size is refused', () => {
    expect(() => unpackFrontier(3, new Uint8Array(32))).toThrow(RangeError);
  });
});

/** The hashes with one byte changed, in the hash and place that `where` says. */
function tamper(hashes: readonly Uint8Array[], where: number, flip: number): Uint8Array[] {
  return hashes.map((one, i) => {
    const copy = Uint8Array.from(one);
    if (i === where % hashes.length) copy[(where >>> 8) % 32]! ^= flip;
    return copy;
  });
}
