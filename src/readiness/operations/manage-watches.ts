import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { getWatch as getContract, listWatches as listContract } from '../watch-contract.ts';
import {
  confirmRollback as confirmContract,
  noteRollback as noteContract,
  startWatch as startContract,
  stopWatch as stopContract,
} from '../watch-contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { watchEvent } from '../events.ts';
import { recordStoreIn } from '../store/record-store.ts';
import { confirmRollback as confirm, noteRollback as note, type RollbackPolicy } from '../watch/call-rollback.ts';
import type { Watch } from '../watch/fold-watch.ts';
import { startWatch as start } from '../watch/start-watch.ts';
import { momentsOf, viewOfWatch } from '../watch/view-watch.ts';
import { readOn } from '../watch/watch-log.ts';
import { requesterOf } from './read-runs.ts';
import { requireStepUp } from './signed-act.ts';

type WatchShape = OutputOf<typeof startContract>;

/** What every answer of a watch tells beside the watch itself. */
type Around = { checklist: string; policy: RollbackPolicy; now: number };

/** A watch as it stands, in the shape of the contract. */
function shapeOf(watch: Watch, { checklist, policy, now }: Around): WatchShape {
  const { because, lines, ...rest } = viewOfWatch(watch, now);
  return { ...rest, checklist, rollbackPolicy: policy.mode, because: [...because], lines: lines.map((line) => ({ ...line })) };
}

/**
 * Begins the watch of a release, or answers with the one that goes on for it. Errors: `readiness.checklist_not_found`, those
 * of `startWatch` of the watch.
 */
export async function startWatch(deps: ReadinessDeps, ctx: Ctx, { name, releasedAt }: InputOf<typeof startContract>): Promise<WatchShape> {
  const document = await deps.library.find(ctx, name);
  const { subject } = await deps.ledgers.standing(ctx.tenantId, document);
  const policy = await deps.rollback();
  return await deps.access.command(ctx, startContract, async (tx) => {
    const at = deps.clock.now();
    const store = recordStoreIn(tx, { tenantId: ctx.tenantId, clock: deps.clock });
    const watch = await start({ store, clock: deps.clock, checklist: document.checklist, subject, releasedAt: releasedAt ?? at });
    return {
      answer: shapeOf(watch, { checklist: name, policy, now: at }),
      subject: toWireId('wch', watch.id),
      detail: { checklist: name, releasedAt: watch.plan.releasedAt, by: requesterOf(ctx) },
      events: [watchEvent(ctx.tenantId, at, { checklist: name, watchId: watch.id })],
    };
  });
}

/** Watches of a checklist, the latest first. Errors: `readiness.checklist_not_found`. */
export async function listWatches(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof listContract>,
): Promise<OutputOf<typeof listContract>> {
  await deps.library.find(ctx, name);
  const { watches } = await deps.watches(ctx.tenantId, name);
  const around = { checklist: name, policy: await deps.rollback(), now: deps.clock.now() };
  return { items: [...watches.values()].toReversed().map((watch) => shapeOf(watch, around)) };
}

/** One watch with everything that happened to it. Errors: `readiness.checklist_not_found`, `readiness.watch_not_found`. */
export async function getWatch(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const { name, id } = input;
  const watch = await findWatch(deps, ctx, { name, id });
  const moments = await momentsOf(deps.ledgers.storeOf(ctx.tenantId), name, id);
  const around = { checklist: name, policy: await deps.rollback(), now: deps.clock.now() };
  return { ...shapeOf(watch, around), moments: moments as OutputOf<typeof getContract>['moments'] };
}

/** Ends a watch before its time. Errors: `readiness.checklist_not_found`, `readiness.watch_not_found`, `readiness.watch_over`. */
export function stopWatch(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof stopContract>): Promise<WatchShape> {
  return changeWatch(deps, ctx, { operation: stopContract, ...input }, async ({ store, at }) => {
    await store.append(input.name, { kind: 'watch_ended', watchId: input.id, at: new Date(at).toISOString(), outcome: 'stopped' });
  });
}

/**
 * Notes that people went back by hand; what follows is watched for half an hour. Errors: `readiness.checklist_not_found`,
 * `readiness.watch_not_found`, `readiness.watch_over`, `readiness.rollback_done`.
 */
export function noteRollback(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof noteContract>): Promise<WatchShape> {
  return changeWatch(deps, ctx, { operation: noteContract, ...input }, ({ store, watch }) =>
    note({ store, clock: deps.clock, checklist: input.name }, watch, requesterOf(ctx)),
  );
}

/**
 * Has the rollback called that is advised, in the caller's name: the next pass of the watch calls it. Errors:
 * `readiness.checklist_not_found`, `readiness.watch_not_found`, `readiness.watch_over`, `readiness.step_up_required`,
 * `readiness.rollback_off`, `readiness.rollback_not_advised`, `readiness.rollback_done`.
 */
export async function confirmRollback(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof confirmContract>): Promise<WatchShape> {
  await findWatch(deps, ctx, { name: input.name, id: input.id });
  // One that was confirmed already is answered as it was then, also when the proof has ended since.
  if (!(await deps.access.keptAnswer(ctx, confirmContract))) await requireStepUp(deps, ctx);
  return await changeWatch(deps, ctx, { operation: confirmContract, ...input }, ({ store, watch, policy }) =>
    confirm({ store, clock: deps.clock, checklist: input.name, policy }, watch, requesterOf(ctx)),
  );
}

type Change = { operation: typeof stopContract; name: string; id: Uuid };
type Given = { store: ReturnType<typeof recordStoreIn>; watch: Watch; policy: RollbackPolicy; at: number };

async function changeWatch(
  deps: ReadinessDeps,
  ctx: Ctx,
  { operation, name, id }: Change,
  change: (given: Given) => Promise<void>,
): Promise<WatchShape> {
  await findWatch(deps, ctx, { name, id });
  const policy = await deps.rollback();
  return await deps.access.command(ctx, operation, async (tx) => {
    const at = deps.clock.now();
    const store = recordStoreIn(tx, { tenantId: ctx.tenantId, clock: deps.clock });
    const before = (await readOn(store, name)).watches.get(id)!;
    if (before.ended)
      throw new AppError('conflict', 'readiness.watch_over', `The watch ended on ${new Date(before.ended.at).toISOString()}.`);
    await change({ store, watch: before, policy, at });
    const after = (await readOn(store, name)).watches.get(id)!;
    return {
      answer: shapeOf(after, { checklist: name, policy, now: at }),
      subject: toWireId('wch', id),
      detail: { checklist: name },
      events: [watchEvent(ctx.tenantId, at, { checklist: name, watchId: id })],
    };
  });
}

async function findWatch(deps: ReadinessDeps, ctx: Ctx, { name, id }: { name: string; id: Uuid }): Promise<Watch> {
  const found = (await ctxOwns(deps, ctx, name)) ? (await deps.watches(ctx.tenantId, name)).watches.get(id) : undefined;
  if (!found) throw new AppError('not_found', 'readiness.watch_not_found', 'There is no such watch.');
  return found;
}

/** Whether the caller has the checklist at all; a watch of one that it has not does not exist for it. */
async function ctxOwns({ library }: ReadinessDeps, ctx: Ctx, name: string): Promise<boolean> {
  return await library.find(ctx, name).then(
    () => true,
    () => false,
  );
}
