import { hash, randomBytes } from 'node:crypto';
import { toWireId, type Uuid } from '../../base/id.ts';

/**
 * A Merkle tree that adds up: every node commits to the sums of both its children, not only to their total, since a node over
 * the total alone lets an operator hide what it owes (Hu, Zhang, Guo: "Breaking the binding", 2019). Sums are never negative.
 */
export type SumNode = { hash: string; units: bigint };

/** What a leaf says. The salt keeps others from finding out by trying whose it is. */
export type Leaf = { asset: string; participantId: Uuid; position: number; salt: Buffer; units: bigint };

/** A neighbour on the way from a leaf to the root. */
export type Step = SumNode & { side: 'left' | 'right' };

/** In how many leaves a balance stands, in places drawn by lot: a neighbour is then a part of somebody's balance. */
export const PIECES = 4;

/** The canonical JSON of a leaf, with the id as its participant knows it; nothing in it has anything to escape. */
export function leafText({ asset, participantId, position, salt, units }: Leaf): string {
  const id = toWireId('mem', participantId);
  return `{"asset":"${asset}","participant":"${id}","position":${position},"salt":"${salt.toString('hex')}","units":"${units}"}`;
}

export function leafNode(leaf: Leaf): SumNode {
  return { hash: hash('sha256', `\0${leafText(leaf)}`), units: leaf.units };
}

/** A node over two: SHA-256 of 0x01 and `units:hash|units:hash` of left and right. */
function sumNode(left: SumNode, right: SumNode): SumNode {
  return {
    hash: hash('sha256', `\x01${left.units}:${left.hash}|${right.units}:${right.hash}`),
    units: left.units + right.units,
  };
}

/** Every level of the tree from the leaves to the root; a node without a neighbour goes up as it is. Throws RangeError without leaves. */
export function levelsOf(leaves: readonly SumNode[]): SumNode[][] {
  if (leaves.length === 0) throw new RangeError('a sum tree has at least one leaf');
  const levels = [[...leaves]];
  for (let level = levels[0]!; level.length > 1;) {
    const above: SumNode[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? sumNode(level[i]!, level[i + 1]!) : level[i]!);
    levels.push(above);
    level = above;
  }
  return levels;
}

/** The neighbours of a leaf, from the bottom up. */
export function pathOf(levels: readonly (readonly SumNode[])[], position: number): Step[] {
  const path: Step[] = [];
  let at = position;
  for (const level of levels.slice(0, -1)) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push({ ...neighbour, side: at % 2 === 0 ? 'right' : 'left' });
    at >>= 1;
  }
  return path;
}

/** Lays balances out as salted leaves in places drawn by lot, each balance in `PIECES` of them. `below` draws a whole number below a bound. */
export function leavesOf(asset: string, balances: ReadonlyMap<Uuid, bigint>, below: (bound: bigint) => bigint = randomBelow): Leaf[] {
  const pieces = [...balances].flatMap(([participantId, units]) => split(units, below).map((piece) => ({ participantId, units: piece })));
  for (let i = pieces.length - 1; i > 0; i--) {
    const j = Number(below(BigInt(i + 1)));
    [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
  }
  return pieces.map((piece, position) => ({ ...piece, asset, position, salt: randomBytes(16) }));
}

function split(units: bigint, below: (bound: bigint) => bigint): bigint[] {
  const cuts = Array.from({ length: PIECES - 1 }, () => below(units + 1n)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [...cuts, units].map((cut, i) => cut - (cuts[i - 1] ?? 0n));
}

/** Enough random bits above the bound that what is left over does not matter. */
function randomBelow(bound: bigint): bigint {
  const bytes = Math.ceil(bound.toString(16).length / 2) + 16;
  return BigInt(`0x${randomBytes(bytes).toString('hex')}`) % bound;
}
