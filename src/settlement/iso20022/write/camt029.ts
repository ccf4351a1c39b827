import type { Money } from '../../../base/money.ts';
import type { LocalDate, Millis } from '../../../base/time.ts';
import type { References } from '../read-message.ts';
import { agent, first, instant, leaf, moneyElement, ownReference, reasonElement, tag, type Xml } from '../xml-writer.ts';
import { originalGroup, originalReferences } from './pacs004.ts';
import { type Frame, stream, whole, writtenMessage } from './streaming.ts';

/** What becomes of one recall: ACCR the money comes back, RJCR it does not, PDCR not decided yet. */
export type RecallAnswer = {
  /** Our own reference, at most 35 characters. */
  statusId: string;
  original: { messageId: string; message: string; createdAt?: Millis; references: References; amount?: Money; settlementDate?: LocalDate };
  status: 'ACCR' | 'RJCR' | 'PDCR';
  /** Code of ExternalPaymentCancellationRejection1Code, for a refusal: CUST, ARDT, AM04, LEGL, NOAS, … */
  reason?: { code: string; text?: string };
  /** UETR of the return by which the money comes back. */
  returnUetr?: string;
};

/** Who speaks or is spoken to: a bank by its BIC, or someone who has none by name. */
type Side = string | { name: string };

/** What is said before the answers. */
export type ResolutionHead = {
  id: string;
  createdAt: Millis;
  assigner: Side;
  assignee: Side;
  /** The case that the recall opened, and who opened it. */
  resolvedCase?: { id: string; creator: Side };
  /** CNCL all come back, RJCR none, PDCR not decided, PECR some: ExternalInvestigationExecutionConfirmation1Code. */
  confirmation: 'CNCL' | 'RJCR' | 'PDCR' | 'PECR';
};

/** The answer to a recall (camt.029) in pieces, in constant memory, valid against the schema of its version. */
export function streamCamt029(head: ResolutionHead, answers: Iterable<RecallAnswer> | AsyncIterable<RecallAnswer>): AsyncGenerator<string> {
  return stream(frameOf(head), answers);
}

/** A short answer at once; see `streamCamt029`. */
export function writeCamt029(head: ResolutionHead, answers: readonly RecallAnswer[]): string {
  return whole(frameOf(head), answers);
}

/** One confirmation for all answers. */
export function confirmationOf(answers: readonly Pick<RecallAnswer, 'status'>[]): ResolutionHead['confirmation'] {
  const kinds = new Set(answers.map(({ status }) => status));
  if (kinds.has('PDCR') || kinds.size === 0) return 'PDCR';
  if (kinds.size > 1) return 'PECR';
  return kinds.has('ACCR') ? 'CNCL' : 'RJCR';
}

function frameOf(head: ResolutionHead): Frame<RecallAnswer> {
  const side = (name: string, who: Side) =>
    tag(name, typeof who === 'string' ? agent('Agt', who) : tag('Pty', leaf('Nm', first(140, who.name))));
  const assignment = tag(
    'Assgnmt',
    ownReference('Id', head.id),
    side('Assgnr', head.assigner),
    side('Assgne', head.assignee),
    instant('CreDtTm', head.createdAt),
  );
  const { resolvedCase } = head;
  const resolved = resolvedCase && tag('RslvdCase', leaf('Id', first(35, resolvedCase.id)), side('Cretr', resolvedCase.creator));
  let any = false;
  return {
    message: writtenMessage('camt.029'),
    before: `<RsltnOfInvstgtn>${assignment}${resolved ?? ''}${tag('Sts', leaf('Conf', head.confirmation))}`,
    item(answer) {
      const start = any ? '' : '<CxlDtls>';
      any = true;
      return `${start}${answerOf(answer)}`;
    },
    after: () => `${any ? '</CxlDtls>' : ''}</RsltnOfInvstgtn>`,
  };
}

function answerOf({ statusId, original, status, reason, returnUetr }: RecallAnswer): Xml {
  return tag(
    'TxInfAndSts',
    ownReference('CxlStsId', statusId),
    originalGroup(original),
    ...originalReferences(original.references),
    leaf('TxCxlSts', status),
    reason && reasonElement('CxlStsRsnInf', reason),
    tag('RsltnRltdInf', leaf('UETR', returnUetr)),
    original.amount && moneyElement('OrgnlIntrBkSttlmAmt', original.amount),
    leaf('OrgnlIntrBkSttlmDt', original.settlementDate),
  );
}
