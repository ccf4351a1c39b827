import { codeOf, toDecimalText } from '../../base/money.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { addDecimal, parseDecimal } from '../../base/decimal.ts';
import { isIban } from '../../base/check-digit.ts';
import type { BankPlace, Someone } from '../payment/party.ts';
import { elementsOf } from './carried/grammar.ts';
import { type Carried, clearingReferenceIn } from './carried/said.ts';
import { carriedElements } from './carried/write.ts';
import { chargesOf, taxOf } from './mentioned-writer.ts';
import type { Order } from './pacs008-transaction.ts';
import { agent, amount, codeOrOwn, decimalNumber, document, institution, leaf, orderAddress, tag, type Xml } from './xml-writer.ts';

/**
 * One transaction to write: the order and how the sender calls it. `carried` is what else the sender said: it is told in the version
 * of which its form is known, and stands for what would be made of the order.
 */
export type OutgoingTransaction = {
  order: Order;
  instructionId?: string;
  transactionId?: string;
  chargeBearer?: 'DEBT' | 'CRED' | 'SHAR' | 'SLEV';
  carried?: Carried;
};

/** A file to write. `version` is that of pacs.008.001, 8 to 13. */
export type OutgoingFile = {
  version?: number;
  messageId: string;
  createdAt: Millis;
  settlementDate?: LocalDate;
  instructingAgent?: string;
  instructedAgent?: string;
  transactions: readonly OutgoingTransaction[];
};

/** A pacs.008 file with its number of transactions and control sum, valid against the schema of its version. */
export function writePacs008(file: OutgoingFile): string {
  const values = file.transactions.map(({ order }) => parseDecimal(toDecimalText(order)));
  const header = tag(
    'GrpHdr',
    leaf('MsgId', file.messageId),
    leaf('CreDtTm', new Date(file.createdAt).toISOString()),
    leaf('NbOfTxs', String(file.transactions.length)),
    leaf('CtrlSum', decimalNumber(values.reduce(addDecimal, { units: 0n, scale: 0 }))),
    leaf('IntrBkSttlmDt', file.settlementDate),
    tag('SttlmInf', leaf('SttlmMtd', 'CLRG')),
    agent('InstgAgt', file.instructingAgent),
    agent('InstdAgt', file.instructedAgent),
  );
  const message = `pacs.008.001.${String(file.version ?? 8).padStart(2, '0')}`;
  const transactions = file.transactions.map((one) => transactionOf(one, message));
  return document(message, tag('FIToFICstmrCdtTrf', header, ...transactions));
}

/** The version in which what was carried is told. */
const CARRYING = 'pacs.008.001.09';
const ELEMENTS = elementsOf(CARRYING);

function transactionOf(transaction: OutgoingTransaction, message: string): Xml {
  const { order, carried } = transaction;
  const said = carried && message === CARRYING ? carriedElements(CARRYING, carried, order) : undefined;
  const own = ownElements(transaction);
  return tag('CdtTrfTxInf', ...ELEMENTS.map((name) => said?.get(name) ?? own[name]));
}

/** What is made of the order, by element. */
function ownElements({ order, instructionId, transactionId, chargeBearer = 'SHAR', carried }: OutgoingTransaction): Record<string, Xml> {
  const taken = chargesOf(order);
  const [previous1 = '', previous2 = '', previous3 = ''] = previousAgents(order.debtor);
  const [debtor, debtorAccount] = party('Dbtr', order.debtor);
  const [creditor, creditorAccount] = party('Cdtr', order.creditor);
  const ids = [leaf('InstrId', instructionId), leaf('EndToEndId', order.endToEndId), leaf('TxId', transactionId), leaf('UETR', order.uetr)];
  return {
    PmtId: tag('PmtId', ...ids, leaf('ClrSysRef', clearingReferenceIn(carried))),
    IntrBkSttlmAmt: amount('IntrBkSttlmAmt', codeOf(order.asset), toDecimalText(order)),
    IntrBkSttlmDt: leaf('IntrBkSttlmDt', order.valueDate),
    InstdAmt: taken.instructed,
    XchgRate: taken.rate,
    ChrgBr: leaf('ChrgBr', chargeBearer),
    ChrgsInf: taken.charges,
    PrvsInstgAgt1: previous1,
    PrvsInstgAgt2: previous2,
    PrvsInstgAgt3: previous3,
    UltmtDbtr: someone('UltmtDbtr', order.debtor.ultimate),
    InitgPty: someone('InitgPty', order.debtor.initiator),
    Dbtr: debtor,
    DbtrAcct: debtorAccount,
    DbtrAgt: agent('DbtrAgt', order.debtorAgent),
    CdtrAgt: agent('CdtrAgt', order.creditorAgent),
    Cdtr: creditor,
    CdtrAcct: creditorAccount,
    UltmtCdtr: someone('UltmtCdtr', order.creditor.ultimate),
    Purp: tag('Purp', leaf('Cd', order.purpose)),
    Tax: taxOf(order),
    RmtInf: tag('RmtInf', leaf('Ustrd', order.remittance)),
  };
}

function party(name: 'Dbtr' | 'Cdtr', of: Order['debtor']): [Xml, Xml] {
  const { name: called, account } = of;
  const id = account === undefined ? '' : isIban(account) ? leaf('IBAN', account) : tag('Othr', leaf('Id', account));
  return [tag(name, leaf('Nm', called), orderAddress(of), identityOf(of)), tag(`${name}Acct`, tag('Id', id))];
}

/** Somebody beside a party: for whom it pays or is paid, or who initiated that. */
export function someone(name: string, behind: Someone | undefined): Xml {
  const inside = personOf(behind);
  return inside === '' ? '' : tag(name, inside);
}

/** What is known of somebody who may have nothing but numbers. */
export function personOf(behind: Someone | undefined): Xml {
  if (!behind) return '';
  const { bic, lei, ids = [], isPerson, birth } = behind;
  const address = tag('PstlAdr', leaf('Ctry', behind.country));
  // Versions before 2023 hold 35 letters, and a number cut off is another one.
  const others = ids
    .filter(({ id }) => id.length <= 35)
    .map(({ id, scheme, issuer }) => tag('Othr', leaf('Id', id), tag('SchmeNm', codeOrOwn(4, scheme)), leaf('Issr', issuer)));
  // A party is identified as an organisation or as a person; whoever has a BIC or an LEI is none.
  const isOrganisation = bic !== undefined || lei !== undefined || !(isPerson || birth);
  const id = isOrganisation ? tag('OrgId', leaf('AnyBIC', bic), leaf('LEI', lei), ...others) : tag('PrvtId', bornAt(birth), ...others);
  return `${leaf('Nm', behind.name)}${address}${tag('Id', id)}`;
}

const PREVIOUS = ['previous1', 'previous2', 'previous3'] as const;

/**
 * The banks through which a payment has come to the participant that pays. Who instructed this network on its behalf is one of them
 * to whom comes next, the last; behind three there is no place for another.
 */
export function previousAgents({ banks = [] }: Pick<Order['debtor'], 'banks'>): Xml[] {
  const bankAt = (place: BankPlace) => banks.find(({ at }) => at === place);
  const free = PREVIOUS.findLastIndex((place) => bankAt(place) !== undefined) + 1;
  return PREVIOUS.map((place, i) => {
    const bank = bankAt(place) ?? (i === free ? bankAt('instructing') : undefined);
    return bank ? institution(`PrvsInstgAgt${i + 1}`, bank) : '';
  });
}

function bornAt(birth: Order['debtor']['birth']): Xml {
  if (!birth) return '';
  return tag('DtAndPlcOfBirth', leaf('BirthDt', birth.on), leaf('CityOfBirth', birth.town), leaf('CtryOfBirth', birth.country));
}

/** An organisation has an LEI; who was born somewhere is a person, and of others the standard does not ask. */
function identityOf({ bic, lei, nationalId, customerId, birth }: Order['debtor']): Xml {
  const other = (number: string | undefined, scheme: string) =>
    tag('Othr', leaf('Id', number), number === undefined ? '' : tag('SchmeNm', leaf('Cd', scheme)));
  if (lei !== undefined || bic !== undefined) {
    return tag('Id', tag('OrgId', leaf('AnyBIC', bic), leaf('LEI', lei), other(nationalId, 'TXID'), other(customerId, 'CUST')));
  }
  return tag('Id', tag('PrvtId', bornAt(birth), other(nationalId, 'NIDN'), other(customerId, 'CUST')));
}
