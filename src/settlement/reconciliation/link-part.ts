import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import type { MovementRow } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { confirmShown, lockLinked } from './confirm-shown.ts';
import { linkBreakPart as contract } from './break-contract.ts';
import { lessMissing, lockTold, writeShownLine, writeShownMovement, type ToldRow } from './shown-store.ts';
import { lockOpenEntry, notOpen, resolved } from './work-breaks.ts';

type Deps = Pick<SettlementDeps, 'db' | 'clock' | 'access' | 'ledger'>;
/** One part, and who says of what. */
type Part = { entry: ToldRow; movement: MovementRow; resolution: string; at: Millis };

/**
 * Explains an entry as a part of one movement, which other entries show the rest of: money that was told as one sum and booked piece
 * by piece. No money moves; what is left of the movement stays open.
 * Errors: `settlement.break_not_found`, `settlement.break_resolved`, `settlement.break_has_no_entry`, `settlement.movement_not_open`,
 * `settlement.part_too_large`.
 */
export function linkBreakPart(deps: Deps, ctx: Ctx, { id, transferId }: InputOf<typeof contract>): Promise<OutputOf<typeof contract>> {
  const { tenantId } = ctx;
  return deps.access.command(ctx, contract, async (tx) => {
    const row = await lockOpenEntry(tx, tenantId, id);
    const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, row.custodyAccountId))!;
    const [movement] = await lockLinked(tx, tenantId, { ledgerAccountId, transferIds: [transferId] });
    const entry = await lockTold(tx, tenantId, row.entryId);
    if (!movement || !entry) throw notOpen();
    const resolution = `A part of ${movement.reference}, says ${ctx.actor.name}`.slice(0, 500);
    const part = { entry, movement, resolution, at: deps.clock.now() };
    const isWhole = movement.entryId
      ? await takeOffLine(tx, tenantId, movement.entryId, part).then(() => false)
      : await takeOffMovement(tx, tenantId, part);
    const ids = isWhole && movement.instructionId ? [movement.instructionId] : [];
    const confirmed = await confirmShown(deps, tx, tenantId, { ids, at: part.at });
    const { answer, events } = await resolved(deps, tx, tenantId, { row, rule: 'part', resolution });
    const detail = { transferId: toWireId('trf', transferId) };
    return { answer, subject: toWireId('brk', id), detail, events: [...events, ...confirmed] };
  });
}

/** What is shown of a whole with one part more. Errors: `settlement.part_too_large`. */
function withPart({ units, shown = 0n }: { units: bigint; shown?: bigint }, part: bigint): bigint {
  const rest = units - shown;
  const fits = part > 0n ? part <= rest : part >= rest;
  if (fits) return shown + part;
  throw new AppError(
    'unprocessable',
    'settlement.part_too_large',
    'The entry is more than what is open of the movement, or goes the other way.',
  );
}

/** Answers whether statements show the whole of it now. */
async function takeOffMovement(tx: Tx, tenantId: Uuid, { entry, movement, resolution, at }: Part): Promise<boolean> {
  const { transferId, ledgerAccountId, units } = movement;
  const shown = withPart(movement, entry.units);
  await writeShownMovement(tx, tenantId, { ...movement, shown, entryId: entry.id });
  await lessMissing(tx, tenantId, { transferId, ledgerAccountId, rest: units - shown, resolution, at });
  return shown === units;
}

/**
 * The movement was booked for a line that told the sum. Where a statement shows the part, the line is told that much less; a part that
 * no statement shows tells nothing new, since the sum stands for it. Of two that statements hold each is money of its own.
 */
async function takeOffLine(tx: Tx, tenantId: Uuid, lineId: Uuid, { entry, resolution, at }: Part): Promise<void> {
  const line = await lockTold(tx, tenantId, lineId);
  if (!line || line.id === entry.id || line.kind !== 'entry' || line.state !== 'matched') throw notOpen();
  if (entry.bankStatementId === null) {
    withPart({ units: line.units }, entry.units);
    return writeShownLine(tx, tenantId, { id: entry.id, shown: entry.units, heldBy: null });
  }
  if (line.bankStatementId !== null) throw notOpen();
  const shown = withPart(line, entry.units);
  await writeShownLine(tx, tenantId, { id: line.id, shown, heldBy: entry.bankStatementId });
  await lessMissing(tx, tenantId, { entryId: line.id, rest: line.units - shown, resolution, at });
}
