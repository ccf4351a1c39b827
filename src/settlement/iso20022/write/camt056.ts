import type { Money } from '../../../base/money.ts';
import type { LocalDate, Millis } from '../../../base/time.ts';
import type { References } from '../read-message.ts';
import { agent, document, first, instant, leaf, moneyElement, ownReference, reasonElement, tag, type Xml } from '../xml-writer.ts';
import { originalGroup, originalReferences } from './pacs004.ts';
import { writtenMessage } from './streaming.ts';

/** One payment that is asked back. */
export type OutgoingRecall = {
  /** The asking bank's own reference. */
  cancellationId?: string;
  original: { messageId: string; message: string; references: References; amount: Money; settlementDate?: LocalDate };
  /** Code of ExternalCancellationReason1Code, e.g. DUPL, FRAD, CUST. */
  reason: { code: string; text?: string };
  debtorAgent: string;
  creditorAgent: string;
};

/** What is said before the recalls. BICs. */
export type RecallHead = {
  version?: number;
  id: string;
  createdAt: Millis;
  assigner: string;
  assignee: string;
  case?: { id: string; creator: string };
};

/** A recall (camt.056) as an XML document, valid against the schema of its version. */
export function writeCamt056(head: RecallHead, recalls: readonly OutgoingRecall[]): string {
  const side = (name: string, bic: string) => tag(name, agent('Agt', bic));
  const assignment = tag(
    'Assgnmt',
    ownReference('Id', head.id),
    side('Assgnr', head.assigner),
    side('Assgne', head.assignee),
    instant('CreDtTm', head.createdAt),
  );
  const opened = head.case && tag('Case', leaf('Id', first(35, head.case.id)), side('Cretr', head.case.creator));
  const control = tag('CtrlData', leaf('NbOfTxs', String(recalls.length)));
  const underlying = tag('Undrlyg', ...recalls.map(recallOf));
  return document(writtenMessage('camt.056', head.version), tag('FIToFIPmtCxlReq', assignment, opened, control, underlying));
}

function recallOf({ cancellationId, original, reason, debtorAgent, creditorAgent }: OutgoingRecall): Xml {
  return tag(
    'TxInf',
    leaf('CxlId', cancellationId && first(35, cancellationId)),
    originalGroup(original),
    ...originalReferences(original.references),
    moneyElement('OrgnlIntrBkSttlmAmt', original.amount),
    leaf('OrgnlIntrBkSttlmDt', original.settlementDate),
    reasonElement('CxlRsnInf', reason),
    tag('OrgnlTxRef', agent('DbtrAgt', debtorAgent), agent('CdtrAgt', creditorAgent)),
  );
}
