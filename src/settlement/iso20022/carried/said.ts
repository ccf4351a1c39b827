import type { CarryingMessage } from './grammar.ts';
import type { Order } from '../pacs008-transaction.ts';
import type { BankPlace } from '../../payment/party.ts';

/**
 * An element that a bank wrote and that this network passes on: its name, and its text or its own elements; null where the order says
 * what stands there, so that nothing that is interpreted is kept a second time. Beside an amount its currency.
 */
export type Said = readonly [name: string, content: string | null | readonly Said[], currency?: string];

/** What goes on with a payment beside its order: elements of `CdtTrfTxInf`, of a return `TxInf`, in the order in which they came. */
export type Carried = readonly Said[];

/** Characters of JSON that are kept of a payment: a transaction of CBPR+ has at most about 9,000 of structured remittance. */
export const MOST_CARRIED = 16_384;

/** What of a payment stands at a place of its message. */
export type OrderSaid = Pick<Order, 'debtorAgent' | 'creditorAgent' | 'debtor' | 'creditor' | 'purpose' | 'remittance'>;
type Says = (order: OrderSaid) => string | undefined;

type Places = readonly (readonly [string, Says])[];

const CUSTOMERS = 'UndrlygCstmrCdtTrf/';
const PURPOSE: Places = [['Purp/Cd', ({ purpose }) => purpose]];
const PREVIOUS: Places = ([1, 2, 3] as const).flatMap((nth) => bankPlaces(`PrvsInstgAgt${nth}`, `previous${nth}`));

/**
 * Every place of a message of which the order keeps the text as it came. Of a payment of banks the order does not tell whether its
 * remittance is that of the customers' payment, so that it is kept with what goes on.
 */
export const IN_ORDER: Readonly<Record<CarryingMessage, ReadonlyMap<string, Says>>> = {
  'pacs.008.001.09': new Map<string, Says>([
    ...PURPOSE,
    ...PREVIOUS,
    ['RmtInf/Ustrd', ({ remittance }) => remittance],
    ['DbtrAgt/FinInstnId/BICFI', ({ debtorAgent }) => debtorAgent],
    ['CdtrAgt/FinInstnId/BICFI', ({ creditorAgent }) => creditorAgent],
    ...partyPlaces('', 'Dbtr'),
    ...partyPlaces('', 'Cdtr'),
  ]),
  'pacs.009.001.09': new Map<string, Says>([
    ...PURPOSE,
    ...PREVIOUS,
    [`${CUSTOMERS}DbtrAgt/FinInstnId/BICFI`, (order) => bankAt(order.debtor, 'customerDebtorAgent')?.bic ?? order.debtorAgent],
    [`${CUSTOMERS}CdtrAgt/FinInstnId/BICFI`, (order) => bankAt(order.creditor, 'customerCreditorAgent')?.bic ?? order.creditorAgent],
    ...partyPlaces(CUSTOMERS, 'Dbtr'),
    ...partyPlaces(CUSTOMERS, 'Cdtr'),
  ]),
  'pacs.004.001.10': new Map(),
};

const bankAt = ({ banks = [] }: OrderSaid['debtor'], place: BankPlace) => banks.find(({ at }) => at === place);

function partyPlaces(prefix: string, element: 'Dbtr' | 'Cdtr'): [string, Says][] {
  const side = element === 'Dbtr' ? 'debtor' : 'creditor';
  const [name, behind] = [`${prefix}${element}`, `${prefix}Ultmt${element}`];
  return [
    [`${name}/Nm`, (order) => order[side].name],
    [`${name}/PstlAdr/TwnNm`, (order) => order[side].town],
    [`${name}/PstlAdr/Ctry`, (order) => order[side].country],
    [`${name}/Id/OrgId/AnyBIC`, (order) => order[side].bic],
    [`${name}/Id/OrgId/LEI`, (order) => order[side].lei],
    [`${name}Acct/Id/IBAN`, (order) => order[side].account],
    [`${name}Acct/Id/Othr/Id`, (order) => order[side].account],
    [`${behind}/Nm`, (order) => order[side].ultimate?.name],
    [`${behind}/PstlAdr/Ctry`, (order) => order[side].ultimate?.country],
    [`${behind}/Id/OrgId/AnyBIC`, (order) => order[side].ultimate?.bic],
    [`${behind}/Id/OrgId/LEI`, (order) => order[side].ultimate?.lei],
  ];
}

function bankPlaces(name: string, place: BankPlace): [string, Says][] {
  const bank = ({ debtor }: OrderSaid) => bankAt(debtor, place);
  return [
    [`${name}/FinInstnId/BICFI`, (order) => bank(order)?.bic],
    [`${name}/FinInstnId/ClrSysMmbId/ClrSysId/Cd`, (order) => bank(order)?.clearing?.system],
    [`${name}/FinInstnId/ClrSysMmbId/MmbId`, (order) => bank(order)?.clearing?.member],
    [`${name}/FinInstnId/LEI`, (order) => bank(order)?.lei],
    [`${name}/FinInstnId/Nm`, (order) => bank(order)?.name],
    [`${name}/FinInstnId/PstlAdr/Ctry`, (order) => bank(order)?.country],
    [`${name}/FinInstnId/Othr/Id`, (order) => bank(order)?.other],
    [`${name}/BrnchId/Id`, (order) => bank(order)?.branch],
  ];
}

/** How the clearing system before this one calls the payment, as far as it is told. */
export function clearingReferenceIn(carried: Carried = []): string | undefined {
  const content = carried.find(([name]) => name === 'ClrSysRef')?.[1];
  return typeof content === 'string' ? content : undefined;
}
