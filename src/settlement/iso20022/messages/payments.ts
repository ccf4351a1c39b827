import { count, currency, date, dateTime, dayOrTime, decimal, money, moneyOrZero, oneOf, text, uetr } from '../kinds.ts';
import {
  ACCOUNT,
  AGENT,
  agentsBetween,
  CHARGE,
  CHARGE_BEARER,
  CREDITOR,
  DEBTOR,
  groupFields,
  intermediaries,
  ORIGINAL_GROUP,
  ORIGINAL_TRANSACTION,
  originalFields,
  PARTY,
  PARTY_OR_AGENT,
  partiesOf,
  previousAgents,
  PURPOSE,
  REASON,
  REMITTANCE,
  settlementFields,
  TAX,
  totalFields,
  typeFields,
} from '../parts.ts';
import { many, must, type Of, one, record } from '../shape.ts';

/** Messages that move money: pacs.008, pacs.009, pacs.004, pain.001. */

const ids = {
  instructionId: one('PmtId/InstrId', text(35)),
  endToEndId: must('PmtId/EndToEndId', text(35, 'FF08'), 'FF08'),
  transactionId: one('PmtId/TxId', text(35)),
  uetr: one('PmtId/UETR', uetr),
  clearingReference: one('PmtId/ClrSysRef', text(35)),
};

const INSTRUCTION = record({ code: one('Cd', text(35)), text: one('InstrInf', text(140)) });

const settlement = {
  amount: must('IntrBkSttlmAmt', money),
  settlementDate: one('IntrBkSttlmDt', date),
  settlementPriority: one('SttlmPrty', oneOf(['URGT', 'HIGH', 'NORM'])),
  /** When the sender's account was debited, and when that of the receiver is to be credited. */
  debitedAt: one('SttlmTmIndctn/DbtDtTm', dateTime),
  creditedAt: one('SttlmTmIndctn/CdtDtTm', dateTime),
};

/** Who is named beside the parties of a customer payment. */
const namedBeside = {
  regulators: many('RgltryRptg*/Authrty/Nm', text(140)),
  tax: one('Tax', TAX),
  /** To whom the remittance advice goes. */
  remittanceReceivers: many('RltdRmtInf*/RmtLctnDtls*/PstlAdr/Nm|RltdRmtInf*/RmtLctnPstlAdr/Nm', text(140)),
};

/** Header of pacs.008 and pacs.009. */
export const TRANSFER_HEADER = record({
  ...settlementFields,
  ...typeFields('GrpHdr/PmtTpInf'),
  total: one('GrpHdr/TtlIntrBkSttlmAmt', moneyOrZero),
});

/** One `CdtTrfTxInf` of pacs.008: a customer of one bank pays a customer of another. */
export const CREDIT_TRANSFER = record({
  ...ids,
  ...typeFields(),
  ...settlement,
  acceptedAt: one('AccptncDtTm|AddtlDtTm/AccptncDtTm', dateTime),
  instructedAmount: one('InstdAmt', money),
  exchangeRate: one('XchgRate', decimal()),
  chargeBearer: must('ChrgBr', CHARGE_BEARER),
  exchangeAgent: one('AgrdRate/FXAgt', AGENT),
  charges: many('ChrgsInf', CHARGE),
  ...agentsBetween,
  ...partiesOf,
  ...namedBeside,
  instructionsForCreditorAgent: many('InstrForCdtrAgt', INSTRUCTION),
  instructionsForNextAgent: many('InstrForNxtAgt', INSTRUCTION),
  purpose: one('Purp/Cd', PURPOSE),
  purposeText: one('Purp/Prtry', text(35)),
  remittance: one('RmtInf', REMITTANCE),
});
export type CreditTransfer = Of<typeof CREDIT_TRANSFER>;

/** The customer payment that a cover payment pays for. */
const UNDERLYING = record({
  ultimateDebtor: one('UltmtDbtr', PARTY, DEBTOR),
  initiator: one('InitgPty', PARTY),
  debtor: must('Dbtr', PARTY, 'BE08', DEBTOR),
  debtorAccount: one('DbtrAcct', ACCOUNT, DEBTOR),
  debtorAgent: must('DbtrAgt', AGENT, 'RC03', DEBTOR),
  debtorAgentAccount: one('DbtrAgtAcct', ACCOUNT),
  ...previousAgents,
  ...intermediaries,
  creditorAgent: must('CdtrAgt', AGENT, 'RC04', CREDITOR),
  creditorAgentAccount: one('CdtrAgtAcct', ACCOUNT),
  creditor: must('Cdtr', PARTY, 'BE22', CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', PARTY, CREDITOR),
  tax: one('Tax', TAX),
  remittance: one('RmtInf', REMITTANCE),
  instructedAmount: one('InstdAmt', money),
});

/** The payment between banks that another one pays for, which version 12 may tell. */
const UNDERLYING_OF_BANKS = record({
  ...agentsBetween,
  ultimateDebtor: one('UltmtDbtr', AGENT, DEBTOR),
  debtor: one('Dbtr', AGENT, DEBTOR),
  debtorAgent: one('DbtrAgt', AGENT, DEBTOR),
  creditorAgent: one('CdtrAgt', AGENT, CREDITOR),
  creditor: one('Cdtr', AGENT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', AGENT, CREDITOR),
});

/** One `CdtTrfTxInf` of pacs.009: a bank pays a bank, for itself (core) or to cover a customer payment (COV, with `underlying`). */
export const INSTITUTION_TRANSFER = record({
  ...ids,
  ...typeFields(),
  ...settlement,
  ...agentsBetween,
  ultimateDebtor: one('UltmtDbtr', AGENT, DEBTOR),
  debtor: must('Dbtr', AGENT, 'RC03', DEBTOR),
  debtorAccount: one('DbtrAcct', ACCOUNT, DEBTOR),
  debtorAgent: one('DbtrAgt', AGENT, DEBTOR),
  debtorAgentAccount: one('DbtrAgtAcct', ACCOUNT),
  creditorAgent: one('CdtrAgt', AGENT, CREDITOR),
  creditorAgentAccount: one('CdtrAgtAcct', ACCOUNT),
  creditor: must('Cdtr', AGENT, 'RC04', CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', AGENT, CREDITOR),
  purpose: one('Purp/Cd', PURPOSE),
  remittance: one('RmtInf', REMITTANCE),
  underlying: one('UndrlygCstmrCdtTrf', UNDERLYING),
  underlyingOfBanks: one('UndrlygFICdtTrf', UNDERLYING_OF_BANKS),
});

/** Header of pacs.004. */
export const RETURN_HEADER = record({
  ...settlementFields,
  total: one('GrpHdr/TtlRtrdIntrBkSttlmAmt', moneyOrZero),
  originalGroup: one('OrgnlGrpInf', ORIGINAL_GROUP),
  reasons: many('OrgnlGrpInf/RtrRsnInf', REASON),
});

const CHAIN = record({
  ultimateDebtor: one('UltmtDbtr', PARTY_OR_AGENT, DEBTOR),
  debtor: one('Dbtr', PARTY_OR_AGENT, DEBTOR),
  debtorAccount: one('DbtrAcct', ACCOUNT, DEBTOR),
  initiator: one('InitgPty', PARTY_OR_AGENT),
  debtorAgent: one('DbtrAgt', AGENT, DEBTOR),
  ...previousAgents,
  ...intermediaries,
  creditorAgent: one('CdtrAgt', AGENT, CREDITOR),
  creditor: one('Cdtr', PARTY_OR_AGENT, CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', PARTY_OR_AGENT, CREDITOR),
});
export type ReturnChain = Of<typeof CHAIN>;

/** One `TxInf` of pacs.004: money of a settled payment comes back. */
export const PAYMENT_RETURN = record({
  returnId: one('RtrId', text(35)),
  ...originalFields,
  originalAmount: one('OrgnlIntrBkSttlmAmt', money),
  originalSettlementDate: one('OrgnlIntrBkSttlmDt', date),
  amount: must('RtrdIntrBkSttlmAmt', money),
  settlementDate: one('IntrBkSttlmDt', date),
  instructedAmount: one('RtrdInstdAmt', money),
  exchangeRate: one('XchgRate', decimal()),
  compensation: one('CompstnAmt', moneyOrZero),
  exchangeAgent: one('AgrdRate/FXAgt', AGENT),
  chargeBearer: one('ChrgBr', CHARGE_BEARER),
  charges: many('ChrgsInf', CHARGE),
  instructingAgent: one('InstgAgt', AGENT),
  instructedAgent: one('InstdAgt', AGENT),
  /** Who returns, and to whom: the parties of the return itself. */
  chain: one('RtrChain', CHAIN),
  reasons: many('RtrRsnInf', REASON),
  original: one('OrgnlTxRef', ORIGINAL_TRANSACTION),
});

/** Header of pain.001. */
export const INITIATION_HEADER = record({
  ...groupFields,
  ...totalFields,
  initiator: must('GrpHdr/InitgPty', PARTY),
  forwardingAgent: one('GrpHdr/FwdgAgt', AGENT),
});

/** One `PmtInf` of pain.001: payments of one debtor from one account on one day. */
export const PAYMENT_BATCH = record({
  batchId: must('PmtInfId', text(35)),
  method: must('PmtMtd', oneOf(['TRF', 'CHK', 'TRA'])),
  transactions: one('NbOfTxs', count),
  controlSum: one('CtrlSum', decimal('AM17')),
  ...typeFields(),
  executionDate: must('ReqdExctnDt', dayOrTime, 'DT01'),
  debtor: must('Dbtr', PARTY, 'BE08', DEBTOR),
  debtorAccount: must('DbtrAcct', ACCOUNT, 'AC02', DEBTOR),
  debtorAgent: must('DbtrAgt', AGENT, 'RC03', DEBTOR),
  debtorAgentAccount: one('DbtrAgtAcct', ACCOUNT),
  ultimateDebtor: one('UltmtDbtr', PARTY, DEBTOR),
  chargeBearer: one('ChrgBr', CHARGE_BEARER),
  chargesAccount: one('ChrgsAcct', ACCOUNT),
  chargesAgent: one('ChrgsAcctAgt', AGENT),
});

/** One `CdtTrfTxInf` of pain.001. The amount is what arrives (`InstdAmt`), or its equivalent in another currency. */
export const INITIATED_TRANSFER = record({
  instructionId: one('PmtId/InstrId', text(35)),
  endToEndId: must('PmtId/EndToEndId', text(35, 'FF08'), 'FF08'),
  uetr: one('PmtId/UETR', uetr),
  ...typeFields(),
  amount: one('Amt/InstdAmt', money),
  equivalentAmount: one('Amt/EqvtAmt/Amt', money),
  equivalentCurrency: one('Amt/EqvtAmt/CcyOfTrf', currency),
  exchangeRate: one('XchgRateInf/XchgRate', decimal()),
  chargeBearer: one('ChrgBr', CHARGE_BEARER),
  ultimateDebtor: one('UltmtDbtr', PARTY, DEBTOR),
  ...intermediaries,
  creditorAgent: one('CdtrAgt', AGENT, CREDITOR),
  creditorAgentAccount: one('CdtrAgtAcct', ACCOUNT),
  creditor: must('Cdtr', PARTY, 'BE22', CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', PARTY, CREDITOR),
  ...namedBeside,
  instructionsForCreditorAgent: many('InstrForCdtrAgt', INSTRUCTION),
  purpose: one('Purp/Cd', PURPOSE),
  purposeText: one('Purp/Prtry', text(35)),
  remittance: one('RmtInf', REMITTANCE),
});
