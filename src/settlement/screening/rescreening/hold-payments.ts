import { AppError } from '../../../base/error.ts';
import { newId, toWireId } from '../../../base/id.ts';
import { rowOf, type Act, type Outcome } from '../../../ledger/port.ts';
import { recordedEvent } from '../../payment/act-rows.ts';
import { windowHoldRows, type Hold } from '../../payment/hold-rows.ts';
import { HELD } from '../../payment/payment.ts';
import { noteLateHolds } from '../../payment/late-hold-store.ts';
import { paymentsNamed, type StandingPayment } from '../../payment/store.ts';
import { queueExitRows } from '../../queue/rows.ts';
import { loadScreeningList } from '../contract.ts';
import type { Examined, Work } from './examine.ts';

/** So often payments that move on while they are to be held are looked at again. */
const ATTEMPTS = 8;

type Undecided = Examined['undecided'][number];

/**
 * Holds payments with matches that nobody has decided on: what waits in the queue leaves it, what waits for its window leaves that
 * and its money is free again. What is in a window that was cut off is remembered, and held as soon as it leaves that window other than
 * settled. Whatever moves on meanwhile is looked at where it has come to. Answers with how many are held.
 */
export async function holdPayments(work: Work, undecided: Examined['undecided']): Promise<number> {
  let held = 0;
  let rest: readonly Undecided[] = undecided;
  for (let attempt = 0; rest.length > 0; attempt++) {
    if (attempt === ATTEMPTS) {
      // A fault of ours: there are not so many places. The others are screened all the same.
      const paymentIds = rest.map(({ payment }) => payment.record.id);
      work.deps.log.error('Payments that a list names could not be held', { tenantId: work.tenantId, paymentIds });
      break;
    }
    const moved: Undecided[] = await rememberLate(
      work,
      rest.filter(({ payment }) => payment.status === 'clearing'),
    );
    for (const one of rest.filter(({ payment }) => payment.status === 'queued' || payment.status === 'reserved')) {
      const result = await holdOne(work, one);
      if (result === 'held') held++;
      if (result === 'moved') moved.push(one);
    }
    rest = await asTheyAre(work, moved);
  }
  return held;
}

async function holdOne(work: Work, { payment, hits }: Undecided): Promise<'held' | 'moved' | 'refused'> {
  const { deps, tenantId, run } = work;
  const hold: Hold = { id: newId(deps.clock.now()), screening: { set: run.toSet, hits } };
  const act = await actOf(work, payment, hold);
  if (!act) return 'refused';
  const outcome = await deps.ledger.enact(act).catch(tooLate);
  if (outcome === undefined) return 'moved';
  if (outcome.result === 'enacted') {
    if (payment.status !== 'queued') deps.judge.held(payment.record);
    return 'held';
  }
  if (outcome.result !== 'refused' || outcome.refusal.code === 'row_taken') return 'moved';
  deps.log.error('A payment that a list names could not be held', { tenantId, paymentId: payment.record.id, code: outcome.refusal.code });
  return 'refused';
}

/** Remembers what is in windows that were cut off; answers with what has left them meanwhile. */
async function rememberLate({ deps, tenantId, run }: Work, late: readonly Undecided[]): Promise<Undecided[]> {
  if (late.length === 0) return [];
  const holds = late.map(({ payment, hits }) => ({
    paymentId: payment.record.id,
    windowId: payment.window!.id,
    screening: { set: run.toSet, hits },
  }));
  const noted = await deps.db.write({ tenantId }, (tx) => noteLateHolds(tx, tenantId, holds, deps.clock.now()));
  return late.filter(({ payment }) => !noted.has(payment.record.id));
}

async function asTheyAre({ deps, tenantId }: Work, moved: readonly Undecided[]): Promise<Undecided[]> {
  if (moved.length === 0) return [];
  const hitsOf = new Map(moved.map(({ payment, hits }) => [payment.record.id, hits]));
  const payments = await deps.db.read({ tenantId }, (tx) => paymentsNamed(tx, tenantId, [...hitsOf.keys()]));
  return payments.map((payment) => ({ payment, hits: hitsOf.get(payment.record.id)! }));
}

function tooLate(error: unknown): Outcome | undefined {
  if (error instanceof AppError && error.code === 'settlement.payment_not_open') return undefined;
  throw error;
}

async function actOf({ deps, tenantId }: Work, { record, status, agents }: StandingPayment, hold: Hold): Promise<Act | undefined> {
  const ctx = deps.access.systemCtx('settlement.rescreen', tenantId);
  const { id, asset, units, debtorAgentId } = record;
  const subject = toWireId('pay', id);
  const audit = deps.access.auditEntry(ctx, loadScreeningList, { subject, outcome: 'held', detail: { set: hold.screening.set } });
  const act = {
    tenantId,
    idsAreNew: true,
    events: ({ atMs }: { atMs: number }) => [recordedEvent({ ...record, decision: 'held' as const, reason: HELD }, agents, atMs)],
  };
  const auditRow = rowOf(deps.access.rows.audit, audit);
  if (status === 'queued') {
    return {
      ...act,
      transfers: [],
      rows: [rowOf(queueExitRows, { entryId: id, outcome: 'held', hold, actorName: ctx.actor.name }), auditRow],
    };
  }
  const { byId } = await deps.directory.of(tenantId, { ids: [debtorAgentId] });
  const accounts = byId.get(debtorAgentId)?.accounts.get(asset);
  if (!accounts) return undefined;
  const { reserveAccountId: debitAccountId, settlementAccountId: creditAccountId } = accounts;
  return {
    ...act,
    transfers: [{ id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference: subject }],
    rows: [rowOf(windowHoldRows, { paymentId: id, hold }), auditRow],
  };
}
