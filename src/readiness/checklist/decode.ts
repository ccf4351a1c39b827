import type { Finding } from './checklist.ts';

/** One line of the source: its text, and where it begins in the bytes as they were given. */
type SourceLine = { text: string; byteFrom: number };

/** How many bytes the first `chars` characters of a line take in the source. */
type ByteLength = (line: SourceLine, chars: number) => number;

export type Decoded = { lines: SourceLine[]; encoding: string; byteLength: ByteLength; findings: Finding[] };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder('windows-1252');

/**
 * Bytes as lines of text. UTF-8 with or without a byte order mark, UTF-16 in both orders; a line that is no UTF-8 is read
 * as Windows-1252 (of which Latin-1 is a part), and a finding says so. Line ends are LF, CR LF or CR.
 */
export function decode(source: Uint8Array): Decoded {
  const order = utf16Order(source);
  if (order) return decodeUtf16(source, order);
  const bom = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? 3 : 0;
  const lines: SourceLine[] = [];
  const foreign: number[] = [];
  for (const { from, to } of lineRanges(source, bom)) {
    const bytes = source.subarray(from, to);
    lines.push({ text: utf8(bytes) ?? (foreign.push(lines.length + 1), windows1252.decode(bytes)), byteFrom: from });
  }
  const single = new Set(foreign.map((line) => lines[line - 1]));
  return {
    lines,
    encoding: foreign.length > 0 ? 'windows-1252' : bom ? 'utf-8 with byte order mark' : 'utf-8',
    byteLength: (line, chars) => (single.has(line) ? chars : Buffer.byteLength(line.text.slice(0, chars))),
    findings: [...foreignFinding(foreign), ...binaryFinding(source)],
  };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function* lineRanges(source: Uint8Array, start: number): Generator<{ from: number; to: number }> {
  let from = start;
  for (let at = start; at < source.length; at++) {
    if (source[at] !== 0x0a && source[at] !== 0x0d) continue;
    yield { from, to: at };
    if (source[at] === 0x0d && source[at + 1] === 0x0a) at++;
    from = at + 1;
  }
  if (from < source.length) yield { from, to: source.length };
}

function foreignFinding(foreign: readonly number[]): Finding[] {
  const [line] = foreign;
  if (line === undefined) return [];
  return [{ line, kind: 'encoding', text: `${foreign.length} lines are not UTF-8; they were read as Windows-1252 (Latin-1).` }];
}

function binaryFinding(source: Uint8Array): Finding[] {
  const at = source.subarray(0, 65_536).indexOf(0);
  return at < 0 ? [] : [{ line: 1, kind: 'binary', text: `A zero byte stands at offset ${at}: this may be no text at all.` }];
}

type Order = 'utf-16le' | 'utf-16be';

/** Whether it is UTF-16, told by the byte order mark, or by zeros in every other of the first bytes, as plain text has them. */
export function utf16Order(source: Uint8Array): Order | undefined {
  if (source[0] === 0xff && source[1] === 0xfe) return 'utf-16le';
  if (source[0] === 0xfe && source[1] === 0xff) return 'utf-16be';
  const head = source.subarray(0, 512);
  if (head.length < 8) return undefined;
  const zeros = [0, 0];
  head.forEach((byte, at) => byte === 0 && zeros[at % 2]!++);
  const many = head.length * 0.35;
  if (zeros[1]! > many && zeros[0] === 0) return 'utf-16le';
  return zeros[0]! > many && zeros[1] === 0 ? 'utf-16be' : undefined;
}

function decodeUtf16(source: Uint8Array, order: Order): Decoded {
  const marked = source[0] === (order === 'utf-16le' ? 0xff : 0xfe) && source[1] === (order === 'utf-16le' ? 0xfe : 0xff);
  const start = marked ? 2 : 0;
  const text = new TextDecoder(order, { ignoreBOM: true }).decode(source.subarray(start));
  const lines: SourceLine[] = [];
  let from = 0;
  for (const line of text.split(/\r\n|[\r\n]/)) {
    lines.push({ text: line, byteFrom: start + from * 2 });
    from += line.length;
    from += text[from] === '\r' && text[from + 1] === '\n' ? 2 : 1;
  }
  if (lines.at(-1)?.text === '') lines.pop();
  const findings = [{ line: 1, kind: 'encoding', text: `The file is ${order.toUpperCase()}, not UTF-8.` }];
  return { lines, encoding: order, byteLength: (_line, chars) => chars * 2, findings };
}
