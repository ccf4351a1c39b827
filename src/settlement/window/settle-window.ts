import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { LedgerRefused, type LedgerTx, type Recorded, type TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { FINALITY_BUCKETS } from '../metrics.ts';
import type { Participants } from '../participant/directory.ts';
import { systemAccounts } from '../participant/store.ts';
import { forgetLateHolds } from '../payment/late-hold-store.ts';
import { closeWindow as contract, positionSettled, windowSettled } from './contract.ts';
import { halfTakenOut, heldInWindow, type Misplaced } from './places.ts';
import { claimNetted, findWindow, noteBlocked, positionsOf, recordFinality, type PositionRow, type WindowRow } from './store.ts';
import { viewOfWindow } from './view.ts';
import { waitedInWindow } from './waited-store.ts';

/**
 * Settles a netted window: every transfer of every currency, the finality record, the event and the audit row in one
 * transaction, so that no window is ever half settled. Does nothing when another process has settled it.
 *
 * Errors: `settlement.window_blocked` when the ledger refuses a transfer, a payment of the window is held, or
 * a participant that was taken out has a position all the same; the window stays netted,
 * and which participant is in the way is noted with it.
 */
export async function settleWindow(deps: SettlementDeps, ctx: Ctx, window: WindowRow): Promise<WindowRow> {
  const { tenantId } = ctx;
  // They change only together with the hash of the result, which is looked at again under the lock.
  const positions = await deps.db.read({ tenantId }, (tx) => positionsOf(tx, tenantId, window.id));
  const participants = await deps.directory.of(tenantId, { ids: positions.map(({ participantId }) => participantId) });
  const attempt: Attempt = { claimed: true, chain: [], held: undefined, halfOut: undefined };
  const act = deps.access.command({ ...ctx, idempotency: undefined }, contract, async (tx) => {
    attempt.claimed = await claimNetted(tx, tenantId, window.id, window.resultHash!);
    // Rolled back, since what did not happen is neither audited nor counted.
    if (!attempt.claimed) throw new Error('another process has settled the window');
    attempt.held = await heldInWindow(tx, tenantId, window.id);
    if (attempt.held) throw new Error('a payment of the window is held');
    attempt.halfOut = await halfTakenOut(tx, tenantId, window.id);
    if (attempt.halfOut !== undefined) throw new Error('a participant was taken out and has a position');
    const clearing = await systemAccounts(tx, tenantId, 'clearing');
    attempt.chain = settlementChain(window, positions, participants, clearing);
    const ledger = await deps.ledger.inTx(tx, tenantId);
    const { seq, atMs } = await finalOn(deps, ledger, attempt.chain);
    const transfers = attempt.chain.length;
    await recordFinality(tx, tenantId, window.id, { seq, at: atMs, transfers });
    await forgetLateHolds(tx, tenantId, window.id);
    const settled: WindowRow = { ...window, blocked: undefined, state: 'settled', settledAt: atMs, finalitySeq: seq, transfers };
    const subject = toWireId('win', window.id);
    const events = [settledEvent(tenantId, settled), ...positionEvents(tenantId, settled, positions)];
    return { answer: viewOfWindow(settled), subject, events, detail: { step: 'settled', transfers } };
  });
  await act.catch(async (error: unknown) => {
    if (error instanceof LedgerRefused) {
      throw await block(deps, tenantId, window, obstacleOf({ refused: error, chain: attempt.chain, participants }));
    }
    if (attempt.held) throw await block(deps, tenantId, window, holdOf(attempt.held, participants));
    if (attempt.halfOut !== undefined) throw await block(deps, tenantId, window, halfOutOf(attempt.halfOut, participants));
    if (attempt.claimed) throw error;
  });
  const after = (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, window.id)))!;
  if (attempt.claimed) await count(deps, tenantId, after);
  // Its result has changed meanwhile, by a default.
  return after.state === 'netted' ? settleWindow(deps, ctx, after) : after;
}

/** Payments of a window that are observed before others have their turn. */
const OBSERVED_AT_ONCE = 10_000;

/** Counts a window that is final, and how long its payments took. That is final whatever becomes of the counting. */
async function count({ db, log, metrics }: SettlementDeps, tenantId: Uuid, window: WindowRow): Promise<void> {
  metrics.windowSettled(window);
  const settled = { windowId: window.id, settledAt: window.settledAt!, bounds: FINALITY_BUCKETS };
  try {
    for (const { payments, seconds } of await db.read({ tenantId }, (tx) => waitedInWindow(tx, tenantId, settled))) {
      for (let left = payments; left > 0; left -= OBSERVED_AT_ONCE) {
        metrics.paymentFinal('window', seconds, Math.min(left, OBSERVED_AT_ONCE));
        if (left > OBSERVED_AT_ONCE) await nextTurn();
      }
    }
  } catch (error) {
    log.warn('How long the payments of a window took could not be counted', { tenantId, window: window.number, error });
  }
}

type Attempt = { claimed: boolean; chain: TransferDraft[]; held: Misplaced | undefined; halfOut: Uuid | undefined };

/** Where the book stands after the transfers; a window whose obligations have all left it asks for none. */
async function finalOn({ clock }: SettlementDeps, ledger: LedgerTx, chain: readonly TransferDraft[]): Promise<Recorded> {
  return chain.length > 0 ? ledger.transfer(chain) : { seq: await ledger.seq(), atMs: clock.now() };
}

/** Why a window cannot be settled, and who is in the way when that is known. */
type Obstacle = { participantId: Uuid | undefined; reason: string };

type LedgerRefusal = { refused: LedgerRefused; chain: readonly TransferDraft[]; participants: Participants };

function obstacleOf({ refused, chain, participants }: LedgerRefusal): Obstacle {
  const { index, code } = refused.refusal;
  const draft = chain[index];
  const isTouched = (account: { settlementAccountId: Uuid; reserveAccountId: Uuid } | undefined) =>
    [account?.settlementAccountId, account?.reserveAccountId].some((id) => id === draft?.debitAccountId || id === draft?.creditAccountId);
  const found = draft && [...participants.byId.values()].find(({ accounts }) => isTouched(accounts.get(draft.asset)));
  const reason = found ? `The ledger refused a transfer of ${found.bic}: ${code}.` : `The ledger refused a transfer: ${code}.`;
  return { participantId: found?.id, reason };
}

function holdOf({ paymentId, debtorId }: Misplaced, participants: Participants): Obstacle {
  const of = participants.byId.get(debtorId)?.bic ?? 'a participant';
  return { participantId: debtorId, reason: `The payment ${toWireId('pay', paymentId)} of ${of} is held.` };
}

/** Notes what is in the way of a settlement, and answers with the refusal to tell. */
async function block(deps: SettlementDeps, tenantId: Uuid, window: WindowRow, obstacle: Obstacle): Promise<AppError> {
  await deps.db.write({ tenantId }, (tx) => noteBlocked(tx, tenantId, window.id, obstacle));
  return new AppError(
    'conflict',
    'settlement.window_blocked',
    `Window ${window.number} is netted and cannot be settled. ${obstacle.reason} Put that right, or take the participant out of the window.`,
  );
}

function halfOutOf(participantId: Uuid, participants: Participants): Obstacle {
  const bic = participants.byId.get(participantId)?.bic ?? participantId;
  return { participantId, reason: `${bic} was taken out of the window on default and has a position in it all the same.` };
}

/**
 * The transfers that settle a window, payers first so that the clearing account is never overdrawn. Each participant's
 * reserve holds the gross of its outgoing payments: a net payer pays its position out of it, the rest is free again;
 * a net receiver gets all of it back and its position on top. The clearing accounts end where they began.
 */
export function settlementChain(
  window: Pick<WindowRow, 'id'>,
  positions: readonly PositionRow[],
  participants: Participants,
  clearing: ReadonlyMap<string, Uuid>,
): TransferDraft[] {
  const reference = toWireId('win', window.id);
  const payers: TransferDraft[] = [];
  const receivers: TransferDraft[] = [];
  for (const { participantId, asset, outgoing, net } of positions) {
    const { settlementAccountId, reserveAccountId } = participants.byId.get(participantId)!.accounts.get(asset)!;
    const pays = net < 0n ? -net : 0n;
    const move = (into: TransferDraft[], debitAccountId: Uuid, creditAccountId: Uuid, units: bigint) => {
      if (units > 0n) into.push({ id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference });
    };
    move(payers, reserveAccountId, clearing.get(asset)!, pays);
    move(receivers, reserveAccountId, settlementAccountId, outgoing - pays);
    move(receivers, clearing.get(asset)!, settlementAccountId, net > 0n ? net : 0n);
  }
  return [...payers, ...receivers];
}

function settledEvent(tenantId: Uuid, window: WindowRow) {
  const view = viewOfWindow(window);
  const id = toWireId('win', window.id);
  const currencies = view.currencies.map((c) => ({
    ...c,
    gross: c.gross.toString(),
    bilateralNet: c.bilateralNet.toString(),
    net: c.net.toString(),
  }));
  return {
    id: newId(),
    tenantId,
    type: windowSettled.type,
    version: windowSettled.version,
    subject: id,
    at: window.settledAt!,
    data: { windowId: id, number: window.number, group: window.groupId, currencies },
  };
}

/** Each bank of a window hears that its own positions are final, and nothing of the others'. */
function positionEvents(tenantId: Uuid, window: WindowRow, positions: readonly PositionRow[]): EventDraft[] {
  const { type, version } = positionSettled;
  return [...Map.groupBy(positions, ({ participantId }) => participantId)].map(([memberId, own]) => ({
    id: newId(),
    tenantId,
    type,
    version,
    subject: toWireId('mem', memberId),
    at: window.settledAt!,
    memberIds: [memberId],
    data: {
      windowId: toWireId('win', window.id),
      number: window.number,
      group: window.groupId,
      participantId: toWireId('mem', memberId),
      positions: own.map(({ asset, incoming, outgoing, net }) => ({
        asset,
        incoming: incoming.toString(),
        outgoing: outgoing.toString(),
        net: net.toString(),
      })),
    },
  }));
}
