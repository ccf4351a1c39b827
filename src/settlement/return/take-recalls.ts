import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId } from '../../base/id.ts';
import { codeOf } from '../../base/money.ts';
import { dayOf } from '../../base/time.ts';
import { rowOf } from '../../ledger/port.ts';
import { caseClosings } from '../compliance/close-rows.ts';
import { endOfCase } from '../compliance/end-of-case.ts';
import type { SettlementDeps } from '../deps.ts';
import type { GroupOf, HeaderOf, RecordOf } from '../iso20022/catalogue.ts';
import type { RecordReading } from '../iso20022/read-message.ts';
import type { Refusal } from '../iso20022/reason.ts';
import { confirmationOf, writeCamt029, type RecallAnswer } from '../iso20022/write/camt029.ts';
import { writeCamt056 } from '../iso20022/write/camt056.ts';
import { outcomeOf } from '../message/answer.ts';
import { deliver } from '../message/box-store.ts';
import type { Handled, Incoming } from '../message/handler.ts';
import { letterOf, messageIdOf } from '../message/mailbox.ts';
import { paymentsOfMessage, type Origin } from '../message/store.ts';
import { actRows, recordedEvent } from '../payment/act-rows.ts';
import { submitIso20022 as contract } from '../payment/contract.ts';
import { caseOfHeld, decisionRow } from '../payment/hold-rows.ts';
import { waitsAhead } from '../payment/cancel-ahead.ts';
import { findPayment, settledAtOf, type StandingPayment } from '../payment/store.ts';
import { cancelQueued } from '../queue/manage-queue.ts';
import { findOriginal, originalOf, originOf } from './original.ts';
import { dueOn, isRecallReason, lastRecallDay } from './rules.ts';
import { insertRecall, isReturn, lastRecall, returnsOf, type RecallRow } from './store.ts';

type Group = GroupOf<'camt.056'>;
type Reading = RecordReading<RecordOf<'camt.056'>>;
type Header = Partial<HeaderOf<'camt.056'>>;

/** What is said of one recall: the answer, and why where it is no. */
type Said = Pick<RecallAnswer, 'status' | 'reason'>;

/**
 * Takes recalls (camt.056). What still waits is cancelled; what was rejected or has come back is answered no; what is on its
 * way or final cannot be taken back by the network, so the recall goes to the bank that was paid, which has until a day that
 * the rules tell. Answers with a camt.029.
 */
export async function takeRecalls(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'camt.056'>): Promise<Handled> {
  const { message } = incoming;
  const header = message.header as Header;
  const answers: RecallAnswer[] = [];
  for (const record of message.records) {
    const group = message.groups[record.group - 1]?.value as Group | undefined;
    answers.push(await answerOne(deps, ctx, { incoming, header, group }, record));
  }
  for (const { value } of message.groups) answers.push(...(await answerWhole(deps, ctx, { incoming, header, group: value as Group })));
  const refusals = answers.flatMap(({ status, reason }, i): Refusal[] =>
    status === 'RJCR' ? [{ code: 'NARR', text: reason?.text ?? '', path: message.records[i]?.path ?? 'Undrlyg' }] : [],
  );
  return {
    outcome: outcomeOf(answers.map(({ status }) => ({ status: status === 'RJCR' ? 'RJCT' : 'ACTC' }))),
    refusals,
    answer: answerTo(deps, incoming, header, answers),
  };
}

function answerTo(deps: SettlementDeps, incoming: Incoming<'camt.056'>, header: Header, answers: readonly RecallAnswer[]): string {
  const bank = header.assigner?.agent?.bic;
  const opened = header.case;
  return writeCamt029(
    {
      id: newId().replaceAll('-', ''),
      createdAt: deps.clock.now(),
      assigner: { name: 'Rialto' },
      assignee: bank ?? { name: incoming.sender },
      ...(opened && { resolvedCase: { id: opened.id, creator: opened.creator?.agent?.bic ?? bank ?? { name: incoming.sender } } }),
      confirmation: confirmationOf(answers),
    },
    answers,
  );
}

type Asking = { incoming: Incoming<'camt.056'>; header: Header; group: Group | undefined };

async function answerOne(deps: SettlementDeps, ctx: Ctx, asking: Asking, record: Reading): Promise<RecallAnswer> {
  const { references, value } = record;
  const file = value.originalGroup ?? asking.group?.originalGroup;
  const unknown = {
    statusId: newId().replaceAll('-', ''),
    original: { messageId: file?.messageId ?? 'NOTPROVIDED', message: file?.message ?? 'pacs.008.001.08', references },
  };
  const no = (code: string, text: string): RecallAnswer => ({ ...unknown, status: 'RJCR', reason: { code, text } });
  if (record.result === 'refused') return no('NARR', `${record.refusals[0]!.text} (${record.refusals[0]!.path})`);
  const found = await findOriginal(deps, ctx, references, file?.messageId);
  if ('problem' in found) return no('NOOR', found.problem === 'none' ? 'There is no such payment.' : 'More than one payment fits.');
  const reason = value.reasons?.[0] ?? asking.group?.reasons?.[0] ?? {};
  return answerFor(deps, ctx, asking, { payment: found.payment, reason, cancellationId: value.cancellationId, caseId: value.case?.id });
}

/** A file that is asked back as a whole: each of its payments. */
async function answerWhole(deps: SettlementDeps, ctx: Ctx, asking: Asking): Promise<RecallAnswer[]> {
  const { group } = asking;
  if (!group?.whole || !group.originalGroup) return [];
  const { messageId } = group.originalGroup;
  const ids = await deps.db.read(ctx, (tx) => paymentsOfMessage(tx, ctx.tenantId, messageId, MOST_OF_A_FILE));
  const answers: RecallAnswer[] = [];
  for (const id of ids) {
    const payment = (await deps.db.read(ctx, (tx) => findPayment(tx, ctx.tenantId, id)))!;
    answers.push(await answerFor(deps, ctx, asking, { payment, reason: group.reasons?.[0] ?? {}, cancellationId: group.cancellationId }));
  }
  return answers;
}

const MOST_OF_A_FILE = 10_000;

type Recall = {
  payment: StandingPayment;
  reason: { code?: string; text?: readonly string[] };
  cancellationId?: string | undefined;
  caseId?: string | undefined;
};

async function answerFor(deps: SettlementDeps, ctx: Ctx, asking: Asking, recall: Recall): Promise<RecallAnswer> {
  const origin = await originOf(deps, ctx.tenantId, recall.payment.record.id);
  const said = await decide(deps, ctx, asking, recall, origin);
  return { statusId: newId().replaceAll('-', ''), original: originalOf(recall.payment, origin), ...said };
}

const no = (code: string, text: string): Said => ({ status: 'RJCR', reason: { code, text } });

async function decide(deps: SettlementDeps, ctx: Ctx, asking: Asking, recall: Recall, origin: Origin | undefined): Promise<Said> {
  const { payment, reason } = recall;
  const { record, status } = payment;
  if (ctx.memberId !== undefined && ctx.memberId !== record.debtorAgentId) return no('AGNT', 'Only the bank that paid recalls a payment.');
  if (reason.code === undefined || !isRecallReason(reason.code))
    return no('NARR', `${reason.code ?? 'Nothing'} is no reason for a recall.`);
  if (status === 'rejected') return no('ARDT', 'The payment was rejected; its money never left.');
  if (status === 'held' || status === 'queued' || waitsAhead(payment, deps.clock.now())) {
    const isCancelled = await (status === 'held' ? cancelHeld(deps, ctx, payment, reason) : cancelWaiting(deps, ctx, payment));
    if (isCancelled) return { status: 'ACCR' };
    // Somebody else was first: what it has become meanwhile is what is recalled.
    const now = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findPayment(tx, ctx.tenantId, record.id));
    return decide(deps, ctx, asking, { ...recall, payment: now! }, origin);
  }
  const [returned, ofReturn] = await deps.db.read({ tenantId: ctx.tenantId }, async (tx) => [
    await returnsOf(tx, ctx.tenantId, record.id),
    await isReturn(tx, ctx.tenantId, record.id),
  ]);
  // Nobody could give its money back: a return is not returned again.
  if (ofReturn) return no('NARR', 'A return is not recalled once it is on its way; its money is paid anew.');
  const back = returned.reduce((sum, { units, isAlive }) => sum + (isAlive ? units : 0n), 0n);
  if (back === record.units) return no('ARDT', 'The payment was returned already.');
  const now = deps.clock.now();
  const last = lastRecallDay(dayOf(settledAtOf(payment) ?? record.receivedAt), reason.code, deps.calendars.get(codeOf(record.asset)));
  if (dayOf(now) > last) return no('NARR', `For ${reason.code} a payment may be recalled until ${last}.`);
  await forward(deps, ctx, asking, recall, origin);
  return { status: 'PDCR' };
}

/** Cancels what waits in the queue or for its value date; false when it waits no longer. */
async function cancelWaiting(deps: SettlementDeps, ctx: Ctx, { record }: StandingPayment): Promise<boolean> {
  try {
    await cancelQueued(deps, { ...ctx, idempotency: undefined }, { id: record.id });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'settlement.payment_not_queued') return false;
    throw error;
  }
}

/** Cancels a payment that waits for a review, and closes its case in the same act; false when the review was first. */
async function cancelHeld(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, reason: Recall['reason']): Promise<boolean> {
  const { record, agents } = held;
  const words = `Cancelled at the request of the bank that sent it${reason.text ? `: ${reason.text.join(' ')}` : '.'}`;
  const decision = { decision: 'rejected' as const, reason: { code: reason.code!, text: words } };
  const review = { paymentId: record.id, comment: words, actorName: ctx.actor.name, ...decision };
  const plain = { ...ctx, idempotency: undefined };
  const { told, ...closing } = await endOfCase(deps, ctx.tenantId, caseOfHeld(held));
  const end = { ...closing, outcome: 'rejected' as const, text: words, actorId: ctx.actor.id, actorName: ctx.actor.name };
  const outcome = await deps.ledger.enact({
    tenantId: ctx.tenantId,
    transfers: [],
    rows: [
      decisionRow(held, review),
      rowOf(caseClosings, end),
      ...actRows(deps, plain, contract, { paymentId: record.id, outcome: 'cancelled', detail: { reason: reason.code } }),
    ],
    events: () => [recordedEvent({ ...record, ...decision }, agents, deps.clock.now()), ...told('rejected')],
  });
  return outcome.result === 'enacted';
}

/** Notes the recall and puts it into the box of the bank that was paid; one that waits for its answer is not sent again. */
async function forward(
  deps: SettlementDeps,
  ctx: Ctx,
  { incoming, header }: Asking,
  recall: Recall,
  origin: Origin | undefined,
): Promise<void> {
  const { payment, reason, cancellationId, caseId } = recall;
  const { record, agents } = payment;
  const { tenantId } = ctx;
  const before = await deps.db.read({ tenantId }, (tx) => lastRecall(tx, tenantId, record.id));
  if (before?.state === 'pending') return;
  const askedAt = deps.clock.now();
  const text = reason.text?.join(' ');
  const row: RecallRow = {
    id: newId(askedAt),
    paymentId: record.id,
    requesterId: record.debtorAgentId,
    responderId: record.creditorAgentId,
    assignmentId: header.messageId ?? 'NOTPROVIDED',
    cancellationId: cancellationId ?? null,
    caseId: caseId ?? header.case?.id ?? null,
    reasonCode: reason.code!,
    reasonText: text ?? null,
    state: 'pending',
    askedAt,
    dueOn: dueOn(dayOf(askedAt), deps.calendars.get(codeOf(record.asset))),
    answeredAt: null,
    answerCode: null,
    answerText: null,
  };
  const letter = await letterOf({
    messageId: messageIdOf(tenantId, 'camt.056', incoming.id, record.id),
    subject: toWireId('pay', record.id),
    madeAt: askedAt,
    document: writeCamt056(
      {
        id: messageIdOf(tenantId, 'camt.056', incoming.id, record.id),
        createdAt: askedAt,
        assigner: agents.debtorAgent.bic,
        assignee: agents.creditorAgent.bic,
        ...(row.caseId !== null && { case: { id: row.caseId, creator: agents.debtorAgent.bic } }),
      },
      [
        {
          ...(cancellationId !== undefined && { cancellationId }),
          original: originalOf(payment, origin),
          reason: { code: reason.code!, ...(text !== undefined && { text }) },
          debtorAgent: agents.debtorAgent.bic,
          creditorAgent: agents.creditorAgent.bic,
        },
      ],
    ),
  });
  // The row and the letter are not the asking bank's to see, so they are not written with its eyes.
  await deps.access.command({ ...withoutMember(ctx), idempotency: undefined }, contract, async (tx) => {
    if (await insertRecall(tx, tenantId, row)) await deliver(tx, tenantId, row.responderId, [letter]);
    return { answer: '', subject: toWireId('pay', record.id), detail: { recall: row.id, reason: row.reasonCode, dueOn: row.dueOn } };
  });
}

/** The same caller, for what is written into what belongs to another bank. */
export function withoutMember({ memberId: _member, ...ctx }: Ctx): Ctx {
  return ctx;
}
