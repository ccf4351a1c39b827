import { plainText } from '../kinds.ts';
import type { XmlElement } from '../xml.ts';
import { type CarryingMessage, elementsOf } from './grammar.ts';
import { isInOrder } from './in-order.ts';
import { type Carried, IN_ORDER, type Said } from './said.ts';
import { arranged, writtenName } from './versions.ts';

/** Takes out of a message what goes on with a payment and that its order does not keep. */

/** What this network says itself, since it is about its own leg of the way; supplementary data can be neither read nor screened. */
const OWN = new Set(['IntrBkSttlmAmt', 'IntrBkSttlmDt', 'InstgAgt', 'InstdAgt', 'IntrmyAgt1', 'IntrmyAgt2', 'IntrmyAgt3', 'SplmtryData']);

/** What is said of a payment where nothing is kept; of a return nothing is. */
const USUAL_BEARER = 'SHAR';
/** Instruction, end-to-end and transaction id and UETR stand with the payment and its origin. */
const REFERENCE = 'ClrSysRef';
const passedOn = (message: CarryingMessage) => new Set([REFERENCE, ...elementsOf(message).filter((name) => !OWN.has(name))]);
const PASSED_ON: Readonly<Record<CarryingMessage, ReadonlySet<string>>> = {
  'pacs.008.001.09': passedOn('pacs.008.001.09'),
  'pacs.009.001.09': passedOn('pacs.009.001.09'),
  'pacs.004.001.10': passedOn('pacs.004.001.10'),
};
/** A bank known by its BIC alone is said with the chain of a payment of banks. */
const BANKS = new Set(['Dbtr', 'DbtrAgt', 'CdtrAgt', 'Cdtr', 'UltmtDbtr', 'UltmtCdtr']);

/**
 * What of a transaction, a batch of them or the header of a message goes on beside the order, in a message of that kind; undefined for
 * nothing.
 */
export function carriedIn(element: XmlElement, as: CarryingMessage): Carried | undefined {
  const kept = element.children
    .filter((child) => child.uri === element.uri && !OWN.has(child.name) && !isInOrder(child, as))
    .flatMap((child) => (isUsual(child, as) ? [] : topOf(child, as)))
    .filter((said) => PASSED_ON[as].has(said[0]) && saysMore(said) && !(as === 'pacs.009.001.09' && isBareBank(said)));
  return kept.length > 0 ? kept : undefined;
}

/** What the header of a message says of all its transactions. */
export function carriedInHeader(message: XmlElement, as: CarryingMessage): Carried | undefined {
  const header = message.children.find(({ name }) => name === 'GrpHdr');
  return header && carriedIn(header, as)?.filter(([name]) => name === 'PmtTpInf');
}

/** What is said nearer to the transaction stands for it: of the header or the batch only what it does not say itself. */
export function joined(near: Carried = [], far: Carried = []): Carried {
  const said = new Set(near.map(([name]) => name));
  return [...near, ...far.filter(([name]) => !said.has(name))];
}

const isUsual = (element: XmlElement, as: CarryingMessage) =>
  element.name === 'ChrgBr' && as !== 'pacs.004.001.10' && plainText(element) === USUAL_BEARER;

function topOf(element: XmlElement, as: CarryingMessage): readonly Said[] {
  const top: Around = { above: '', path: '', isOnly: true, inOrder: IN_ORDER[as] };
  if (element.name === 'PmtId') return element.children.filter(({ name }) => name === REFERENCE).flatMap((one) => saidOf(one, top));
  return saidOf(element, top);
}

type Around = { above: string; path: string; isOnly: boolean; inOrder: ReadonlyMap<string, unknown> };

function saidOf(element: XmlElement, { above, path, isOnly, inOrder }: Around): readonly Said[] {
  const name = writtenName(element.name, above);
  const own = path === '' ? name : `${path}/${name}`;
  const children = element.children.filter(({ uri }) => uri === element.uri);
  if (children.length === 0) return textOf(element, { name, path: own, isOnly, inOrder });
  const inside = children.flatMap((child) => {
    const isAlone = isOnly && children.every((one) => one === child || one.name !== child.name);
    return saidOf(child, { above: name, path: own, isOnly: isAlone, inOrder });
  });
  return inside.length > 0 ? arranged([name, inside]) : [];
}

function textOf(element: XmlElement, { name, path, isOnly, inOrder }: Omit<Around, 'above'> & { name: string }): readonly Said[] {
  const text = plainText(element);
  if (text === undefined) return [];
  if (isOnly && inOrder.has(path)) return [[name, null]];
  const currency = element.attributes['Ccy'];
  return [currency === undefined ? [name, text] : [name, text, currency]];
}

/** Whether an element says anything that the order does not. */
function saysMore([, content]: Said): boolean {
  return typeof content === 'string' || (content !== null && content.some(saysMore));
}

/** Whether a bank is known by nothing but its BIC. */
function isBareBank([name, content]: Said): boolean {
  if (!BANKS.has(name) || content === null || typeof content === 'string') return false;
  const [[first, inside] = ['', null], ...more] = content;
  return more.length === 0 && first === 'FinInstnId' && Array.isArray(inside) && inside.length === 1 && inside[0]?.[0] === 'BICFI';
}
