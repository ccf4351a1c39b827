import { AppError } from '../../base/error.ts';

const notXml = (what: string) => new AppError('invalid', 'iso20022.not_xml', what);

const DECLARATION = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

/** Names of encodings that are read, in lower case. */
const READERS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'utf-8': utf8,
  utf8,
  'us-ascii': ascii,
  ascii,
  'iso-8859-1': (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
};

/**
 * The text of an XML document: UTF-8 (with or without a byte order mark), UTF-16 with a byte order mark or recognisable
 * by its first characters, US-ASCII and ISO 8859-1 by declaration.
 *
 * Errors: `iso20022.not_xml` for an empty document, another encoding (named), and bytes that the encoding does not have.
 */
export function decodeXml(bytes: Uint8Array): string {
  if (bytes.length === 0) throw notXml('The document is empty.');
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return utf16('utf-16le', bytes.subarray(2));
  if (first === 0xfe && second === 0xff) return utf16('utf-16be', bytes.subarray(2));
  if (first === 0x3c && second === 0) return utf16('utf-16le', bytes);
  if (first === 0 && second === 0x3c) return utf16('utf-16be', bytes);
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return utf8(bytes.subarray(3));
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 300)).toString('latin1');
  const declared = DECLARATION.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  const read = READERS[declared];
  if (!read) throw notXml(`The document declares the encoding ${declared}, which is not read here; send UTF-8.`);
  return read(bytes);
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
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
