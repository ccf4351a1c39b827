import { AppError } from '../../base/error.ts';

const notXml = (what: string) => new AppError('invalid', 'iso20022.not_xml', what);

const DECLARATION = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

type Read = (bytes: Uint8Array) => string;

const latin1: Read = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
const latin9 = singleByte('ISO-8859-15');
const latin2 = singleByte('ISO-8859-2');
const windows1250 = singleByte('windows-1250');
const windows1252 = singleByte('windows-1252');

/** Names of encodings that are read, in lower case. */
const READERS: Readonly<Record<string, Read>> = {
  'utf-8': utf8,
  utf8,
  'us-ascii': ascii,
  ascii,
  'iso-8859-1': latin1,
  'iso_8859-1': latin1,
  latin1,
  'iso-8859-2': latin2,
  'iso_8859-2': latin2,
  latin2,
  'iso-8859-15': latin9,
  'iso_8859-15': latin9,
  'latin-9': latin9,
  'windows-1250': windows1250,
  cp1250: windows1250,
  'windows-1252': windows1252,
  cp1252: windows1252,
};

/** As a charset parameter may say it besides. A byte order mark is gone by then; without one the bytes tell, and else the big end is first. */
const UTF16: Readonly<Record<string, Read>> = {
  'utf-16': (bytes) => utf16(bytes[0] !== 0 && bytes[1] === 0 ? 'utf-16le' : 'utf-16be', bytes),
  'utf-16le': (bytes) => utf16('utf-16le', bytes),
  'utf-16be': (bytes) => utf16('utf-16be', bytes),
};

/**
 * The text of an XML document. What its bytes are is told, by RFC 7303, first by a byte order mark (UTF-8, UTF-16), then by the
 * `charset` that came beside it (the parameter of Content-Type), then by its own declaration; UTF-16 is known by its first characters
 * too, and whatever tells nothing is UTF-8.
 *
 * Errors: `iso20022.not_xml` for an empty document, another encoding (named), and bytes that the encoding does not have.
 */
export function decodeXml(bytes: Uint8Array, charset?: string): string {
  if (bytes.length === 0) throw notXml('The document is empty.');
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return utf16('utf-16le', bytes.subarray(2));
  if (first === 0xfe && second === 0xff) return utf16('utf-16be', bytes.subarray(2));
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return utf8(bytes.subarray(3));
  if (charset !== undefined) return readerOf(charset, { ...READERS, ...UTF16 }, 'Content-Type says')(bytes);
  if (first === 0x3c && second === 0) return utf16('utf-16le', bytes);
  if (first === 0 && second === 0x3c) return utf16('utf-16be', bytes);
  const head = latin1(bytes.subarray(0, 300));
  return readerOf(DECLARATION.exec(head)?.[1] ?? 'utf-8', READERS, 'The document declares')(bytes);
}

function readerOf(name: string, readers: Readonly<Record<string, Read>>, says: string): Read {
  const lower = name.toLowerCase();
  if (Object.hasOwn(readers, lower)) return readers[lower]!;
  throw notXml(`${says} the encoding ${lower.slice(0, 40)}, which is not read here; send UTF-8.`);
}

/** An encoding of one byte for each character. Bytes that it does not have would be read as control characters, which no bank writes. */
function singleByte(name: string): Read {
  return (bytes) => {
    const text = new TextDecoder(name, { fatal: true }).decode(bytes);
    if (/[\u0080-\u009f]/.test(text)) throw notXml(`The document is not ${name}: it has bytes that ${name} does not have.`);
    return text;
  };
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The decoder does not say where, so find the first replacement it would have made.
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const line = lenient.slice(0, lenient.indexOf('\uFFFD')).split('\n').length;
    throw notXml(`The document is not UTF-8: line ${line} has bytes that UTF-8 does not allow.`);
  }
}

function utf16(label: 'utf-16le' | 'utf-16be', bytes: Uint8Array): string {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notXml(`The document is not ${label.toUpperCase()}, though it starts as if it were.`);
  }
}

function ascii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 0x7f)) throw notXml('The document declares US-ASCII but has bytes beyond it.');
  return latin1(bytes);
}
