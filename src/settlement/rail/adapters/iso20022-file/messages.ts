import { codeOf, toDecimalText } from '../../../../base/money.ts';
import { dayOf, type Millis } from '../../../../base/time.ts';
import { account, agent, amount, document, first, instant, leaf, reasonElement, tag, type Xml } from '../../../iso20022/xml-writer.ts';
import { nameOf, type Instruction, type ReturnOf, type Side } from '../../instruction.ts';

/** Versions that are written. */
export const PACS009 = 'pacs.009.001.09';
export const PACS004 = 'pacs.004.001.10';
export const PACS028 = 'pacs.028.001.06';

/** An instruction, one a file, whose name is the instruction's id: a return as such, everything else as a credit transfer. */
export function writePayment(instruction: Instruction, at: Millis): string {
  const { returnOf } = instruction;
  return returnOf ? writePacs004({ ...instruction, returnOf }, at) : writePacs009(instruction, at);
}

function header(instruction: Instruction, at: Millis): Xml {
  return tag(
    'GrpHdr',
    leaf('MsgId', nameOf(instruction.id)),
    instant('CreDtTm', at),
    leaf('NbOfTxs', '1'),
    leaf('IntrBkSttlmDt', dayOf(at)),
    tag('SttlmInf', leaf('SttlmMtd', 'INDA')),
    agent('InstdAgt', instruction.debtor.agentBic),
  );
}

/** Nothing is taken off what goes back: each side bears what its own bank takes. */
const BEARER = 'SHAR';

/**
 * A payment return: the payment by the names that the statement had for it, and, since whoever carries it out may not know that, from
 * whom to whom it goes.
 */
function writePacs004(instruction: Instruction & { returnOf: ReturnOf }, at: Millis): string {
  const { id, debtor, creditor, returnOf } = instruction;
  const { code, text, bookedOn, uetr } = returnOf;
  const [currency, value] = [codeOf(instruction.asset), toDecimalText(instruction)];
  const called = (name: string, reference: string | undefined) => leaf(name, reference && first(35, reference));
  const chain = tag(
    'RtrChain',
    customer('Dbtr', debtor),
    account('DbtrAcct', debtor.number),
    agent('DbtrAgt', debtor.agentBic),
    agent('CdtrAgt', creditor.agentBic),
    customer('Cdtr', creditor),
    account('CdtrAcct', creditor.number),
  );
  const back = tag(
    'TxInf',
    leaf('RtrId', nameOf(id)),
    called('OrgnlInstrId', returnOf.instructionId),
    called('OrgnlEndToEndId', returnOf.endToEndId),
    called('OrgnlTxId', returnOf.transactionId),
    leaf('OrgnlUETR', uetr),
    called('OrgnlClrSysRef', returnOf.clearingReference),
    amount('OrgnlIntrBkSttlmAmt', currency, value),
    leaf('OrgnlIntrBkSttlmDt', bookedOn),
    amount('RtrdIntrBkSttlmAmt', currency, value),
    leaf('ChrgBr', BEARER),
    chain,
    reasonElement('RtrRsnInf', { code, ...(text && { text }) }),
  );
  return document(PACS004, tag('PmtRtr', header(instruction, at), back));
}

function customer(name: string, { name: called }: Side): Xml {
  return tag(name, tag('Pty', leaf('Nm', first(140, called))));
}

/** An instruction as a financial institution credit transfer. */
function writePacs009(instruction: Instruction, at: Millis): string {
  const { id, debtor, creditor, uetr, reference } = instruction;
  const name = nameOf(id);
  const transfer = tag(
    'CdtTrfTxInf',
    tag('PmtId', leaf('InstrId', name), leaf('EndToEndId', name), leaf('TxId', name), leaf('UETR', uetr)),
    amount('IntrBkSttlmAmt', codeOf(instruction.asset), toDecimalText(instruction)),
    institution('Dbtr', debtor),
    account('DbtrAcct', debtor.number),
    agent('DbtrAgt', debtor.agentBic),
    agent('CdtrAgt', creditor.agentBic),
    institution('Cdtr', creditor),
    account('CdtrAcct', creditor.number),
    tag('RmtInf', leaf('Ustrd', first(140, reference))),
  );
  return document(PACS009, tag('FICdtTrf', header(instruction, at), transfer));
}

function institution(name: string, { name: called, bic }: Side): Xml {
  return tag(name, tag('FinInstnId', leaf('BICFI', bic), leaf('Nm', first(140, called))));
}

/** Asks what became of an instruction, by all the names that it has. */
export function writePacs028(instruction: Instruction, number: number, at: Millis): string {
  const name = nameOf(instruction.id);
  // The question has a name of its own within the 35 characters that there are.
  const question = `${name}Q${number % 100}`;
  const head = tag('GrpHdr', leaf('MsgId', question), instant('CreDtTm', at), agent('InstdAgt', instruction.debtor.agentBic));
  const asked = tag(
    'TxInf',
    leaf('StsReqId', question),
    tag('OrgnlGrpInf', leaf('OrgnlMsgId', name), leaf('OrgnlMsgNmId', instruction.returnOf ? PACS004 : PACS009)),
    leaf('OrgnlInstrId', name),
    leaf('OrgnlEndToEndId', name),
    leaf('OrgnlTxId', name),
    // A return has no UETR of its own: what it has is that of the payment that it returns.
    leaf('OrgnlUETR', instruction.returnOf ? undefined : instruction.uetr),
  );
  return document(PACS028, tag('FIToFIPmtStsReq', head, asked));
}
