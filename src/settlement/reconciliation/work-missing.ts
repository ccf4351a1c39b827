import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { fromWireId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { amountInWords } from '../../base/readable.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { LedgerRefused } from '../../ledger/port.ts';
import { findCustodyAccount } from '../custody/account-store.ts';
import { participantNamed } from '../custody/approve.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import { insertFundings } from '../custody/mint.ts';
import { insertMovements, lockMovements, type MovementKind } from '../custody/movement-store.ts';
import { accountIn, propose } from '../custody/propose.ts';
import { requireMayWriteOff } from '../custody/write-off-limit.ts';
import type { SettlementDeps } from '../deps.ts';
import { isBeingReturned } from '../rail/instruction-store.ts';
import { findBreak, lockBreak, type BreakRow } from './break-store.ts';
import { proposeBreakReversal as reverseContract } from './break-contract.ts';
import { insertEnded } from './ended-store.ts';
import { lockTold, movementsOfLine, writeShownLine, writeShownMovement } from './shown-store.ts';
import { broughtToAnEnd, isResolved, notFound } from './work-breaks.ts';
import { bookingOf, explainRefusal, requireOwnAccount } from './write-off.ts';

/**
 * What is on the ledger, or was notified, and comes on no statement. People say who bears it: the operator, on an account of its own,
 * or the participant for whom it was booked, where that was a mistake. Either way the ledger ends with what the custodian holds.
 */

/** What is missing, how much of it, for whom it was booked and under which references. */
type Missing = { units: bigint; participantId: Uuid | undefined; references: readonly string[]; settle(tx: Tx): Promise<void> };

/**
 * Errors: `settlement.break_resolved` when statements have shown it, or the rest of it, meanwhile; `settlement.break_returning` while a
 * return of it waits for its rail or the answer of that: what is written off comes to nobody, and what goes back has come.
 */
async function missingOf(tx: Tx, tenantId: Uuid, row: BreakRow, ledgerAccountId: Uuid): Promise<Missing> {
  if (row.transferId !== null) {
    const transferId = row.transferId;
    const [movement] = await lockMovements(tx, tenantId, { ledgerAccountId, transferIds: [transferId] });
    if (!movement || movement.entryId) throw isResolved();
    const units = movement.units - (movement.shown ?? 0n);
    const settle = (own: Tx) => writeShownMovement(own, tenantId, { transferId, ledgerAccountId, shown: movement.units });
    return { units, participantId: movement.participantId ?? undefined, references: [movement.reference], settle };
  }
  const line = await lockTold(tx, tenantId, row.entryId!);
  if (!line || line.state !== 'matched' || line.shown === line.units || line.isShown) throw isResolved();
  if (await isBeingReturned(tx, tenantId, line.id)) throw isReturning();
  const movements = await movementsOfLine(tx, tenantId, line.id);
  const participantId = movements.length === 1 ? (movements[0]!.participantId ?? undefined) : undefined;
  const settle = (own: Tx) => writeShownLine(own, tenantId, { id: line.id, shown: line.units, heldBy: null });
  const references = movements.map(({ reference }) => reference);
  return { units: line.units - line.shown, participantId, references, settle };
}

function isReturning(): AppError {
  return new AppError(
    'conflict',
    'settlement.break_returning',
    'Its money is on its way back to the sender. Cancel the return, or wait for what the rail says of it.',
  );
}

type Ending = { row: BreakRow; ledgerAccountId: Uuid; missing: Missing };

/** An open break of what is missing, with nobody else at it. Errors: `settlement.break_not_found`, `settlement.break_resolved`. */
async function lockMissing(tx: Tx, tenantId: Uuid, id: Uuid): Promise<Ending> {
  const found = await findBreak(tx, tenantId, id);
  if (!found) throw notFound();
  const { ledgerAccountId } = (await findCustodyAccount(tx, tenantId, found.custodyAccountId))!;
  const missing = await missingOf(tx, tenantId, found, ledgerAccountId);
  const row = (await lockBreak(tx, tenantId, id))!;
  if (row.state !== 'open') throw isResolved();
  return { row, ledgerAccountId, missing };
}

/**
 * That what was proposed is what is missing still; parts of it may have come. Errors: `settlement.break_changed`.
 */
function requireSame({ units }: Missing, proposed: string | undefined): void {
  if (proposed === units.toString()) return;
  throw new AppError(
    'conflict',
    'settlement.break_changed',
    'Statements have shown a part of it since that was proposed. Propose it for the rest.',
  );
}

type Booking = { against: Uuid; kind: Extract<MovementKind, 'write_off' | 'reversal'>; participantId?: Uuid; proposalId: Uuid };

/** Books what is missing off the custody account and against who bears it; neither waits for a statement. The ledger comes last. */
async function book(
  deps: SettlementDeps,
  tx: Tx,
  tenantId: Uuid,
  { row, ledgerAccountId, missing, against, kind, participantId, proposalId }: Ending & Booking,
): Promise<void> {
  const units = -missing.units;
  const booking = bookingOf({ row, ledgerAccountId, against, units, proposalId });
  await missing.settle(tx);
  if (missing.units > 0n) await insertEnded(tx, tenantId, { ...missing, breakId: row.id, ledgerAccountId, day: row.day });
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { atMs } = await ledger.transfer([booking.transfer]).catch(participantId ? explainShort : explainRefusal(units));
  const movement = { ...booking.movement, kind, shown: units, recordedAt: atMs, ...(participantId && { participantId }) };
  await insertMovements(tx, tenantId, [movement]);
  if (participantId) await insertFundings(tx, tenantId, [movement]);
}

/** Books what never came, or never went, on an account of the operator's own. Errors: as for a write-off. */
export const approveMissingWriteOff: Executor = async (deps, { tx, ctx, proposal }) => {
  const { tenantId } = ctx;
  const data = proposal.data as Record<'breakId' | 'accountId', string> & { units?: string };
  const against = fromWireId(data.accountId);
  const ending = await lockMissing(tx, tenantId, fromWireId(data.breakId));
  requireSame(ending.missing, data.units);
  await requireOwnAccount(tx, tenantId, against);
  await requireMayWriteOff(tx, ctx, { asset: ending.row.asset, units: ending.missing.units });
  const resolution = `Never shown; written off to ${data.accountId} by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const { events } = await broughtToAnEnd(deps, tx, tenantId, { row: ending.row, resolution });
  await book(deps, tx, tenantId, { ...ending, against, kind: 'write_off', proposalId: proposal.id });
  return events;
};

/**
 * Says that what was booked for a participant has to be taken back from it, or given back to it, since the custodian never showed it.
 * Errors: `settlement.break_not_found`, `settlement.break_resolved`, `settlement.break_not_missing`,
 * `settlement.break_of_no_participant`.
 */
export async function proposeBreakReversal(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, reason }: InputOf<typeof reverseContract>,
): Promise<OutputOf<typeof reverseContract>> {
  const { row, missing } = await lookAtMissing(deps, ctx, id);
  if (missing.participantId === undefined) throw ofNobody();
  const participant = (await deps.directory.of(ctx.tenantId, { ids: [missing.participantId] })).byId.get(missing.participantId)!;
  const amount = missing.units < 0n ? -missing.units : missing.units;
  const text = amountInWords({ asset: row.asset, units: amount });
  const subject = missing.units > 0n ? `Take ${text} back from ${participant.bic}` : `Give ${text} back to ${participant.bic}`;
  const data = { breakId: toWireId('brk', id), participantId: toWireId('mem', participant.id), units: missing.units.toString() };
  return propose(deps, ctx, reverseContract, { kind: 'reverse_break', subject, data, reason });
}

/** How a break of what is missing stands. Errors: as for `proposeBreakReversal`. */
async function lookAtMissing(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<Pick<Ending, 'row' | 'missing'>> {
  return deps.db.write(ctx, async (tx) => {
    const found = await findBreak(tx, ctx.tenantId, id);
    if (found && found.kind !== 'missing')
      throw new AppError(
        'unprocessable',
        'settlement.break_not_missing',
        'The custodian has said it, so there is nothing to take back. Link it, mint it or write it off.',
      );
    return lockMissing(tx, ctx.tenantId, id);
  });
}

function ofNobody(): AppError {
  return new AppError(
    'unprocessable',
    'settlement.break_of_no_participant',
    'It was booked for no participant, or for several. Write it off to an account of the operator.',
  );
}

/** Takes back from a participant what was booked for it, or gives it back. Errors: `settlement.insufficient_funds`, and as above. */
export const approveBreakReversal: Executor = async (deps, { tx, ctx, proposal }) => {
  const { tenantId } = ctx;
  const data = proposal.data as Record<'breakId' | 'participantId' | 'units', string>;
  const ending = await lockMissing(tx, tenantId, fromWireId(data.breakId));
  requireSame(ending.missing, data.units);
  const participant = await participantNamed(tx, tenantId, data.participantId);
  const { settlementAccountId } = accountIn(participant, ending.row.asset);
  const resolution = `Never shown; booked back with ${participant.bic} by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const { events } = await broughtToAnEnd(deps, tx, tenantId, { row: ending.row, resolution });
  const booking = { against: settlementAccountId, kind: 'reversal', participantId: participant.id, proposalId: proposal.id } as const;
  await book(deps, tx, tenantId, { ...ending, ...booking });
  return events;
};

function explainShort(error: unknown): never {
  if (error instanceof LedgerRefused && (error.refusal.code as string) === 'exceeds_credits')
    throw new AppError('unprocessable', 'settlement.insufficient_funds', 'The participant does not have so much free.');
  throw error;
}
