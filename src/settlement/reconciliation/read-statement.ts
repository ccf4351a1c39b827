import { setImmediate } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import { AppError } from '../../base/error.ts';
import type { Family } from '../iso20022/catalogue.ts';
import { messageOf } from '../iso20022/envelope.ts';
import { ENTRY, STATEMENT, STATEMENT_HEADER, type StatementReading } from '../iso20022/messages/statements.ts';
import type { Refusal } from '../iso20022/reason.ts';
import type { Kind, Of } from '../iso20022/shape.ts';
import type { XmlElement } from '../iso20022/xml.ts';

export type EntryReading = Of<typeof ENTRY>;
export type HeaderReading = Partial<Of<typeof STATEMENT_HEADER>>;
export type StatementFamily = Extract<Family, 'camt.052' | 'camt.053' | 'camt.054'>;

/** A statement piece by piece: what stands before its entries, each entry, its end. */
export type StatementPiece =
  | { kind: 'opens'; family: StatementFamily; header: HeaderReading; statement: StatementReading }
  | { kind: 'entry'; entry: EntryReading }
  | { kind: 'closes' };

const ROOTS: Readonly<Record<string, { family: StatementFamily; group: string }>> = {
  BkToCstmrAcctRpt: { family: 'camt.052', group: 'Rpt' },
  BkToCstmrStmt: { family: 'camt.053', group: 'Stmt' },
  BkToCstmrDbtCdtNtfctn: { family: 'camt.054', group: 'Ntfctn' },
};

/** Wide of what any entry needs. */
const LIMITS = { depth: 64, attributes: 32, textLength: 100_000, children: 20_000 };

const malformed = (what: string): AppError =>
  new AppError('invalid', 'settlement.statement_malformed', `The statement cannot be taken: ${what}.`);

/**
 * Reads a camt.052, camt.053 or camt.054 of any length in the memory of one entry, from its beginning whenever it is gone through. An entry whose amount, direction, status or days cannot be
 * read refuses the whole, since money may be lost with it; what else is wrong in it (a name, a reference) is left out.
 *
 * Errors: `settlement.statement_malformed`; `settlement.statement_unsupported` when it is no such message.
 */
export function readStatement(source: Bytes | (() => Bytes), charset?: string): AsyncIterable<StatementPiece> {
  return { [Symbol.asyncIterator]: () => piecesOf(typeof source === 'function' ? source() : source, charset) };
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function* piecesOf(source: Bytes, charset: string | undefined): AsyncGenerator<StatementPiece> {
  const pieces: StatementPiece[] = [];
  const tree = statementTree(pieces);
  const decode = decoder(charset);
  let isEmpty = true;
  for await (const bytes of source) {
    if (bytes.length === 0) continue;
    isEmpty = false;
    for (let at = 0; at < bytes.length; at += CHUNK) {
      tree.write(decode(bytes.subarray(at, at + CHUNK)));
      yield* pieces.splice(0);
      // Others may work while a long statement is read.
      await setImmediate();
    }
  }
  if (isEmpty) throw malformed('it is empty');
  tree.write(decode(new Uint8Array(), true));
  tree.close();
  yield* pieces.splice(0);
}

/** Small enough that little is held of what was read ahead. */
const CHUNK = 1 << 15;

/** Encodings that may be declared or come beside the document, as the decoder calls them. ISO 8859-1 is read as the web reads it. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'windows-1252',
  'iso-8859-2': 'iso-8859-2',
  'iso-8859-15': 'iso-8859-15',
  'windows-1250': 'windows-1250',
  'windows-1252': 'windows-1252',
};

/** Enough to hold the declaration of the encoding. */
const HEAD = 200;

function decoder(charset: string | undefined): (bytes: Uint8Array, isLast?: boolean) => string {
  let text: TextDecoder | undefined;
  let head = Buffer.alloc(0);
  return (bytes, isLast = false) => {
    if (!text) {
      head = Buffer.concat([head, bytes]);
      if (head.length < HEAD && !isLast) return '';
      text = decoderFor(head, charset);
      bytes = head;
    }
    try {
      return text.decode(bytes, { stream: !isLast });
    } catch {
      throw malformed('it has bytes that its encoding does not have');
    }
  };
}

/** A byte order mark tells, else what came beside the document, else its declaration (RFC 7303). */
function decoderFor(start: Uint8Array, charset: string | undefined): TextDecoder {
  const [first, second, third] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return new TextDecoder('utf-16le', { fatal: true });
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return new TextDecoder('utf-16be', { fatal: true });
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder('utf-8', { fatal: true });
  const head = Buffer.from(start.subarray(0, 200)).toString('latin1');
  const declared = /^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1] ?? 'utf-8';
  const name = (charset ?? declared).toLowerCase();
  const label = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name]! : undefined;
  if (!label) throw malformed(`it is in the encoding ${name.slice(0, 40)}; send UTF-8`);
  return new TextDecoder(label, { fatal: true });
}

type Open = XmlElement & { text: string };

function statementTree(pieces: StatementPiece[]) {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Open[] = [];
  let header: HeaderReading = {};
  let found: (typeof ROOTS)[string] | undefined;
  let lacks: string | undefined;
  let isOpen = false;
  let entries = 0;
  let attributes = 0;

  const root = (): Open | undefined => open.find(({ name, uri }) => name in ROOTS && messageOf(uri) !== undefined);
  const begin = (element: Open) => {
    if (isOpen) return;
    isOpen = true;
    entries = 0;
    pieces.push({
      kind: 'opens',
      family: found!.family,
      header,
      statement: readPart(STATEMENT, element, 'the head of a statement', /^(Bal|Acct|Id)\b/),
    });
  };
  parser.on('error', (error) => {
    throw malformed(`it is not well-formed XML (${error.message.replace(/^[^:]*:\d*:?\d*:? ?/, '').slice(0, 120)})`);
  });
  parser.on('doctype', () => {
    throw malformed('it has a document type declaration');
  });
  parser.on('attribute', ({ value }) => {
    if (++attributes > LIMITS.attributes || value.length > LIMITS.textLength)
      throw malformed('an element has more attributes than any needs');
  });
  parser.on('opentag', (tag) => {
    attributes = 0;
    if (open.length >= LIMITS.depth) throw malformed('its elements are nested too deep');
    const ccy = tag.attributes['Ccy'];
    const element: Open = {
      name: tag.local,
      uri: tag.uri,
      attributes: ccy === undefined ? {} : { Ccy: ccy.value },
      line: 0,
      children: [],
      start: 0,
      end: 0,
      text: '',
    };
    const parent = open.at(-1);
    if (parent && parent.children.length >= LIMITS.children) throw malformed('an element holds more than any needs');
    parent?.children.push(element);
    open.push(element);
    if (!found && root() === element) {
      found = ROOTS[element.name]!;
      lacks = `its ${element.name} has no ${found.group}`;
    }
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (!element || (element.text === '' && text.trim() === '')) return;
    if (element.text.length + text.length > LIMITS.textLength) throw malformed('a text is longer than any needs');
    element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    const parent = open.at(-1);
    const within = root();
    if (!within || !parent || !found) return;
    if (parent === within && element.name === 'GrpHdr') header = readPart(STATEMENT_HEADER, within, 'the header', /^$/);
    else if (element.name === 'Ntry' && parent.name === found.group && open.at(-2) === within) {
      parent.children.pop();
      begin(parent);
      entries++;
      pieces.push({ kind: 'entry', entry: readPart(ENTRY, element, `entry ${entries}`, MONEY) });
    } else if (element.name === found.group && parent === within) {
      begin(element);
      isOpen = false;
      lacks = undefined;
      pieces.push({ kind: 'closes' });
      parent.children.pop();
    }
  });
  return {
    write: (text: string) => void parser.write(text),
    close() {
      parser.close();
      if (!found) throw new AppError('invalid', 'settlement.statement_unsupported', 'Read here are camt.052, camt.053 and camt.054.');
      if (lacks !== undefined) throw malformed(lacks);
    },
  };
}

/** What of an entry has to be right. */
const MONEY = /^(Amt|CdtDbtInd|Sts|RvslInd|BookgDt|ValDt)\b|^NtryDtls.*\/(Amt|CdtDbtInd)$/;

/** A part as far as it can be read; refused when something essential of it cannot be. */
function readPart<T>(kind: Kind<T>, element: XmlElement, what: string, essential: RegExp): T {
  const refusals: Refusal[] = [];
  const value = kind.read({ refusals, codes: {} }, { element, label: '' });
  const wrong = refusals.find(({ path }) => essential.test(path.replace(/^\//, '').replace(/\[\d+\]/g, '')));
  if (wrong) throw malformed(`${what}: ${wrong.text} (${wrong.code} at ${wrong.path.replace(/^\//, '')})`);
  return value!;
}
