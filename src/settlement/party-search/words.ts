import { hash } from 'node:crypto';
import { plainWordsOf } from '../screening/normalise.ts';

/** The words by which a name is found: every script in Latin letters, lower case, each once. */
export function searchWords(name: string): string[] {
  return [...new Set(plainWordsOf(name))];
}

/** What names that read the same share: a hash of their words in any order. */
export function searchKey(words: readonly string[]): bigint {
  return hash('sha256', words.toSorted().join(' '), 'buffer').readBigInt64BE(0);
}

/** Behind every word that begins so. Words are of a-z and 0-9 only, and `~` comes after them all. */
export function endOfPrefix(prefix: string): string {
  return `${prefix}~`;
}
