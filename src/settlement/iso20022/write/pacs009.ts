import { addDecimal, parseDecimal } from '../../../base/decimal.ts';
import { type Money, toDecimalText } from '../../../base/money.ts';
import type { LocalDate, Millis } from '../../../base/time.ts';
import type { Order } from '../pacs008-transaction.ts';
import type { Bank, BankPlace } from '../../payment/party.ts';
import { elementsOf } from '../carried/grammar.ts';
import { type Carried, clearingReferenceIn, type OrderSaid } from '../carried/said.ts';
import { carriedElements } from '../carried/write.ts';
import { taxOf } from '../mentioned-writer.ts';
import { previousAgents, someone } from '../pacs008-writer.ts';
import type { References } from '../read-message.ts';
import {
  account,
  agent,
  decimalNumber,
  document,
  first,
  instant,
  institution,
  leaf,
  moneyElement,
  orderAddress,
  ownReference,
  tag,
  type Xml,
} from '../xml-writer.ts';
import { writtenMessage } from './streaming.ts';

type Customer = Pick<Order['debtor'], 'name' | 'account' | 'country' | 'town' | 'bic' | 'lei' | 'ultimate' | 'initiator' | 'mentions'>;

/** A payment of a bank to a bank; with `cover`, of a payment of their customers. */
export type OutgoingBankTransfer = {
  references: References & { endToEndId: string };
  amount: Money;
  settlementDate: LocalDate;
  /** BICs of the participants that pay and are paid. */
  debtor: string;
  creditor: string;
  /** The banks beside these on either side, each at its place. */
  banks?: readonly Bank[];
  purpose?: string;
  remittance?: string;
  cover?: { debtor: Customer; creditor: Customer };
  /** What else its sender said, and the order that has the texts that are missing in it: told in the version of which its form is known. */
  beside?: { carried: Carried; order: OrderSaid };
};

/** What is said before the transfers. */
export type BankTransferHead = { version?: number; messageId: string; createdAt: Millis; instructedAgent?: string };

/** Payments between banks (pacs.009) as an XML document, valid against the schema of its version. */
export function writePacs009(head: BankTransferHead, transfers: readonly OutgoingBankTransfer[]): string {
  const values = transfers.map(({ amount }) => parseDecimal(toDecimalText(amount)));
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', head.messageId),
    instant('CreDtTm', head.createdAt),
    leaf('NbOfTxs', String(transfers.length)),
    leaf('CtrlSum', decimalNumber(values.reduce(addDecimal, { units: 0n, scale: 0 }))),
    tag('SttlmInf', leaf('SttlmMtd', 'CLRG')),
    agent('InstdAgt', head.instructedAgent),
  );
  const message = writtenMessage('pacs.009', head.version);
  return document(message, tag('FICdtTrf', header, ...transfers.map((one) => transferOf(one, message))));
}

/** The version in which what was carried is told. */
const CARRYING = 'pacs.009.001.09';
const ELEMENTS = elementsOf(CARRYING);

function transferOf(transfer: OutgoingBankTransfer, message: string): Xml {
  const { beside } = transfer;
  const said = beside && message === CARRYING ? carriedElements(CARRYING, beside.carried, beside.order) : undefined;
  const own = ownElements(transfer);
  // The order has one text for both payments; what was said of the customers' payment alone stands there.
  if (said?.get('UndrlygCstmrCdtTrf')?.includes('<RmtInf>')) own['RmtInf'] = '';
  return tag('CdtTrfTxInf', ...ELEMENTS.map((name) => said?.get(name) ?? own[name]));
}

/** What is made of the order, by element. */
function ownElements(transfer: OutgoingBankTransfer): Record<string, Xml> {
  const { references, banks = [], beside } = transfer;
  const at = bankWriter(banks);
  const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));
  const [previous1 = '', previous2 = '', previous3 = ''] = previousAgents({ banks: [...banks] });
  const [debtor = '', debtorAgent = ''] = sideOf('Dbtr', at('debtor', 'Dbtr'), transfer.debtor);
  const [creditor = '', creditorAgent = ''] = sideOf('Cdtr', at('creditor', 'Cdtr'), transfer.creditor);
  const ids = [
    reference('InstrId', references.instructionId),
    reference('EndToEndId', references.endToEndId),
    reference('TxId', references.transactionId),
    leaf('UETR', references.uetr),
    leaf('ClrSysRef', clearingReferenceIn(beside?.carried)),
  ];
  return {
    PmtId: tag('PmtId', ...ids),
    IntrBkSttlmAmt: moneyElement('IntrBkSttlmAmt', transfer.amount),
    IntrBkSttlmDt: leaf('IntrBkSttlmDt', transfer.settlementDate),
    PrvsInstgAgt1: previous1,
    PrvsInstgAgt2: previous2,
    PrvsInstgAgt3: previous3,
    UltmtDbtr: at('ultimateDebtor', 'UltmtDbtr'),
    Dbtr: debtor,
    DbtrAgt: debtorAgent,
    CdtrAgt: creditorAgent,
    Cdtr: creditor,
    UltmtCdtr: at('ultimateCreditor', 'UltmtCdtr'),
    Purp: tag('Purp', leaf('Cd', transfer.purpose)),
    RmtInf: tag('RmtInf', leaf('Ustrd', transfer.remittance && first(140, transfer.remittance))),
    UndrlygCstmrCdtTrf: underlyingOf(transfer, at),
  };
}

/** The payment of customers that this one covers. */
function underlyingOf({ cover, debtor, creditor }: OutgoingBankTransfer, at: ReturnType<typeof bankWriter>): Xml {
  if (!cover) return '';
  return tag(
    'UndrlygCstmrCdtTrf',
    someone('UltmtDbtr', cover.debtor.ultimate),
    someone('InitgPty', cover.debtor.initiator),
    ...party('Dbtr', cover.debtor),
    at('customerDebtorAgent', 'DbtrAgt') || agent('DbtrAgt', debtor),
    ...NTH.map((nth) => at(`customerPrevious${nth}`, `PrvsInstgAgt${nth}`)),
    ...NTH.map((nth) => at(`customerIntermediary${nth}`, `IntrmyAgt${nth}`)),
    at('customerCreditorAgent', 'CdtrAgt') || agent('CdtrAgt', creditor),
    ...party('Cdtr', cover.creditor),
    someone('UltmtCdtr', cover.creditor.ultimate),
    taxOf(cover, 'UndrlygCstmrCdtTrf/'),
  );
}

const NTH = [1, 2, 3] as const;

function bankWriter(banks: readonly Bank[]): (place: BankPlace, name: string) => Xml {
  return (place, name) => {
    const bank = banks.find(({ at }) => at === place);
    return bank ? institution(name, bank) : '';
  };
}

/** The bank that pays or is paid: the participant, or one behind it, whose agent the participant then is. */
function sideOf(name: 'Dbtr' | 'Cdtr', behind: Xml, participant: string): Xml[] {
  return behind === '' ? [agent(name, participant)] : [behind, agent(`${name}Agt`, participant)];
}

function party(name: 'Dbtr' | 'Cdtr', of: Customer): Xml[] {
  const id = tag('Id', tag('OrgId', leaf('AnyBIC', of.bic), leaf('LEI', of.lei)));
  return [tag(name, leaf('Nm', first(140, of.name)), orderAddress(of), id), account(`${name}Acct`, of.account)];
}
