import { hash } from 'node:crypto';
import type { Ctx } from '../../base/context.ts';
import { derivedId } from '../../base/derived-id.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { RequestExtras } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { checkMessage } from '../iso20022/check-message.ts';
import { pacs008FileOf, type Pacs008File } from '../iso20022/pacs008.ts';
import type { MessageOf } from '../iso20022/read-message.ts';
import type { TransactionReading } from '../iso20022/pacs008-transaction.ts';
import { transactionStatusOf, writePacs002, type StatusReport, type TransactionReport } from '../iso20022/pacs002.ts';
import type { ReasonCode } from '../iso20022/reason.ts';
import { normalBic, type Participants } from '../participant/directory.ts';
import { submitIso20022 as contract } from './contract.ts';
import { claimMessage, keepAnswer } from './message-store.ts';
import type { PaymentOrder, PaymentView } from './payment.ts';
import { takePayment } from './take-payment.ts';

/**
 * Takes a pacs.008 file and answers with the pacs.002. Each transaction stands for itself; a file whose own sums do not
 * hold is rejected whole. The same message again answers as the first time; other content under its id is a duplicate.
 *
 * Errors: `iso20022.not_xml`, `iso20022.unsafe_xml`, `iso20022.unsupported_message`.
 */
export async function submitIso20022(
  deps: SettlementDeps,
  ctx: Ctx,
  _input: object,
  request: Pick<RequestExtras, 'document'>,
): Promise<string> {
  const receivedAt = deps.clock.now();
  const file = await readFile(deps, request.document);
  const participants = await deps.directory.of(ctx.tenantId, ctx.memberId === undefined ? {} : { ids: [ctx.memberId] });
  const sender = senderOf(ctx, file, participants);
  const { messageId } = file.header;
  const answer = async () => writePacs002(await report(deps, ctx, file, sender, participants));
  // A file without an id of its own cannot be told from another one, so nothing is kept of it.
  if (messageId === NO_ID) return answer();
  const contentHash = hash('sha256', request.document, 'buffer');
  const claim = { sender, messageId, contentHash, receivedAt };
  const standing = await deps.db.write(ctx, (tx) => claimMessage(tx, ctx.tenantId, claim));
  if (!standing.contentHash.equals(contentHash)) return writePacs002(duplicateMessage(deps, file));
  if (standing.answer !== '') return standing.answer;
  // The same file may be under way, or a crash has cut it short: taking it again pays nothing twice.
  const made = await answer();
  return deps.db.write(ctx, (tx) => keepAnswer(tx, ctx.tenantId, { ...claim, answer: made }));
}

/** Through all layers: safe and well-formed, the schema where one is configured, the rules that a file can break by itself. */
async function readFile({ schemas, clock }: SettlementDeps, document: Uint8Array): Promise<Pacs008File> {
  const { message } = await checkMessage(document, { families: ['pacs.008'], ...(schemas && { schemas }), rules: { clock } });
  return pacs008FileOf(message as MessageOf<'pacs.008'>);
}

/** What ISO 20022 writes for an id that there is not. */
const NO_ID = 'NOTPROVIDED';

/** BIC of the bank that sent the file: the caller's own when it is bound to one, else as the file says. */
function senderOf(ctx: Ctx, file: Pacs008File, participants: Participants): string {
  const own = ctx.memberId && participants.byId.get(ctx.memberId)?.bic;
  const first = file.transactions.find((reading) => reading.result === 'ok');
  const said = file.header.instructingAgent ?? (first?.result === 'ok' ? first.order.debtorAgent : undefined);
  return own ?? (said === undefined ? ctx.actor.name : normalBic(said));
}

async function report(
  deps: SettlementDeps,
  ctx: Ctx,
  file: Pacs008File,
  sender: string,
  participants: Participants,
): Promise<StatusReport> {
  if (file.refusals.length > 0) return { ...frame(deps, file), groupStatus: 'RJCT', groupReasons: file.refusals, transactions: [] };
  const namespace = `${sender}/${file.header.messageId}`;
  const transactions: TransactionReport[] = [];
  for (let from = 0; from < file.transactions.length; from += AT_ONCE) {
    const part = file.transactions.slice(from, from + AT_ONCE);
    transactions.push(...(await Promise.all(part.map((reading) => takeOne(deps, ctx, reading, namespace, participants)))));
  }
  return { ...frame(deps, file), transactions };
}

/** Transactions that are under way together: enough for full batches of the ledger, too few to fill its queue or to hold up the process. */
const AT_ONCE = 500;

function frame(deps: SettlementDeps, { message, header }: Pacs008File): Omit<StatusReport, 'transactions'> {
  const { messageId, createdAt, transactions, controlSum, instructingAgent } = header;
  return {
    messageId: newId().replaceAll('-', ''),
    createdAt: deps.clock.now(),
    instructedAgent: instructingAgent,
    original: { messageId, message, createdAt, transactions, controlSum },
  };
}

function duplicateMessage(deps: SettlementDeps, file: Pacs008File): StatusReport {
  const reason = { code: 'AM05', text: 'Another file with this message id was taken before.', path: 'GrpHdr/MsgId' };
  return { ...frame(deps, file), groupStatus: 'RJCT', groupReasons: [reason], transactions: [] };
}

async function takeOne(
  deps: SettlementDeps,
  ctx: Ctx,
  reading: TransactionReading,
  namespace: string,
  participants: Participants,
): Promise<TransactionReport> {
  const { references } = reading;
  if (reading.result === 'refused') return { references, status: 'RJCT', reason: reading.refusal };
  if (reading.order.uetr === undefined && namespace.endsWith(`/${NO_ID}`)) return { references, status: 'RJCT', reason: NAMELESS };
  const order = { ...reading.order, uetr: reading.order.uetr ?? derivedUetr(ctx.tenantId, namespace, reading) };
  try {
    const payment = await takePayment(deps, { ...ctx, idempotency: undefined }, { channel: 'iso20022', operation: contract }, order);
    return taken(references, payment);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { references, status: 'RJCT', reason: { code: reasonCodeOf(error, order, participants), text: error.message } };
  }
}

const NAMELESS = {
  code: 'CH21',
  text: 'Neither the file nor the transaction has an id (MsgId, UETR), so a repetition could not be told from a second payment.',
} as const;

function taken(references: TransactionReport['references'], payment: PaymentView): TransactionReport {
  return {
    references,
    status: transactionStatusOf(payment.status),
    ...(payment.reason && { reason: payment.reason }),
    acceptedAt: payment.receivedAt,
    settlementDate: payment.valueDate,
    clearingReference: payment.id.replaceAll('-', ''),
  };
}

/** The UETR of a transaction that came without one: the same file again gives the same, so that nothing is paid twice. */
function derivedUetr(tenantId: Uuid, namespace: string, { index, references }: TransactionReading): Uuid {
  const id = derivedId(tenantId, namespace, String(index), references.transactionId ?? '', references.endToEndId ?? '');
  return `${id.slice(0, 14)}4${id.slice(15)}`;
}

function reasonCodeOf(error: AppError, order: PaymentOrder, participants: Participants): ReasonCode {
  switch (error.code) {
    case 'settlement.participant_unknown':
      return participants.byBic.has(normalBic(order.debtorAgent)) ? 'RC04' : 'RC03';
    case 'settlement.asset_unknown':
    case 'settlement.asset_not_held':
      return 'AM03';
    case 'settlement.value_date_invalid':
      return 'DT01';
    case 'settlement.uetr_reused':
      return 'DUPL';
    case 'settlement.same_agent':
    case 'settlement.participant_suspended':
    case 'settlement.debtor_agent_foreign':
      return 'AG01';
    default:
      return 'NARR';
  }
}
