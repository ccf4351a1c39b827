import { scaleOf, type Money } from '../../../base/money.ts';
import type { LocalDate, Millis } from '../../../base/time.ts';
import type { Mention } from '../../payment/party.ts';
import type { Carried } from '../carried/said.ts';
import { carriedElements } from '../carried/write.ts';
import { personOf } from '../pacs008-writer.ts';
import type { References } from '../read-message.ts';
import {
  account,
  agent,
  decimalNumber,
  first,
  instant,
  institution,
  leaf,
  moneyElement,
  ownReference,
  reasonElement,
  tag,
  type Xml,
} from '../xml-writer.ts';
import { type Frame, stream, tally, type Total, totalOf, whole, writtenMessage } from './streaming.ts';

/** A party of the payment that is returned. */
export type ReturnParty = { name: string; account?: string; country?: string };

/** Money of one settled payment that goes back. */
export type OutgoingReturn = {
  /** Our own reference, at most 35 characters. */
  returnId: string;
  original: { messageId: string; message: string; createdAt?: Millis; references: References; amount: Money; settlementDate?: LocalDate };
  /** What goes back; at most what came. */
  amount: Money;
  /** Code of ExternalReturnReason1Code, e.g. FOCR after a recall. */
  reason: { code: string; text?: string };
  /** What the bank that returns said of charges: of which amount they were taken, by whom, who bears them. */
  carried?: Carried;
  /** As the original payment had them. */
  debtor?: ReturnParty;
  debtorAgent?: string;
  creditor?: ReturnParty;
  creditorAgent?: string;
  /** Through whom it came back: whoever the bank that returns named, each under its element (`RtrChain/Dbtr`). */
  chain?: { named: readonly Mention[]; debtorAgent: string; creditorAgent: string };
};

/** What is said of a return before its transactions; all in one currency. */
export type ReturnHead = {
  version?: number;
  messageId: string;
  createdAt: Millis;
  settlementDate: LocalDate;
  asset: string;
  /** BICs. */
  instructingAgent?: string;
  instructedAgent?: string;
};

/**
 * A payment return (pacs.004) in pieces, in constant memory, valid against the schema of its version. Throws RangeError at
 * the end when the returns do not come to the total, and for a return of more than was paid or in another currency.
 *
 * Errors: `iso20022.not_expressible` for an asset or amount that ISO 20022 cannot carry.
 */
export function streamPacs004(
  head: ReturnHead & { total: Total },
  returns: Iterable<OutgoingReturn> | AsyncIterable<OutgoingReturn>,
): AsyncGenerator<string> {
  return stream(frameOf(head), returns);
}

/** A short return at once; see `streamPacs004`. */
export function writePacs004(head: ReturnHead, returns: readonly OutgoingReturn[]): string {
  return whole(frameOf({ ...head, total: totalOf(returns.map(({ amount }) => amount.units)) }), returns);
}

function frameOf(head: ReturnHead & { total: Total }): Frame<OutgoingReturn> {
  const { asset, total, settlementDate } = head;
  const counted = tally(total);
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', head.messageId),
    instant('CreDtTm', head.createdAt),
    leaf('NbOfTxs', String(total.count)),
    leaf('CtrlSum', decimalNumber({ units: total.units, scale: scaleOf(asset) })),
    moneyElement('TtlRtrdIntrBkSttlmAmt', { asset, units: total.units }),
    leaf('IntrBkSttlmDt', settlementDate),
    tag('SttlmInf', leaf('SttlmMtd', 'CLRG')),
    agent('InstgAgt', head.instructingAgent),
    agent('InstdAgt', head.instructedAgent),
  );
  return {
    message: writtenMessage('pacs.004', head.version),
    before: `<PmtRtr>${header}`,
    item(back) {
      if (back.amount.asset !== asset) throw new RangeError(`the returns are in ${asset}, one is in ${back.amount.asset}`);
      const { amount } = back.original;
      if (amount.asset === asset && back.amount.units > amount.units) throw new RangeError('more is returned than was paid');
      counted.add(back.amount.units);
      return returnOf(back);
    },
    after() {
      counted.settle('returns');
      return '</PmtRtr>';
    },
  };
}

/** In the order of the standard. */
const CHARGES = ['RtrdInstdAmt', 'XchgRate', 'CompstnAmt', 'ChrgBr', 'ChrgsInf'];

function returnOf(back: OutgoingReturn): Xml {
  const said = carriedElements('pacs.004.001.10', back.carried ?? []);
  const { original, debtor, creditor, debtorAgent, creditorAgent } = back;
  return tag(
    'TxInf',
    ownReference('RtrId', back.returnId),
    originalGroup(original),
    ...originalReferences(original.references),
    moneyElement('OrgnlIntrBkSttlmAmt', original.amount),
    leaf('OrgnlIntrBkSttlmDt', original.settlementDate),
    moneyElement('RtrdIntrBkSttlmAmt', back.amount),
    ...CHARGES.map((name) => said.get(name) ?? ''),
    chainOf(back.chain),
    reasonElement('RtrRsnInf', back.reason),
    tag('OrgnlTxRef', ...party('Dbtr', debtor), agent('DbtrAgt', debtorAgent), agent('CdtrAgt', creditorAgent), ...party('Cdtr', creditor)),
  );
}

/** The chain of a return, in the order of the standard; it has a debtor and a creditor always. */
function chainOf(chain: OutgoingReturn['chain']): Xml {
  if (!chain) return '';
  const at = (name: string) => chain.named.find((one) => one.at === `RtrChain/${name}`);
  const bank = (name: string, own?: string) => {
    const one = at(name);
    return one ? institution(name, one) : agent(name, own);
  };
  const party = (name: string) => tag(name, tag('Pty', personOf(at(name))) || bankAs('Agt', at(`${name}/Agt`)));
  const [debtor, creditor] = [party('Dbtr'), party('Cdtr')];
  if (debtor === '' || creditor === '') return '';
  return tag(
    'RtrChain',
    party('UltmtDbtr'),
    debtor,
    account('DbtrAcct', at('Dbtr')?.account),
    party('InitgPty'),
    bank('DbtrAgt', chain.debtorAgent),
    ...NTH.map((nth) => bank(`PrvsInstgAgt${nth}`)),
    ...NTH.map((nth) => bank(`IntrmyAgt${nth}`)),
    bank('CdtrAgt', chain.creditorAgent),
    creditor,
    account('CdtrAcct', at('Cdtr')?.account),
    party('UltmtCdtr'),
  );
}

const NTH = [1, 2, 3] as const;
const bankAs = (name: string, one: Mention | undefined): Xml => (one ? institution(name, one) : '');

function party(name: 'Dbtr' | 'Cdtr', of: ReturnParty | undefined): Xml[] {
  const address = tag('PstlAdr', leaf('Ctry', of?.country));
  return [tag(name, tag('Pty', leaf('Nm', of && first(140, of.name)), address)), account(`${name}Acct`, of?.account)];
}

/** The file that an original transaction was in. */
export function originalGroup({ messageId, message, createdAt }: { messageId: string; message: string; createdAt?: Millis }): Xml {
  return tag('OrgnlGrpInf', leaf('OrgnlMsgId', first(35, messageId)), leaf('OrgnlMsgNmId', message), instant('OrgnlCreDtTm', createdAt));
}

/** How the sender called the original transaction. */
export function originalReferences({ instructionId, endToEndId, transactionId, uetr }: References): Xml[] {
  const reference = (name: string, text: string | undefined) => leaf(name, text && first(35, text));
  return [
    reference('OrgnlInstrId', instructionId),
    reference('OrgnlEndToEndId', endToEndId),
    reference('OrgnlTxId', transactionId),
    leaf('OrgnlUETR', uetr),
  ];
}
