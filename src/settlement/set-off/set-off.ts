import { bigNumbers, exactNumbers, fitsExactNumbers, type Arithmetic, repeated } from '../amounts/arithmetic.ts';
import { claimsOf, type Claims, type SetOffObligation } from './claims.ts';
import { largestSetOff } from './largest-set-off.ts';

/** What a participant may pay beyond what it takes in: money it has or a credit line it was given. */
export type LiquidityLine = { participantId: string; units: bigint };

/** Obligations of one currency, and who has liquidity to put in; none means that no money moves. */
export type SetOffInput = { asset: string; obligations: readonly SetOffObligation[]; liquidity?: readonly LiquidityLine[] };

/** Money that moved beside the set-off. At most one of `drawn` and `received` is above zero. */
export type LiquidityUse = { participantId: string; line: bigint; drawn: bigint; received: bigint };

/**
 * What was set off. `cleared` stands in the order of the input, each from zero to its obligation's amount.
 * `potentials` (and `liquidityPotential`, when there is liquidity) are the certificate: see `statementOf`.
 */
export type SetOffResult = {
  asset: string;
  gross: bigint;
  clearedTotal: bigint;
  cleared: bigint[];
  liquidity: LiquidityUse[];
  potentials: { participantId: string; potential: number }[];
  liquidityPotential?: number;
  /** Lengths of path that the solver went through. */
  phases: number;
};

/**
 * Obligation set-off (multilateral trade credit set-off, MTCS): clears as much as can be cleared without changing anybody's
 * net position, and proves it. Between the original debtors and creditors; nobody gets a new one.
 *
 * The same obligations in any order give the same result. Ties: the solver takes pairs in order of debtor and creditor id;
 * within a pair the heaviest obligation is cleared first, then the one due first, then the lower id.
 *
 * Throws RangeError for an amount below one, an obligation to oneself, a bad weight, a negative line, and for an id or a
 * participant's line that occurs twice.
 *
 * Source: Fleischman, Dini, *Mathematical Foundations for Balancing the Payment System in the Trade Credit Market*, JRFM 14(9):452 (2021).
 */
export function setOff(input: SetOffInput): SetOffResult {
  const lines = linesOf(input.liquidity ?? []);
  const claims = claimsOf(input.obligations, lines.keys());
  const gross = input.obligations.reduce((sum, { units }) => sum + units, 0n);
  const largestSum = [...lines.values()].reduce((sum, units) => sum + units, gross + 1n);
  // Written out for both kinds, so that each is compiled for the one kind it works with.
  return fitsExactNumbers(largestSum)
    ? solve(input, { claims, lines, gross }, exactNumbers)
    : solve(input, { claims, lines, gross }, bigNumbers);
}

function linesOf(liquidity: readonly LiquidityLine[]): Map<string, bigint> {
  const lines = new Map<string, bigint>();
  for (const { participantId, units } of liquidity) {
    if (units < 0n) throw new RangeError(`participant ${participantId} has a line of ${units}`);
    if (lines.has(participantId)) throw new RangeError(`participant ${participantId} has two lines`);
    lines.set(participantId, units);
  }
  return lines;
}

type Prepared = { claims: Claims; lines: Map<string, bigint>; gross: bigint };

function solve<T>(input: SetOffInput, { claims: all, lines, gross }: Prepared, arithmetic: Arithmetic<T>): SetOffResult {
  const { participants, claims } = all;
  const hasLiquidity = lines.size > 0;
  const found = largestSetOff(
    {
      participants: participants.length,
      debtor: claims.map(({ debtor }) => debtor),
      creditor: claims.map(({ creditor }) => creditor),
      weight: claims.map(({ weight }) => weight),
      units: claims.map(({ units }) => arithmetic.of(units)),
      ...(hasLiquidity && { line: participants.map((id) => arithmetic.of(lines.get(id) ?? 0n)) }),
    },
    arithmetic,
  );
  const byClaim = found.cleared.map((amount) => arithmetic.units(amount));
  return {
    asset: input.asset,
    gross,
    clearedTotal: byClaim.reduce((sum, units) => sum + units, 0n),
    cleared: shareOut(input.obligations, all, byClaim),
    liquidity: participants.flatMap((participantId, v) => {
      const [line, drawn, received] = [
        lines.get(participantId) ?? 0n,
        ...[found.drawn, found.received].map((sums) => arithmetic.units(sums[v]!)),
      ];
      return line > 0n || drawn! > 0n || received! > 0n ? [{ participantId, line, drawn: drawn!, received: received! }] : [];
    }),
    potentials: participants.map((participantId, v) => ({ participantId, potential: found.potential[v]! })),
    ...(hasLiquidity && { liquidityPotential: found.potential[participants.length]! }),
    phases: found.phases,
  };
}

/** Gives what a claim clears to its obligations, one after the other. */
function shareOut(obligations: readonly SetOffObligation[], { members, first }: Claims, byClaim: readonly bigint[]): bigint[] {
  const cleared = repeated(0n, obligations.length);
  byClaim.forEach((total, claim) => {
    let left = total;
    for (let at = first[claim]!; at < first[claim + 1]! && left > 0n; at++) {
      const { units } = obligations[members[at]!]!;
      const share = units < left ? units : left;
      cleared[members[at]!] = share;
      left -= share;
    }
  });
  return cleared;
}
