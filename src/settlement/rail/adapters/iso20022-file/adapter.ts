import { AppError } from '../../../../base/error.ts';
import type { RecordOf } from '../../../iso20022/catalogue.ts';
import { readMessage } from '../../../iso20022/read-message.ts';
import type { RailAdapter, RailAnswer, RailReply, RailRequest } from '../../adapter.ts';
import { nameOf } from '../../instruction.ts';
import { writePacs028, writePayment } from './messages.ts';

type Status = RecordOf<'pacs.002'>;

/** Paid, as far as the bank that pays is concerned (ExternalPaymentTransactionStatus1Code). */
const PAID: readonly string[] = ['ACSC', 'ACCC'];
/** No original transaction received (ExternalPaymentCancellationRejection1Code, used by banks in answers to pacs.028). */
const NEVER_HAD: readonly string[] = ['NOOR'];
/** Refused as a duplicate: the first one may have been paid, so this says nothing about the money. */
const DUPLICATE: readonly string[] = ['AM05', 'DUPL', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05'];

/**
 * A bank that exchanges ISO 20022 files: pacs.009 out (pacs.004 for a return) and pacs.028 to ask, pacs.002 in. Nothing is known
 * when a file has been put down; the bank's pacs.002 tells, or a statement. Files that were not fetched yet need no question.
 */
export const iso20022FileRail: RailAdapter = {
  firstAskMs: 15 * 60_000,

  toCall(_rail, request: RailRequest) {
    const { instruction, at } = request;
    const name = nameOf(instruction.id);
    if (request.kind === 'send') return { kind: 'file', name: `${name}.xml`, content: writePayment(instruction, at) };
    const content = writePacs028(instruction, request.number, at);
    return { kind: 'file', name: `${name}-q${request.number}.xml`, content, waitsBehind: `${name}.xml` };
  },

  fromReply(reply: RailReply, request?: RailRequest): RailAnswer[] | undefined {
    if (reply.kind === 'document') return answersIn(reply.bytes);
    if (!request) return undefined;
    const instruction = nameOf(request.instruction.id);
    const reason = { none: 'no answer', http: 'no answer', waits: 'the bank has not fetched it yet', written: 'put down for the bank' }[
      reply.kind
    ];
    return [{ instruction, answer: 'unknown', reason: reply.kind === 'none' ? reply.why : reason }];
  },
};

/** As `nameOf` writes an instruction. */
const NAME = /^[0-9a-f]{32}$/;

/** Undefined when it is no status report. Errors: those of `readMessage` for what is no message at all. */
function answersIn(bytes: Uint8Array): RailAnswer[] | undefined {
  const message = messageIn(bytes);
  if (message?.family !== 'pacs.002') return undefined;
  // What we send is one a file, so that a report on one alone is about the file that it names.
  const ofFile = message.records.length === 1 ? (message.header.originalGroups ?? []).map(({ messageId }) => messageId) : [];
  return message.records.flatMap((record) => {
    const name = nameIn(record.value, ofFile);
    if (name === undefined) return [];
    // What can only be read in part is not believed.
    const isFaulty = record.result === 'refused' || message.result === 'refused';
    const said = isFaulty ? { answer: 'unknown' as const, reason: 'a status report with faults' } : answerOf(record.value);
    return [{ instruction: name, ...said }];
  });
}

/**
 * By which of its names a report calls what we have sent. The file has a name that only we give; a return has besides those of the
 * payment that came in, which others have given.
 */
function nameIn({ instructionId, endToEndId, transactionId, originalGroup }: Status, ofFile: readonly string[]): string | undefined {
  const names = [originalGroup?.messageId, ...ofFile, instructionId, endToEndId, transactionId];
  return names.find((name) => name !== undefined && NAME.test(name));
}

function messageIn(bytes: Uint8Array) {
  try {
    return readMessage(bytes, { families: ['pacs.002'] });
  } catch (error) {
    if (error instanceof AppError && error.code === 'iso20022.unsupported_message') return undefined;
    throw error;
  }
}

function answerOf({ status, reasons = [], clearingReference, servicerReference }: Status): Omit<RailAnswer, 'instruction'> {
  const codes = reasons.flatMap(({ code }) => code ?? []);
  const words = [...codes, ...reasons.flatMap(({ text = [] }) => text)].join(' ');
  const called = servicerReference ?? clearingReference;
  const more = { ...(words !== '' && { reason: words.slice(0, 200) }), ...(called && { reference: called }) };
  if (status !== undefined && PAID.includes(status)) return { answer: 'accepted', ...more };
  if (status !== 'RJCT') return { answer: 'unknown', ...more, reason: `the bank says ${status ?? 'nothing'}` };
  if (codes.some((code) => NEVER_HAD.includes(code))) return { answer: 'absent', ...more };
  if (codes.some((code) => DUPLICATE.includes(code))) return { answer: 'unknown', ...more };
  return { answer: 'refused', ...more };
}
