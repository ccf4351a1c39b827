import type { StaticDecode } from 'typebox';
import type { PaymentOrder } from '../payment/contract.ts';
import { MOST_NUMBERS, type Someone } from '../payment/party.ts';
import type { Carried } from './carried/said.ts';
import { banksOf, intermediaryRefusal, previousOf } from './chain.ts';
import type { CreditTransfer } from './messages/payments.ts';
import type { Account, Address, Party, Remittance } from './parts.ts';
import type { RecordReading, References } from './read-message.ts';
import type { ReasonCode, Refusal } from './reason.ts';

export type Order = StaticDecode<typeof PaymentOrder>;

type Read = {
  /** From 1, in the order of the file. */
  index: number;
  references: References;
  /** As written. */
  amount?: { currency: string; value: string };
  chargeBearer?: string;
};

/** Why a transaction is not taken, and what else was found wrong in it. */
export type Against = { refusal: Refusal; further: readonly Refusal[] };

/** One transaction: an order that may be sent on, or the reasons why not. */
export type TransactionReading = (Read & { result: 'ok'; order: Order; carried?: Carried }) | (Read & { result: 'refused' } & Against);

/** What this network does with a credit transfer: an order, or why it cannot be one. Never throws for what a sender wrote. */
export function orderReading(record: RecordReading<CreditTransfer>): TransactionReading {
  const { index, references, amount } = record;
  const read: Read = { index, references, amount, chargeBearer: record.value.chargeBearer };
  const against = reasonsAgainst(record, (value) => missingIn(value, record.path));
  if (against) return { ...read, result: 'refused', ...against };
  return { ...read, result: 'ok', order: orderOf(record.value as CreditTransfer) };
}

/** Why a record is not taken: all that was found wrong in it, or the first of what this network needs and it lacks. */
export function reasonsAgainst<T>(record: RecordReading<T>, missingIn: (value: T) => Refusal | undefined): Against | undefined {
  const [refusal, ...further] = record.result === 'refused' ? record.refusals : [missingIn(record.value)];
  return refusal && { refusal, further: further.filter((one) => one !== undefined) };
}

/** What the standard leaves open and this network needs: a payment goes straight from one participant to another. */
function missingIn(transfer: CreditTransfer, path: string): Refusal | undefined {
  const at = (code: ReasonCode, name: string, text: string): Refusal => ({ code, text, path: `${path}/${name}` });
  const { debtor, creditor, debtorAgent, creditorAgent } = transfer;
  const between = intermediaryRefusal(transfer, path);
  if (between) return between;
  if (!debtorAgent.bic) return at('RC03', 'DbtrAgt/FinInstnId/BICFI', 'The BIC in DbtrAgt is missing.');
  if (!creditorAgent.bic) return at('RC04', 'CdtrAgt/FinInstnId/BICFI', 'The BIC in CdtrAgt is missing.');
  if (debtor.name === undefined) return at('BE08', 'Dbtr/Nm', 'The name in Dbtr is missing.');
  if (creditor.name === undefined) return at('BE22', 'Cdtr/Nm', 'The name in Cdtr is missing.');
  if (Array.from(noteOf(transfer.remittance) ?? '').length <= 140) return undefined;
  return at('CH16', 'RmtInf/Ustrd', 'Remittance information is longer than 140 characters.');
}

function orderOf(transfer: CreditTransfer): Order {
  return withoutAbsent({
    uetr: transfer.uetr,
    endToEndId: transfer.endToEndId,
    debtorAgent: transfer.debtorAgent.bic!,
    creditorAgent: transfer.creditorAgent.bic!,
    debtor: withoutAbsent({
      ...partyOf(transfer.debtor, transfer.debtorAccount, transfer.ultimateDebtor),
      banks: banksOf(transfer.debtorAgent.bic!, previousOf(transfer)),
    }),
    creditor: partyOf(transfer.creditor, transfer.creditorAccount, transfer.ultimateCreditor),
    asset: transfer.amount.asset,
    units: transfer.amount.units,
    valueDate: transfer.settlementDate,
    purpose: transfer.purpose,
    remittance: noteOf(transfer.remittance),
    priority: priorityOf(transfer),
  });
}

/** `INST` asks for finality at once (the local instrument of instant schemes), `HIGH` to go before others. */
function priorityOf({ localInstrument, priority }: Pick<CreditTransfer, 'localInstrument' | 'priority'>): Order['priority'] {
  if (localInstrument === 'INST') return 'instant';
  return priority === 'HIGH' ? 'urgent' : undefined;
}

/** Schemes of ISO's ExternalPersonIdentification1Code and ExternalOrganisationIdentification1Code whose numbers a state gives. */
const OF_A_STATE = new Set(['NIDN', 'CCPT', 'SOSE', 'TXID', 'ARNU', 'DRLC', 'COID', 'GSTN', 'EMPL']);
const MOST_ID = 35;

/** The number of a party that a state gives, or that its bank gives, as an order keeps it. */
function numberOf({ ids = [], personalIds = [] }: Party, fits: (scheme: string) => boolean): string | undefined {
  return [...ids, ...personalIds].find(({ id, scheme }) => scheme !== undefined && fits(scheme) && id.length <= MOST_ID)?.id;
}

/** A party with its account, and for whom it acts, as an order names it. */
export function partyOf(party: Party, account: Account | undefined, behind?: Party): Order['debtor'] {
  const { name, address, residence, bic, lei, birth } = party;
  return withoutAbsent({
    name: name!,
    account: account?.iban ?? account?.other,
    country: address?.country ?? residence,
    town: address?.town,
    street: address && streetOf(address),
    bic,
    lei,
    nationalId: numberOf(party, (scheme) => OF_A_STATE.has(scheme)),
    customerId: numberOf(party, (scheme) => scheme === 'CUST'),
    birth: birthOf(birth),
    ultimate: someoneOf(behind),
  });
}

function birthOf(birth: Party['birth']): Order['debtor']['birth'] {
  return birth?.date && birth.city && birth.country ? { on: birth.date, town: birth.city, country: birth.country } : undefined;
}

/** Somebody beside a party, of whom perhaps only numbers are known; undefined when nothing is said. */
export function someoneOf(party: Party | undefined): Someone | undefined {
  if (!party) return undefined;
  const { name, address, residence, bic, lei, ids = [], personalIds = [], birth } = party;
  const numbers = [...ids, ...personalIds].slice(0, MOST_NUMBERS).map((one) => withoutAbsent(one));
  const known = withoutAbsent({
    name,
    country: address?.country ?? residence,
    bic,
    lei,
    ids: numbers.length > 0 ? numbers : undefined,
    isPerson: personalIds.length > 0 || birth ? true : undefined,
    birth: birthOf(birth),
  });
  return Object.keys(known).length > 0 ? known : undefined;
}

/** Street and number, or what stands on lines. */
function streetOf({ street, buildingNumber, lines }: Address): string | undefined {
  const parts = street === undefined ? (lines ?? []) : [street, buildingNumber];
  return (
    parts
      .filter((part) => part !== undefined)
      .join(street === undefined ? ', ' : ' ')
      .slice(0, 140) || undefined
  );
}

/** Unstructured text, several lines joined; without it the creditor's reference of structured remittance. */
export function noteOf(remittance: Remittance | undefined): string | undefined {
  return remittance?.lines?.join(' ') ?? remittance?.structured?.find(({ reference }) => reference !== undefined)?.reference;
}

/** Contracts know no key with the value undefined. */
export function withoutAbsent<T extends object>(value: T): T {
  const present = {} as T;
  for (const key in value) if (value[key] !== undefined) present[key] = value[key];
  return present;
}
