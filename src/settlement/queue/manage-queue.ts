import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { rowOf } from '../../ledger/port.ts';
import { dayOf } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { actRows, keptPayment } from '../payment/act-rows.ts';
import { cancelAhead } from '../payment/cancel-ahead.ts';
import { cancelQueued as cancelContract, moveQueued as moveContract, type runQueue as runContract } from './contract.ts';
import { CLASSES, classNameOf, datedLast, type QueueEntry } from './entry.ts';
import { queueExitRows, queueMoveRows, type QueueMove } from './rows.ts';
import { exitEvent } from './run-queue.ts';
import { findEntry, queueOf } from './store.ts';

const CANCELLED = { code: 'DS02', text: 'Cancelled while it waited in the queue.' };

/** Looks for what can settle now, the largest set included. Errors: `settlement.queue_operator_only`. */
export async function runQueue(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof runContract>> {
  if (ctx.memberId !== undefined) throw new AppError('forbidden', 'settlement.queue_operator_only', 'The queues are run by the operator.');
  const { looked, settled } = await deps.queue.run(ctx, { loop: true });
  return { looked, settled };
}

/**
 * Cancels a payment that waits: in the queue, or with its money set aside for a value date to come.
 * Errors: `settlement.payment_not_queued`, the same for a payment that the caller may not see.
 */
export async function cancelQueued(
  deps: SettlementDeps,
  ctx: Ctx,
  { id }: InputOf<typeof cancelContract>,
): Promise<OutputOf<typeof cancelContract>> {
  const done = { id, status: 'rejected' as const };
  if ((await keptPayment(deps, ctx, cancelContract)) === id) return done;
  if (await cancelAhead(deps, ctx, cancelContract, id)) return done;
  const entry = await deps.db.read(ctx, (tx) => findEntry(tx, ctx.tenantId, id));
  if (entry?.kind !== 'payment') {
    // The same request, sent twice at once, may have cancelled it ahead of its day meanwhile.
    if ((await keptPayment(deps, ctx, cancelContract)) === id) return done;
    throw notQueued();
  }
  const participants = await deps.directory.of(ctx.tenantId, { ids: [entry.legs[0]!.debtor, entry.legs[0]!.creditor] });
  const exit = { entryId: id, outcome: 'rejected' as const, reason: CANCELLED, actorName: ctx.actor.name };
  const outcome = await deps.ledger.enact({
    tenantId: ctx.tenantId,
    transfers: [],
    rows: [rowOf(queueExitRows, exit), ...actRows(deps, ctx, cancelContract, { paymentId: id, outcome: 'cancelled' })],
    events: ({ atMs }) => [exitEvent(ctx.tenantId, participants, entry, { decision: 'rejected', reason: CANCELLED }, atMs)],
  });
  if (outcome.result === 'refused' && (await keptPayment(deps, ctx, cancelContract)) !== id) throw notQueued();
  // What stood behind it may go now.
  deps.queue.stir(ctx.tenantId);
  return done;
}

/**
 * Gives a payment another class or place among its own bank's. Within the class the payments share out the places they have,
 * so nobody else's order changes.
 *
 * Errors: `settlement.payment_not_queued`, `settlement.queue_place_unknown`.
 */
export async function moveQueued(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof moveContract>,
): Promise<OutputOf<typeof moveContract>> {
  if ((await keptPayment(deps, ctx, moveContract)) !== input.id) {
    const entry = await mustWait(deps, ctx, input.id);
    const queue = await deps.db.read(ctx, (tx) => queueOf(tx, ctx.tenantId, entry.payers[0]!));
    const moves = movesOf(queue, entry, input);
    const detail = { priority: classNameOf(moves.find((move) => move.entryId === input.id)!.priority) };
    await deps.ledger.enact({
      tenantId: ctx.tenantId,
      transfers: [],
      rows: [
        ...moves.map((move) => rowOf(queueMoveRows, move)),
        ...actRows(deps, ctx, moveContract, { paymentId: input.id, outcome: 'moved', detail }),
      ],
    });
    deps.queue.stir(ctx.tenantId);
  }
  const moved = await mustWait(deps, ctx, input.id);
  const queue = await deps.db.read(ctx, (tx) => queueOf(tx, ctx.tenantId, moved.payers[0]!));
  const place = datedLast(queue, dayOf(deps.clock.now())).findIndex((entry) => entry.id === input.id) + 1;
  return { id: input.id, priority: classNameOf(moved.priority), place: Math.max(1, place) };
}

type Wish = Pick<InputOf<typeof moveContract>, 'priority' | 'to' | 'before'>;

/** The new places of everything in the class that the entry goes into. Errors: `settlement.queue_place_unknown`. */
function movesOf(queue: readonly QueueEntry[], entry: QueueEntry, { priority, to, before }: Wish): QueueMove[] {
  const into = priority === undefined ? entry.priority : CLASSES.indexOf(priority);
  if (to === undefined && before === undefined) return [{ entryId: entry.id, priority: into }];
  if (to === 'back') return [{ entryId: entry.id, priority: into }];
  const others = queue.filter((one) => one.id !== entry.id && one.priority === into && one.kind === 'payment');
  const at = before === undefined ? 0 : others.findIndex((one) => one.id === before);
  if (at < 0) {
    throw new AppError(
      'unprocessable',
      'settlement.queue_place_unknown',
      'The payment named in `before` does not wait in that class of the same queue.',
    );
  }
  const order = [...others.slice(0, at), entry, ...others.slice(at)];
  const places = order.map((one) => one.position).sort((a, b) => (a < b ? -1 : 1));
  return order.map((one, i) => ({ entryId: one.id, priority: into, position: places[i]! }));
}

async function mustWait(deps: Pick<SettlementDeps, 'db'>, ctx: Ctx, id: Uuid): Promise<QueueEntry> {
  const entry = await deps.db.read(ctx, (tx) => findEntry(tx, ctx.tenantId, id));
  if (!entry || entry.kind !== 'payment') throw notQueued();
  return entry;
}

function notQueued(): AppError {
  return new AppError('not_found', 'settlement.payment_not_queued', 'No such payment waits in the queue, or for a value date to come.');
}
