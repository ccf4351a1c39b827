import type { Ctx } from '../../base/context.ts';
import { derivedId } from '../../base/derived-id.ts';
import { newId } from '../../base/id.ts';
import { rowOf } from '../../ledger/port.ts';
import { answerOf, DUPLICATE } from './answer.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Family } from '../iso20022/catalogue.ts';
import { checkMessage } from '../iso20022/check-message.ts';
import type { AnyMessage } from '../iso20022/read-message.ts';
import { takeRecalls } from '../return/take-recalls.ts';
import { takeResolutions } from '../return/take-resolutions.ts';
import { takeReturns } from '../return/take-returns.ts';
import { answerReportRequest } from './answer-report-request.ts';
import { answerStatusRequest } from './answer-status-request.ts';
import { pack, type Content } from './content.ts';
import type { Handled, Incoming } from './handler.ts';
import { rulesFor } from './message-rules.ts';
import { answerRows, messageRows, type ClaimRow } from './rows.ts';
import { senderOf } from './sender.ts';
import { standingMessage, type StandingMessage } from './store.ts';
import { takePacs008 } from './take-pacs008.ts';
import { takePacs009 } from './take-pacs009.ts';
import { takePain001 } from './take-pain001.ts';

type Own = { [F in Family]?: (deps: SettlementDeps, ctx: Ctx, incoming: Incoming<F>) => Promise<Handled> };

/** Kinds that the network itself takes; other parts bring more (`deps.messages`). */
const OWN: Own = {
  'pain.001': takePain001,
  'pacs.008': takePacs008,
  'pacs.009': takePacs009,
  'pacs.004': takeReturns,
  'pacs.028': answerStatusRequest,
  'camt.056': takeRecalls,
  'camt.029': takeResolutions,
  'camt.060': answerReportRequest,
};

/**
 * Takes any message through form, schema and rules, keeps it, and has it taken by whom its kind concerns. The same message
 * again answers as the first time; other content under its id is a duplicate. `charset` is what came beside the document. Answers
 * with a document of ISO 20022.
 *
 * Errors: `iso20022.not_xml`, `iso20022.unsafe_xml`, `iso20022.unsupported_message`, `iso20022.schema_check_failed`.
 */
export async function receiveMessage(deps: SettlementDeps, ctx: Ctx, document: Uint8Array, charset?: string): Promise<string> {
  const receivedAt = deps.clock.now();
  const { schemas } = deps;
  const families = [...(Object.keys(OWN) as Family[]), ...deps.messages.families()];
  const rules = (read: AnyMessage) => rulesFor(deps, ctx, read);
  const { message } = await checkMessage(document, { families, charset, ...(schemas && { schemas }), rules });
  const participants = await deps.directory.of(ctx.tenantId, ctx.memberId === undefined ? {} : { ids: [ctx.memberId] });
  const sender = senderOf(ctx, message, participants);
  const content = await pack(document);
  const { messageId } = message.header;
  // A message without an id of its own cannot be told from another one, so nothing is kept of it.
  if (messageId === undefined || messageId === NO_ID) {
    const id = derivedId(ctx.tenantId, 'message', content.hash.toString('hex'));
    return (await take(deps, ctx, { id, message, sender, receivedAt })).answer;
  }
  const participantId = participants.byBic.get(sender)?.id;
  const claim = claimOf(message, { sender, messageId, content, receivedAt, ...(participantId && { participantId }) });
  const standing = await claimMessage(deps, ctx, claim);
  if (!standing?.contentHash.equals(content.hash)) return answerOf(deps, message, DUPLICATE);
  if (standing.answer !== '') return standing.answer;
  // The same message may be under way, or a crash has cut it short: taking it again pays nothing twice.
  const taken = await take(deps, ctx, { id: standing.id, message, sender, receivedAt });
  return keepAnswer(deps, ctx, claim, { ...taken, id: standing.id });
}

/** What ISO 20022 writes for an id that there is not. */
const NO_ID = 'NOTPROVIDED';

type Sent = Pick<ClaimRow, 'sender' | 'messageId' | 'participantId' | 'receivedAt'> & { content: Content };

function claimOf(message: AnyMessage, sent: Sent): ClaimRow {
  return { id: newId(sent.receivedAt), kind: message.message, transactions: message.records.length, ...sent };
}

/**
 * Claims a message id, unless a message has it already; answers with what stands, undefined for one that the caller may not
 * see. Many messages that come at once are claimed in one commit.
 */
async function claimMessage(deps: SettlementDeps, ctx: Ctx, claim: ClaimRow): Promise<StandingMessage | undefined> {
  const outcome = await deps.ledger.enact({ tenantId: ctx.tenantId, transfers: [], rows: [rowOf(messageRows, claim)] });
  if (outcome.result === 'enacted') return { id: claim.id, contentHash: claim.content.hash, answer: '' };
  return deps.db.read(ctx, (tx) => standingMessage(tx, ctx.tenantId, claim));
}

type Taken = Omit<Handled, 'answer' | 'refusals'> & { answer: string; refusals: NonNullable<Handled['refusals']> };

type Arrived = Omit<Incoming, 'message'> & { message: AnyMessage };

/** Hands a message to whom it concerns; one that is refused as a whole is answered here. */
async function take(deps: SettlementDeps, ctx: Ctx, incoming: Arrived): Promise<Taken> {
  const { message } = incoming;
  const handled: Handled =
    message.result === 'refused' ? { outcome: 'refused', refusals: message.refusals } : await handOver(deps, ctx, incoming);
  const { outcome, refusals = [] } = handled;
  return { outcome, refusals, answer: handled.answer ?? answerOf(deps, message, { outcome, refusals }) };
}

function handOver(deps: SettlementDeps, ctx: Ctx, incoming: Arrived): Promise<Handled> {
  const { family } = incoming.message;
  // The message's family is that of the handler; TypeScript cannot follow that through the lookup.
  const own = OWN[family] as ((deps: SettlementDeps, ctx: Ctx, incoming: Arrived) => Promise<Handled>) | undefined;
  return own ? own(deps, ctx, incoming) : deps.messages.of(family)!(ctx, incoming as never);
}

/** Few of thousands tell what is wrong with a file; all of them are in the answer. */
const REFUSALS_KEPT = 200;

/** Keeps the first answer of a claimed message, and answers with the one that is kept. */
async function keepAnswer(deps: SettlementDeps, ctx: Ctx, claim: ClaimRow, taken: Taken & { id: string }): Promise<string> {
  const answerKind = /tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})/.exec(taken.answer.slice(0, 300))?.[1] ?? 'pacs.002';
  const row = { ...taken, answerKind, refusals: taken.refusals.slice(0, REFUSALS_KEPT) };
  const outcome = await deps.ledger.enact({ tenantId: ctx.tenantId, transfers: [], rows: [rowOf(answerRows, row)] });
  if (outcome.result === 'enacted') return taken.answer;
  return (await deps.db.read(ctx, (tx) => standingMessage(tx, ctx.tenantId, claim)))?.answer ?? taken.answer;
}
