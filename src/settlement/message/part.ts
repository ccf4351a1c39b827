import { route } from '../../infra/http/route.ts';
import type { SettlementDeps } from '../deps.ts';
import { jobOfTenants, type Part } from '../part.ts';
import * as message from './contract.ts';
import { makeLetters } from './make-letters.ts';
import { makeStatements } from './make-statements.ts';
import { getMailbox, getOutgoingDocument, listOutgoing, markFetched, setMailbox } from './manage-mailbox.ts';
import { noteConsumers } from './note-events.ts';
import { getInterimReport, getMessage, getMessageAnswer, getMessageDocument, getSettlementRequest, listMessages } from './read-messages.ts';

/** How soon a bank is told of what became final. */
const LETTERS_EVERY_MS = 1_000;

/** Messages in and out: what came, what was answered, and the boxes from which banks fetch theirs. */
export function messagePart(deps: SettlementDeps): Part {
  return {
    routes: [
      route(message.listMessages, (ctx, input) => listMessages(deps, ctx, input)),
      route(message.getMessage, (ctx, input) => getMessage(deps, ctx, input)),
      route(message.getMessageDocument, (ctx, input) => getMessageDocument(deps, ctx, input)),
      route(message.getMessageAnswer, (ctx, input) => getMessageAnswer(deps, ctx, input)),
      route(message.getMailbox, (ctx, input) => getMailbox(deps, ctx, input)),
      route(message.setMailbox, (ctx, input) => setMailbox(deps, ctx, input)),
      route(message.listOutgoing, (ctx, input) => listOutgoing(deps, ctx, input)),
      route(message.getOutgoingDocument, (ctx, input) => getOutgoingDocument(deps, ctx, input)),
      route(message.markFetched, (ctx, input) => markFetched(deps, ctx, input)),
      route(message.getInterimReport, (ctx, input) => getInterimReport(deps, ctx, input)),
      route(message.getSettlementRequest, (ctx, input) => getSettlementRequest(deps, ctx, input)),
    ],
    consumers: noteConsumers(deps),
    jobs: [
      jobOfTenants(deps, { name: 'settlement.make_messages', everyMs: LETTERS_EVERY_MS }, (tenantId, signal) =>
        makeLetters(deps, tenantId, signal),
      ),
      jobOfTenants(deps, { name: 'settlement.make_statements', cron: '* * * * *' }, (tenantId, signal) =>
        makeStatements(deps, tenantId, signal),
      ),
    ],
  };
}
