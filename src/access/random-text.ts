import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FAIR = 256 - (256 % ALPHABET.length);

/** Letters and digits of equal likelihood, 5.95 bits each: 22 are more than 128 bits, 43 are 256. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < FAIR && text.length < length) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** The first letters and digits of bytes that are as good as random, such as a keyed hash of them; some 5.95 bits each. */
export function textOf(bytes: Uint8Array, length: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; text.length < length; number /= BASE) text += ALPHABET[Number(number % BASE)];
  return text;
}

const BASE = BigInt(ALPHABET.length);
