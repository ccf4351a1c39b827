import { codeOf, toDecimalText } from '../../base/money.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { addDecimal, parseDecimal } from '../../base/decimal.ts';
import { isIban } from '../../base/check-digit.ts';
import type { Order } from './pacs008-transaction.ts';
import { agent, amount, decimalNumber, document, leaf, tag, type Xml } from './xml-writer.ts';

/** One transaction to write: the order and how the sender calls it. */
export type OutgoingTransaction = {
  order: Order;
  instructionId?: string;
  transactionId?: string;
  chargeBearer?: 'DEBT' | 'CRED' | 'SHAR' | 'SLEV';
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
  return document(message, tag('FIToFICstmrCdtTrf', header, ...file.transactions.map(transactionOf)));
}

function transactionOf({ order, instructionId, transactionId, chargeBearer = 'SHAR' }: OutgoingTransaction): Xml {
  return tag(
    'CdtTrfTxInf',
    tag(
      'PmtId',
      leaf('InstrId', instructionId),
      leaf('EndToEndId', order.endToEndId),
      leaf('TxId', transactionId),
      leaf('UETR', order.uetr),
    ),
    amount('IntrBkSttlmAmt', codeOf(order.asset), toDecimalText(order)),
    leaf('IntrBkSttlmDt', order.valueDate),
    leaf('ChrgBr', chargeBearer),
    ultimate('UltmtDbtr', order.debtor),
    ...party('Dbtr', order.debtor),
    agent('DbtrAgt', order.debtorAgent),
    agent('CdtrAgt', order.creditorAgent),
    ...party('Cdtr', order.creditor),
    ultimate('UltmtCdtr', order.creditor),
    tag('Purp', leaf('Cd', order.purpose)),
    tag('RmtInf', leaf('Ustrd', order.remittance)),
  );
}

function party(name: 'Dbtr' | 'Cdtr', of: Order['debtor']): [Xml, Xml] {
  const { name: called, account, country, town, street } = of;
  const id = account === undefined ? '' : isIban(account) ? leaf('IBAN', account) : tag('Othr', leaf('Id', account));
  const address = tag('PstlAdr', leaf('StrtNm', street), leaf('TwnNm', town), leaf('Ctry', country));
  return [tag(name, leaf('Nm', called), address, identityOf(of)), tag(`${name}Acct`, tag('Id', id))];
}

/** For whom a party pays or is paid, where that is somebody else. */
export function ultimate(name: 'UltmtDbtr' | 'UltmtCdtr', { ultimate: behind }: Pick<Order['debtor'], 'ultimate'>): Xml {
  if (!behind) return '';
  const address = tag('PstlAdr', leaf('Ctry', behind.country));
  return tag(name, leaf('Nm', behind.name), address, tag('Id', tag('OrgId', leaf('LEI', behind.lei))));
}

/** An organisation has an LEI; who was born somewhere is a person, and of others the standard does not ask. */
function identityOf({ lei, nationalId, customerId, birth }: Order['debtor']): Xml {
  const other = (number: string | undefined, scheme: string) =>
    tag('Othr', leaf('Id', number), number === undefined ? '' : tag('SchmeNm', leaf('Cd', scheme)));
  if (lei !== undefined) {
    return tag('Id', tag('OrgId', leaf('LEI', lei), other(nationalId, 'TXID'), other(customerId, 'CUST')));
  }
  const born =
    birth && tag('DtAndPlcOfBirth', leaf('BirthDt', birth.on), leaf('CityOfBirth', birth.town), leaf('CtryOfBirth', birth.country));
  return tag('Id', tag('PrvtId', born, other(nationalId, 'NIDN'), other(customerId, 'CUST')));
}
