import type { SetOffInput, SetOffResult } from './set-off.ts';

/**
 * A set-off as everybody concerned can check it, amounts in digits. `weight` is 1 unless said otherwise. `potential` is one
 * whole number for each participant; together they prove that no other set-off clears more.
 */
export type SetOffStatement = {
  format: 'rialto.set-off/1';
  asset: string;
  gross: string;
  cleared: string;
  obligations: { id: string; debtor: string; creditor: string; units: string; weight: number; dueDay?: string; cleared: string }[];
  liquidity: { participantId: string; line: string; drawn: string; received: string }[];
  potentials: { participantId: string; potential: number }[];
  liquidityPotential?: number;
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Puts a set-off and its certificate together; obligations in order of id. */
export function statementOf(input: SetOffInput, result: SetOffResult): SetOffStatement {
  const obligations = input.obligations.map(({ id, debtor, creditor, units, weight = 1, dueDay }, i) => ({
    id,
    debtor,
    creditor,
    units: units.toString(),
    weight,
    ...(dueDay !== undefined && { dueDay }),
    cleared: result.cleared[i]!.toString(),
  }));
  return {
    format: 'rialto.set-off/1',
    asset: result.asset,
    gross: result.gross.toString(),
    cleared: result.clearedTotal.toString(),
    obligations: obligations.sort((a, b) => compare(a.id, b.id)),
    liquidity: result.liquidity.map(({ participantId, line, drawn, received }) => ({
      participantId,
      line: line.toString(),
      drawn: drawn.toString(),
      received: received.toString(),
    })),
    potentials: result.potentials,
    ...(result.liquidityPotential !== undefined && { liquidityPotential: result.liquidityPotential }),
  };
}
