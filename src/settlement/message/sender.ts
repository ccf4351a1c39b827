import type { Ctx } from '../../base/context.ts';
import type { AnyMessage } from '../iso20022/read-message.ts';
import { normalBic, type Participants } from '../participant/directory.ts';

/** BIC of the bank that sent a message: the caller's own when it is bound to one, else as the message says. */
export function senderOf(ctx: Ctx, message: AnyMessage, participants: Participants): string {
  const own = ctx.memberId && participants.byId.get(ctx.memberId)?.bic;
  const said = own ?? bankIn(message) ?? message.application?.from?.bic;
  return said === undefined ? ctx.actor.name : normalBic(said);
}

type Agent = { bic?: string };
type PartyOrAgent = Agent & { agent?: Agent };
/** What the heads of the families call the bank that speaks; each has one of them, if any. */
type Head = { instructingAgent?: Agent; assigner?: PartyOrAgent; forwardingAgent?: Agent; sender?: PartyOrAgent };
type First = { debtorAgent?: Agent; debtor?: Agent; account?: { servicer?: Agent } };

/** BIC of the bank that speaks in a message, by the message alone: what its header says of that is held against it. */
export function bankIn({ header, groups, records }: AnyMessage): string | undefined {
  const { instructingAgent, assigner, forwardingAgent, sender } = header as Head;
  const speaker = assigner ?? sender;
  const named = instructingAgent?.bic ?? speaker?.agent?.bic ?? speaker?.bic ?? forwardingAgent?.bic;
  if (named !== undefined) return named;
  const parts = [...groups.slice(0, 1), ...records.filter(({ result }) => result === 'ok').slice(0, 1)];
  for (const { value } of parts) {
    const { debtorAgent, debtor, account } = value as First;
    const bic = debtorAgent?.bic ?? account?.servicer?.bic ?? debtor?.bic;
    if (bic !== undefined) return bic;
  }
  return undefined;
}
