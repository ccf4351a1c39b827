import type { Ctx } from '../../base/context.ts';
import type { SettlementDeps } from '../deps.ts';
import type { RecordOf } from '../iso20022/catalogue.ts';
import { writePacs002, type TransactionReport } from '../iso20022/pacs002.ts';
import type { RecordReading } from '../iso20022/read-message.ts';
import { confirmationOf, writeCamt029 } from '../iso20022/write/camt029.ts';
import { frameOf, outcomeOf, refusalsOf } from '../message/answer.ts';
import { deliver } from '../message/box-store.ts';
import type { Handled, Incoming } from '../message/handler.ts';
import { letterOf, messageIdOf } from '../message/mailbox.ts';
import { rejectedFor } from '../message/take-transfers.ts';
import { submitIso20022 as contract } from '../payment/contract.ts';
import type { StandingPayment } from '../payment/store.ts';
import { toWireId } from '../../base/id.ts';
import { findOriginal, originalOf, originOf } from './original.ts';
import { answerRecall, lastRecall, type RecallRow } from './store.ts';
import { withoutMember } from './take-recalls.ts';

type Resolution = RecordOf<'camt.029'>;

/**
 * Takes answers to recalls (camt.029) from the banks that were paid: no, yes (the money then comes by a return), or not yet.
 * Each is handed on to the bank that asked. Answers with a pacs.002.
 */
export async function takeResolutions(deps: SettlementDeps, ctx: Ctx, incoming: Incoming<'camt.029'>): Promise<Handled> {
  const { message } = incoming;
  const transactions: TransactionReport[] = [];
  for (const record of message.records) transactions.push(await takeOne(deps, ctx, incoming, record));
  if (transactions.length === 0) {
    const text = 'The message answers no single payment.';
    return { outcome: 'refused', refusals: [{ code: 'CH21', text, path: 'CxlDtls/TxInfAndSts' }] };
  }
  const paths = message.records.map(({ path }) => path);
  return {
    outcome: outcomeOf(transactions),
    refusals: refusalsOf(transactions, paths),
    answer: writePacs002({ ...frameOf(deps, message), transactions }),
  };
}

async function takeOne(
  deps: SettlementDeps,
  ctx: Ctx,
  incoming: Incoming<'camt.029'>,
  record: RecordReading<Resolution>,
): Promise<TransactionReport> {
  const { references, path } = record;
  const refuse = (text: string): TransactionReport => ({ references, status: 'RJCT', reason: { code: 'NARR', text, path } });
  if (record.result === 'refused') return rejectedFor(references, record.refusals);
  const found = await findOriginal(deps, ctx, references, record.value.originalGroup?.messageId);
  if ('problem' in found) return refuse(found.problem === 'none' ? 'There is no such payment.' : 'More than one payment fits.');
  const { payment } = found;
  if (ctx.memberId !== undefined && ctx.memberId !== payment.record.creditorAgentId)
    return { references, status: 'RJCT', reason: { code: 'AG01', text: 'Only the bank that was paid answers a recall.', path } };
  const recall = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => lastRecall(tx, ctx.tenantId, payment.record.id));
  if (!recall) return refuse('The payment was not recalled.');
  const status = record.value.status as Answer['status'] | undefined;
  if (status === undefined) return refuse('TxCxlSts is missing.');
  if (recall.state !== 'pending' && !isSame(recall, status)) return refuse(`The recall was answered before: ${recall.state}.`);
  await handOn(deps, ctx, { incoming, recall, payment, answer: { ...record.value, status } });
  return { references, status: 'ACTC' };
}

const isSame = (recall: RecallRow, status: string) => (recall.state === 'refused' ? status === 'RJCR' : status === 'ACCR');

type Answer = Resolution & { status: 'ACCR' | 'RJCR' | 'PDCR' };
type Handing = { incoming: Incoming<'camt.029'>; recall: RecallRow; payment: StandingPayment; answer: Answer };

/** Notes the answer and puts it into the box of the bank that asked. */
async function handOn(deps: SettlementDeps, ctx: Ctx, { incoming, recall, payment, answer }: Handing): Promise<void> {
  const { tenantId } = ctx;
  const { record, agents } = payment;
  const at = deps.clock.now();
  const messageId = messageIdOf(tenantId, 'camt.029', incoming.id, record.id);
  const [first] = answer.reasons ?? [];
  const reason = first && { code: first.code ?? 'NARR', ...(first.text && { text: first.text.join(' ') }) };
  const said = {
    statusId: messageId,
    original: originalOf(payment, await originOf(deps, tenantId, record.id)),
    status: answer.status,
    ...(reason && { reason }),
    ...(answer.returnUetr !== undefined && { returnUetr: answer.returnUetr }),
  };
  const letter = await letterOf({
    messageId,
    subject: toWireId('pay', record.id),
    madeAt: at,
    document: writeCamt029(
      {
        id: messageId,
        createdAt: at,
        assigner: agents.creditorAgent.bic,
        assignee: agents.debtorAgent.bic,
        ...(recall.caseId !== null && { resolvedCase: { id: recall.caseId, creator: agents.debtorAgent.bic } }),
        confirmation: confirmationOf([said]),
      },
      [said],
    ),
  });
  await deps.access.command({ ...withoutMember(ctx), idempotency: undefined }, contract, async (tx) => {
    if (answer.status !== 'PDCR') {
      const state = answer.status === 'RJCR' ? 'refused' : 'accepted';
      await answerRecall(tx, tenantId, {
        id: recall.id,
        state,
        at,
        ...(reason && { code: reason.code }),
        ...(reason?.text && { text: reason.text }),
      });
    }
    await deliver(tx, tenantId, recall.requesterId, [letter]);
    return { answer: '', subject: toWireId('pay', record.id), detail: { recall: recall.id, answer: answer.status } };
  });
}
