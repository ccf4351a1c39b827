import type { Ctx } from '../../base/context.ts';
import { derivedId } from '../../base/derived-id.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { rowOf, type RowOf } from '../../ledger/port.ts';
import { mapInTurns } from '../../infra/turns.ts';
import type { SettlementDeps } from '../deps.ts';
import { transactionStatusOf, type TransactionReport } from '../iso20022/pacs002.ts';
import type { TransactionReading } from '../iso20022/pacs008-transaction.ts';
import type { ReasonCode, Refusal } from '../iso20022/reason.ts';
import { normalBic, type Participants } from '../participant/directory.ts';
import { submitIso20022 as contract } from '../payment/contract.ts';
import type { PaymentOrder, PaymentRecord, PaymentView } from '../payment/payment.ts';
import { unreadableReason } from '../screening/unreadable.ts';
import { takePayment } from '../payment/take-payment.ts';
import type { Incoming } from './handler.ts';
import { oursAmong, withOthers } from './name-others.ts';
import { carriedRows } from './carried-store.ts';
import { originRows } from './rows.ts';

/** What the transactions of one message have in common. `extraRows` ride with the payment that a transaction becomes. */
type Transfers = {
  incoming: Pick<Incoming, 'id' | 'sender' | 'message'>;
  /** How the payments are called: `pacs.008`, `pacs.009`, `pacs.009 COV`, `pain.001`. */
  kindOf: (reading: TransactionReading) => string;
};

/** Transactions that are under way together: enough for full batches of the ledger, too few to fill its queue or to hold up the process. */
const AT_ONCE = 500;
/** As in a batch, see payment/send-payment.ts. */
const BEGUN_A_TURN = 32;

/** Makes a payment of each transaction, each for itself; what became of them is told in their order. */
export async function takeTransfers(
  deps: SettlementDeps,
  ctx: Ctx,
  transfers: Transfers,
  readings: readonly TransactionReading[],
): Promise<TransactionReport[]> {
  const participants = await deps.directory.of(ctx.tenantId);
  const isOurs = oursAmong(deps, participants);
  const reports: TransactionReport[] = [];
  for (let from = 0; from < readings.length; from += AT_ONCE) {
    const part = readings.slice(from, from + AT_ONCE);
    const take = (reading: TransactionReading) =>
      takeOne(deps, ctx, { ...transfers, participants }, withOthers(reading, transfers.incoming.message, isOurs));
    reports.push(...(await mapInTurns(part, BEGUN_A_TURN, take)));
  }
  return reports;
}

async function takeOne(
  deps: SettlementDeps,
  ctx: Ctx,
  { incoming, kindOf, participants }: Transfers & { participants: Participants },
  reading: TransactionReading,
): Promise<TransactionReport> {
  const { references } = reading;
  if (reading.result === 'refused') return rejectedFor(references, [reading.refusal, ...reading.further]);
  const { messageId } = incoming.message.header;
  const isNamed = messageId !== undefined && messageId !== NO_ID;
  if (reading.order.uetr === undefined && !isNamed) return { references, status: 'RJCT', reason: NAMELESS };
  const namespace = `${incoming.sender}/${messageId}`;
  const order = { ...reading.order, uetr: reading.order.uetr ?? derivedUetr(ctx.tenantId, namespace, reading) };
  const { carried } = reading;
  const origin = { messageId: incoming.id, nth: reading.index, kind: kindOf(reading), ...references };
  const extraRows = ({ id: paymentId }: PaymentRecord): RowOf[] => [
    ...(isNamed ? [rowOf(originRows, { paymentId, ...origin })] : []),
    ...(carried ? [rowOf(carriedRows, { paymentId, carried })] : []),
  ];
  const entry = { channel: 'iso20022' as const, operation: contract, extraRows, ...(carried && { carried }) };
  try {
    return reportOn(references, await takePayment(deps, { ...ctx, idempotency: undefined }, entry, order));
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const code = reasonCodeOf(error, order, participants);
    return { references, status: 'RJCT', reason: { code, text: error.message, path: placeOf(incoming.message, reading, code) } };
  }
}

/** Elements that reasons are about, where they stand in transfers between banks; a customer's initiation has another shape. */
const PLACES: Partial<Record<ReasonCode, string>> = {
  RC03: 'DbtrAgt/FinInstnId/BICFI',
  RC04: 'CdtrAgt/FinInstnId/BICFI',
  AM03: 'IntrBkSttlmAmt',
  DT01: 'IntrBkSttlmDt',
  DUPL: 'PmtId/UETR',
};

/** The element's path in the message; that of the transaction where the element cannot be told. */
function placeOf({ family, records }: Incoming['message'], { index }: TransactionReading, code: ReasonCode): string {
  const path = records[index - 1]?.path ?? '';
  const place = family === 'pacs.008' ? PLACES[code] : undefined;
  return place === undefined ? path : `${path}/${place}`;
}

const NO_ID = 'NOTPROVIDED';
const NAMELESS = {
  code: 'CH21',
  text: 'Neither the file nor the transaction has an id (MsgId, UETR), so a repetition could not be told from a second payment.',
} as const;

/** A record that was refused on the way in, with all that was wrong in it. */
export function rejectedFor(
  references: TransactionReport['references'],
  [reason, ...furtherReasons]: readonly Refusal[],
): TransactionReport {
  return { references, status: 'RJCT', ...(reason && { reason }), ...(furtherReasons.length > 0 && { furtherReasons }) };
}

/** What a bank is told of a payment. */
export function reportOn(references: TransactionReport['references'], payment: PaymentView): TransactionReport {
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
  return uetrOf(derivedId(tenantId, namespace, String(index), references.transactionId ?? '', references.endToEndId ?? ''));
}

/** A derived id in the form of a UETR, which is of version 4. */
export function uetrOf(id: Uuid): Uuid {
  return `${id.slice(0, 14)}4${id.slice(15)}`;
}

/** The reason that a bank is told when a payment is not taken. */
export function reasonCodeOf(
  error: AppError,
  order: Pick<PaymentOrder, 'debtorAgent'> & Partial<Pick<PaymentOrder, 'debtor' | 'creditor'>>,
  participants: Participants,
): ReasonCode {
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
    case 'settlement.name_unreadable':
      return (order.debtor && order.creditor && unreadableReason({ debtor: order.debtor, creditor: order.creditor })) ?? 'NARR';
    default:
      return 'NARR';
  }
}
