import { StringDecoder } from 'node:string_decoder';
import { setImmediate as breath } from 'node:timers/promises';
import { secretsWithin, type Secret } from './tracked-secrets.ts';

/** A text is looked through in pieces of this size, and others have their turn in between. */
const PIECE = 256 << 10;
/** Nothing that is known as a credential is longer; what begins so near the end of a piece is left to the next one. */
const OVERLAP = 16 << 10;

/** Takes a text piece by piece and says what looks like a credential in it, by line of the whole. */
function secretSearch(): (piece: string, last: boolean) => Secret[] {
  let rest = '';
  let line = 1;
  return (piece, last) => {
    const text = rest + piece;
    const end = last ? text.length : cutOf(text);
    const found = secretsWithin(text, end);
    const before = line;
    line += newlines(text, end);
    rest = text.slice(end);
    return found.map((secret) => ({ ...secret, line: secret.line + before - 1 }));
  };
}

/** Where a text can be cut: behind a line, where the last ones are not too long. */
function cutOf(text: string): number {
  const latest = Math.max(0, text.length - OVERLAP);
  const behind = text.lastIndexOf('\n', latest) + 1;
  return behind > latest - OVERLAP ? behind : latest;
}

function newlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Looks through a text without keeping everything else waiting. Ends when the signal says so. */
export async function searchText(text: string, signal: AbortSignal): Promise<Secret[]> {
  const search = secretSearch();
  const found: Secret[] = [];
  for (let from = 0; from === 0 || from < text.length; from += PIECE) {
    signal.throwIfAborted();
    for (const secret of search(text.slice(from, from + PIECE), from + PIECE >= text.length)) found.push(secret);
    await breath();
  }
  return found;
}

/**
 * Looks through the bytes of a file, whatever it holds: text in UTF-8, and in UTF-16 or between other bytes what is left of
 * it without zeros.
 */
export async function searchBytes(chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Secret[]> {
  const search = secretSearch();
  const decoder = new StringDecoder('utf8');
  const found: Secret[] = [];
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const text = chunk.includes(0) ? chunk.toString('latin1').replaceAll('\0', '') : decoder.write(chunk);
    for (const secret of search(text, false)) found.push(secret);
    await breath();
  }
  return [...found, ...search(decoder.end(), true)];
}
