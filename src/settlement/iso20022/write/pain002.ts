import { groupStatusOf, type StatusReport, type TransactionReport } from '../pacs002.ts';
import { decimalNumber, document, first, instant, leaf, ownReference, reasonElement, tag, type Xml } from '../xml-writer.ts';
import { writtenMessage } from './streaming.ts';

/** What became of one batch of a customer's initiation. */
export type BatchReport = { batchId: string; transactions: readonly TransactionReport[] };

/** A customer payment status report: what pacs.002 is for files of banks, batch by batch. */
export type CustomerStatusReport = Omit<StatusReport, 'transactions' | 'original' | 'instructingAgent' | 'instructedAgent'> & {
  original: NonNullable<StatusReport['original']>;
  batches: readonly BatchReport[];
};

/** The report (pain.002) as an XML document, valid against the schema of its version. */
export function writePain002(report: CustomerStatusReport): string {
  const { original, batches, groupReasons = [] } = report;
  const all = batches.flatMap(({ transactions }) => transactions);
  const groupStatus = report.groupStatus ?? groupStatusOf(all.map(({ status }) => status));
  const header = tag('GrpHdr', ownReference('MsgId', report.messageId), instant('CreDtTm', report.createdAt));
  const group = tag(
    'OrgnlGrpInfAndSts',
    leaf('OrgnlMsgId', first(35, original.messageId)),
    leaf('OrgnlMsgNmId', original.message),
    instant('OrgnlCreDtTm', original.createdAt),
    leaf('OrgnlNbOfTxs', original.transactions?.toString()),
    leaf('OrgnlCtrlSum', original.controlSum && decimalNumber(original.controlSum)),
    leaf('GrpSts', groupStatus),
    ...groupReasons.map(reasonOf),
    ...countsOf(all),
  );
  return document(writtenMessage('pain.002', report.version), tag('CstmrPmtStsRpt', header, group, ...batches.map(batchOf)));
}

function batchOf({ batchId, transactions }: BatchReport): Xml {
  const statuses = transactions.map(({ status }) => status);
  return tag(
    'OrgnlPmtInfAndSts',
    leaf('OrgnlPmtInfId', first(35, batchId)),
    leaf('OrgnlNbOfTxs', String(transactions.length)),
    leaf('PmtInfSts', groupStatusOf(statuses)),
    ...countsOf(transactions),
    ...transactions.map(transactionOf),
  );
}

function countsOf(transactions: readonly TransactionReport[]): Xml[] {
  const counts = Map.groupBy(transactions, ({ status }) => status);
  return [...counts].map(([status, all]) => tag('NbOfTxsPerSts', leaf('DtldNbOfTxs', String(all.length)), leaf('DtldSts', status)));
}

function transactionOf({ references, status, reason, furtherReasons = [], acceptedAt, clearingReference }: TransactionReport): Xml {
  const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));
  return tag(
    'TxInfAndSts',
    reference('OrgnlInstrId', references.instructionId),
    reference('OrgnlEndToEndId', references.endToEndId),
    leaf('OrgnlUETR', references.uetr),
    leaf('TxSts', status),
    reason && reasonOf(reason),
    ...furtherReasons.map(reasonOf),
    instant('AccptncDtTm', acceptedAt),
    ownReference('ClrSysRef', clearingReference),
  );
}

/** The path goes last. */
function reasonOf({ code, text, path }: { code: string; text: string; path?: string }): Xml {
  return reasonElement('StsRsnInf', { code, text: path ? `${text} (${path})` : text });
}
