import { codeOf, toDecimalText } from '../../../../base/money.ts';
import { dayOf, type Millis } from '../../../../base/time.ts';
import { account, agent, amount, document, first, instant, leaf, tag, type Xml } from '../../../iso20022/xml-writer.ts';
import { nameOf, type Instruction, type Side } from '../../instruction.ts';

/** Versions that are written. */
export const PACS009 = 'pacs.009.001.09';
export const PACS028 = 'pacs.028.001.06';

/** An instruction as a financial institution credit transfer, one a file; its names are the instruction's id. */
export function writePacs009(instruction: Instruction, at: Millis): string {
  const { id, debtor, creditor, uetr, reference } = instruction;
  const name = nameOf(id);
  const header = tag(
    'GrpHdr',
    leaf('MsgId', name),
    instant('CreDtTm', at),
    leaf('NbOfTxs', '1'),
    leaf('IntrBkSttlmDt', dayOf(at)),
    tag('SttlmInf', leaf('SttlmMtd', 'INDA')),
    agent('InstdAgt', debtor.agentBic),
  );
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
  return document(PACS009, tag('FICdtTrf', header, transfer));
}

function institution(name: string, { name: called, bic }: Side): Xml {
  return tag(name, tag('FinInstnId', leaf('BICFI', bic), leaf('Nm', first(140, called))));
}

/** Asks what became of an instruction, by all the names that it has. */
export function writePacs028(instruction: Instruction, number: number, at: Millis): string {
  const name = nameOf(instruction.id);
  // The question has a name of its own within the 35 characters that there are.
  const question = `${name}Q${number % 100}`;
  const header = tag('GrpHdr', leaf('MsgId', question), instant('CreDtTm', at), agent('InstdAgt', instruction.debtor.agentBic));
  const asked = tag(
    'TxInf',
    leaf('StsReqId', question),
    tag('OrgnlGrpInf', leaf('OrgnlMsgId', name), leaf('OrgnlMsgNmId', PACS009)),
    leaf('OrgnlInstrId', name),
    leaf('OrgnlEndToEndId', name),
    leaf('OrgnlTxId', name),
    leaf('OrgnlUETR', instruction.uetr),
  );
  return document(PACS028, tag('FIToFIPmtStsReq', header, asked));
}
