import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { ListEntry } from './entry.ts';

/** Bytes of a hash: among a million entries two differ by chance in all but one of ten billion million cases. */
const HASH_BYTES = 8;

/** All that a list says of an entry, in eight bytes: by them a later version tells which entries it adds or changes. */
export function entryHash(entry: ListEntry): Buffer {
  return hash('sha256', canonicalJson(entry), 'buffer').subarray(0, HASH_BYTES);
}

/** Entries that a version had, to be asked for one. */
export class EntryHashes {
  private readonly known = new Set<bigint>();

  constructor(hashes: Uint8Array) {
    const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
    for (let at = 0; at + HASH_BYTES <= bytes.length; at += HASH_BYTES) this.known.add(bytes.readBigUInt64BE(at));
  }

  has(entry: ListEntry): boolean {
    return this.known.has(entryHash(entry).readBigUInt64BE(0));
  }
}
