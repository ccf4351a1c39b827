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
