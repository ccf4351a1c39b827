import { code4, count, date, dateTime, dayOrTime, decimal, money, moneyOrZero, oneOf, text, uetr, yesNo } from '../kinds.ts';
import { ACCOUNT, accountFields, AGENT, groupFields, PARTY, PARTY_OR_AGENT, REMITTANCE } from '../parts.ts';
import { many, must, type Of, one, record } from '../shape.ts';

/** What an account's keeper tells: camt.052 (during the day), camt.053 (the day), camt.054 (single entries); and pacs.029. */

/** Whether an amount came in (CRDT) or went out (DBIT). */
const DIRECTION = oneOf(['CRDT', 'DBIT'] as const);

/** Head of camt.052, camt.053 and camt.054. */
export const STATEMENT_HEADER = record({
  ...groupFields,
  recipient: one('GrpHdr/MsgRcpt', PARTY),
  page: one('GrpHdr/MsgPgntn/PgNb', count),
  isLastPage: one('GrpHdr/MsgPgntn/LastPgInd', yesNo),
});

/** Balance types: OPBD and CLBD opening and closing booked, PRCD previous closing, OPAV, CLAV, ITBD and others. */
const BALANCE = record({
  type: must('Tp/CdOrPrtry/Cd|Tp/CdOrPrtry/Prtry', text(35)),
  amount: must('Amt', moneyOrZero),
  direction: must('CdtDbtInd', DIRECTION),
  day: must('Dt', dayOrTime),
});

const TOTAL = record({ entries: one('NbOfNtries', count), sum: one('Sum', decimal('AM10')) });

/** The account of a statement, with its owner and its keeper. */
const STATEMENT_ACCOUNT = record({ ...accountFields, owner: one('Ownr', PARTY), servicer: one('Svcr', AGENT) });

/** One `Stmt`, `Rpt` or `Ntfctn`; what it says in sum of its entries. */
export const STATEMENT = record({
  statementId: must('Id', text(35)),
  sequence: one('ElctrncSeqNb', count),
  legalSequence: one('LglSeqNb', count),
  createdAt: one('CreDtTm', dateTime),
  from: one('FrToDt/FrDtTm', dateTime),
  to: one('FrToDt/ToDtTm', dateTime),
  copy: one('CpyDplctInd', oneOf(['CODU', 'COPY', 'DUPL'])),
  account: must('Acct', STATEMENT_ACCOUNT),
  balances: many('Bal', BALANCE),
  total: one('TxsSummry/TtlNtries', TOTAL),
  totalCredit: one('TxsSummry/TtlCdtNtries', TOTAL),
  totalDebit: one('TxsSummry/TtlDbtNtries', TOTAL),
});
export type StatementReading = Of<typeof STATEMENT>;

const BANK_CODE = {
  domain: one('BkTxCd/Domn/Cd', code4),
  family: one('BkTxCd/Domn/Fmly/Cd', code4),
  subFamily: one('BkTxCd/Domn/Fmly/SubFmlyCd', code4),
  proprietaryCode: one('BkTxCd/Prtry/Cd', text(35)),
};

/** Totals of charges, and the single ones; in versions of 2009 the element itself comes several times. */
const CHARGES = 'Chrgs*/TtlChrgsAndTaxAmt|Chrgs*/Rcrd*/Amt|Chrgs*/Amt';

/** One `TxDtls`: a payment behind an entry. Versions of 2009 give the amount below `AmtDtls`. */
const DETAIL = record({
  messageId: one('Refs/MsgId', text(35)),
  servicerReference: one('Refs/AcctSvcrRef', text(35)),
  batchId: one('Refs/PmtInfId', text(35)),
  instructionId: one('Refs/InstrId', text(35)),
  endToEndId: one('Refs/EndToEndId', text(35)),
  uetr: one('Refs/UETR', uetr),
  transactionId: one('Refs/TxId', text(35)),
  clearingReference: one('Refs/ClrSysRef', text(35)),
  amount: one('Amt', moneyOrZero),
  transactionAmount: one('AmtDtls/TxAmt/Amt', moneyOrZero),
  instructedAmount: one('AmtDtls/InstdAmt/Amt', moneyOrZero),
  direction: one('CdtDbtInd', DIRECTION),
  ...BANK_CODE,
  debtor: one('RltdPties/Dbtr', PARTY_OR_AGENT),
  debtorAccount: one('RltdPties/DbtrAcct', ACCOUNT),
  ultimateDebtor: one('RltdPties/UltmtDbtr', PARTY_OR_AGENT),
  creditor: one('RltdPties/Cdtr', PARTY_OR_AGENT),
  creditorAccount: one('RltdPties/CdtrAcct', ACCOUNT),
  ultimateCreditor: one('RltdPties/UltmtCdtr', PARTY_OR_AGENT),
  debtorAgent: one('RltdAgts/DbtrAgt', AGENT),
  creditorAgent: one('RltdAgts/CdtrAgt', AGENT),
  purpose: one('Purp/Cd', code4),
  remittance: one('RmtInf', REMITTANCE),
  settlementDate: one('RltdDts/IntrBkSttlmDt', date),
  charges: many(CHARGES, moneyOrZero),
  returnReason: one('RtrInf/Rsn/Cd', code4),
  text: one('AddtlTxInf', text(500)),
});

/** A file whose payments were booked as one entry. */
const BATCH = record({
  messageId: one('MsgId', text(35)),
  batchId: one('PmtInfId', text(35)),
  transactions: one('NbOfTxs', count),
  amount: one('TtlAmt', moneyOrZero),
});

/** One `Ntry`: an amount booked, pending or announced, with the payments it is made of. */
export const ENTRY = record({
  reference: one('NtryRef', text(35)),
  amount: must('Amt', moneyOrZero),
  direction: must('CdtDbtInd', DIRECTION),
  reversal: one('RvslInd', yesNo),
  /** BOOK, PDNG, INFO, or a word of the keeper's own. */
  status: must('Sts/Cd|Sts/Prtry|Sts', text(35)),
  bookingDay: one('BookgDt', dayOrTime),
  valueDay: one('ValDt', dayOrTime),
  servicerReference: one('AcctSvcrRef', text(35)),
  ...BANK_CODE,
  charges: many(CHARGES, moneyOrZero),
  batches: many('NtryDtls*/Btch', BATCH),
  details: many('NtryDtls*/TxDtls*', DETAIL),
  text: one('AddtlNtryInf', text(500)),
});

/** Head of pacs.029. */
export const SETTLEMENT_REQUEST_HEADER = record({
  ...groupFields,
  requests: must('GrpHdr/NbOfSttlmReqs', count),
  controlSum: one('GrpHdr/CtrlSum', decimal('AM10')),
  settlementMethod: one('GrpHdr/SttlmInf/SttlmMtd', text(4)),
  clearingSystem: one('GrpHdr/SttlmInf/ClrSys/Cd|GrpHdr/SttlmInf/ClrSys/Prtry', text(35)),
});

/** One `SttlmReq` of pacs.029: movements that settle together. */
export const SETTLEMENT_REQUEST = record({
  instructionId: must('InstrId', text(35)),
  priority: one('InstrPrty', oneOf(['URGT', 'HIGH', 'NORM'])),
  cycle: one('SttlmCycl', text(35)),
  movements: one('NbOfMvmntRcrds', count),
});

/** One `MvmntRcrd` of pacs.029: what a participant pays (DBIT) or gets (CRDT). */
export const MOVEMENT = record({
  id: must('Id', text(35)),
  sequence: one('SeqNb', count),
  amount: must('Amt/Amt', money),
  direction: one('Amt/CdtDbt', DIRECTION),
  agent: one('SttlmAgt', PARTY),
  agentAccount: one('SttlmAgtAcct', ACCOUNT),
  participant: one('Ptcpt', PARTY),
  participantAccount: one('PtcptAcct', ACCOUNT),
  reference: one('Ref', text(35)),
});
