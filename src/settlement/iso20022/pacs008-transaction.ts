import type { StaticDecode } from 'typebox';
import { isIban } from '../../base/check-digit.ts';
import { assetOfCurrency } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { fromDecimalText } from '../../base/money.ts';
import type { Party, PaymentOrder } from '../payment/contract.ts';
import { type Findings, type Place, childOf, childrenOf, dateField, descend, field, quote, refuse, textOf } from './fields.ts';
import type { Refusal } from './reason.ts';
import type { XmlElement } from './xml.ts';

export type Order = StaticDecode<typeof PaymentOrder>;

/** How the sender calls the transaction; whatever of it is readable is given even when the transaction is refused. */
export type References = { instructionId?: string; endToEndId?: string; transactionId?: string; uetr?: string };

type Read = {
  /** From 1, in the order of the file. */
  index: number;
  references: References;
  /** As written. */
  amount?: { currency: string; value: string };
  chargeBearer?: string;
};

/** One transaction: an order that may be sent on, or the reason why not. */
export type TransactionReading = (Read & { result: 'ok'; order: Order }) | (Read & { result: 'refused'; refusal: Refusal });

/** Reads one `CdtTrfTxInf`. Never throws for what a sender wrote. */
export function readTransaction(element: XmlElement, index: number): TransactionReading {
  const findings: Findings = { refusals: [] };
  const transaction: Place = { element, path: `CdtTrfTxInf[${index}]` };
  const references = readReferences(findings, transaction);
  const { written, money } = readAmount(findings, transaction);
  const agents = readAgents(findings, transaction);
  const debtor = readParty(findings, transaction, DEBTOR);
  const creditor = readParty(findings, transaction, CREDITOR);
  const chargeBearer = field(findings, transaction, 'ChrgBr', { form: /^(DEBT|CRED|SHAR|SLEV)$/, missing: 'CH21' });
  const valueDate = dateField(findings, transaction, 'IntrBkSttlmDt');
  const purpose = field(findings, childOf(findings, transaction, 'Purp'), 'Cd', { form: /^[A-Z0-9]{4}$/, code: 'FF07' });
  const remittance = readRemittance(findings, transaction);
  const read: Read = { index, references, amount: written, chargeBearer };
  const [refusal] = findings.refusals;
  if (refusal) return { ...read, result: 'refused', refusal };
  const order: Order = {
    uetr: references.uetr,
    endToEndId: references.endToEndId!,
    debtorAgent: agents.debtor!,
    creditorAgent: agents.creditor!,
    debtor: debtor!,
    creditor: creditor!,
    asset: money!.asset,
    units: money!.units,
    valueDate,
    purpose,
    remittance,
  };
  return { ...read, result: 'ok', order: withoutAbsent(order) };
}

/** Contracts know no key with the value undefined. */
function withoutAbsent<T extends object>(value: T): T {
  const present = {} as T;
  for (const key in value) if (value[key] !== undefined) present[key] = value[key];
  return present;
}

const UETR = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function readReferences(findings: Findings, transaction: Place): References {
  const ids = childOf(findings, transaction, 'PmtId') ?? {
    element: { ...transaction.element, children: [] },
    path: `${transaction.path}/PmtId`,
  };
  return withoutAbsent({
    instructionId: field(findings, ids, 'InstrId', { max: 35 }),
    endToEndId: field(findings, ids, 'EndToEndId', { max: 35, code: 'FF08', missing: 'FF08' }),
    transactionId: field(findings, ids, 'TxId', { max: 35 }),
    uetr: field(findings, ids, 'UETR', { form: UETR }),
  });
}

type Amount = { written?: { currency: string; value: string }; money?: { asset: string; units: bigint } };

function readAmount(findings: Findings, transaction: Place): Amount {
  const place = childOf(findings, transaction, 'IntrBkSttlmAmt');
  const path = `${transaction.path}/IntrBkSttlmAmt`;
  const value = textOf(place);
  if (!place || value === undefined) {
    refuse(findings, 'CH21', path, 'The interbank settlement amount is missing.');
    return {};
  }
  const currency = place.element.attributes['Ccy'] ?? '';
  return { written: { currency, value }, money: readMoney(findings, path, currency, value) };
}

/** ISO 20022 amounts: at most 18 digits and 5 decimals, a dot, no sign but a plus; at most as many decimals as ISO 4217 gives. */
function readMoney(findings: Findings, path: string, currency: string, value: string): { asset: string; units: bigint } | undefined {
  const asset = assetOfCurrency(currency);
  if (!asset) return refuse(findings, 'AM03', path, `${quote(currency)} is not an active currency of ISO 4217.`);
  const match = /^\+?(\d*)(?:\.(\d*))?$/.exec(value);
  const [whole, fraction] = [(match?.[1] ?? '').replace(/^0+/, ''), match?.[2] ?? ''];
  if (!match || (match[1] === '' && fraction === ''))
    return refuse(findings, 'AM12', path, `The amount is not a positive number: ${quote(value)}.`);
  if (whole.length + fraction.length > 18) return refuse(findings, 'AM12', path, `The amount has more than 18 digits: ${quote(value)}.`);
  try {
    const money = fromDecimalText(asset, fraction === '' ? whole || '0' : `${whole || '0'}.${fraction}`);
    return money.units === 0n ? refuse(findings, 'AM01', path, 'The amount is zero.') : money;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refuse(findings, error.code === 'money.too_many_decimals' ? 'CH20' : 'AM12', path, error.message);
  }
}

const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/;

/** A payment goes straight from one participant to another, so an agent between them is refused rather than left out. */
function readAgents(findings: Findings, transaction: Place): { debtor?: string; creditor?: string } {
  const between = childOf(findings, transaction, 'IntrmyAgt1');
  if (between) refuse(findings, 'RC11', between.path, 'Intermediary agents are not supported: both agents take part in this network.');
  const bic = (name: string, code: 'RC03' | 'RC04') => {
    const institution = descend(findings, transaction, name, 'FinInstnId');
    const place = institution ?? { element: { ...transaction.element, children: [] }, path: `${transaction.path}/${name}/FinInstnId` };
    return field(findings, place, 'BICFI', { form: BIC, code, missing: code, what: `The BIC in ${name}` });
  };
  return { debtor: bic('DbtrAgt', 'RC03'), creditor: bic('CdtrAgt', 'RC04') };
}

const DEBTOR = { name: 'Dbtr', missingName: 'BE08', account: 'AC02', country: 'BE10' } as const;
const CREDITOR = { name: 'Cdtr', missingName: 'BE22', account: 'AC03', country: 'BE11' } as const;

function readParty(findings: Findings, transaction: Place, role: typeof DEBTOR | typeof CREDITOR): StaticDecode<typeof Party> | undefined {
  const party = childOf(findings, transaction, role.name);
  const at = party ?? { element: { ...transaction.element, children: [] }, path: `${transaction.path}/${role.name}` };
  const name = field(findings, at, 'Nm', { max: 140, missing: role.missingName, what: `The name in ${role.name}` });
  const rule = { form: /^[A-Z]{2}$/, code: role.country } as const;
  const address = field(findings, childOf(findings, party, 'PstlAdr'), 'Ctry', rule);
  const country = address ?? field(findings, party, 'CtryOfRes', rule);
  const account = readAccount(findings, transaction, `${role.name}Acct`, role.account);
  return name === undefined ? undefined : withoutAbsent({ name, account, country });
}

function readAccount(findings: Findings, transaction: Place, name: string, code: 'AC02' | 'AC03'): string | undefined {
  const id = descend(findings, transaction, name, 'Id');
  const iban = field(findings, id, 'IBAN', { code });
  if (iban !== undefined) {
    return isIban(iban) ? iban : refuse(findings, code, `${id!.path}/IBAN`, `Not an IBAN with the right check digits: ${quote(iban)}.`);
  }
  return field(findings, childOf(findings, id, 'Othr'), 'Id', { max: 34, code });
}

/** Unstructured text, several lines joined; without it the creditor's reference of structured remittance. */
function readRemittance(findings: Findings, transaction: Place): string | undefined {
  const information = childOf(findings, transaction, 'RmtInf');
  const lines = childrenOf(information, 'Ustrd').flatMap((line) => textOf(line) ?? []);
  const text = lines.join(' ');
  const path = `${transaction.path}/RmtInf/Ustrd`;
  if (Array.from(text).length > 140) return refuse(findings, 'CH16', path, 'Remittance information is longer than 140 characters.');
  if (text.includes('\u007f')) return refuse(findings, 'CH16', path, 'Remittance information has a control character.');
  if (text !== '') return text;
  return childrenOf(information, 'Strd')
    .map((structured) => field(findings, descend(findings, structured, 'CdtrRefInf'), 'Ref', { max: 35 }))
    .find((reference) => reference !== undefined);
}
