import {
  accountNumber,
  bic,
  code,
  code4,
  country,
  count,
  currency,
  date,
  dateTime,
  dayOrTime,
  decimal,
  iban,
  lei,
  money,
  moneyOrZero,
  oneOf,
  text,
  uetr,
} from './kinds.ts';
import { type Codes, many, must, type Of, one, record } from './shape.ts';

/** What every message is made of: parties, agents, accounts, remittance information, references. */

/** A postal address: fields of their own, lines, or both ("hybrid"). */
export const ADDRESS = record({
  department: one('Dept', text(70)),
  subDepartment: one('SubDept', text(70)),
  street: one('StrtNm', text(140)),
  buildingNumber: one('BldgNb', text(16)),
  buildingName: one('BldgNm', text(140)),
  floor: one('Flr', text(70)),
  unit: one('UnitNb', text(16)),
  postBox: one('PstBx', text(16)),
  room: one('Room', text(70)),
  postCode: one('PstCd', text(16)),
  town: one('TwnNm', text(140)),
  townLocation: one('TwnLctnNm', text(140)),
  district: one('DstrctNm', text(140)),
  region: one('CtrySubDvsn', text(35)),
  country: one('Ctry', country),
  lines: many('AdrLine', text(70)),
  careOf: one('CareOf', text(140)),
});
export type Address = Of<typeof ADDRESS>;

/** A number that somebody gives: passport, tax, company register. */
const GENERIC_ID = record({
  id: must('Id', text(256)),
  scheme: one('SchmeNm/Cd|SchmeNm/Prtry', text(35)),
  issuer: one('Issr', text(35)),
});

const BIRTH = record({
  date: must('BirthDt', date),
  province: one('PrvcOfBirth', text(35)),
  city: one('CityOfBirth', text(35)),
  country: one('CtryOfBirth', country),
});

/** The fields of a party below a prefix; since 2019 many messages let a party be an agent, and then it stands one level deeper. */
const partyFields = (prefix: string) => {
  const at = (path: string) =>
    path
      .split('|')
      .flatMap((one) => (prefix === '' ? [one] : [`${prefix}/${one}`, one]))
      .join('|');
  return {
    name: one(at('Nm'), text(140)),
    address: one(at('PstlAdr'), ADDRESS),
    /** Country of residence. */
    residence: one(at('CtryOfRes'), country),
    bic: one(at('Id/OrgId/AnyBIC|Id/OrgId/BICOrBEI'), bic),
    lei: one(at('Id/OrgId/LEI'), lei),
    ids: many(at('Id/OrgId/Othr'), GENERIC_ID),
    /** Numbers of a natural person. */
    personalIds: many(at('Id/PrvtId/Othr'), GENERIC_ID),
    /** Given for a natural person. */
    birth: one(at('Id/PrvtId/DtAndPlcOfBirth'), BIRTH),
    /** Who may be asked there. */
    contact: one(at('CtctDtls/Nm'), text(140)),
  };
};

/** A customer, a company, or whoever else is named. */
export const PARTY = record(partyFields(''));
export type Party = Of<typeof PARTY>;

/** A bank, by its BIC, its number in a clearing system, its legal entity identifier, or its name and address. */
export const AGENT = record({
  bic: one('FinInstnId/BICFI|FinInstnId/BIC', bic),
  clearing: one('FinInstnId/ClrSysMmbId', record({ system: one('ClrSysId/Cd|ClrSysId/Prtry', text(35)), member: must('MmbId', text(35)) })),
  lei: one('FinInstnId/LEI', lei),
  name: one('FinInstnId/Nm', text(140)),
  address: one('FinInstnId/PstlAdr', ADDRESS),
  other: one('FinInstnId/Othr/Id', text(35)),
  branch: one('BrnchId/Id', text(35)),
});
export type Agent = Of<typeof AGENT>;

/** A party, or an agent in the place of one. */
export const PARTY_OR_AGENT = record({ ...partyFields('Pty'), agent: one('Agt', AGENT) });

export const accountFields = {
  iban: one('Id/IBAN', iban),
  other: one('Id/Othr/Id', accountNumber),
  scheme: one('Id/Othr/SchmeNm/Cd|Id/Othr/SchmeNm/Prtry', text(35)),
  type: one('Tp/Cd|Tp/Prtry', text(35)),
  currency: one('Ccy', currency),
  name: one('Nm', text(70)),
  proxy: one('Prxy', record({ type: one('Tp/Cd|Tp/Prtry', text(35)), id: must('Id', text(2048)) })),
};
/** An account: an IBAN, or a number of another scheme; perhaps a proxy such as a telephone number. */
export const ACCOUNT = record(accountFields);
export type Account = Of<typeof ACCOUNT>;

/** Codes that name the side on which something is wrong. */
export const DEBTOR: Codes = { bank: 'RC03', account: 'AC02', country: 'BE10', identity: 'BE16' };
export const CREDITOR: Codes = { bank: 'RC04', account: 'AC03', country: 'BE11', identity: 'BE17' };
const INTERMEDIARY: Codes = { bank: 'RC11' };

const taxNumbers = { taxId: one('TaxId', text(35)), registrationId: one('RegnId', text(35)) };
/** Who pays a tax, by numbers, and who signed for that. */
const TAX_PAYER = record({ ...taxNumbers, signatory: one('Authstn/Nm', text(140)) });
export type TaxParty = Of<typeof TAX_PAYER>;

/** Whose tax is paid. */
export const TAX = record({
  creditor: one('Cdtr', record(taxNumbers)),
  debtor: one('Dbtr', TAX_PAYER),
  ultimateDebtor: one('UltmtDbtr', TAX_PAYER),
});
export type Tax = Of<typeof TAX>;

const STRUCTURED = record({
  documents: many(
    'RfrdDocInf',
    record({
      type: one('Tp/CdOrPrtry/Cd|Tp/CdOrPrtry/Prtry|Tp/Cd', text(35)),
      number: one('Nb', text(35)),
      date: one('RltdDt/Dt|RltdDt', date),
    }),
  ),
  due: one('RfrdDocAmt/DuePyblAmt', moneyOrZero),
  remitted: one('RfrdDocAmt/RmtdAmt', moneyOrZero),
  /** As later versions tell them: DUEP due, REMT remitted, and others. */
  amounts: many('RfrdDocAmt/RmtAmtAndTp', record({ type: one('Tp/Cd|Tp/Prtry', text(35)), amount: must('Amt', moneyOrZero) })),
  referenceType: one('CdtrRefInf/Tp/CdOrPrtry/Cd|CdtrRefInf/Tp/CdOrPrtry/Prtry', text(35)),
  reference: one('CdtrRefInf/Ref', text(35)),
  invoicer: one('Invcr', PARTY),
  invoicee: one('Invcee', PARTY),
  tax: one('TaxRmt', TAX),
  garnishee: one('GrnshmtRmt/Grnshee', PARTY),
  garnishmentAdministrator: one('GrnshmtRmt/GrnshmtAdmstr', PARTY),
  additional: many('AddtlRmtInf', text(140)),
});

/** What the payment is for: free lines, or structured references to invoices. */
export const REMITTANCE = record({ lines: many('Ustrd', text(140)), structured: many('Strd', STRUCTURED) });
export type Remittance = Of<typeof REMITTANCE>;

export const CHARGE_BEARER = oneOf(['DEBT', 'CRED', 'SHAR', 'SLEV']);
export const PURPOSE = code(/^[A-Z0-9]{1,4}$/, 'FF07');

/** A charge that was taken on the way, and by whom. */
export const CHARGE = record({ amount: must('Amt', moneyOrZero), agent: one('Agt|Pty', AGENT) });

/** How a payment is to be handled. */
export const typeFields = (prefix = 'PmtTpInf') => ({
  priority: one(`${prefix}/InstrPrty`, oneOf(['HIGH', 'NORM'])),
  serviceLevels: many(`${prefix}/SvcLvl*/Cd|${prefix}/SvcLvl*/Prtry`, text(35)),
  localInstrument: one(`${prefix}/LclInstrm/Cd|${prefix}/LclInstrm/Prtry`, text(35)),
  categoryPurpose: one(`${prefix}/CtgyPurp/Cd|${prefix}/CtgyPurp/Prtry`, text(35)),
});

/** The agents and parties of a customer payment, from the one side to the other. */
export const partiesOf = {
  ultimateDebtor: one('UltmtDbtr', PARTY, DEBTOR),
  initiator: one('InitgPty', PARTY),
  debtor: must('Dbtr', PARTY, 'BE08', DEBTOR),
  debtorAccount: one('DbtrAcct', ACCOUNT, DEBTOR),
  debtorAgent: must('DbtrAgt', AGENT, 'RC03', DEBTOR),
  debtorAgentAccount: one('DbtrAgtAcct', ACCOUNT),
  creditorAgent: must('CdtrAgt', AGENT, 'RC04', CREDITOR),
  creditorAgentAccount: one('CdtrAgtAcct', ACCOUNT),
  creditor: must('Cdtr', PARTY, 'BE22', CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
  ultimateCreditor: one('UltmtCdtr', PARTY, CREDITOR),
};

/** Agents through which a payment has come. */
export const previousAgents = {
  previousAgent1: one('PrvsInstgAgt1|PrvsInstgAgt', AGENT),
  previousAgent2: one('PrvsInstgAgt2', AGENT),
  previousAgent3: one('PrvsInstgAgt3', AGENT),
};

/** Agents through which it is to go on. */
export const intermediaries = {
  intermediary1: one('IntrmyAgt1', AGENT, INTERMEDIARY),
  intermediary2: one('IntrmyAgt2', AGENT, INTERMEDIARY),
  intermediary3: one('IntrmyAgt3', AGENT, INTERMEDIARY),
};

/** Agents between those of the two sides, before and after this network. */
export const agentsBetween = {
  ...previousAgents,
  instructingAgent: one('InstgAgt', AGENT),
  instructedAgent: one('InstdAgt', AGENT),
  ...intermediaries,
};

/** How a file names itself and what it says of its sums. */
export const groupFields = {
  messageId: must('GrpHdr/MsgId', text(35)),
  createdAt: must('GrpHdr/CreDtTm', dateTime),
};
export const totalFields = {
  transactions: must('GrpHdr/NbOfTxs', count),
  controlSum: one('GrpHdr/CtrlSum', decimal('AM10')),
};
export const settlementFields = {
  ...groupFields,
  ...totalFields,
  settlementDate: one('GrpHdr/IntrBkSttlmDt', date),
  settlementMethod: must('GrpHdr/SttlmInf/SttlmMtd', oneOf(['INDA', 'INGA', 'COVE', 'CLRG'])),
  settlementAccount: one('GrpHdr/SttlmInf/SttlmAcct', ACCOUNT),
  clearingSystem: one('GrpHdr/SttlmInf/ClrSys/Cd|GrpHdr/SttlmInf/ClrSys/Prtry', text(35)),
  instructingReimbursementAgent: one('GrpHdr/SttlmInf/InstgRmbrsmntAgt', AGENT),
  instructedReimbursementAgent: one('GrpHdr/SttlmInf/InstdRmbrsmntAgt', AGENT),
  thirdReimbursementAgent: one('GrpHdr/SttlmInf/ThrdRmbrsmntAgt', AGENT),
  instructingAgent: one('GrpHdr/InstgAgt', AGENT),
  instructedAgent: one('GrpHdr/InstdAgt', AGENT),
};

/** The file that a transaction was part of, as a later message refers to it. */
export const ORIGINAL_GROUP = record({
  messageId: must('OrgnlMsgId', text(35)),
  message: must('OrgnlMsgNmId', text(35)),
  createdAt: one('OrgnlCreDtTm', dateTime),
});

/** How a transaction was called when it was sent. */
export const originalFields = {
  originalGroup: one('OrgnlGrpInf', ORIGINAL_GROUP),
  instructionId: one('OrgnlInstrId', text(35)),
  endToEndId: one('OrgnlEndToEndId', text(35)),
  transactionId: one('OrgnlTxId', text(35)),
  uetr: one('OrgnlUETR', uetr),
  clearingReference: one('OrgnlClrSysRef', text(35)),
};

/** Code or words for why something was done, rejected or asked for. */
export const REASON = record({
  code: one('Rsn/Cd', code4),
  proprietary: one('Rsn/Prtry', text(35)),
  originator: one('Orgtr', PARTY),
  text: many('AddtlInf', text(105)),
});

/** What the original transaction said, as far as a later message repeats it. */
export const ORIGINAL_TRANSACTION = record({
  amount: one('IntrBkSttlmAmt', money),
  instructedAmount: one('Amt/InstdAmt', money),
  settlementDate: one('IntrBkSttlmDt', date),
  executionDate: one('ReqdExctnDt', dayOrTime),
  remittance: one('RmtInf', REMITTANCE),
  debtor: one('Dbtr', PARTY_OR_AGENT, DEBTOR),
  debtorAccount: one('DbtrAcct', ACCOUNT, DEBTOR),
  debtorAgent: one('DbtrAgt', AGENT, DEBTOR),
  creditorAgent: one('CdtrAgt', AGENT, CREDITOR),
  creditor: one('Cdtr', PARTY_OR_AGENT, CREDITOR),
  creditorAccount: one('CdtrAcct', ACCOUNT, CREDITOR),
});
