import { SaxesParser } from 'saxes';
import { AppError } from '../../base/error.ts';
import { decodeXml } from './encoding.ts';
import { readPlainXml } from './plain-xml.ts';

/** An element without its prefix: what counts is the local name and the namespace. `text` is all character data directly in it. */
export type XmlElement = {
  readonly name: string;
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where a reader tells it. */
  readonly line?: number;
  readonly children: XmlElement[];
  /** Namespaces declared on this element, by prefix; absent when there are none. */
  readonly namespaces?: Readonly<Record<string, string>> | undefined;
  /** Where the element stands in the decoded text: from its `<` to behind its last `>`. */
  readonly start: number;
  end: number;
  text: string;
};

/** What a document may need at most. Counted while reading, so that a bomb costs no more than its own bytes. */
export type XmlLimits = { bytes: number; depth: number; attributes: number; elements: number; textLength: number; nameLength: number };

/** Wide of what any ISO 20022 message needs: the deepest standard path has 16 levels. */
export const XML_LIMITS: XmlLimits = {
  bytes: 32 << 20,
  depth: 64,
  attributes: 32,
  elements: 4_000_000,
  textLength: 100_000,
  nameLength: 256,
};

/** Called when an element is complete; answers true to take it out of the tree, so that a long file need not be held at once. */
export type OnElement = (element: XmlElement, ancestors: readonly XmlElement[]) => boolean;

/** A document that was read: its text without byte order mark, and the root of its tree. */
export type XmlDocument = { text: string; root: XmlElement };

/** Small enough that reading one takes a few milliseconds. */
const CHUNK = 1 << 14;

type Reading = { limits?: Partial<XmlLimits>; charset?: string | undefined; onElement?: () => OnElement };

/**
 * Reads an XML document piece by piece into a light tree: pauses after each piece, so that the caller may let others work
 * while a long file is read, and answers text and root. `onElement` is asked for once for each reading of the document: what is
 * written in an unusual way is read a second time, by the full parser.
 *
 * Errors: `iso20022.not_xml` with the line for what is not well-formed, not in a supported encoding, or empty;
 * `iso20022.unsafe_xml` for a document type declaration, an entity of its own, or more than the limits allow.
 */
export function* readXml(bytes: Uint8Array, options: Reading = {}): Generator<void, XmlDocument> {
  const limits = { ...XML_LIMITS, ...options.limits };
  if (bytes.length > limits.bytes) throw unsafe(`The document has ${bytes.length} bytes; at most ${limits.bytes} are read`);
  const text = decodeXml(bytes, options.charset);
  const onElement = options.onElement ?? (() => () => false);
  const root = yield* readPlainXml(text, limits, onElement());
  if (root) return { text, root };
  return { text, root: yield* readAnyXml(text, limits, onElement()) };
}

/** The root of any document, by a parser that knows all of XML and says what is wrong. */
export function* readAnyXml(text: string, limits: XmlLimits = XML_LIMITS, onElement: OnElement = () => false): Generator<void, XmlElement> {
  const tree = treeBuilder(limits, text, onElement);
  for (let at = 0; at < text.length; at += CHUNK) {
    tree.write(text.slice(at, at + CHUNK));
    yield;
  }
  return tree.close();
}

function treeBuilder(limits: XmlLimits, text: string, onElement: OnElement) {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let start = 0;
  const refuse = (what: string) => unsafe(`${what} (line ${parser.line})`);

  parser.on('error', (error) => {
    throw parseError(error.message, parser.line);
  });
  parser.on('doctype', () => {
    throw refuse('The document has a document type declaration, which payment messages never need');
  });
  parser.on('opentagstart', (tag) => {
    if (open.length >= limits.depth) throw refuse(`Elements are nested deeper than ${limits.depth} levels`);
    if (++elements > limits.elements) throw refuse(`The document has more than ${limits.elements} elements`);
    if (tag.name.length > limits.nameLength) throw refuse(`A name is longer than ${limits.nameLength} characters`);
    start = text.lastIndexOf('<', parser.position - 1);
  });
  let attributes = 0;
  parser.on('attribute', (attribute) => {
    if (++attributes > limits.attributes) throw refuse(`An element has more than ${limits.attributes} attributes`);
    if (attribute.value.length > limits.textLength) throw refuse(`An attribute is longer than ${limits.textLength} characters`);
  });
  parser.on('opentag', (tag) => {
    attributes = 0;
    const element: XmlElement = {
      name: tag.local,
      uri: tag.uri,
      attributes: attributesOf(tag.attributes),
      children: [],
      namespaces: declaredIn(tag.ns),
      start,
      end: start,
      text: '',
    };
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    // Indentation is no content, and a long file has much of it.
    if (!element || (element.text === '' && text.trim() === '')) return;
    if (element.text.length + text.length > limits.textLength)
      throw refuse(`An element's text is longer than ${limits.textLength} characters`);
    element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    element.end = parser.position;
    if (onElement(element, open)) open.at(-1)?.children.pop();
  });
  return {
    write: (chunk: string) => void parser.write(chunk),
    close(): XmlElement {
      parser.close();
      return root!;
    },
  };
}

function declaredIn(namespaces: Record<string, string> | undefined): Readonly<Record<string, string>> | undefined {
  for (const _ in namespaces) return { ...namespaces };
  return undefined;
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);

function attributesOf(parsed: Record<string, { local: string; prefix: string; value: string }>): Readonly<Record<string, string>> {
  let found: Record<string, string> | undefined;
  for (const key in parsed) {
    const { local, prefix, value } = parsed[key]!;
    // Only attributes without a prefix mean anything in ISO 20022; namespace declarations are settled by the parser.
    if (prefix !== '' || local === 'xmlns') continue;
    found ??= Object.create(null) as Record<string, string>;
    found[local] = value;
  }
  return found ?? NO_ATTRIBUTES;
}

function unsafe(what: string): AppError {
  return new AppError('invalid', 'iso20022.unsafe_xml', `${what}.`);
}

/** The parser's own words start with `line:column: `; an entity beyond XML's five could only come from a type declaration. */
function parseError(message: string, line: number): AppError {
  const what = message.replace(/^(undefined|[^:]*):?\d+:\d+: /, '').replace(/\.$/, '');
  if (what.startsWith('undefined entity')) return unsafe(`The document uses an entity that XML does not define (line ${line})`);
  return new AppError('invalid', 'iso20022.not_xml', `This is not well-formed XML: line ${line}: ${what.slice(0, 200)}.`);
}
