import { idFloor, type Uuid } from '../../../base/id.ts';
import type { PaymentView } from '../../payment/payment.ts';
import { pageOfPayments, paymentsNamed, type PaymentFilter, type StandingPayment } from '../../payment/store.ts';
import { bankSubject, examine, paymentSubject, type Work } from './examine.ts';
import type { Finding } from './finding.ts';
import { pageOfBanks, screenedOtherwise, type Place, type Stage } from './store.ts';

/** Payments that are read at once: what screening again takes of memory, however many there are. */
const PAGE = 200;
const DAY_MS = 86_400_000;
/** An act is committed within so long after its id was made. */
const LATE_MS = 10_000;
/** For so long payments are looked for that another process screened against the lists before: it may be laying out the new ones. */
const FOLLOW_MS = 60_000;

/** What one step did: how many it looked at, what it found, and where the next one begins. */
export type Step = { scanned: number; findings: Finding[]; to: Place };

/** Statuses of payments that are neither final nor wait for a decision. */
const OPEN: readonly PaymentView['status'][] = ['reserved', 'clearing', 'queued'];

const begin = (stage: Stage): Place => ({ stage, afterSeq: 0n, afterId: null });

/** Does the next piece of a run: what waits for a decision first, then banks, then payments, the newest first. */
export async function step(work: Work, settledDays: number): Promise<Step> {
  switch (work.run.stage) {
    case 'held':
      return await throughPayments(work, { status: 'held' }, begin('participants'));
    case 'participants':
      return await throughBanks(work);
    case 'open':
      return await throughOpen(work);
    case 'settled':
      return await throughSettled(work, settledDays);
    default:
      return await follow(work);
  }
}

async function throughPayments(work: Work, filter: Omit<PaymentFilter, 'limit' | 'after'>, next: Place): Promise<Step> {
  const { deps, tenantId, run } = work;
  const after = run.afterId === null ? {} : { after: run.afterId };
  const page = await deps.db.read({ tenantId }, (tx) => pageOfPayments(tx, tenantId, { ...filter, ...after, limit: PAGE }));
  const last = page.at(-1);
  const to = last && page.length === PAGE ? { stage: run.stage, afterSeq: run.afterSeq, afterId: last.record.id } : next;
  return { scanned: page.length, findings: await examinePayments(work, page), to };
}

function examinePayments(work: Work, payments: readonly StandingPayment[]): Promise<Finding[]> {
  return examine(
    work,
    payments.map(paymentSubject).filter((subject) => subject !== undefined),
  );
}

async function throughBanks(work: Work): Promise<Step> {
  const { deps, tenantId, run } = work;
  const page = await deps.db.read({ tenantId }, (tx) => pageOfBanks(tx, tenantId, run.afterId, PAGE));
  const to = page.length === PAGE ? { stage: run.stage, afterSeq: 0n, afterId: page.at(-1)!.id } : begin('open');
  return { scanned: page.length, findings: await examine(work, page.map(bankSubject)), to };
}

/** One status after another; `afterSeq` counts them. */
async function throughOpen(work: Work): Promise<Step> {
  const at = Number(work.run.afterSeq);
  const next: Place = at + 1 < OPEN.length ? { stage: 'open', afterSeq: BigInt(at + 1), afterId: null } : begin('settled');
  return await throughPayments(work, { status: OPEN[at]! }, next);
}

async function throughSettled(work: Work, settledDays: number): Promise<Step> {
  if (settledDays === 0) return { scanned: 0, findings: [], to: begin('following') };
  const fromMs = work.run.startedAt - settledDays * DAY_MS;
  return await throughPayments(work, { status: 'settled', fromMs }, begin('following'));
}

/**
 * Payments that were taken since the run began and were screened against other lists still. `afterSeq` is when the last of
 * these was seen; the run ends when there has been none for a while.
 */
async function follow(work: Work): Promise<Step> {
  const { deps, tenantId, run } = work;
  const now = deps.clock.now();
  const [after, before] = [run.afterId ?? idFloor(run.startedAt - LATE_MS), idFloor(now - LATE_MS)];
  const behind = await deps.db.read({ tenantId }, (tx) => screenedOtherwise(tx, tenantId, { after, before, set: run.toSet, limit: PAGE }));
  const last = behind.at(-1);
  if (!last) {
    const lastSeen = Math.max(Number(run.afterSeq), run.startedAt);
    if (now - lastSeen >= FOLLOW_MS + LATE_MS) return { scanned: 0, findings: [], to: begin('done') };
    return { scanned: 0, findings: [], to: { stage: 'following', afterSeq: run.afterSeq, afterId: later(after, before) } };
  }
  const payments = await deps.db.read({ tenantId }, (tx) =>
    paymentsNamed(
      tx,
      tenantId,
      behind.map(({ id }) => id),
    ),
  );
  const isLate = behind.some(({ set }) => set !== null);
  return {
    scanned: payments.length,
    findings: await examinePayments(work, payments),
    to: { stage: 'following', afterSeq: isLate ? BigInt(now) : run.afterSeq, afterId: last.id },
  };
}

const later = (a: Uuid, b: Uuid): Uuid => (a > b ? a : b);
