import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import { columnsOf, type ObligationColumns } from './columns.ts';
import type { Obligation } from './leaf.ts';
import { eachPair } from './pairs.ts';
import { carry, HIGH, halvesOf, LOW, MAX_UNCARRIED, sumsOf, type Sums } from './sums.ts';

/** A participant's side of a window in one currency. `net` = `incoming` − `outgoing`; below zero it pays, above it receives. */
export type Position = { participantId: Uuid; asset: string; incoming: bigint; outgoing: bigint; net: bigint };

/**
 * What one currency came to. `gross` is the sum of all obligations, `bilateralNet` what would move if each pair netted by
 * itself, `net` the funding that multilateral netting needs: the sum of the net payers' positions, and no scheme that
 * discharges every obligation needs less.
 */
export type CurrencyTotals = { asset: string; payments: number; participants: number; gross: bigint; bilateralNet: bigint; net: bigint };

/** Sorted by asset, and positions by participant within it, whatever the order of the input. */
export type NettingResult = { currencies: CurrencyTotals[]; positions: Position[] };

/** What a participant pays into the settlement account or receives from it. */
export type Instruction = { participantId: Uuid; asset: string; direction: 'pay' | 'receive'; units: bigint };

/** Multilateral netting of obligations, each currency by itself. Pure: the same set in any order gives the same result. */
export function netObligations(obligations: readonly Omit<Obligation, 'id'>[]): NettingResult {
  return netColumns(columnsOf(obligations));
}

/** As `netObligations`, for obligations that stand in columns. A million take well under a second. */
export function netColumns(columns: ObligationColumns): NettingResult {
  const { assets, participants } = columns;
  const sides = addUp(columns);
  const bilateral = bilateralTotals(columns);
  const counts = new Float64Array(assets.length);
  for (let i = 0; i < columns.count; i++) counts[columns.asset[i]!]! += 1;
  const positions: Position[] = [];
  const currencies = assets.map((asset, a): CurrencyTotals => {
    const own: Position[] = [];
    for (let p = 0; p < participants.length; p++) {
      const [incoming, outgoing] = [sides.incoming[a * participants.length + p]!, sides.outgoing[a * participants.length + p]!];
      if (incoming === 0n && outgoing === 0n) continue;
      own.push({ participantId: participants[p]!, asset, incoming, outgoing, net: incoming - outgoing });
    }
    for (const position of own) positions.push(position);
    return totalsOf(asset, counts[a]!, own, bilateral[a]!);
  });
  return { currencies, positions };
}

/** Incoming and outgoing by asset and participant, at asset × participants + participant. */
function addUp(columns: ObligationColumns): { incoming: bigint[]; outgoing: bigint[] } {
  const { count, participants, assets, debtor, creditor, asset } = columns;
  const halves = halvesOf(columns.units);
  const [incoming, outgoing] = [sumsOf(assets.length * participants.length), sumsOf(assets.length * participants.length)];
  const add = (sums: Sums, at: number, i: number) => {
    sums.low[at]! += halves[2 * i + LOW]!;
    sums.high[at]! += halves[2 * i + HIGH]!;
  };
  for (let i = 0; i < count; i++) {
    const base = asset[i]! * participants.length;
    add(incoming, base + creditor[i]!, i);
    add(outgoing, base + debtor[i]!, i);
    if (++incoming.uncarried === MAX_UNCARRIED) {
      carry(incoming);
      carry(outgoing);
    }
  }
  for (const [i, units] of columns.wide) {
    const base = asset[i]! * participants.length;
    incoming.carried[base + creditor[i]!]! += units;
    outgoing.carried[base + debtor[i]!]! += units;
  }
  return { incoming: carry(incoming), outgoing: carry(outgoing) };
}

function bilateralTotals(columns: ObligationColumns): bigint[] {
  const totals = columns.assets.map(() => 0n);
  const small = new Float64Array(columns.assets.length);
  eachPair(columns, (asset, _a, _b, owed) => {
    if (typeof owed === 'bigint') {
      totals[asset]! += owed < 0n ? -owed : owed;
      return;
    }
    const sum = small[asset]! + Math.abs(owed);
    if (sum > Number.MAX_SAFE_INTEGER / 2) totals[asset]! += BigInt(sum);
    small[asset] = sum > Number.MAX_SAFE_INTEGER / 2 ? 0 : sum;
  });
  return totals.map((total, a) => total + BigInt(small[a]!));
}

/** Adds up a currency and holds it against the invariants that netting rests on; one that fails is a fault of ours. */
function totalsOf(asset: string, payments: number, positions: readonly Position[], bilateralNet: bigint): CurrencyTotals {
  let [gross, sum, net] = [0n, 0n, 0n];
  for (const position of positions) {
    gross += position.incoming;
    sum += position.net;
    if (position.net < 0n) net -= position.net;
  }
  if (sum !== 0n) throw new Error(`net positions in ${asset} add up to ${sum}, not to zero`);
  if (bilateralNet < net || gross < bilateralNet)
    throw new Error(`${asset}: net ${net}, bilateral ${bilateralNet} and gross ${gross} do not rise`);
  return { asset, payments, participants: positions.length, gross, bilateralNet, net };
}

/** One instruction for each position that is not zero: through the settlement account, payers first. */
export function instructionsOf(positions: readonly Position[]): Instruction[] {
  const sided = (direction: 'pay' | 'receive') =>
    positions.flatMap(({ participantId, asset, net }): Instruction[] => {
      const units = direction === 'pay' ? -net : net;
      return units > 0n ? [{ participantId, asset, direction, units }] : [];
    });
  return [...sided('pay'), ...sided('receive')];
}

/** Positions as they are hashed and published: ids and amounts as the public API writes them, in order of asset and participant. */
export function publishedPositions(positions: readonly Position[]) {
  return positions
    .map(({ participantId, asset, incoming, outgoing, net }) => ({
      participantId: toWireId('mem', participantId),
      asset,
      incoming: incoming.toString(),
      outgoing: outgoing.toString(),
      net: net.toString(),
    }))
    .sort((a, b) => compare(a.asset, b.asset) || compare(a.participantId, b.participantId));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** SHA-256 of the canonical JSON of the positions. */
export function resultHashOf(positions: readonly Position[]): Uint8Array {
  return hash('sha256', canonicalJson(publishedPositions(positions)), 'buffer');
}
