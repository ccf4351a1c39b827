import { idFloor, type Uuid } from '../../../base/id.ts';
import { pageOfPayments, paymentsNamed, type PaymentFilter, type StandingPayment } from '../../payment/store.ts';
import { bankSubject, examine, paymentSubject, type Work } from './examine.ts';
import type { Finding } from './finding.ts';
import { holdPayments } from './hold-payments.ts';
import { pageOfBanks, pageOfOwed, screenedOtherwise, type Place, type Stage } from './store.ts';

/** Payments that are read at once: what screening again takes of memory, however many there are. */
const PAGE = 200;
const DAY_MS = 86_400_000;
/** An act is committed within so long after its id was made. */
const LATE_MS = 10_000;
/** For so long payments are looked for that another process screened against the lists before: it may be laying out the new ones. */
const FOLLOW_MS = 60_000;

/** What one step did: how many it looked at, what it found, and where the next one begins. */
export type Step = { scanned: number; findings: Finding[]; to: Place };

const begin = (stage: Stage): Place => ({ stage, afterSeq: 0n, afterId: null });

/** Does the next piece of a run: what waits first, then banks, then what is owed, oldest first, then what is final, newest first. */
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

/**
 * Payments that the lists of the run were asked about when they were taken have nothing new to tell, unless they wait for
 * somebody. What waits for its window and must not go on is held, and what is in one that was cut off is remembered, before the run moves
 * on from it.
 */
async function examinePayments(work: Work, payments: readonly StandingPayment[]): Promise<Finding[]> {
  const others = payments.filter(({ record, status }) => status === 'held' || record.screeningSet !== work.run.toSet);
  const subjects = others.map((payment) => paymentSubject(work, payment)).filter((subject) => subject !== undefined);
  const { findings, undecided } = await examine(work, subjects);
  // What waits in the queue is looked at for itself, and held there.
  await holdPayments(
    work,
    undecided.filter(({ payment }) => payment.status !== 'queued'),
  );
  return findings;
}

async function throughBanks(work: Work): Promise<Step> {
  const { deps, tenantId, run } = work;
  const page = await deps.db.read({ tenantId }, (tx) => pageOfBanks(tx, tenantId, run.afterId, PAGE));
  const to = page.length === PAGE ? { stage: run.stage, afterSeq: 0n, afterId: page.at(-1)!.id } : begin('open');
  return { scanned: page.length, findings: (await examine(work, page.map(bankSubject))).findings, to };
}

/** What is owed, in order of the book. Payments taken since the run began are left to its last stage. */
async function throughOpen(work: Work): Promise<Step> {
  const { deps, tenantId, run } = work;
  const owed = await deps.db.read({ tenantId }, (tx) => pageOfOwed(tx, tenantId, { afterSeq: run.afterSeq, limit: PAGE }));
  const late = idFloor(run.startedAt);
  const ids = owed.map(({ paymentId }) => paymentId).filter((id) => id < late);
  const payments = ids.length === 0 ? [] : await deps.db.read({ tenantId }, (tx) => paymentsNamed(tx, tenantId, ids));
  const open = payments.filter(({ status }) => status !== 'settled');
  const isMore = owed.length === PAGE && ids.length > 0;
  const to: Place = isMore ? { stage: 'open', afterSeq: owed.at(-1)!.seq, afterId: null } : begin('settled');
  return { scanned: open.length, findings: await examinePayments(work, open), to };
}

async function throughSettled(work: Work, settledDays: number): Promise<Step> {
  if (settledDays === 0) return { scanned: 0, findings: [], to: begin('following') };
  const fromMs = work.run.startedAt - settledDays * DAY_MS;
  return await throughPayments(work, { status: 'settled', fromMs, toMs: work.run.startedAt }, begin('following'));
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
