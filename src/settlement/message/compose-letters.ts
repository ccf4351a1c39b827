import { toWireId, type Uuid } from '../../base/id.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import { transactionStatusOf, writePacs002, type TransactionReport } from '../iso20022/pacs002.ts';
import { writePacs008 } from '../iso20022/pacs008-writer.ts';
import { writePacs004 } from '../iso20022/write/pacs004.ts';
import { writePacs009 } from '../iso20022/write/pacs009.ts';
import { writeStatement, type StatementEntry } from '../iso20022/write/statement.ts';
import { isExpressible } from '../iso20022/xml-writer.ts';
import type { Member } from '../participant/directory.ts';
import { messageIdOf } from './mailbox.ts';
import type { ToldPayment } from './settled.ts';

/** A message about to be made ready: its id, what it is about, its text. */
export type Draft = { messageId: string; subject: string; madeAt: Millis; document: string };

/** Payments whose fate is to be told at once. `about` and `subject` name the occasion: a window and its part, a first payment. */
export type Occasion = {
  tenantId: Uuid;
  about: readonly string[];
  subject: string;
  at: Millis;
  payments: readonly { payment: ToldPayment; status: 'settled' | 'rejected' }[];
};

/** Transactions in a message at most. */
const MOST = 1_000;

/** The messages that a bank is sent about payments, of the kinds it wants, in a fixed order. Same occasion, same messages. */
export function draftsFor(owner: Member, kinds: ReadonlySet<string>, occasion: Occasion): Draft[] {
  const told = occasion.payments.filter(({ payment }) => isExpressible(payment));
  const own = told.filter(({ payment }) => payment.debtorAgentId === owner.id);
  const settled = told.filter(({ status }) => status === 'settled').map(({ payment }) => payment);
  const incoming = settled.filter(({ creditorAgentId }) => creditorAgentId === owner.id);
  const mine = settled.filter((payment) => payment.debtorAgentId === owner.id || payment.creditorAgentId === owner.id);
  const returns = incoming.filter((payment) => payment.returns);
  const ofBanks = incoming.filter((payment) => !payment.returns && isOfBanks(payment));
  const ofCustomers = incoming.filter((payment) => !payment.returns && !isOfBanks(payment));
  const want = <T>(kind: string, items: readonly T[]): readonly T[] => (kinds.has(kind) ? items : []);
  const draft = draftOf(owner, occasion);
  return [
    ...inParts(want('pacs.002', own)).map((part, i) => draft(['pacs.002', `${i}`], (head) => statusReport(head, owner, part))),
    ...inParts(want('pacs.008', ofCustomers)).map((part, i) => draft(['pacs.008', `${i}`], (head) => transfers(head, owner, part))),
    ...inParts(want('pacs.009', ofBanks)).map((part, i) => draft(['pacs.009', `${i}`], (head) => bankTransfers(head, owner, part))),
    ...byAsset(want('pacs.004', returns)).flatMap(([asset, all]) =>
      inParts(all).map((part, i) => draft(['pacs.004', asset, `${i}`], (head) => paymentReturns(head, owner, asset, part))),
    ),
    ...byAsset(want('camt.054', mine)).flatMap(([asset, all]) =>
      inParts(all).map((part, i) => draft(['camt.054', asset, `${i}`], (head) => notification(head, owner, asset, part))),
    ),
  ];
}

type Head = { messageId: string; createdAt: Millis };

function draftOf(owner: Member, { tenantId, about, subject, at }: Occasion) {
  return (parts: readonly string[], write: (head: Head) => string): Draft => {
    const messageId = messageIdOf(tenantId, owner.id, ...about, ...parts);
    return { messageId, subject, madeAt: at, document: write({ messageId, createdAt: at }) };
  };
}

/** Items in messages of at most so many as one may have. */
export function inParts<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / MOST) }, (_, i) => items.slice(i * MOST, (i + 1) * MOST));
}

function byAsset(payments: readonly ToldPayment[]): [string, ToldPayment[]][] {
  return [...Map.groupBy(payments, ({ asset }) => asset)].sort(([a], [b]) => (a < b ? -1 : 1));
}

const isOfBanks = ({ origin }: ToldPayment) => origin?.kind.startsWith('pacs.009') ?? false;

/** How the bank that sent a payment calls it. */
function referencesOf({ uetr, endToEndId, origin }: ToldPayment) {
  return {
    ...(origin?.instructionId !== undefined && { instructionId: origin.instructionId }),
    endToEndId: endToEndId.trim() === '' ? 'NOTPROVIDED' : endToEndId,
    ...(origin?.transactionId !== undefined && { transactionId: origin.transactionId }),
    uetr,
  };
}

function statusReport(head: Head, owner: Member, told: Occasion['payments']): string {
  const transactions = told.map(({ payment, status }): TransactionReport => {
    const { origin, reason } = payment;
    const group = origin?.message && { originalGroup: { messageId: origin.message.messageId, message: origin.message.kind } };
    return {
      references: referencesOf(payment),
      status: transactionStatusOf(status),
      ...(status === 'rejected' && reason && { reason }),
      acceptedAt: payment.receivedAt,
      settlementDate: status === 'settled' ? dayOf(payment.decidedAt) : payment.valueDate,
      clearingReference: payment.id.replaceAll('-', ''),
      ...group,
    };
  });
  return writePacs002({ ...head, instructedAgent: owner.bic, transactions });
}

function transfers(head: Head, owner: Member, payments: readonly ToldPayment[]): string {
  return writePacs008({
    ...head,
    version: 9,
    instructedAgent: owner.bic,
    transactions: payments.map((payment) => {
      const { endToEndId, uetr, ...ids } = referencesOf(payment);
      const { debtorAgent, creditorAgent, debtor, creditor, asset, units, purpose, remittance, carried } = payment;
      const words = { ...(purpose !== undefined && { purpose }), ...(remittance !== undefined && { remittance }) };
      const valueDate = dayOf(payment.decidedAt);
      const order = { uetr, endToEndId, debtorAgent, creditorAgent, debtor, creditor, asset, units, valueDate, ...words };
      return { order, ...ids, ...(carried && { carried }) };
    }),
  });
}

function bankTransfers(head: Head, owner: Member, payments: readonly ToldPayment[]): string {
  const list = payments.map((payment) => {
    const { asset, units, debtor, creditor, purpose, remittance, carried } = payment;
    return {
      references: referencesOf(payment),
      amount: { asset, units },
      settlementDate: dayOf(payment.decidedAt),
      debtor: payment.debtorAgent,
      creditor: payment.creditorAgent,
      ...(purpose !== undefined && { purpose }),
      ...(remittance !== undefined && { remittance }),
      banks: [...(debtor.banks ?? []), ...(creditor.banks ?? [])],
      ...(payment.origin?.kind === 'pacs.009 COV' && { cover: { debtor, creditor } }),
      ...(carried && { beside: { carried, order: payment } }),
    };
  });
  return writePacs009({ ...head, instructedAgent: owner.bic }, list);
}

function paymentReturns(head: Head, owner: Member, asset: string, payments: readonly ToldPayment[]): string {
  const settlementDate = dayOf(Math.max(...payments.map(({ decidedAt }) => decidedAt)));
  const list = payments.map((payment) => {
    const { returns, units, debtorAgent, creditorAgent, carried } = payment;
    const named = [...(payment.debtor.mentions ?? []), ...(payment.creditor.mentions ?? [])].filter(({ at }) => at.startsWith('RtrChain/'));
    const { original, returnId, reasonCode, reasonText } = returns!;
    const { message } = original.origin ?? {};
    return {
      returnId: returnId.slice(0, 35),
      original: {
        messageId: message?.messageId ?? 'NOTPROVIDED',
        message: message?.kind ?? 'pacs.008.001.08',
        references: referencesOf(original),
        amount: { asset: original.asset, units: original.units },
        settlementDate: original.valueDate,
      },
      amount: { asset, units },
      ...(carried && { carried }),
      reason: { code: reasonCode, ...(reasonText !== null && { text: reasonText }) },
      debtor: original.debtor,
      debtorAgent: original.debtorAgent,
      creditor: original.creditor,
      creditorAgent: original.creditorAgent,
      ...(named.length > 0 && { chain: { named, debtorAgent, creditorAgent } }),
    };
  });
  return writePacs004({ ...head, settlementDate, asset, instructedAgent: owner.bic }, list);
}

function notification(head: Head, owner: Member, asset: string, payments: readonly ToldPayment[]): string {
  const entries = payments.map((payment): StatementEntry => {
    const { transactionId } = referencesOf(payment);
    return {
      reference: payment.id.replaceAll('-', ''),
      kind: 'payment',
      units: payment.debtorAgentId === owner.id ? -payment.units : payment.units,
      bookedAt: payment.decidedAt,
      valueDate: payment.valueDate,
      endToEndId: referencesOf(payment).endToEndId,
      uetr: payment.uetr,
      ...(transactionId !== undefined && { transactionId }),
      debtor: payment.debtor,
      creditor: payment.creditor,
      debtorAgent: payment.debtorAgent,
      creditorAgent: payment.creditorAgent,
      ...(payment.remittance !== undefined && { remittance: payment.remittance }),
      ...(payment.returns && { returnReason: payment.returns.reasonCode }),
    };
  });
  const day = dayOf(Math.max(...payments.map(({ decidedAt }) => decidedAt)));
  return notificationOf(head, { owner, asset, day }, entries);
}

/** What was booked on a bank's account in one currency (camt.054). */
export function notificationOf(
  head: Head,
  { owner, asset, day }: { owner: Member; asset: string; day: LocalDate },
  entries: readonly StatementEntry[],
): string {
  const account = owner.accounts.get(asset);
  const id = account ? toWireId('acc', account.settlementAccountId) : owner.bic;
  return writeStatement(
    'camt.054',
    { ...head, statementId: head.messageId, day, account: { id, ownerName: owner.name, ownerBic: owner.bic }, asset },
    entries,
  );
}
