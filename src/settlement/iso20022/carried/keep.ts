import { plainText } from '../kinds.ts';
import type { XmlElement } from '../xml.ts';
import { elementsOf } from './grammar.ts';
import { type Carried, IN_ORDER, type Said } from './said.ts';
import { arranged, writtenName } from './versions.ts';

/** Takes out of a message what goes on with a payment and that its order does not keep. */

/** What this network says itself, since it is about its own leg of the way; supplementary data can be neither read nor screened. */
const OWN = new Set(['IntrBkSttlmAmt', 'IntrBkSttlmDt', 'InstgAgt', 'InstdAgt', 'IntrmyAgt1', 'IntrmyAgt2', 'IntrmyAgt3', 'SplmtryData']);
/** What is said where nothing is kept. */
const USUAL_BEARER = 'SHAR';
/** Instruction, end-to-end and transaction id and UETR stand with the payment and its origin. */
const REFERENCE = 'ClrSysRef';
const PASSED_ON = new Set([REFERENCE, ...elementsOf('pacs.008.001.09').filter((name) => !OWN.has(name))]);

/** What of a transaction, a batch of them or the header of a message goes on beside the order; undefined for nothing. */
export function carriedIn(element: XmlElement): Carried | undefined {
  const kept = element.children
    .filter(({ uri }) => uri === element.uri)
    .flatMap((child) => topOf(child))
    .filter((said) => PASSED_ON.has(said[0]) && saysMore(said));
  return kept.length > 0 ? kept : undefined;
}

/** What the header of a message says of all its transactions. */
export function carriedInHeader(message: XmlElement): Carried | undefined {
  const header = message.children.find(({ name }) => name === 'GrpHdr');
  return header && carriedIn(header)?.filter(([name]) => name === 'PmtTpInf');
}

/** What is said nearer to the transaction stands for it: of the header or the batch only what it does not say itself. */
export function joined(near: Carried = [], far: Carried = []): Carried {
  const said = new Set(near.map(([name]) => name));
  return [...near, ...far.filter(([name]) => !said.has(name))];
}

function topOf(element: XmlElement): readonly Said[] {
  if (element.name === 'PmtId') return element.children.filter(({ name }) => name === REFERENCE).flatMap((one) => saidOf(one, TOP));
  if (element.name === 'ChrgBr' && plainText(element) === USUAL_BEARER) return [];
  return saidOf(element, TOP);
}

type Around = { above: string; path: string; isOnly: boolean };
const TOP: Around = { above: '', path: '', isOnly: true };

function saidOf(element: XmlElement, { above, path, isOnly }: Around): readonly Said[] {
  const name = writtenName(element.name, above);
  const own = path === '' ? name : `${path}/${name}`;
  const children = element.children.filter(({ uri }) => uri === element.uri);
  if (children.length === 0) return textOf(element, { name, path: own, isOnly });
  const inside = children.flatMap((child) => {
    const isAlone = isOnly && children.every((one) => one === child || one.name !== child.name);
    return saidOf(child, { above: name, path: own, isOnly: isAlone });
  });
  return inside.length > 0 ? arranged([name, inside]) : [];
}

function textOf(element: XmlElement, { name, path, isOnly }: { name: string; path: string; isOnly: boolean }): readonly Said[] {
  const text = plainText(element);
  if (text === undefined) return [];
  if (isOnly && IN_ORDER.has(path)) return [[name, null]];
  const currency = element.attributes['Ccy'];
  return [currency === undefined ? [name, text] : [name, text, currency]];
}

/** Whether an element says anything that the order does not. */
function saysMore([, content]: Said): boolean {
  return typeof content === 'string' || (content !== null && content.some(saysMore));
}
