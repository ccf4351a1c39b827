import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import type { Millis } from '../base/time.ts';

const HOUR = 3_600_000;

/** A new key is made so often. */
export const ROTATE_MS = 30 * 24 * HOUR;
/** A new key is published so long before it signs, so that whoever caches the key set has met it by then. */
export const ANNOUNCE_MS = HOUR;
/** A key still verifies so long after its successor has begun to sign: longer than any token lives. */
const KEEP_MS = HOUR;

/** When a key signs; one signs from `activeFrom` until its successor does. */
export type KeyTime = { kid: string; activeFrom: Millis };

/** The key that signs now: the newest that is active. Undefined when there is none. */
export function signerOf<K extends KeyTime>(keys: readonly K[], now: Millis): K | undefined {
  return keys
    .filter((key) => key.activeFrom <= now)
    .reduce<K | undefined>((best, key) => (best && best.activeFrom >= key.activeFrom ? best : key), undefined);
}

/** Those that nobody needs any more: their successor has signed for longer than a token lives. */
export function retired<K extends KeyTime>(keys: readonly K[], now: Millis): K[] {
  return keys.filter((key) => keys.some((other) => other.activeFrom > key.activeFrom && other.activeFrom + KEEP_MS <= now));
}

/** When the next key should begin to sign, undefined when none is due: at once if there is no key. */
export function nextActivation(keys: readonly KeyTime[], now: Millis): Millis | undefined {
  if (!signerOf(keys, now)) return now;
  const newest = Math.max(...keys.map((key) => key.activeFrom));
  return now - newest >= ROTATE_MS - ANNOUNCE_MS ? now + ANNOUNCE_MS : undefined;
}

/** Encrypts a private key for the database (AES-256-GCM): 12 bytes nonce, 16 bytes tag, text. Bound to its `kid`. */
export function seal(plain: Uint8Array, kid: string, masterKey: Secret<Uint8Array>): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', masterKey.reveal(), nonce).setAAD(Buffer.from(kid));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The reverse of `seal`; undefined when the master key or the `kid` is another one. */
export function unseal(sealed: Uint8Array, kid: string, masterKey: Secret<Uint8Array>): Buffer | undefined {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', masterKey.reveal(), bytes.subarray(0, 12)).setAAD(Buffer.from(kid));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}
