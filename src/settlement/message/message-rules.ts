import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import type { AnyMessage } from '../iso20022/read-message.ts';
import type { RuleOptions } from '../iso20022/rules/rule.ts';
import { normalBic, type Member, type Participants } from '../participant/directory.ts';
import { bankIn } from './sender.ts';

type World = Pick<SettlementDeps, 'clock' | 'directory' | 'networkAddresses'>;

/**
 * What a message is held to: the usage rules of CBPR+ when its header claims them or the bank that sends is held to them, and a
 * header to who sends and for whom the message is.
 */
export async function rulesFor({ clock, directory, networkAddresses }: World, ctx: Ctx, message: AnyMessage): Promise<RuleOptions> {
  const to = message.application?.to?.bic;
  const isOurs = to === undefined || networkAddresses.has(normalBic(to));
  const participants = await directory.of(ctx.tenantId, {
    ids: ctx.memberId === undefined ? [] : [ctx.memberId],
    bics: isOurs ? [] : [to],
  });
  const sender = senderBank(ctx.memberId, message, participants);
  // Where the network has been told no address of its own, whoever is no participant may be it.
  const isNetwork = (bic: string) => (networkAddresses.size > 0 ? networkAddresses.has(bic) : !participants.byBic.has(bic));
  return {
    clock,
    profile: claimsCbpr(message) || sender?.messaging.usage === 'cbpr' ? 'cbpr' : 'network',
    isSender: (bic) => isSender(normalBic(bic), sender, participants),
    isAddressee: (bic) => isNetwork(normalBic(bic)) || isFor(normalBic(bic), message, participants),
  };
}

/** `swift.cbprplus.03`, `swift.cbprplus.cov.03` and their like. */
function claimsCbpr({ application }: AnyMessage): boolean {
  return /^swift\.cbprplus\b/i.test(application?.service ?? '');
}

/** The bank that a message comes from: the caller's own, or the one that the message itself names beside its header. */
function senderBank(memberId: Uuid | undefined, message: AnyMessage, { byId, byBic }: Participants): Member | undefined {
  if (memberId !== undefined) return byId.get(memberId);
  const named = bankIn(message);
  return named === undefined ? undefined : byBic.get(normalBic(named));
}

/** The operator may bring in a message that names no bank; its header then has to be of some participant. */
function isSender(bic: string, sender: Member | undefined, { byId }: Participants): boolean {
  const speaksFor = ({ bic: own, messaging }: Member) => own === bic || messaging.agents.includes(bic);
  return sender ? speaksFor(sender) : byId.values().some(speaksFor);
}

type Named = { bic?: string; agent?: { bic?: string } };
type Head = { instructedAgent?: Named; assignee?: Named };
type Item = { instructedAgent?: Named; creditorAgent?: Named; creditor?: Named; chain?: { creditorAgent?: Named; creditor?: Named } };

/** Whether a participant is whom the message is for: named by its head, or by each of its transactions. */
function isFor(bic: string, { header, records }: AnyMessage, { byBic }: Participants): boolean {
  if (!byBic.has(bic)) return false;
  const isIt = (one: Named | undefined) => [one?.bic, one?.agent?.bic].some((named) => named !== undefined && normalBic(named) === bic);
  const { instructedAgent, assignee } = header as Head;
  if (isIt(instructedAgent) || isIt(assignee)) return true;
  const items = (records as readonly { value: Item }[]).map(({ value }) => value);
  const names = ({ instructedAgent: next, creditorAgent, creditor, chain }: Item) =>
    [next, creditorAgent, creditor, chain?.creditorAgent, chain?.creditor].some(isIt);
  return items.length > 0 && items.every(names);
}
