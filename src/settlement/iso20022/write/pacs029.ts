import type { Money } from '../../../base/money.ts';
import type { Millis } from '../../../base/time.ts';
import { account, first, instant, leaf, moneyElement, ownReference, tag, type Xml } from '../xml-writer.ts';
import { type Frame, stream, whole, writtenMessage } from './streaming.ts';

/** What one participant pays into the settlement (units below zero) or gets out of it. */
export type Movement = {
  /** At most 35 characters. */
  id: string;
  amount: Money;
  participant: { bic?: string; name: string; account?: string };
  /** BIC of the bank where it settles, where that is another one. */
  settlementAgent?: string;
  reference?: string;
};

/** Movements that settle together or not at all: the net positions of one currency. */
export type SettlementRequest = { instructionId: string; cycle?: string; movements: readonly Movement[] };

/** What is said before the requests. */
export type SettlementRequestHead = { messageId: string; createdAt: Millis; requests: number; clearingSystem?: string };

/**
 * A multilateral settlement request (pacs.029) in pieces: the result of a netting window for the bank that holds the
 * accounts. Throws RangeError for a request whose movements are not of one currency, do not add up to zero, or are fewer
 * than two, since such a request must not leave.
 *
 * Errors: `iso20022.not_expressible` for an asset or amount that ISO 20022 cannot carry.
 */
export function streamPacs029(
  head: SettlementRequestHead,
  requests: Iterable<SettlementRequest> | AsyncIterable<SettlementRequest>,
): AsyncGenerator<string> {
  return stream(frameOf(head), requests);
}

/** A request at once; see `streamPacs029`. */
export function writePacs029(head: Omit<SettlementRequestHead, 'requests'>, requests: readonly SettlementRequest[]): string {
  return whole(frameOf({ ...head, requests: requests.length }), requests);
}

function frameOf(head: SettlementRequestHead): Frame<SettlementRequest> {
  let count = 0;
  const header = tag(
    'GrpHdr',
    ownReference('MsgId', head.messageId),
    instant('CreDtTm', head.createdAt),
    leaf('NbOfSttlmReqs', String(head.requests)),
    tag('SttlmInf', leaf('SttlmMtd', 'CLRG'), tag('ClrSys', leaf('Prtry', head.clearingSystem && first(35, head.clearingSystem)))),
  );
  return {
    message: writtenMessage('pacs.029'),
    before: `<MulSttlmReq>${header}`,
    item(request) {
      count++;
      checkRequest(request);
      return requestOf(request);
    },
    after() {
      if (count !== head.requests) throw new RangeError(`${head.requests} requests were announced, ${count} came`);
      return '</MulSttlmReq>';
    },
  };
}

function checkRequest({ instructionId, movements }: SettlementRequest): void {
  if (movements.length < 2) throw new RangeError(`${instructionId}: a settlement has at least two movements`);
  const asset = movements[0]!.amount.asset;
  if (movements.some(({ amount }) => amount.asset !== asset)) throw new RangeError(`${instructionId}: movements are of one currency`);
  const sum = movements.reduce((total, { amount }) => total + amount.units, 0n);
  if (sum !== 0n) throw new RangeError(`${instructionId}: what is paid and what is got differ by ${sum}`);
}

function requestOf({ instructionId, cycle, movements }: SettlementRequest): Xml {
  return tag(
    'SttlmReq',
    ownReference('InstrId', instructionId),
    leaf('SttlmCycl', cycle && first(35, cycle)),
    leaf('NbOfMvmntRcrds', String(movements.length)),
    ...movements.map(movementOf),
  );
}

function movementOf({ id, amount, participant, settlementAgent, reference }: Movement, index: number): Xml {
  const named = (bic: string | undefined) => tag('Id', tag('OrgId', leaf('AnyBIC', bic)));
  return tag(
    'MvmntRcrd',
    ownReference('Id', id),
    leaf('SeqNb', String(index + 1)),
    tag('Amt', moneyElement('Amt', amount), leaf('CdtDbt', amount.units < 0n ? 'DBIT' : 'CRDT')),
    tag('SttlmAgt', named(settlementAgent)),
    tag('Ptcpt', leaf('Nm', first(140, participant.name)), named(participant.bic)),
    account('PtcptAcct', participant.account),
    leaf('Ref', reference && first(35, reference)),
  );
}
