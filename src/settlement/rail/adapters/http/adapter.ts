import { codeOf, toDecimalText } from '../../../../base/money.ts';
import type { RailAdapter, RailAnswer, RailReply, RailRequest, RailSettings } from '../../adapter.ts';
import { nameOf, type ReturnOf, type Side } from '../../instruction.ts';

/**
 * A rail that is asked over HTTP: `POST {url}/payments` with the instruction under its id as `Idempotency-Key`, and
 * `GET {url}/payments/{id}` to ask. Both answer `{ id, status, reference?, reason? }` with the status accepted, refused, pending or,
 * to a question, absent. Only such an answer about this very instruction counts: an error page of something in between, a
 * redirect or a refusal without words says nothing about the money and leaves it unknown.
 */
export const httpRail: RailAdapter = {
  firstAskMs: 5_000,

  toCall(rail: RailSettings, { kind, instruction }: RailRequest) {
    const id = nameOf(instruction.id);
    const url = `${rail.url!.replace(/\/$/, '')}/payments`;
    if (kind === 'ask') return { kind: 'http', method: 'GET', url: `${url}/${id}`, idempotencyKey: id, body: '' };
    const { kind: purpose, asset, reference, uetr, debtor, creditor, returnOf } = instruction;
    const money = { currency: codeOf(asset), amount: toDecimalText(instruction) };
    const parties = { debtor: partyOf(debtor), creditor: partyOf(creditor) };
    const body = JSON.stringify({ id, uetr, purpose, ...money, ...parties, reference, ...(returnOf && { returnOf: paymentOf(returnOf) }) });
    return { kind: 'http', method: 'POST', url, idempotencyKey: id, body };
  },

  fromReply(reply: RailReply, request?: RailRequest): RailAnswer[] | undefined {
    if (!request) return undefined;
    const instruction = nameOf(request.instruction.id);
    if (reply.kind !== 'http') return [{ instruction, answer: 'unknown', reason: reply.kind === 'none' ? reply.why : 'no answer' }];
    const said = read(reply.body);
    if (!said || said.id !== instruction)
      return [{ instruction, answer: 'unknown', reason: `an answer ${reply.status} that says nothing of it` }];
    const more = { ...(said.reference && { reference: said.reference }), ...(said.reason && { reason: said.reason }) };
    const answer = answerOf(said.status, request.kind);
    return [{ instruction, answer, ...more, ...(answer === 'unknown' && !said.reason && { reason: `the rail says ${said.status}` }) }];
  },
};

function partyOf({ name, number, agentBic, bic }: Side): object {
  return { name, account: number, agent: agentBic, ...(bic && { bic }) };
}

/** The payment that is returned, and why; nothing of our own books. */
function paymentOf({ transferId: _, ...payment }: ReturnOf): object {
  return payment;
}

/** `absent` in reply to a sending would be a contradiction, so nothing is made of it. */
function answerOf(status: string, asked: RailRequest['kind']): RailAnswer['answer'] {
  if (status === 'accepted' || status === 'refused') return status;
  return status === 'absent' && asked === 'ask' ? 'absent' : 'unknown';
}

type Said = { id: string; status: string; reference?: string; reason?: string };

function read(body: string): Said | undefined {
  try {
    const { id, status, reference, reason } = JSON.parse(body) as Record<string, unknown>;
    if (typeof id !== 'string' || typeof status !== 'string') return undefined;
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined);
    const [called, why] = [text(reference), text(reason)];
    return { id, status: status.slice(0, 20), ...(called && { reference: called }), ...(why && { reason: why }) };
  } catch {
    return undefined;
  }
}
