import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { NettingResult } from '../netting/net.ts';
import { netApart } from '../netting/net-apart.ts';
import type { Participants } from '../participant/directory.ts';
import { recordedEvent } from '../payment/act-rows.ts';
import { freeHeld, holdWhatLeft } from '../payment/hold-late.ts';
import type { LateHeld } from '../payment/late-hold-store.ts';
import { RETURNED_ON_DEFAULT } from '../payment/payment.ts';
import { finishWindow } from '../window/close-window.ts';
import { netWindow, readMembers } from '../window/net-window.ts';
import { requireOperator } from '../window/operator.ts';
import { getWindow, readDetail } from '../window/read-windows.ts';
import { claimNetted, findWindow, insertResult, positionsOf, type PositionRow, type WindowRow } from '../window/store.ts';
import { excludeParticipant as contract, participantExcluded } from './contract.ts';
import {
  countOf,
  dropResult,
  insertDefault,
  insertDifferences,
  removedSums,
  removeObligations,
  returnedBehind,
  type DefaultRow,
  type DifferenceRow,
  type RemovedSum,
} from './store.ts';

type Input = InputOf<typeof contract>;
type Output = OutputOf<typeof contract>;

/**
 * Takes a participant out of a window before pay-out: every obligation to or from it leaves, the rest is netted anew, and what that
 * changes for each is kept and published. Nothing is unwound. Computed outside of any lock; what it rests on is looked at again
 * under it. Then the window goes on as its group does.
 *
 * Errors: `settlement.window_final` once it is settled, `settlement.window_not_netted` while it is open,
 * `settlement.participant_not_in_window`, `settlement.participant_excluded` when it was taken out before,
 * `settlement.window_changed` when something else changed it meanwhile, and those of its settlement.
 */
export async function excludeParticipant(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  requireOperator(ctx);
  const { tenantId } = ctx;
  // Sent again after it was done: the window may be final by now.
  if (ctx.idempotency && (await deps.access.keptAnswer(ctx, contract))) return getWindow(deps, ctx, { id: input.id });
  const window = await nettedWindow(deps, ctx, input.id);
  const { participantId } = input;
  const { columns } = await readMembers(
    deps,
    tenantId,
    window.id,
    ({ debtor, creditor }) => debtor === participantId || creditor === participantId,
  );
  const after = await netApart(columns);
  let held: readonly LateHeld[] = [];
  await deps.access.command(ctx, contract, async (tx) => {
    const done = await replaceResult(deps, ctx, tx, { window, input, after });
    const { row } = done;
    held = done.held;
    const answer = await readDetail(tx, ctx, window.id);
    const subject = toWireId('win', window.id);
    const detail = { participantId: toWireId('mem', participantId), fate: input.fate, reason: input.reason, obligations: row.obligations };
    return { answer, subject, detail };
  });
  for (const payment of held) deps.judge.held({ ...payment, tenantId });
  await finishWindow(deps, ctx, window.id);
  return getWindow(deps, ctx, { id: window.id });
}

/** The window with its result. A part of its way that a crash left undone is gone first. */
async function nettedWindow(deps: SettlementDeps, ctx: Ctx, id: Uuid): Promise<WindowRow> {
  const window = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findWindow(tx, ctx.tenantId, id));
  if (!window) throw new AppError('not_found', 'settlement.window_not_found', 'There is no such window.');
  if (window.state === 'settled') throw isFinal(window);
  if (window.state === 'open') throw new AppError('conflict', 'settlement.window_not_netted', `Window ${window.number} is still open.`);
  const netted = window.state === 'cut_off' ? await netWindow(deps, ctx, window) : window;
  if (netted.state === 'settled') throw isFinal(netted);
  return netted;
}

function isFinal({ number }: WindowRow): AppError {
  return new AppError(
    'conflict',
    'settlement.window_final',
    `Window ${number} is settled. What is final stays so: nobody can be taken out of it.`,
  );
}

type Replacement = { window: WindowRow; input: Input; after: NettingResult & { resultHash: Uint8Array } };

async function replaceResult(
  deps: SettlementDeps,
  { tenantId, actor }: Ctx,
  tx: Tx,
  { window, input, after }: Replacement,
): Promise<{ row: DefaultRow; held: LateHeld[] }> {
  const { participantId, fate, reason } = input;
  if (!(await claimNetted(tx, tenantId, window.id, window.resultHash!))) {
    const now = await findWindow(tx, tenantId, window.id);
    if (now?.state === 'settled') throw isFinal(now);
    throw new AppError('conflict', 'settlement.window_changed', `Window ${window.number} has changed meanwhile. Look at it and try again.`);
  }
  const at = deps.clock.now();
  const before = await positionsOf(tx, tenantId, window.id);
  const obligations = await countOf(tx, tenantId, window.id, participantId);
  const hashes = { hashBefore: window.resultHash!, hashAfter: after.resultHash };
  const row: DefaultRow = {
    id: newId(),
    windowId: window.id,
    participantId,
    fate,
    reason,
    actorName: actor.name,
    obligations,
    ...hashes,
    at,
  };
  if (obligations > 0 && !(await insertDefault(tx, tenantId, row))) throw excludedAlready(window);
  if (obligations === 0) throw await notInWindow(tx, tenantId, window, participantId);
  await removeObligations(tx, tenantId, { windowId: window.id, participantId, defaultId: row.id, fate, at });
  const removed = await removedSums(tx, tenantId, row.id);
  await insertDifferences(tx, tenantId, row.id, differencesOf(before, after.positions, removed));
  await dropResult(tx, tenantId, window.id, { resultHash: after.resultHash, at });
  await insertResult(tx, tenantId, window.id, after);
  return { row, held: await tellAndFree(deps, tenantId, tx, { window, row, removed }) };
}

function excludedAlready({ number }: WindowRow): AppError {
  return new AppError('conflict', 'settlement.participant_excluded', `The participant was taken out of window ${number} before.`);
}

async function notInWindow(tx: Tx, tenantId: Uuid, window: WindowRow, participantId: Uuid): Promise<AppError> {
  const rows = await tx.query('select from settlement.window_default where tenant_id = $1 and window_id = $2 and participant_id = $3', [
    tenantId,
    window.id,
    participantId,
  ]);
  if (rows.length > 0) return excludedAlready(window);
  return new AppError(
    'unprocessable',
    'settlement.participant_not_in_window',
    `The participant has no obligation in window ${window.number}.`,
  );
}

/**
 * What changes, for whoever had a position before. What was removed explains the whole of each change: this is looked at here,
 * since a difference that is not explained would be a fault of the netting, and again by the table.
 */
function differencesOf(before: readonly PositionRow[], after: readonly PositionRow[], removed: readonly RemovedSum[]): DifferenceRow[] {
  const key = ({ asset, participantId }: { asset: string; participantId: Uuid }) => `${asset} ${participantId}`;
  const nets = new Map(after.map((position) => [key(position), position.net]));
  const gone = new Map(removed.map((sum) => [key(sum), sum]));
  return before.map((position) => {
    const { participantId, asset, net } = position;
    const sums = gone.get(key(position)) ?? { participantId, asset, removed: 0, removedIn: 0n, removedOut: 0n, returnedOut: 0n };
    const now = nets.get(key(position)) ?? 0n;
    if (now - net !== sums.removedOut - sums.removedIn)
      throw new Error(`the position of ${key(position)} changed by what nothing explains`);
    return { ...sums, before: net, after: now };
  });
}

type Told = { window: WindowRow; row: DefaultRow; removed: readonly RemovedSum[] };

/**
 * Holds what a list has named since the cut-off. Events at once set-wise, then the money of what is returned or held: the ledger comes
 * last in its transaction.
 */
async function tellAndFree(deps: SettlementDeps, tenantId: Uuid, tx: Tx, { window, row, removed }: Told): Promise<LateHeld[]> {
  const participants = await deps.directory.of(tenantId, { ids: [...new Set(removed.map(({ participantId }) => participantId))] });
  await deps.outbox.append(tx, [excludedEvent(tenantId, { window, row, removed })]);
  const held = await holdWhatLeft(deps, tx, tenantId, { windowId: window.id, at: row.at });
  if (row.fate === 'return') await tellReturned(deps, tenantId, tx, { row, participants });
  const transfers = returns(row, removed, participants);
  if (transfers.length > 0) await (await deps.ledger.inTx(tx, tenantId)).transfer(transfers);
  await freeHeld(deps, tx, tenantId, held);
  return held;
}

async function tellReturned(
  deps: SettlementDeps,
  tenantId: Uuid,
  tx: Tx,
  { row, participants }: { row: DefaultRow; participants: Participants },
): Promise<void> {
  for (let afterSeq = 0n; ;) {
    const page = await returnedBehind(tx, tenantId, row.id, { afterSeq, limit: 2_000 });
    if (page.length === 0) break;
    const events = page.map((one) => {
      const payment = { ...one, id: one.paymentId, tenantId, decision: 'rejected' as const, reason: RETURNED_ON_DEFAULT };
      const [debtorAgent, creditorAgent] = [participants.byId.get(one.debtorAgentId)!, participants.byId.get(one.creditorAgentId)!];
      // Both banks knew of it: it was reserved.
      return { ...recordedEvent(payment, { debtorAgent, creditorAgent }, row.at), memberIds: [one.debtorAgentId, one.creditorAgentId] };
    });
    await deps.outbox.append(tx, events);
    afterSeq = page.at(-1)!.seq;
  }
}

/** Frees what was set aside for the obligations that are returned. */
function returns(row: DefaultRow, removed: readonly RemovedSum[], participants: Participants): TransferDraft[] {
  return removed
    .filter(({ returnedOut }) => returnedOut > 0n)
    .map(({ participantId, asset, returnedOut }) => {
      const { settlementAccountId, reserveAccountId } = participants.byId.get(participantId)!.accounts.get(asset)!;
      const accounts = { debitAccountId: reserveAccountId, creditAccountId: settlementAccountId };
      return { id: newId(), kind: 'posted', ...accounts, asset, units: returnedOut, reference: toWireId('dft', row.id) };
    });
}

function excludedEvent(tenantId: Uuid, { window, row, removed }: Told): EventDraft {
  const id = toWireId('win', window.id);
  return {
    id: newId(),
    tenantId,
    type: participantExcluded.type,
    version: participantExcluded.version,
    subject: id,
    at: row.at,
    memberIds: [...new Set(removed.map(({ participantId }) => participantId))],
    data: {
      windowId: id,
      number: window.number,
      participantId: toWireId('mem', row.participantId),
      fate: row.fate,
      obligations: row.obligations,
      resultHash: Buffer.from(row.hashAfter).toString('hex'),
    },
  };
}
