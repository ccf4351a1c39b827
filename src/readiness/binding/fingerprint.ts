import { hash } from 'node:crypto';

const BITS = 128;

/**
 * 128 bits that say how alike two texts are without holding either: each run of three letters sets one bit. 22 characters
 * of base64url.
 */
export function fingerprintOf(text: string): string {
  const bits = Buffer.alloc(BITS / 8);
  for (const run of runsOf(text)) {
    const at = hash('sha256', run, 'buffer')[0]! % BITS;
    bits[at >> 3]! |= 1 << (at & 7);
  }
  return bits.toString('base64url');
}

/** Runs of three letters of the words, so that order of words and punctuation do not count. */
function runsOf(text: string): Set<string> {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.flatMap((word) => Array.from({ length: word.length }, (_, at) => ` ${word} `.slice(at, at + 3))));
}

/** Share of the bits that both have, from 0 to 1; unrelated lines of a checklist come to about 0.2. */
export function likeness(one: string, other: string): number {
  const a = Buffer.from(one, 'base64url');
  const b = Buffer.from(other, 'base64url');
  let both = 0;
  let either = 0;
  for (let at = 0; at < BITS / 8; at += 1) {
    both += ones(a[at]! & b[at]!);
    either += ones(a[at]! | b[at]!);
  }
  return either === 0 ? 0 : both / either;
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
