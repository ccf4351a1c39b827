import type { OnElement, XmlElement, XmlLimits } from './xml.ts';

/**
 * Reads the XML that banks nearly always write, several times as fast as the full parser: elements, plain attributes, text with
 * XML's own entities and character references, comments. Whatever else there is (CDATA, processing instructions, document
 * types, names beyond ASCII, version 1.1) or is wrong, it declines, and the full parser reads the document from its beginning:
 * so this never has to say what is wrong, and what both read, they read alike.
 */

/** Thrown inside to give up; one for all, since nobody looks at where it came from. */
const DECLINED = new Error('declined');

function decline(): never {
  throw DECLINED;
}

// oxlint-disable-next-line no-control-regex -- what XML 1.0 does not allow
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
/** Surrogates have to come in pairs; `isWellFormed` tells. */
const DECLARATION =
  /^<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?/y;
const ATTRIBUTE = /[ \t\r\n]+([A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const BLANK = /^[ \t\r\n]*$/;

/** Namespaces in force, each linked to those around. */
type Scope = { prefix: string; uri: string; up: Scope | undefined };
/** An open element: its name as written, by which its end is known, and the scope around it. */
type Open = { qualified: string; scope: Scope | undefined };

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);
const XMLNS = 'xmlns';

/** Small enough that reading one takes a few milliseconds. */
const TURN = 1 << 16;

/**
 * The root of a document's tree, as the full parser would read it; undefined when it declines. `onElement` may have been called
 * by then. Pauses now and then, so that the caller may let others work.
 */
export function* readPlainXml(text: string, limits: XmlLimits, onElement: OnElement): Generator<void, XmlElement | undefined> {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) return undefined;
  const reader = new PlainReader(text, limits, onElement);
  try {
    for (let turn = TURN; reader.read(turn); turn += TURN) yield;
    return reader.root;
  } catch (error) {
    if (error === DECLINED) return undefined;
    throw error;
  }
}

class PlainReader {
  root: XmlElement | undefined;
  readonly #text: string;
  readonly #limits: XmlLimits;
  readonly #onElement: OnElement;
  readonly #open: XmlElement[] = [];
  readonly #names: Open[] = [];
  #scope: Scope | undefined;
  #elements = 0;
  #at: number;

  constructor(text: string, limits: XmlLimits, onElement: OnElement) {
    this.#text = text;
    this.#limits = limits;
    this.#onElement = onElement;
    this.#at = DECLARATION.exec(text)?.[0].length ?? 0;
  }

  /** Reads up to a place or a little further; false when all is read. */
  read(until: number): boolean {
    const text = this.#text;
    while (this.#at < until) {
      const next = text.indexOf('<', this.#at);
      this.#characters(this.#at, next < 0 ? text.length : next);
      if (next < 0) {
        if (!this.root || this.#open.length > 0) decline();
        return false;
      }
      const code = text.charCodeAt(next + 1);
      if (code === 0x2f) this.#end(next);
      else if (code === 0x21) this.#comment(next);
      else this.#start(next);
    }
    return true;
  }

  #characters(from: number, to: number): void {
    if (from === to) return;
    const element = this.#open.at(-1);
    const raw = this.#text.slice(from, to);
    if (!element) return BLANK.test(raw) ? undefined : decline();
    if (raw.includes(']]>')) decline();
    const text = plain(raw);
    // Indentation is no content, and a long file has much of it.
    if (element.text === '' && text.trim() === '') return;
    if (element.text.length + text.length > this.#limits.textLength) decline();
    element.text += text;
  }

  #comment(at: number): void {
    if (!this.#text.startsWith('<!--', at)) decline();
    const end = this.#text.indexOf('--', at + 4);
    if (end < 0 || this.#text.charCodeAt(end + 2) !== 0x3e) decline();
    this.#at = end + 3;
  }

  #end(at: number): void {
    const names = this.#names.pop() ?? decline();
    const { qualified } = names;
    let end = at + 2 + qualified.length;
    if (!this.#text.startsWith(qualified, at + 2)) decline();
    while (isBlank(this.#text.charCodeAt(end))) end++;
    if (this.#text.charCodeAt(end) !== 0x3e) decline();
    this.#close(names, end + 1);
  }

  #close({ scope }: Open, end: number): void {
    const element = this.#open.pop()!;
    element.end = end;
    this.#scope = scope;
    this.#at = end;
    if (this.#onElement(element, this.#open)) this.#open.at(-1)?.children.pop();
  }

  #start(at: number): void {
    const { limits, text, outer } = { limits: this.#limits, text: this.#text, outer: this.#scope };
    if (this.#open.length >= limits.depth || ++this.#elements > limits.elements || (this.root && this.#open.length === 0)) decline();
    NAME.lastIndex = at + 1;
    const qualified = NAME.exec(text)?.[0] ?? decline();
    if (qualified.length > limits.nameLength) decline();
    let end = NAME.lastIndex;
    let attributes = NO_ATTRIBUTES;
    let namespaces: Record<string, string> | undefined;
    // Most elements have none.
    if (text.charCodeAt(end) !== 0x3e && text.charCodeAt(end) !== 0x2f) {
      const read = this.#attributes(end);
      ({ end, namespaces } = read);
      attributes = read.attributes;
    }
    while (isBlank(text.charCodeAt(end))) end++;
    const isEmpty = text.charCodeAt(end) === 0x2f;
    if (isEmpty) end++;
    if (text.charCodeAt(end) !== 0x3e) decline();
    const colon = qualified.indexOf(':');
    const uri = this.#uriOf(colon < 0 ? '' : qualified.slice(0, colon));
    const name = colon < 0 ? qualified : qualified.slice(colon + 1);
    const element: XmlElement = { name, uri, attributes, children: [], namespaces, start: at, end: at, text: '' };
    this.root ??= element;
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
    if (isEmpty) return this.#close({ qualified, scope: outer }, end + 1);
    this.#names.push({ qualified, scope: outer });
    this.#at = end + 1;
  }

  #attributes(from: number) {
    const text = this.#text;
    const seen: string[] = [];
    const prefixes: string[] = [];
    let found: Record<string, string> | undefined;
    let namespaces: Record<string, string> | undefined;
    let end = from;
    for (;;) {
      ATTRIBUTE.lastIndex = end;
      const match = ATTRIBUTE.exec(text);
      if (!match) break;
      end = ATTRIBUTE.lastIndex;
      const [, name, double, single] = match as unknown as [string, string, string?, string?];
      const raw = double ?? single ?? '';
      if (seen.push(name) > this.#limits.attributes || seen.indexOf(name) < seen.length - 1) decline();
      if (name.length > this.#limits.nameLength || raw.length > this.#limits.textLength || /[\t\r\n]/.test(raw)) decline();
      if (name === XMLNS || name.startsWith('xmlns:')) namespaces = this.#declare(namespaces, name, raw);
      else if (name.includes(':')) {
        // Counted and passed over, as attributes of other namespaces mean nothing here; but their prefix has to be known.
        prefixes.push(name.slice(0, name.indexOf(':')));
      } else (found ??= Object.create(null) as Record<string, string>)[name] = plain(raw);
    }
    // Looked up when all declarations of the element are known.
    for (const prefix of prefixes) this.#uriOf(prefix);
    return { end, attributes: found ?? NO_ATTRIBUTES, namespaces };
  }

  #declare(before: Record<string, string> | undefined, name: string, uri: string): Record<string, string> {
    const prefix = name === XMLNS ? '' : name.slice(6);
    // What is reserved, undeclared or written in an unusual way is for the full parser.
    if (prefix === 'xml' || prefix === XMLNS || (prefix !== '' && uri === '') || /[&\s]/.test(uri) || uri.includes('w3.org/')) decline();
    this.#scope = { prefix, uri, up: this.#scope };
    return Object.assign(before ?? {}, { [prefix]: uri });
  }

  #uriOf(prefix: string): string {
    for (let scope = this.#scope; scope; scope = scope.up) if (scope.prefix === prefix) return scope.uri;
    return prefix === '' ? '' : decline();
  }
}

const isBlank = (code: number) => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/** Text with its line ends and references resolved. */
function plain(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  if (!text.includes('&')) return text;
  if (text.replace(REFERENCE, '').includes('&')) decline();
  return text.replace(REFERENCE, (_, entity?: string, decimal?: string, hex?: string) => {
    if (entity !== undefined) return ENTITIES[entity]!;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex!, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || FORBIDDEN.test(String.fromCodePoint(code))) decline();
    return String.fromCodePoint(code);
  });
}
