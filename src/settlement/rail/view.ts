import type { Ctx } from '../../base/context.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { getInstruction, listRails, requestPayout } from './contract.ts';
import type { InstructionRow } from './instruction.ts';
import type { MoveRow } from './instruction-store.ts';
import type { RailRow } from './rail-store.ts';

type View = OutputOf<typeof requestPayout>;

/** An instruction as anybody who may see it does. */
export function viewOfInstruction(row: InstructionRow): View {
  const { id, kind, railId, participantId, asset, units, reference, creditor, state, attempts } = row;
  const isOpen = state === 'waiting' || state === 'unknown';
  return {
    id,
    kind,
    railId,
    asset,
    units,
    reference,
    creditor,
    state,
    attempts,
    requestedBy: row.requestedBy,
    requestedAt: row.requestedAt,
    changedAt: row.changedAt,
    ...(participantId !== null && { participantId }),
    ...(row.incomeSource !== null && { incomeSource: row.incomeSource }),
    ...(row.breakId !== null && { breakId: row.breakId }),
    ...(row.returnOf !== null && { returnCode: row.returnOf.code }),
    ...(isOpen && { nextAt: row.nextAt }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.railReference !== null && { railReference: row.railReference }),
  };
}

/** An instruction as who asks may see it: a member is not told of the case that holds it, nor that there is one. */
export function viewFor({ memberId }: Pick<Ctx, 'memberId'>, row: InstructionRow): View {
  const { holdCaseId: caseId, state } = row;
  const isTold = memberId === undefined && state === 'held';
  return { ...viewOfInstruction(row), ...(isTold && caseId !== null && { caseId }) };
}

export function detailFor(ctx: Pick<Ctx, 'memberId'>, row: InstructionRow, moves: readonly MoveRow[]): OutputOf<typeof getInstruction> {
  return { ...viewFor(ctx, row), debtor: row.debtor, uetr: row.uetr, moves: [...moves] };
}

export function viewOfRail(row: RailRow, folder: string): OutputOf<typeof listRails>['items'][number] {
  const { id, kind, name, servicerBic, url, cutOff, zone, state, publicKey, createdAt } = row;
  return {
    id,
    kind,
    name,
    servicerBic,
    zone,
    state,
    publicKey,
    createdAt,
    ...(url !== null && { url }),
    ...(cutOff !== null && { cutOff }),
    ...(kind === 'iso20022_file' && { folder }),
  };
}
