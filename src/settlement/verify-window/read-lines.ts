import { createHash } from 'node:crypto';
import { MalformedLine } from './form.ts';

/** Longer than any line of the format. */
const MOST_BYTES = 1 << 20;
const NEWLINE = 10;

/** A line with what stood before it: how many lines, and SHA-256 of their bytes. */
export type NumberedLine = { text: string; before: number; sha256Before(): string };

/** Cuts bytes into lines as they come, so that a file of any size can be read. Throws `MalformedLine`. */
export async function* readLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const running = createHash('sha256');
  let count = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let bytes: Buffer = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      if (end > MOST_BYTES) throw tooLong();
      const text = decode(decoder, bytes.subarray(0, end));
      yield { text, before: count, sha256Before: () => running.copy().digest('hex') };
      running.update(bytes.subarray(0, end + 1));
      count++;
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > MOST_BYTES) throw tooLong();
    rest = bytes;
  }
  if (rest.length > 0) throw new MalformedLine('is cut off: a line feed is missing');
}

function tooLong(): MalformedLine {
  return new MalformedLine(`is longer than ${MOST_BYTES} bytes`);
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedLine('is not UTF-8');
  }
}
