import { AppError } from '../../base/error.ts';
import { CATALOGUE, type Definition, definitionOf, type Family, isOlder, nameOf } from './catalogue.ts';
import { bic, dateTime, oneOf, quote, text, yesNo } from './kinds.ts';
import { must, type Of, one, type Reader, record } from './shape.ts';
import type { XmlElement } from './xml.ts';

const ANY_MESSAGE = /^urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})$/;
const HEADER = /^urn:iso:std:iso:20022:tech:xsd:(head\.001\.001\.\d{2})$/;

const NAMED = {
  bic: one('FIId/FinInstnId/BICFI|OrgId/Id/OrgId/AnyBIC|FIId/FinInstnId/BIC|OrgId/Id/OrgId/BICOrBEI', bic),
  member: one('FIId/FinInstnId/ClrSysMmbId/MmbId', text(35)),
};

/** The business application header (head.001) that banks put beside a message. */
export const APPLICATION_HEADER = record({
  from: one('Fr', record(NAMED)),
  to: one('To', record(NAMED)),
  businessId: must('BizMsgIdr', text(35)),
  message: must('MsgDefIdr', text(35)),
  service: one('BizSvc', text(35)),
  createdAt: one('CreDt', dateTime),
  copy: one('CpyDplct', oneOf(['CODU', 'COPY', 'DUPL'])),
  possibleDuplicate: one('PssblDplct', yesNo),
});
export type ApplicationHeader = Of<typeof APPLICATION_HEADER>;

/** The message of a document, found in whatever it is wrapped. */
export type Found = {
  message: string;
  family: Family;
  version: number;
  definition: Definition;
  /** `Document`, and the message's element in it. */
  document: XmlElement;
  element: XmlElement;
  /** Elements around `Document`, outermost first. */
  around: readonly XmlElement[];
  header?: XmlElement;
};

/** Name of the message that an element's namespace belongs to, undefined for other namespaces. */
export function messageOf(uri: string): string | undefined {
  return ANY_MESSAGE.exec(uri)?.[1];
}

/**
 * Finds the one message in a document and the application header beside it. What banks put around them (business message
 * envelopes, SOAP, their own) does not matter.
 *
 * Errors: `iso20022.unsupported_message` for no message, one that is not read, or more than one message or header.
 */
export function findMessage(root: XmlElement, families?: readonly Family[]): Found {
  const documents: { document: XmlElement; around: XmlElement[] }[] = [];
  const headers: XmlElement[] = [];
  const visit = (element: XmlElement, around: XmlElement[]) => {
    if (element.name === 'AppHdr' && HEADER.test(element.uri)) headers.push(element);
    else if (element.name === 'Document' && ANY_MESSAGE.test(element.uri)) documents.push({ document: element, around });
    else for (const child of element.children) visit(child, [...around, element]);
  };
  visit(root, []);
  const [found] = documents;
  if (!found) throw unsupported(messageOf(root.uri) ?? root.name, families);
  if (documents.length > 1) {
    throw new AppError('invalid', 'iso20022.unsupported_message', 'The file holds more than one message; send one at a time.');
  }
  // Of two headers one system would go by the first and another by the last.
  if (headers.length > 1) throw new AppError('invalid', 'iso20022.unsupported_message', 'The file has more than one application header.');
  const message = messageOf(found.document.uri)!;
  const defined = definitionOf(message);
  if (!defined || (families && !families.includes(defined.family))) throw unsupported(message, families);
  const element = found.document.children.find(({ name, uri }) => name === defined.definition.root && uri === found.document.uri);
  if (!element) throw unsupported(found.document.children[0]?.name ?? 'an empty document', families);
  return { ...found, ...defined, message, element, header: headers[0] };
}

function unsupported(what: string, families = Object.keys(CATALOGUE) as readonly Family[]): AppError {
  return new AppError(
    'invalid',
    'iso20022.unsupported_message',
    `Read here is ${families.map(describe).join(', ')}; this is ${quote(what)}.`,
  );
}

/** `pacs.008.001.02 and .08 to .13`. */
function describe(family: Family): string {
  const names = CATALOGUE[family].versions.map((version) => nameOf(family, version));
  const [first, second, last] = [names[0]!, names[1], names.at(-1)!];
  if (second === undefined) return first;
  const short = (name: string) => name.slice(-3);
  return isOlder(family, CATALOGUE[family].versions[0]!) ? `${first} and ${short(second)} to ${short(last)}` : `${first} to ${short(last)}`;
}

/** Reads the application header; a header that speaks of another message is refused. */
export function readApplicationHeader(reader: Reader, found: Found): ApplicationHeader | undefined {
  if (!found.header) return undefined;
  const header = APPLICATION_HEADER.read(reader, { element: found.header, label: 'AppHdr' });
  if (header?.message !== undefined && header.message !== found.message) {
    const text = `The header speaks of ${quote(header.message)}, the document is ${found.message}.`;
    reader.refusals.push({ code: 'CH16', text, path: 'AppHdr/MsgDefIdr' });
  }
  return header;
}

/** The text of a `Document` (or `AppHdr`) by itself: with the namespace declarations that stood around it. */
export function standAlone(text: string, element: XmlElement, around: readonly XmlElement[]): { open: string; from: number } {
  const declared = Object.assign({}, ...around.map(({ namespaces }) => namespaces)) as Record<string, string>;
  for (const prefix in element.namespaces) delete declared[prefix];
  const name = /^<[^\s/>]+/.exec(text.slice(element.start, element.start + 300))![0];
  const attributes = Object.entries(declared).map(([prefix, uri]) => ` xmlns${prefix && `:${prefix}`}="${escapeAttribute(uri)}"`);
  return { open: `${name}${attributes.join('')}`, from: element.start + name.length };
}

const escapeAttribute = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
