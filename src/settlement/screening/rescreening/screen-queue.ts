import type { Uuid } from '../../../base/id.ts';
import { rowOf } from '../../../ledger/port.ts';
import { paymentsNamed } from '../../payment/store.ts';
import { queueScreeningRows } from '../../queue/rows.ts';
import { screenedOtherwise } from '../../queue/store.ts';
import type { InForce } from '../screening.ts';
import { changesSince, type Changes } from './changes.ts';
import { examine, paymentSubject, type Examined, type Work } from './examine.ts';
import type { Finding } from './finding.ts';
import { holdPayments } from './hold-payments.ts';

/** Payments that are read at once. */
const PAGE = 200;

/** The next payments of the queue that were judged by other lists than those in force, and what the lists in force say of them. */
export type QueuePage = Examined & { scanned: number; ids: readonly Uuid[] };

/**
 * Looks at the next of the queue that no run settles before it was screened again. Only what the lists brought since each was
 * screened is matched, where that is known.
 */
export async function examineQueue(work: Work): Promise<QueuePage> {
  const { deps, tenantId, run } = work;
  const { sets, payments } = await deps.db.read({ tenantId }, async (tx) => {
    const found = await screenedOtherwise(tx, tenantId, { set: run.toSet, limit: PAGE });
    return { sets: found, payments: found.size === 0 ? [] : await paymentsNamed(tx, tenantId, [...found.keys()]) };
  });
  const page = { scanned: 0, ids: [] as Uuid[], findings: [] as Finding[], undecided: [] as Examined['undecided'] };
  const waiting = payments.filter(({ status }) => status === 'queued');
  for (const [set, some] of Map.groupBy(waiting, ({ record }) => sets.get(record.id) ?? null)) {
    const since = await workSince(work, set);
    // The lists have changed once more, and everything begins anew.
    if (!since) continue;
    const subjects = some.map((payment) => paymentSubject(since, payment)).filter((subject) => subject !== undefined);
    const { findings, undecided } = await examine(since, subjects);
    page.scanned += some.length;
    page.ids.push(...some.map(({ record }) => record.id));
    page.findings.push(...findings);
    page.undecided.push(...undecided);
  }
  return page;
}

/** What lists have brought since some set, kept as long as they are in force. */
const brought = new WeakMap<InForce, Map<number | null, Promise<Changes | undefined>>>();

/** The same work for payments that were screened against a set. */
async function workSince(work: Work, set: number | null): Promise<Work | undefined> {
  const { deps, tenantId, run, lists, changed } = work;
  if (set === run.fromSet && changed) return work;
  let known = brought.get(lists);
  if (!known) brought.set(lists, (known = new Map()));
  let changes = known.get(set);
  if (!changes) known.set(set, (changes = changesSince(deps.db, tenantId, set, lists)));
  const found = await changes.catch((error: unknown) => {
    known.delete(set);
    throw error;
  });
  return found && { ...work, changed: found.changed, isBlind: found.changed === undefined };
}

/** Holds what must not go on, and lets the rest be settled by the lists in force. Answers with how many were dealt with. */
export async function settleQueuePage(work: Work, { ids, undecided }: QueuePage): Promise<number> {
  const { deps, tenantId, run } = work;
  const named = new Set(undecided.map(({ payment }) => payment.record.id));
  const held = await holdPayments(work, undecided);
  deps.metrics.queueReleased('held', held);
  const entryIds = ids.filter((id) => !named.has(id));
  if (entryIds.length > 0) {
    await deps.ledger.enact({ tenantId, transfers: [], rows: [rowOf(queueScreeningRows, { entryIds, set: run.toSet })] });
  }
  deps.queue.stir(tenantId);
  return held + entryIds.length;
}
