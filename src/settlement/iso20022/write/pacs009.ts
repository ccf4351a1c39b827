import { addDecimal, parseDecimal } from '../../../base/decimal.ts';
import { type Money, toDecimalText } from '../../../base/money.ts';
import type { LocalDate, Millis } from '../../../base/time.ts';
import type { Order } from '../pacs008-transaction.ts';
import type { Bank, BankPlace } from '../../payment/party.ts';
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
  ownReference,
  tag,
  type Xml,
} from '../xml-writer.ts';
import { writtenMessage } from './streaming.ts';

type Customer = Pick<Order['debtor'], 'name' | 'account' | 'country' | 'bic' | 'lei' | 'ultimate' | 'initiator' | 'mentions'>;

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
  return document(writtenMessage('pacs.009', head.version), tag('FICdtTrf', header, ...transfers.map(transferOf)));
}

function transferOf(transfer: OutgoingBankTransfer): Xml {
  const { references, amount, debtor, creditor, cover, banks = [] } = transfer;
  const at = bankWriter(banks);
  const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));
  const underlying =
    cover &&
    tag(
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
  return tag(
    'CdtTrfTxInf',
    tag(
      'PmtId',
      reference('InstrId', references.instructionId),
      reference('EndToEndId', references.endToEndId),
      reference('TxId', references.transactionId),
      leaf('UETR', references.uetr),
    ),
    moneyElement('IntrBkSttlmAmt', amount),
    leaf('IntrBkSttlmDt', transfer.settlementDate),
    ...previousAgents({ banks: [...banks] }),
    at('ultimateDebtor', 'UltmtDbtr'),
    ...sideOf('Dbtr', at('debtor', 'Dbtr'), debtor),
    ...sideOf('Cdtr', at('creditor', 'Cdtr'), creditor).reverse(),
    at('ultimateCreditor', 'UltmtCdtr'),
    tag('Purp', leaf('Cd', transfer.purpose)),
    tag('RmtInf', leaf('Ustrd', transfer.remittance && first(140, transfer.remittance))),
    underlying,
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
  const address = tag('PstlAdr', leaf('Ctry', of.country));
  const id = tag('Id', tag('OrgId', leaf('AnyBIC', of.bic), leaf('LEI', of.lei)));
  return [tag(name, leaf('Nm', first(140, of.name)), address, id), account(`${name}Acct`, of.account)];
}
