import type { Decimal } from '../../base/decimal.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { References } from './read-message.ts';
import { type Frame, stream, whole, writtenMessage } from './write/streaming.ts';
import { agent, decimalNumber, first, instant, leaf, ownReference, reasonElement, tag, type Xml } from './xml-writer.ts';

/** Version of the status report that is written. */
export const PACS002_VERSION = writtenMessage('pacs.002');

/**
 * Status of a transaction (ExternalPaymentTransactionStatus1Code): ACTC technically valid, ACSP settlement in process,
 * ACSC settled, PDNG pending (held for review or waiting for money), RJCT rejected.
 */
export type TransactionStatus = 'ACTC' | 'ACSP' | 'ACSC' | 'PDNG' | 'RJCT';

/** Status of a file: that of its transactions when all have the same, PART when some are taken and others not (yet). */
export type GroupStatus = TransactionStatus | 'PART';

/** Why: a code of ExternalStatusReason1Code, words, and perhaps the element's path in the original. */
export type StatusReason = { code: string; text: string; path?: string };

/** Status of one transaction of a report. */
export type TransactionReport = {
  references: References;
  status: TransactionStatus;
  reason?: StatusReason;
  /** What was wrong besides. */
  furtherReasons?: readonly StatusReason[];
  /** When it was taken. */
  acceptedAt?: Millis;
  settlementDate?: LocalDate;
  /** The network's own reference of the payment. */
  clearingReference?: string;
  /** The file that it was in, where a report is about several. */
  originalGroup?: { messageId: string; message: string };
};

/** A payment status report on one file. */
export type StatusReport = {
  version?: number;
  messageId: string;
  createdAt: Millis;
  /** BICs: who reports and who is told. */
  instructingAgent?: string;
  instructedAgent?: string;
  /** Absent in a report on transactions of several files. */
  original?: { messageId: string; message: string; createdAt?: Millis; transactions?: number; controlSum?: Decimal };
  /** Derived from the transactions when absent. */
  groupStatus?: GroupStatus;
  groupReasons?: readonly StatusReason[];
  transactions: readonly TransactionReport[];
};

/** What a bank is told of a payment's place in its life. */
export function transactionStatusOf(status: 'held' | 'queued' | 'rejected' | 'reserved' | 'clearing' | 'settled'): TransactionStatus {
  const statuses = { held: 'PDNG', queued: 'PDNG', rejected: 'RJCT', reserved: 'ACSP', clearing: 'ACSP', settled: 'ACSC' } as const;
  return statuses[status];
}

/** From least to most done; all of them are acceptances. */
const ACCEPTED: readonly TransactionStatus[] = ['ACTC', 'ACSP', 'ACSC'];

/** One status for many: the common one, the least advanced acceptance when all are accepted, else PART. */
export function groupStatusOf(statuses: readonly TransactionStatus[]): GroupStatus {
  const kinds = new Set(statuses);
  if (kinds.size === 0) return 'RJCT';
  if (kinds.size === 1) return statuses[0]!;
  if (kinds.has('RJCT') || kinds.has('PDNG')) return 'PART';
  return ACCEPTED.find((status) => kinds.has(status))!;
}

/** The report as an XML document, valid against the schema of its version; `streamPacs002` writes long ones. */
export function writePacs002(report: StatusReport): string {
  const { transactions } = report;
  const counts = [...Map.groupBy(transactions, ({ status }) => status)].map(([status, all]) => [status, all.length] as const);
  const groupStatus = report.groupStatus ?? groupStatusOf(transactions.map(({ status }) => status));
  return whole(frameOf({ ...report, groupStatus, counts }), transactions);
}

/** What is said of a report before its transactions. */
export type ReportHead = Omit<StatusReport, 'transactions' | 'groupStatus'> & {
  groupStatus: GroupStatus;
  /** How many transactions have which status. */
  counts: readonly (readonly [TransactionStatus, number])[];
};

/** A report in pieces, in constant memory. Throws RangeError at the end when the counts were others. */
export function streamPacs002(
  head: ReportHead,
  transactions: Iterable<TransactionReport> | AsyncIterable<TransactionReport>,
): AsyncGenerator<string> {
  return stream(frameOf(head), transactions);
}

function frameOf(head: ReportHead): Frame<TransactionReport> {
  const left = new Map(head.counts);
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', head.messageId),
    instant('CreDtTm', head.createdAt),
    agent('InstgAgt', head.instructingAgent),
    agent('InstdAgt', head.instructedAgent),
  );
  return {
    message: writtenMessage('pacs.002', head.version),
    before: `<FIToFIPmtStsRpt>${header}${groupOf(head)}`,
    item(transaction) {
      left.set(transaction.status, (left.get(transaction.status) ?? 0) - 1);
      return transactionOf(transaction);
    },
    after() {
      for (const [status, count] of left)
        if (count !== 0) throw new RangeError(`${status}: ${count} transactions fewer came than announced`);
      return '</FIToFIPmtStsRpt>';
    },
  };
}

function groupOf({ original, groupStatus, groupReasons = [], counts }: ReportHead): Xml {
  if (!original) return '';
  return tag(
    'OrgnlGrpInfAndSts',
    leaf('OrgnlMsgId', first(35, original.messageId)),
    leaf('OrgnlMsgNmId', original.message),
    instant('OrgnlCreDtTm', original.createdAt),
    leaf('OrgnlNbOfTxs', original.transactions?.toString()),
    leaf('OrgnlCtrlSum', original.controlSum && decimalNumber(original.controlSum)),
    leaf('GrpSts', groupStatus),
    ...groupReasons.map(reasonOf),
    ...counts.map(([status, count]) => tag('NbOfTxsPerSts', leaf('DtldNbOfTxs', String(count)), leaf('DtldSts', status))),
  );
}

function transactionOf({
  references,
  status,
  reason,
  furtherReasons = [],
  acceptedAt,
  settlementDate,
  clearingReference,
  originalGroup,
}: TransactionReport): Xml {
  const { messageId, message } = originalGroup ?? {};
  return tag(
    'TxInfAndSts',
    tag('OrgnlGrpInf', leaf('OrgnlMsgId', messageId && first(35, messageId)), leaf('OrgnlMsgNmId', message)),
    reference('OrgnlInstrId', references.instructionId),
    reference('OrgnlEndToEndId', references.endToEndId),
    reference('OrgnlTxId', references.transactionId),
    leaf('OrgnlUETR', references.uetr),
    leaf('TxSts', status),
    reason && reasonOf(reason),
    ...furtherReasons.map(reasonOf),
    instant('AccptncDtTm', acceptedAt),
    tag('FctvIntrBkSttlmDt', leaf('Dt', settlementDate)),
    ownReference('ClrSysRef', clearingReference),
  );
}

const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));

/** The path goes last. */
function reasonOf({ code, text, path }: StatusReason): Xml {
  return reasonElement('StsRsnInf', { code, text: path ? `${text} (${path})` : text });
}
