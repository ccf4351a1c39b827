import type { SettlementDeps } from '../deps.ts';
import type { GroupOf, HeaderOf, RecordOf } from '../iso20022/catalogue.ts';
import { joined } from '../iso20022/carried/keep.ts';
import { namedInCarried } from '../iso20022/carried/named.ts';
import { type Carried, MOST_CARRIED } from '../iso20022/carried/said.ts';
import { banksOf } from '../iso20022/chain.ts';
import { initiatedBy, namedAgents, namedBeside, namedByCustomers, type Named, withNamed } from '../iso20022/mentions.ts';
import type { Order, TransactionReading } from '../iso20022/pacs008-transaction.ts';
import { withoutAbsent } from '../iso20022/pacs008-transaction.ts';
import type { Account, Agent } from '../iso20022/parts.ts';
import { normalBic, type Participants } from '../participant/directory.ts';
import type { Incoming } from './handler.ts';

/** Adds to orders whoever a message names beside the parties and the chain of a payment, so that all of them are screened and kept. */

type Message = Incoming['message'];
type Heads = { instructingAgent?: Agent; instructedAgent?: Agent };
/** Whose BIC is that of a participant or of this network. */
export type IsOurs = (bic: string) => boolean;

/** Tells the participants of a tenant and this network from other banks. */
export function oursAmong({ networkAddresses }: Pick<SettlementDeps, 'networkAddresses'>, { byBic }: Participants): IsOurs {
  return (bic) => byBic.has(normalBic(bic)) || networkAddresses.has(normalBic(bic));
}

/** A transaction with whoever else its message names and with what goes on with it; refused when that is more than is kept. */
export function withOthers(reading: TransactionReading, message: Message, isOurs: IsOurs): TransactionReading {
  if (reading.result === 'refused') return reading;
  const record = message.records[reading.index - 1];
  if (!record) return reading;
  const refused = (text: string): TransactionReading => {
    return { ...reading, result: 'refused', refusal: { code: 'CH16', text, path: record.path }, further: [] };
  };
  const carried = carriedOf(message, record);
  if (JSON.stringify(carried).length > MOST_CARRIED) return refused(`More than ${MOST_CARRIED} characters are said that only go on.`);
  const { order, named } = othersOf(message, record, reading.order, isOurs);
  const full = withNamed(order, [...named, ...namedInCarried(carried)], isOurs);
  if (!full) return refused('More are named beside the parties than this network keeps and screens.');
  return { ...reading, order: full, ...(carried.length > 0 && { carried }) };
}

/** What goes on with a payment: of its transaction, of the batch around it, of the header. */
function carriedOf(message: Message, record: Message['records'][number]): Carried {
  const group = message.groups[record.group - 1];
  return joined(record.carried, joined(group?.carried, message.carried));
}

type Others = { order: Order; named: Named[] };

function othersOf({ family, header, groups }: Message, record: Message['records'][number], order: Order, isOurs: IsOurs): Others {
  if (family === 'pain.001')
    return ofInitiation(header as HeaderOf<'pain.001'>, groups[(record.group ?? 0) - 1]?.value, record.value, order);
  if (family === 'pacs.009') return ofBanks(header as Heads, record.value as RecordOf<'pacs.009'>, order, isOurs);
  const value = record.value as RecordOf<'pacs.008'>;
  const debtor = initiatedBy(order.debtor, value.initiator);
  const named = [...namedByCustomers(value), ...namedBeside(value)];
  return { order: withInstructing({ ...order, debtor }, [value, header as Heads], isOurs), named };
}

function ofBanks(header: Heads, value: RecordOf<'pacs.009'>, order: Order, isOurs: IsOurs): Others {
  const { underlying, underlyingOfBanks } = value;
  const debtor = initiatedBy(order.debtor, underlying?.initiator);
  const prefix = 'UndrlygCstmrCdtTrf/';
  const named = [
    ...namedBeside(value),
    ...(underlying ? [...namedByCustomers(underlying, prefix), ...namedBeside(underlying, prefix)] : []),
    ...(underlyingOfBanks ? namedAgents(placesOf(underlyingOfBanks)) : []),
  ];
  return { order: withInstructing({ ...order, debtor }, [value, header], isOurs), named };
}

function ofInitiation(header: HeaderOf<'pain.001'>, group: unknown, record: unknown, order: Order): Others {
  const [batch, transfer] = [group as GroupOf<'pain.001'>, record as RecordOf<'pain.001'>];
  const { debtor, debtorAccount, debtorAgentAccount, chargesAccount, chargesAgent } = batch;
  const ultimateDebtor = transfer.ultimateDebtor ?? batch.ultimateDebtor;
  const accounts = withoutAbsent<Partial<Record<'debtorAccount' | 'debtorAgentAccount', Account | undefined>>>({
    debtorAccount,
    debtorAgentAccount,
  });
  const named = [
    ...namedByCustomers({ ...transfer, debtor, ...(ultimateDebtor && { ultimateDebtor }), initiator: header.initiator }),
    ...namedBeside({ ...transfer, ...(accounts as { debtorAccount: Account }) }),
    ...namedBeside({ ...(chargesAccount && { debtorAccount: chargesAccount }) }, 'ChrgsAcct/'),
    ...namedAgents({ 'GrpHdr/FwdgAgt': header.forwardingAgent, 'PmtInf/ChrgsAcctAgt': chargesAgent }),
  ];
  return { order: { ...order, debtor: initiatedBy(order.debtor, header.initiator) }, named };
}

/** Who instructs this network and whom it is to instruct, where these are none of its own. */
export function withInstructing<T extends Order>(order: T, from: readonly Heads[], isOurs: IsOurs): T {
  const other = (name: keyof Heads) => {
    const agent = from.map((one) => one[name]).find((one) => one !== undefined);
    return agent?.bic !== undefined && isOurs(agent.bic) ? undefined : agent;
  };
  const debtor = banksOf(order.debtorAgent, { instructing: other('instructingAgent') });
  const creditor = banksOf(order.creditorAgent, { instructed: other('instructedAgent') });
  return {
    ...order,
    ...(debtor && { debtor: { ...order.debtor, banks: [...(order.debtor.banks ?? []), ...debtor] } }),
    ...(creditor && { creditor: { ...order.creditor, banks: [...(order.creditor.banks ?? []), ...creditor] } }),
  };
}

/** The elements of the banks of a payment that another one pays for. */
function placesOf(value: NonNullable<RecordOf<'pacs.009'>['underlyingOfBanks']>): Record<string, Agent | undefined> {
  const at = (name: string, agent: Agent | undefined) => [`UndrlygFICdtTrf/${name}`, agent] as const;
  return Object.fromEntries([
    at('UltmtDbtr', value.ultimateDebtor),
    at('Dbtr', value.debtor),
    at('DbtrAgt', value.debtorAgent),
    at('PrvsInstgAgt1', value.previousAgent1),
    at('PrvsInstgAgt2', value.previousAgent2),
    at('PrvsInstgAgt3', value.previousAgent3),
    at('InstgAgt', value.instructingAgent),
    at('InstdAgt', value.instructedAgent),
    at('IntrmyAgt1', value.intermediary1),
    at('IntrmyAgt2', value.intermediary2),
    at('IntrmyAgt3', value.intermediary3),
    at('CdtrAgt', value.creditorAgent),
    at('Cdtr', value.creditor),
    at('UltmtCdtr', value.ultimateCreditor),
  ]);
}
