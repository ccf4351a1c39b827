import { settledAtOf, type AgentRow, type StandingPayment } from './store.ts';
import type { Hit, PaymentDetailView, PaymentRecord, PaymentView } from './payment.ts';

type Agents = { debtorAgent: AgentRow; creditorAgent: AgentRow };

/** A payment as it was answered at the door. */
export function viewOfRecord(record: PaymentRecord, agents: Agents): PaymentView {
  const agent = ({ id, bic, name }: AgentRow) => ({ id, bic, name });
  return {
    id: record.id,
    uetr: record.uetr,
    endToEndId: record.endToEndId,
    status: record.decision,
    ...(record.reason && { reason: record.reason }),
    debtorAgent: agent(agents.debtorAgent),
    creditorAgent: agent(agents.creditorAgent),
    debtor: record.debtor,
    creditor: record.creditor,
    asset: record.asset,
    units: record.units,
    valueDate: record.valueDate,
    ...(record.purpose !== undefined && { purpose: record.purpose }),
    ...(record.remittance !== undefined && { remittance: record.remittance }),
    channel: record.channel,
    receivedAt: record.receivedAt,
    ...(record.settledAt !== undefined && { settledAt: record.settledAt }),
    ...(record.route && { route: record.route }),
  };
}

/** A payment as it stands now. */
export function viewOfStanding(payment: StandingPayment): PaymentView {
  const { window, reason } = payment;
  const { reason: _first, ...view } = viewOfRecord(payment.record, payment.agents);
  const settledAt = settledAtOf(payment);
  return {
    ...view,
    status: payment.status,
    ...(reason && { reason }),
    ...(window && { window: { id: window.id, number: window.number } }),
    ...(settledAt !== undefined && { settledAt }),
  };
}

/** What lists that came later changed for a payment. */
type LaterFinding = NonNullable<PaymentDetailView['screening']['later']>[number];

/** What is looked up besides for the operator. */
type Looked = { later?: readonly LaterFinding[]; judgement?: PaymentDetailView['judgement'] };

/** For whom a payment is shown: the operator, the bank that pays, or the one that is paid. */
type Reader = 'operator' | 'debtor' | 'creditor';

/**
 * A payment with its history. Banks are told what was decided; who is listed, who reviewed and what was noted stays with
 * the operator, since a customer must not be warned. The creditor's bank is not even told that a payment was held.
 */
export function detailOf(payment: StandingPayment, reader: Reader, { later = [], judgement }: Looked = {}): PaymentDetailView {
  return {
    ...viewOfStanding(payment),
    ...(payment.seq !== undefined && { seq: payment.seq.toString() }),
    timeline: timelineOf(payment, reader),
    transferIds: payment.transferId ? [payment.transferId] : [],
    screening: reader === 'operator' ? screeningOf(payment.record, later) : { hits: [] },
    ...(reader === 'operator' && judgement && { judgement }),
  };
}

function screeningOf({ screening, screeningSet }: PaymentRecord, later: readonly LaterFinding[]): PaymentDetailView['screening'] {
  return {
    ...(screeningSet !== undefined && { set: screeningSet }),
    ...(screening ?? { hits: [] }),
    ...(later.length > 0 && { later: [...later] }),
  };
}

type Step = PaymentDetailView['timeline'][number];

/** What happened to a payment, oldest first; every step is read from a row that was written when it happened. */
function timelineOf(payment: StandingPayment, reader: Reader): Step[] {
  const { record, decidedAt, review, window, returnedAt, cancelledBy, reason, seq, exit, hold } = payment;
  const steps: Step[] = [{ at: record.receivedAt, step: 'received', text: `Received as ${record.channel}.` }];
  steps.push({ at: record.receivedAt, step: 'screened', text: reader === 'operator' ? findingsOf(record) : 'Both names were screened.' });
  if (record.decision === 'held' && reader !== 'creditor') steps.push({ at: decidedAt, step: 'held', text: 'Held for review.' });
  if (record.decision === 'rejected') steps.push({ at: decidedAt, step: 'rejected', text: record.reason?.text ?? 'Rejected.' });
  if (record.decision === 'settled') steps.push({ at: decidedAt, step: 'settled', text: `Settled at once, final at sequence ${seq}.` });
  if (record.decision === 'queued' && reader !== 'creditor')
    steps.push({ at: decidedAt, step: 'queued', text: record.reason?.text ?? 'Queued.' });
  if (record.decision === 'reserved') steps.push({ at: decidedAt, step: 'reserved', text: `Funds set aside at sequence ${seq}.` });
  if (review) steps.push(reader === 'operator' ? reviewStep(review, reason?.text, seq) : publicStep(review, reader, reason?.text, seq));
  if (hold && reader !== 'creditor') steps.push(...holdSteps(hold, reader));
  if (exit && hold?.end?.outcome !== 'rejected') steps.push(exitStep(exit, reader, reason?.text, seq));
  if (returnedAt !== undefined) {
    const actor = cancelledBy !== undefined && reader === 'operator' ? { actor: cancelledBy } : {};
    steps.push({ at: returnedAt, step: cancelledBy === undefined ? 'returned' : 'rejected', text: reason?.text ?? 'Returned.', ...actor });
  }
  if (window?.cutOffAt !== undefined) steps.push({ at: window.cutOffAt, step: 'cut_off', text: `Fixed in window ${window.number}.` });
  if (window?.nettedAt !== undefined) steps.push({ at: window.nettedAt, step: 'netted', text: 'Counted into the net positions.' });
  if (window?.settledAt !== undefined) steps.push({ at: window.settledAt, step: 'settled', text: 'Final on the ledger.' });
  return steps;
}

type Hold = NonNullable<StandingPayment['hold']>;

/** That it was held again, and how that ended. Whom a list names, and who decided, is the operator's to know. */
function holdSteps({ heldAt, hits, place, end }: Hold, reader: Reader): Step[] {
  const isOperator = reader === 'operator';
  const listed = [...new Set(hits.map((hit) => hit.listed))].join(', ');
  const held: Step = { at: heldAt, step: 'held', text: isOperator ? `Held again, a changed list names ${listed}.` : 'Held for review.' };
  if (!end) return [held];
  const back = place === 'queue' ? 'Released, it waits in the queue.' : 'Released, it waits for its window.';
  const text = end.outcome === 'released' ? back : (end.reason?.text ?? 'Rejected.');
  const ended: Step = { at: end.decidedAt, step: end.outcome, text: isOperator ? `${text} ${end.comment}` : text };
  return [held, isOperator ? { ...ended, actor: end.actorName } : ended];
}

type Exit = NonNullable<StandingPayment['exit']>;

function exitStep({ outcome, decidedAt, actorName }: Exit, reader: Reader, reason: string | undefined, seq: bigint | undefined): Step {
  const actor = reader === 'operator' ? { actor: actorName } : {};
  if (outcome === 'settled') return { at: decidedAt, step: 'settled', text: `Left the queue, final at sequence ${seq}.`, ...actor };
  return { at: decidedAt, step: 'rejected', text: reason ?? 'Rejected.', ...actor };
}

function findingsOf({ screening }: PaymentRecord): string {
  const line = (words: string, hits: readonly Hit[] = []) =>
    hits.length > 0 ? [`${words} ${hits.map((hit) => hit.listed).join(', ')}.`] : [];
  const lines = [
    ...line('Names match', screening?.hits),
    ...line('Exposed persons noted:', screening?.notices),
    ...line('Set aside by an exception:', screening?.cleared),
  ];
  return lines.length > 0 ? lines.join(' ') : 'No listed name.';
}

type Review = NonNullable<StandingPayment['review']>;

/** What a bank is told of a review. */
function publicStep({ decision, decidedAt }: Review, reader: Reader, reason: string | undefined, seq: bigint | undefined): Step {
  if (reader === 'creditor') return { at: decidedAt, step: 'reserved', text: `Funds set aside at sequence ${seq}.` };
  if (decision === 'reserved') return { at: decidedAt, step: 'released', text: `Released at sequence ${seq}.` };
  return { at: decidedAt, step: 'rejected', text: reason ?? 'Rejected.' };
}

function reviewStep(review: Review, reason: string | undefined, seq: bigint | undefined): Step {
  const text =
    review.decision === 'reserved' ? `Released at sequence ${seq}: ${review.comment}` : `${reason ?? 'Rejected'} ${review.comment}`;
  return { at: review.decidedAt, step: review.decision === 'reserved' ? 'released' : 'rejected', text, actor: review.actorName };
}
