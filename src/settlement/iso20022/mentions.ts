import { normalBic } from '../participant/directory.ts';
import { formatDecimal } from '../../base/decimal.ts';
import type { Money } from '../../base/money.ts';
import { type Mention, MOST_MENTIONS, MOST_NUMBERS } from '../payment/party.ts';
import { bankOf } from './chain.ts';
import { TAX_NUMBER } from './mentioned-writer.ts';
import type { CreditTransfer, ReturnChain } from './messages/payments.ts';
import { type Order, someoneOf } from './pacs008-transaction.ts';
import type { Account, Agent, Party, Remittance, Tax, TaxParty } from './parts.ts';

/** Whoever a message names beside the parties and the banks of a payment: kept with the party on whose side they are, to be screened. */

type Side = 'debtor' | 'creditor';
/** Somebody who is named, and on which side. */
export type Named = { side: Side; mention: Mention };
type GivenNumber = NonNullable<Mention['ids']>[number];
type Names = (side: Side, at: string) => Naming;
type Naming = {
  party(party: Party | undefined, account?: Account): void;
  agent(agent: Agent | undefined, charge?: Mention['charge']): void;
  name(name: string | undefined): void;
  numbers(...ids: readonly (GivenNumber | undefined)[]): void;
};

/** Collects who is named: those of whom something is said that can be screened. */
function collector(): { found: Named[]; at: Names } {
  const found: Named[] = [];
  const at: Names = (side, place) => {
    const add = (one: Omit<Mention, 'at'>) => {
      const { name, ...rest } = one;
      const mention = { at: place, ...rest, ...(name !== undefined && /[\p{L}\p{N}]/u.test(name) && { name }) };
      if (isScreened(mention)) found.push({ side, mention });
    };
    return {
      party(party, account) {
        if (!party) return;
        const number = account?.iban ?? account?.other;
        add({ ...someoneOf(party), ...(number !== undefined && { account: number }) });
        besideParty(at, { side, place }, party);
      },
      agent(agent, charge) {
        if (!agent) return;
        const { at: _place, ...bank } = bankOf('debtor', agent);
        add({ ...bank, ...(charge && { charge }) });
      },
      name: (name) => name !== undefined && add({ name }),
      numbers(...ids) {
        const given = ids.filter((id) => id !== undefined);
        for (let from = 0; from < given.length; from += MOST_NUMBERS) add({ ids: given.slice(from, from + MOST_NUMBERS) });
      },
    };
  };
  return { found, at };
}

const isScreened = ({ name, bic, lei, ids, clearing, other }: Mention) =>
  [name, bic, lei, ids, clearing, other].some((one) => one !== undefined);

/** Whom a party names for itself: who may be asked, and in whose care it lives. */
function besideParty(at: Names, { side, place }: { side: Side; place: string }, { contact, address }: Party): void {
  at(side, `${place}/CtctDtls`).name(contact);
  at(side, `${place}/PstlAdr/CareOf`).name(address?.careOf);
}

/** What records of transfers have in common, as far as somebody may be named there. */
type Transfer = Partial<
  Pick<
    CreditTransfer,
    'charges' | 'instructedAmount' | 'exchangeRate' | 'exchangeAgent' | 'regulators' | 'tax' | 'remittanceReceivers' | 'remittance'
  > &
    Record<'debtorAccount' | 'creditorAccount' | 'debtorAgentAccount' | 'creditorAgentAccount', Account>
>;
type Customers = Partial<Record<'debtor' | 'creditor' | 'ultimateDebtor' | 'ultimateCreditor' | 'initiator', Party>>;

/** Who is named in a payment, or in the one that it covers (`prefix`), beside its parties and banks. */
export function namedBeside(transfer: Transfer, prefix = ''): Named[] {
  const { found, at } = collector();
  const { charges = [], exchangeAgent, regulators = [], remittanceReceivers = [], tax, remittance } = transfer;
  for (const { agent, amount } of charges) at('debtor', `${prefix}ChrgsInf/Agt`).agent(agent, chargeOf(transfer, amount));
  at('debtor', `${prefix}AgrdRate/FXAgt`).agent(exchangeAgent);
  at('debtor', `${prefix}DbtrAcct`).name(transfer.debtorAccount?.name);
  at('debtor', `${prefix}DbtrAgtAcct`).name(transfer.debtorAgentAccount?.name);
  at('creditor', `${prefix}CdtrAcct`).name(transfer.creditorAccount?.name);
  at('creditor', `${prefix}CdtrAgtAcct`).name(transfer.creditorAgentAccount?.name);
  for (const name of regulators) at('debtor', `${prefix}RgltryRptg/Authrty`).name(name);
  for (const name of remittanceReceivers) at('creditor', `${prefix}RltdRmtInf/RmtLctnDtls`).name(name);
  taxNames(at, `${prefix}Tax`, tax);
  for (const one of remittance?.structured ?? []) remittanceNames(at, `${prefix}RmtInf/Strd`, one);
  return found;
}

/** What was taken, where it is told of which amount: without that ISO 20022 lets no charge be told either. */
function chargeOf({ instructedAmount, exchangeRate }: Transfer, taken: Money): Mention['charge'] {
  if (!instructedAmount) return undefined;
  const asText = ({ asset, units }: Money) => ({ asset, units: units.toString() });
  return { ...asText(taken), instructed: asText(instructedAmount), ...(exchangeRate && { rate: formatDecimal(exchangeRate) }) };
}

function remittanceNames(at: Names, place: string, one: NonNullable<Remittance['structured']>[number]): void {
  at('creditor', `${place}/Invcr`).party(one.invoicer);
  at('debtor', `${place}/Invcee`).party(one.invoicee);
  at('debtor', `${place}/GrnshmtRmt/Grnshee`).party(one.garnishee);
  at('debtor', `${place}/GrnshmtRmt/GrnshmtAdmstr`).party(one.garnishmentAdministrator);
  taxNames(at, `${place}/TaxRmt`, one.tax);
}

function taxNames(at: Names, place: string, tax: Tax | undefined): void {
  const of = (side: Side, name: string, party: TaxParty | undefined) => {
    const given = (id: string | undefined, scheme: string) => (id === undefined ? undefined : { id, scheme });
    at(side, `${place}/${name}`).numbers(given(party?.taxId, TAX_NUMBER.tax), given(party?.registrationId, TAX_NUMBER.registration));
    at(side, `${place}/${name}/Authstn`).name(party?.signatory);
  };
  of('creditor', 'Cdtr', tax?.creditor);
  of('debtor', 'Dbtr', tax?.debtor);
  of('debtor', 'UltmtDbtr', tax?.ultimateDebtor);
}

/** What customers tell of themselves beyond what an order keeps of them: further numbers, contacts, in whose care they live. */
export function namedByCustomers(customers: Customers, prefix = ''): Named[] {
  const { found, at } = collector();
  const places = { debtor: 'Dbtr', ultimateDebtor: 'UltmtDbtr', initiator: 'InitgPty', creditor: 'Cdtr', ultimateCreditor: 'UltmtCdtr' };
  for (const [key, name] of Object.entries(places)) {
    const party = customers[key as keyof Customers];
    if (!party) continue;
    const side = name.endsWith('Cdtr') ? 'creditor' : 'debtor';
    const numbers = [...(party.ids ?? []), ...(party.personalIds ?? [])]
      .filter(({ scheme }) => scheme !== 'CUST')
      .map(({ id }) => ({ id }));
    at(side, `${prefix}${name}/Id`).numbers(...numbers);
    besideParty(at, { side, place: `${prefix}${name}` }, party);
  }
  return found;
}

/** The banks of one place and another, where a message names them that none of the chains of this network has. */
export function namedAgents(agents: Readonly<Record<string, Agent | undefined>>, side: Side = 'debtor'): Named[] {
  const { found, at } = collector();
  for (const [place, agent] of Object.entries(agents)) at(side, place).agent(agent);
  return found;
}

/** Who decided that money goes back. */
export function namedOriginators(reasons: readonly { originator?: Party }[]): Named[] {
  const { found, at } = collector();
  for (const { originator } of reasons) at('debtor', 'RtrRsnInf/Orgtr').party(originator);
  return found;
}

/** Who is in the chain of a return. A party that is a bank stands under `/Agt`, as the standard has it. */
export function namedInChain(chain: ReturnChain): Named[] {
  const { found, at } = collector();
  const on = (side: Side, name: string) => at(side, `RtrChain/${name}`);
  const party = (side: Side, name: string, one: ReturnChain['debtor'], account?: Account) => {
    on(side, name).party(one, account);
    on(side, `${name}/Agt`).agent(one?.agent);
    on(side, `${name}Acct`).name(account?.name);
  };
  party('debtor', 'UltmtDbtr', chain.ultimateDebtor);
  party('debtor', 'Dbtr', chain.debtor, chain.debtorAccount);
  party('debtor', 'InitgPty', chain.initiator);
  on('debtor', 'DbtrAgt').agent(chain.debtorAgent);
  for (const nth of [1, 2, 3] as const) {
    on('debtor', `PrvsInstgAgt${nth}`).agent(chain[`previousAgent${nth}`]);
    on('creditor', `IntrmyAgt${nth}`).agent(chain[`intermediary${nth}`]);
  }
  on('creditor', 'CdtrAgt').agent(chain.creditorAgent);
  party('creditor', 'Cdtr', chain.creditor, chain.creditorAccount);
  party('creditor', 'UltmtCdtr', chain.ultimateCreditor);
  return found;
}

/**
 * An order with whoever else is named; undefined for too many. Left out are those of whom nothing is said that is not said of
 * somebody else in it, since they would be screened twice, and banks of which only the BIC is said and which are screened as what
 * they are (`isOurs`): participants, and the network itself. Who is sent on at a place of its own stays. Of a chain everybody stays but the two participants at their places.
 */
export function withNamed<T extends Order>(order: T, named: readonly Named[], isOurs: (bic: string) => boolean): T | undefined {
  if (named.length === 0) return order;
  const known = new Set([...saidIn(order.debtor), ...saidIn(order.creditor)]);
  const kept = named.filter(({ mention }) => {
    if (mention.at.startsWith('RtrChain/')) return !isOwnPlace(order, mention);
    if (isSentOn(mention)) return true;
    if (isOnlyBic(mention) && isOurs(mention.bic!)) return false;
    const said = saidOf(mention);
    const isNew = said.some((one) => !known.has(one));
    for (const one of said) known.add(one);
    return isNew;
  });
  const of = (side: Side) => [...(order[side].mentions ?? []), ...kept.filter((one) => one.side === side).map(({ mention }) => mention)];
  const [debtor, creditor] = [of('debtor'), of('creditor')];
  if (debtor.length > MOST_MENTIONS || creditor.length > MOST_MENTIONS) return undefined;
  return {
    ...order,
    ...(debtor.length > 0 && { debtor: { ...order.debtor, mentions: debtor } }),
    ...(creditor.length > 0 && { creditor: { ...order.creditor, mentions: creditor } }),
  };
}

/** A party with who initiated its payment, unless that is the party itself, and nothing more is said. */
export function initiatedBy(debtor: Order['debtor'], initiator: Party | undefined): Order['debtor'] {
  const one = someoneOf(initiator);
  if (!one) return debtor;
  const known = new Set(saidIn(debtor));
  return saidOf(one).some((said) => !known.has(said)) ? { ...debtor, initiator: one } : debtor;
}

/** Who has a place of its own in the message that is sent on stands there, whoever else it is. */
const isSentOn = ({ at, charge }: Mention) => charge !== undefined || SENT_ON.test(at);
const SENT_ON = /^(UndrlygCstmrCdtTrf\/)?Tax\/(Cdtr|Dbtr)(\/Authstn)?$/;

const isOnlyBic = ({ at: _at, bic, ...rest }: Mention) => bic !== undefined && Object.keys(rest).length === 0;

const isOwnPlace = ({ debtorAgent, creditorAgent }: Order, mention: Mention) => {
  const own = { 'RtrChain/DbtrAgt': debtorAgent, 'RtrChain/CdtrAgt': creditorAgent }[mention.at];
  return own !== undefined && isOnlyBic(mention) && normalBic(mention.bic!) === normalBic(own);
};

type Said = Pick<Mention, 'name' | 'bic' | 'lei' | 'ids' | 'clearing' | 'other'>;

/** What is screened of somebody, as keys to compare by. */
function saidOf({ name, bic, lei, ids = [], clearing, other }: Said): string[] {
  const numbers = [...ids.map(({ id }) => id), clearing?.member, other].filter((number) => number !== undefined);
  return [
    ...(name === undefined ? [] : [`name ${name.toUpperCase()}`]),
    ...(bic === undefined ? [] : [`bic ${normalBic(bic)}`]),
    ...(lei === undefined ? [] : [`lei ${lei}`]),
    ...numbers.map((number) => `number ${number}`),
  ];
}

function saidIn({ ultimate, initiator, banks = [], mentions = [], nationalId, ...party }: Order['debtor']): string[] {
  const own = [...saidOf(party), ...(nationalId === undefined ? [] : [`number ${nationalId}`])];
  return [...own, ...[ultimate, initiator, ...banks, ...mentions].flatMap((one) => (one ? saidOf(one) : []))];
}
