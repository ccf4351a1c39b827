import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { getWatch as getContract, listWatches as listContract } from '../watch-contract.ts';
import { noteRollback as noteContract, startWatch as startContract, stopWatch as stopContract } from '../watch-contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { watchEvent } from '../events.ts';
import { recordStoreIn } from '../store/record-store.ts';
import { noteRollback as note } from '../watch/call-rollback.ts';
import type { Watch } from '../watch/fold-watch.ts';
import { startWatch as start } from '../watch/start-watch.ts';
import { momentsOf, viewOfWatch } from '../watch/view-watch.ts';
import { readOn } from '../watch/watch-log.ts';
import { requesterOf } from './read-runs.ts';

type WatchShape = OutputOf<typeof startContract>;

/** A watch as it stands at `now` (ms), in the shape of the contract. */
function shapeOf(checklist: string, watch: Watch, now: number): WatchShape {
  const { because, lines, ...rest } = viewOfWatch(watch, now);
  return { ...rest, checklist, because: [...because], lines: lines.map((line) => ({ ...line })) };
}

/**
 * Begins the watch of a release, or answers with the one that goes on for it. Errors: `readiness.checklist_not_found`, those
 * of `startWatch` of the watch.
 */
export async function startWatch(deps: ReadinessDeps, ctx: Ctx, { name, releasedAt }: InputOf<typeof startContract>): Promise<WatchShape> {
  const document = await deps.library.find(ctx, name);
  const { subject } = await deps.ledgers.standing(ctx.tenantId, document);
  return await deps.access.command(ctx, startContract, async (tx) => {
    const at = deps.clock.now();
    const store = recordStoreIn(tx, { tenantId: ctx.tenantId, clock: deps.clock });
    const watch = await start({ store, clock: deps.clock, checklist: document.checklist, subject, releasedAt: releasedAt ?? at });
    return {
      answer: shapeOf(name, watch, at),
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
  const now = deps.clock.now();
  return { items: [...watches.values()].toReversed().map((watch) => shapeOf(name, watch, now)) };
}

/** One watch with everything that happened to it. Errors: `readiness.checklist_not_found`, `readiness.watch_not_found`. */
export async function getWatch(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof getContract>): Promise<OutputOf<typeof getContract>> {
  const { name, id } = input;
  const watch = await findWatch(deps, ctx, { name, id });
  const moments = await momentsOf(deps.ledgers.storeOf(ctx.tenantId), name, id);
  return { ...shapeOf(name, watch, deps.clock.now()), moments: moments as OutputOf<typeof getContract>['moments'] };
}

/** Ends a watch before its time. Errors: `readiness.checklist_not_found`, `readiness.watch_not_found`, `readiness.watch_over`. */
export function stopWatch(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof stopContract>): Promise<WatchShape> {
  return changeWatch(deps, ctx, { operation: stopContract, ...input }, async (store, _watch, at) => {
    await store.append(input.name, { kind: 'watch_ended', watchId: input.id, at: new Date(at).toISOString(), outcome: 'stopped' });
  });
}

/**
 * Notes that people went back by hand; what follows is watched for half an hour. Errors: `readiness.checklist_not_found`,
 * `readiness.watch_not_found`, `readiness.watch_over`, `readiness.rollback_done`.
 */
export function noteRollback(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof noteContract>): Promise<WatchShape> {
  return changeWatch(deps, ctx, { operation: noteContract, ...input }, (store, watch) =>
    note({ store, clock: deps.clock, checklist: input.name }, watch, requesterOf(ctx)),
  );
}

type Change = { operation: typeof stopContract; name: string; id: Uuid };

async function changeWatch(
  deps: ReadinessDeps,
  ctx: Ctx,
  { operation, name, id }: Change,
  change: (store: ReturnType<typeof recordStoreIn>, watch: Watch, at: number) => Promise<void>,
): Promise<WatchShape> {
  await findWatch(deps, ctx, { name, id });
  return await deps.access.command(ctx, operation, async (tx) => {
    const at = deps.clock.now();
    const store = recordStoreIn(tx, { tenantId: ctx.tenantId, clock: deps.clock });
    const before = (await readOn(store, name)).watches.get(id)!;
    if (before.ended)
      throw new AppError('conflict', 'readiness.watch_over', `The watch ended on ${new Date(before.ended.at).toISOString()}.`);
    await change(store, before, at);
    const after = (await readOn(store, name)).watches.get(id)!;
    return {
      answer: shapeOf(name, after, at),
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
