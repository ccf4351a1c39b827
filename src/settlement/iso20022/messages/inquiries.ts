import { code, code4, count, date, dateTime, dayOrTime, decimal, money, oneOf, text, uetr, yesNo } from '../kinds.ts';
import { ACCOUNT, AGENT, groupFields, ORIGINAL_GROUP, ORIGINAL_TRANSACTION, originalFields, PARTY_OR_AGENT, REASON } from '../parts.ts';
import { many, must, one, record } from '../shape.ts';

/** Messages about payments: status (pacs.002), questions (pacs.028), recalls (camt.056) and their answers (camt.029). */

const CASE = record({ id: must('Id', text(35)), creator: one('Cretr', PARTY_OR_AGENT) });

const assignment = {
  messageId: must('Assgnmt/Id', text(35)),
  createdAt: must('Assgnmt/CreDtTm', dateTime),
  assigner: must('Assgnmt/Assgnr', PARTY_OR_AGENT),
  assignee: must('Assgnmt/Assgne', PARTY_OR_AGENT),
};

/** Head of camt.056. */
export const RECALL_HEADER = record({
  ...assignment,
  case: one('Case', CASE),
  transactions: one('CtrlData/NbOfTxs', count),
  controlSum: one('CtrlData/CtrlSum', decimal('AM10')),
});

/** One `Undrlyg` of camt.056: a file whose payments are asked back, whole or one by one. */
export const RECALLED_GROUP = record({
  originalGroup: one('OrgnlGrpInfAndCxl', ORIGINAL_GROUP),
  cancellationId: one('OrgnlGrpInfAndCxl/GrpCxlId', text(35)),
  transactions: one('OrgnlGrpInfAndCxl/NbOfTxs', count),
  controlSum: one('OrgnlGrpInfAndCxl/CtrlSum', decimal('AM10')),
  whole: one('OrgnlGrpInfAndCxl/GrpCxl', yesNo),
  reasons: many('OrgnlGrpInfAndCxl/CxlRsnInf', REASON),
});

/** One `TxInf` of camt.056: a payment is asked back. */
export const RECALL = record({
  cancellationId: one('CxlId', text(35)),
  case: one('Case', CASE),
  ...originalFields,
  amount: one('OrgnlIntrBkSttlmAmt', money),
  settlementDate: one('OrgnlIntrBkSttlmDt', date),
  assigner: one('Assgnr', AGENT),
  assignee: one('Assgne', AGENT),
  reasons: many('CxlRsnInf', REASON),
  original: one('OrgnlTxRef', ORIGINAL_TRANSACTION),
});

/** Head of camt.029. `confirmation`: CNCL cancelled, RJCR refused, PDCR pending, and more of the external code set. */
export const RESOLUTION_HEADER = record({
  ...assignment,
  case: one('RslvdCase', CASE),
  confirmation: one('Sts/Conf', code4),
});

/** One `CxlDtls` of camt.029. */
export const RESOLVED_GROUP = record({
  originalGroup: one('OrgnlGrpInfAndSts', ORIGINAL_GROUP),
  status: one('OrgnlGrpInfAndSts/GrpCxlSts', oneOf(['PACR', 'RJCR', 'ACCR', 'PDCR'])),
  reasons: many('OrgnlGrpInfAndSts/CxlStsRsnInf', REASON),
});

/** One `TxInfAndSts` of camt.029: ACCR accepted, RJCR refused, PDCR pending. */
export const RESOLUTION = record({
  statusId: one('CxlStsId', text(35)),
  case: one('RslvdCase', CASE),
  ...originalFields,
  status: one('TxCxlSts', oneOf(['RJCR', 'ACCR', 'PDCR'])),
  reasons: many('CxlStsRsnInf', REASON),
  amount: one('OrgnlIntrBkSttlmAmt', money),
  settlementDate: one('OrgnlIntrBkSttlmDt', date),
  /** UETR of the return by which the money comes back. */
  returnUetr: one('RsltnRltdInf/UETR', uetr),
  original: one('OrgnlTxRef', ORIGINAL_TRANSACTION),
});

const routed = {
  ...groupFields,
  instructingAgent: one('GrpHdr/InstgAgt', AGENT),
  instructedAgent: one('GrpHdr/InstdAgt', AGENT),
};

const ASKED_GROUP = record({
  messageId: must('OrgnlMsgId', text(35)),
  message: must('OrgnlMsgNmId', text(35)),
  createdAt: one('OrgnlCreDtTm', dateTime),
  transactions: one('OrgnlNbOfTxs', count),
  controlSum: one('OrgnlCtrlSum', decimal('AM10')),
});

/** Head of pacs.028; `originalGroups` are files that are asked about as a whole. */
export const STATUS_REQUEST_HEADER = record({ ...routed, originalGroups: many('OrgnlGrpInf', ASKED_GROUP) });

/** One `TxInf` of pacs.028: what became of this payment? */
export const STATUS_REQUEST = record({
  requestId: one('StsReqId', text(35)),
  ...originalFields,
  acceptedAt: one('AccptncDtTm', dateTime),
  instructingAgent: one('InstgAgt', AGENT),
  instructedAgent: one('InstdAgt', AGENT),
  original: one('OrgnlTxRef', ORIGINAL_TRANSACTION),
});

const REPORTED_GROUP = record({
  messageId: must('OrgnlMsgId', text(35)),
  message: must('OrgnlMsgNmId', text(35)),
  createdAt: one('OrgnlCreDtTm', dateTime),
  transactions: one('OrgnlNbOfTxs', count),
  controlSum: one('OrgnlCtrlSum', decimal('AM10')),
  status: one('GrpSts', code4),
  reasons: many('StsRsnInf', REASON),
});

/** Head of pacs.002. */
export const STATUS_HEADER = record({ ...routed, originalGroups: many('OrgnlGrpInfAndSts', REPORTED_GROUP) });

/** Head of pain.002. */
export const CUSTOMER_STATUS_HEADER = record({ ...groupFields, original: must('OrgnlGrpInfAndSts', REPORTED_GROUP) });

/** One `OrgnlPmtInfAndSts` of pain.002: what became of a batch. */
export const REPORTED_BATCH = record({
  batchId: must('OrgnlPmtInfId', text(35)),
  transactions: one('OrgnlNbOfTxs', count),
  status: one('PmtInfSts', code4),
  reasons: many('StsRsnInf', REASON),
});

/** One `TxInfAndSts` of pain.002. */
export const CUSTOMER_TRANSACTION_STATUS = record({
  statusId: one('StsId', text(35)),
  instructionId: one('OrgnlInstrId', text(35)),
  endToEndId: one('OrgnlEndToEndId', text(35)),
  uetr: one('OrgnlUETR', uetr),
  status: one('TxSts', code4),
  reasons: many('StsRsnInf', REASON),
  acceptedAt: one('AccptncDtTm', dateTime),
  systemReference: one('ClrSysRef', text(35)),
});

/** One `TxInfAndSts` of pacs.002. */
export const TRANSACTION_STATUS = record({
  statusId: one('StsId', text(35)),
  ...originalFields,
  status: one('TxSts', code4),
  reasons: many('StsRsnInf', REASON),
  acceptedAt: one('AccptncDtTm', dateTime),
  settlementDate: one('FctvIntrBkSttlmDt', dayOrTime),
  servicerReference: one('AcctSvcrRef', text(35)),
  systemReference: one('ClrSysRef', text(35)),
});

/** Head of camt.060. */
export const REPORT_REQUEST_HEADER = record({ ...groupFields, sender: one('GrpHdr/MsgSndr', PARTY_OR_AGENT) });

/** One `RptgReq` of camt.060: a bank asks for a report on its account. */
export const REPORT_REQUEST = record({
  requestId: one('Id', text(35)),
  /** The message that is asked for, perhaps without its version: `camt.052`, `camt.053.001.08`. */
  requested: must('ReqdMsgNmId', code(/^camt\.05[23](\.001(\.\d\d)?)?$/, 'CH16')),
  account: one('Acct', ACCOUNT),
  owner: must('AcctOwnr', PARTY_OR_AGENT),
  from: one('RptgPrd/FrToDt/FrDt', date),
  to: one('RptgPrd/FrToDt/ToDt', date),
});
