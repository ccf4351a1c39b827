import type { Decimal } from '../../base/decimal.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { References } from './pacs008-transaction.ts';
import { decimalNumber, document, first, leaf, ownReference, pieces, tag, type Xml } from './xml-writer.ts';

/** Version of the status report that is written. */
export const PACS002_VERSION = 'pacs.002.001.12';

/**
 * Status of a transaction (ExternalPaymentTransactionStatus1Code): ACTC technically valid, ACSP settlement in process,
 * ACSC settled, PDNG pending (held for review), RJCT rejected.
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
  /** When it was taken. */
  acceptedAt?: Millis;
  settlementDate?: LocalDate;
  /** The network's own reference of the payment. */
  clearingReference?: string;
};

/** A payment status report on one file. */
export type StatusReport = {
  messageId: string;
  createdAt: Millis;
  /** BICs: who reports and who is told. */
  instructingAgent?: string;
  instructedAgent?: string;
  original: { messageId: string; message: string; createdAt?: Millis; transactions?: number; controlSum?: Decimal };
  /** Derived from the transactions when absent. */
  groupStatus?: GroupStatus;
  groupReasons?: readonly StatusReason[];
  transactions: readonly TransactionReport[];
};

/** What a bank is told of a payment's place in its life. */
export function transactionStatusOf(status: 'held' | 'rejected' | 'reserved' | 'clearing' | 'settled'): TransactionStatus {
  const statuses = { held: 'PDNG', rejected: 'RJCT', reserved: 'ACSP', clearing: 'ACSP', settled: 'ACSC' } as const;
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

/** The report as an XML document, valid against the schema of `PACS002_VERSION`. */
export function writePacs002(report: StatusReport): string {
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', report.messageId),
    leaf('CreDtTm', new Date(report.createdAt).toISOString()),
    agent('InstgAgt', report.instructingAgent),
    agent('InstdAgt', report.instructedAgent),
  );
  return document(PACS002_VERSION, tag('FIToFIPmtStsRpt', header, groupOf(report), ...report.transactions.map(transactionOf)));
}

/** An agent named by its BIC. */
export function agent(name: string, bic: string | undefined): Xml {
  return tag(name, tag('FinInstnId', leaf('BICFI', bic)));
}

function groupOf({ original, groupStatus, groupReasons = [], transactions }: StatusReport): Xml {
  const statuses = transactions.map(({ status }) => status);
  const counts = Map.groupBy(statuses, (status) => status);
  return tag(
    'OrgnlGrpInfAndSts',
    leaf('OrgnlMsgId', first(35, original.messageId)),
    leaf('OrgnlMsgNmId', original.message),
    leaf('OrgnlCreDtTm', original.createdAt === undefined ? undefined : new Date(original.createdAt).toISOString()),
    leaf('OrgnlNbOfTxs', original.transactions?.toString()),
    leaf('OrgnlCtrlSum', original.controlSum && decimalNumber(original.controlSum)),
    leaf('GrpSts', groupStatus ?? groupStatusOf(statuses)),
    ...groupReasons.map(reasonOf),
    ...[...counts].map(([status, all]) => tag('NbOfTxsPerSts', leaf('DtldNbOfTxs', String(all.length)), leaf('DtldSts', status))),
  );
}

function transactionOf({ references, status, reason, acceptedAt, settlementDate, clearingReference }: TransactionReport): Xml {
  return tag(
    'TxInfAndSts',
    reference('OrgnlInstrId', references.instructionId),
    reference('OrgnlEndToEndId', references.endToEndId),
    reference('OrgnlTxId', references.transactionId),
    leaf('OrgnlUETR', references.uetr),
    leaf('TxSts', status),
    reason && reasonOf(reason),
    leaf('AccptncDtTm', acceptedAt === undefined ? undefined : new Date(acceptedAt).toISOString()),
    tag('FctvIntrBkSttlmDt', leaf('Dt', settlementDate)),
    ownReference('ClrSysRef', clearingReference),
  );
}

const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));

/** Additional information has 105 characters a line; the path goes last. */
function reasonOf({ code, text, path }: StatusReason): Xml {
  const words = path ? `${text} (${path})` : text;
  return tag('StsRsnInf', tag('Rsn', leaf('Cd', code)), ...pieces(105, words).map((line) => leaf('AddtlInf', line)));
}
