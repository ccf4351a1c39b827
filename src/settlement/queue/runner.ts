import { rowOf } from '../../ledger/port.ts';
import type { Ctx } from '../../base/context.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { isLoopDue } from '../gridlock/run-order.ts';
import { runQueue as runContract } from './contract.ts';
import { queueExitRows } from './rows.ts';
import { exitEvent, runOnce, type RunDeps, type RunReport } from './run-queue.ts';
import { expiredEntries, isAnythingWaiting, waitingEntries } from './store.ts';

/** Keeps the queues of all tenants moving, in this process. */
export type QueueRunner = {
  /** Something has happened that may let somebody pay. Answers at once; the run follows behind. */
  stir(tenantId: Uuid): void;
  /** Lets go what has waited too long, and looks at the queues until nothing moves. `loop`: the largest set as well, due or not. */
  run(ctx: Ctx, steps?: { loop?: boolean }): Promise<RunReport>;
  /** Waits for what is under way; nothing is begun any more. */
  close(): Promise<void>;
};

type Deps = RunDeps & Pick<SettlementDeps, 'log' | 'router'>;

/** How often a run looks again because somebody else changed something meanwhile. */
const TRIES = 5;
const EXPIRED_AT_ONCE = 500;
const EXPIRED = { code: 'AB03', text: 'It has waited in the queue to the end of its time.' };

export function createQueueRunner(deps: Deps): QueueRunner {
  const busy = new Map<Uuid, Promise<unknown>>();
  const stirred = new Set<Uuid>();
  const lastLoop = new Map<Uuid, Millis>();
  let closed = false;
  const today = () => dayOf(deps.clock.now());

  async function runTenant(ctx: Ctx, loop: boolean): Promise<RunReport> {
    await expire(deps, ctx);
    const all: RunReport = { looked: 0, settled: [], stale: false };
    const stopped = new Set<string>();
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const report = await runOnce(deps, ctx, { loop, stopped });
      all.looked = Math.max(all.looked, report.looked);
      all.settled.push(...report.settled);
      all.stale = report.stale;
      if (!report.stale) break;
    }
    if (loop) lastLoop.set(ctx.tenantId, deps.clock.now());
    return all;
  }

  async function isDue(tenantId: Uuid): Promise<boolean> {
    const { policy } = await deps.router.policyOf(tenantId);
    const rule = { everyMs: policy.loopSeconds * 1_000, queued: policy.loopQueued };
    const sinceLastMs = deps.clock.now() - (lastLoop.get(tenantId) ?? 0);
    if (sinceLastMs >= rule.everyMs) return true;
    const queued = (await deps.db.read({ tenantId }, (tx) => waitingEntries(tx, tenantId, { day: today(), limit: rule.queued }))).length;
    return isLoopDue(rule, { sinceLastMs, queued });
  }

  /** One run at a time in a tenant: the next begins when the one before has ended. */
  function inTurn<T>(tenantId: Uuid, work: () => Promise<T>): Promise<T> {
    const before = busy.get(tenantId) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    busy.set(tenantId, mine);
    mine.catch(() => undefined).finally(() => busy.get(tenantId) === mine && busy.delete(tenantId));
    return mine;
  }

  async function follow(tenantId: Uuid): Promise<void> {
    stirred.delete(tenantId);
    if (closed || !(await deps.db.read({ tenantId }, (tx) => isAnythingWaiting(tx, tenantId, today())))) return;
    await runTenant(deps.access.systemCtx('settlement.run_queue', tenantId), await isDue(tenantId));
  }

  return {
    stir(tenantId) {
      if (closed || stirred.has(tenantId)) return;
      stirred.add(tenantId);
      inTurn(tenantId, () => follow(tenantId)).catch((error: unknown) => {
        deps.log.error('The queue could not be looked at', { tenantId, error });
      });
    },
    run: (ctx, { loop } = {}) => inTurn(ctx.tenantId, async () => runTenant(ctx, loop ?? (await isDue(ctx.tenantId)))),
    async close() {
      closed = true;
      await Promise.allSettled(busy.values());
    },
  };
}

/** What has waited long enough is rejected, each in an act of its own that claims its exit. */
async function expire(deps: Deps, ctx: Ctx): Promise<void> {
  const { tenantId } = ctx;
  const entries = await deps.db.read({ tenantId }, (tx) => expiredEntries(tx, tenantId, deps.clock.now(), EXPIRED_AT_ONCE));
  if (entries.length === 0) return;
  const participants = await deps.directory.of(tenantId, { ids: new Set(entries.flatMap(({ payers }) => payers)) });
  await Promise.all(
    entries.map(async (entry) => {
      const subject = toWireId(entry.kind === 'payment' ? 'pay' : 'fxt', entry.id);
      const audit = deps.access.auditEntry(ctx, runContract, { subject, outcome: 'expired' });
      const exit = { entryId: entry.id, outcome: 'rejected' as const, reason: EXPIRED, actorName: ctx.actor.name };
      const outcome = await deps.ledger.enact({
        tenantId,
        transfers: [],
        rows: [rowOf(queueExitRows, exit), rowOf(deps.access.rows.audit, audit)],
        events: ({ atMs }) => [exitEvent(tenantId, participants, entry, { decision: 'rejected', reason: EXPIRED }, atMs)],
      });
      if (outcome.result === 'enacted') deps.metrics.queueReleased('expired', 1);
    }),
  );
}
