import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { WindowFile } from './window-file.ts';

/** An obligation as the public API writes it, in the window's order of sequence. */
export type PublishedObligation = { id: string; debtor: string; creditor: string; asset: string; units: string };

type Side = { incoming: bigint; outgoing: bigint };

/**
 * Checks a published window against its obligations and answers everything that does not hold; empty when all does.
 *
 * It shares no code with the netting itself (plain maps and big numbers, its own tree), so that a fault there cannot hide
 * here. The invariants carry their names of the settlement notes: N1 to N8 and N11.
 */
export function verifyNetting(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const sides = sidesOf(obligations);
  return [
    ...verifyInput(file, obligations),
    ...verifyPositions(file, sides),
    ...verifyInstructions(file),
    ...verifyCurrencies(file, obligations),
    ...(sha256(canonicalJson(file.positions)) === file.resultHash ? [] : ['the result hash is not that of the positions']),
  ];
}

function sidesOf(obligations: readonly PublishedObligation[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  const side = (asset: string, participant: string) => {
    const key = `${asset} ${participant}`;
    const found = sides.get(key) ?? { incoming: 0n, outgoing: 0n };
    sides.set(key, found);
    return found;
  };
  for (const { asset, debtor, creditor, units } of obligations) {
    side(asset, debtor).outgoing += BigInt(units);
    side(asset, creditor).incoming += BigInt(units);
  }
  return sides;
}

/** N2, N3: every obligation once, and together they are the input whose root was published at cut-off. */
function verifyInput(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const problems: string[] = [];
  if (new Set(obligations.map(({ id }) => id)).size !== obligations.length) problems.push('N2: an obligation is in the window twice');
  if (file.obligations !== obligations.length)
    problems.push(`N2: the file counts ${file.obligations} obligations, there are ${obligations.length}`);
  const leaves = obligations.map(({ asset, creditor, debtor, id, units }) =>
    sha256(`\0${canonicalJson({ asset, creditor, debtor, id, units })}`),
  );
  if (treeRoot(leaves) !== file.inputRoot) problems.push('N3: the input root is not that of the obligations');
  return problems;
}

/** N1, N4: positions follow from the obligations, and add up to zero in each currency. */
function verifyPositions(file: WindowFile, sides: Map<string, Side>): string[] {
  const problems: string[] = [];
  const sums = new Map<string, bigint>();
  const seen = new Set<string>();
  for (const { asset, participantId, incoming, outgoing, net } of file.positions) {
    const key = `${asset} ${participantId}`;
    const side = sides.get(key);
    if (seen.has(key)) problems.push(`N4: two positions for ${key}`);
    seen.add(key);
    sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(net));
    if (side?.incoming === BigInt(incoming) && side.outgoing === BigInt(outgoing) && side.incoming - side.outgoing === BigInt(net))
      continue;
    problems.push(`N4: the position of ${key} does not follow from the obligations`);
  }
  for (const key of sides.keys()) if (!seen.has(key)) problems.push(`N4: no position for ${key}`);
  for (const [asset, sum] of sums) if (sum !== 0n) problems.push(`N1: positions in ${asset} add up to ${sum}`);
  return problems;
}

/** N5: what a participant is told to pay or receive is its position. */
function verifyInstructions(file: WindowFile): string[] {
  const told = new Map<string, bigint>();
  for (const { asset, participantId, direction, units } of file.instructions) {
    const key = `${asset} ${participantId}`;
    told.set(key, (told.get(key) ?? 0n) + (direction === 'pay' ? -BigInt(units) : BigInt(units)));
  }
  const problems = file.positions.flatMap(({ asset, participantId, net }) => {
    const key = `${asset} ${participantId}`;
    const sum = told.get(key) ?? 0n;
    told.delete(key);
    return sum === BigInt(net) ? [] : [`N5: the instructions for ${key} come to ${sum}, its position is ${net}`];
  });
  return [...problems, ...[...told.keys()].map((key) => `N5: an instruction for ${key}, which has no position`)];
}

/** N6 to N8, N11: totals by currency, its funding at the lower bound and never above pair by pair. */
function verifyCurrencies(file: WindowFile, obligations: readonly PublishedObligation[]): string[] {
  const assets = [...new Set(obligations.map(({ asset }) => asset))].sort();
  const problems: string[] = [];
  if (assets.join() !== file.currencies.map(({ asset }) => asset).join())
    problems.push('N8: the currencies are not those of the obligations');
  for (const currency of file.currencies) {
    const own = obligations.filter(({ asset }) => asset === currency.asset);
    const pairs = new Map<string, bigint>();
    for (const { debtor, creditor, units } of own) {
      const [pair, signed] = debtor < creditor ? [`${debtor} ${creditor}`, BigInt(units)] : [`${creditor} ${debtor}`, -BigInt(units)];
      pairs.set(pair, (pairs.get(pair) ?? 0n) + signed);
    }
    const size = (units: bigint) => (units < 0n ? -units : units);
    const sum = (all: Iterable<bigint>) => [...all].reduce((total, units) => total + units, 0n);
    const positions = file.positions.filter(({ asset }) => asset === currency.asset).map(({ net }) => size(BigInt(net)));
    const bilateral = sum([...pairs.values()].map(size));
    const claims: [string, boolean][] = [
      ['N2: payments', currency.payments === own.length],
      ['N4: participants', currency.participants === positions.length],
      ['N4: gross', BigInt(currency.gross) === sum(own.map(({ units }) => BigInt(units)))],
      ['N6: funding is half the sum of all positions', BigInt(currency.net) * 2n === sum(positions)],
      ['N7: the sum of pairs', BigInt(currency.bilateralNet) === bilateral],
      ['N11: netting pair by pair never needs less', bilateral >= BigInt(currency.net)],
    ];
    for (const [claim, holds] of claims) if (!holds) problems.push(`${claim} does not hold in ${currency.asset}`);
  }
  return problems;
}

function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Root of RFC 6962 by its definition, over leaf hashes in hexadecimal. */
function treeRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from(`01${treeRoot(leaves.slice(0, split))}${treeRoot(leaves.slice(split))}`, 'hex'));
}
