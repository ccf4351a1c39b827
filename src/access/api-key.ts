import { createHash, timingSafeEqual } from 'node:crypto';
import type { Millis } from '../base/time.ts';
import { randomText } from './random-text.ts';

/** A key as it is shown once: `rlt_`, twelve characters to find it by, and a secret that nobody keeps in clear (`key-seal.ts`). */
const SHAPE = /^rlt_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})$/;

/** What of a key is needed to decide whether it opens the door. */
export type KeyState = {
  hash: Buffer;
  previousHash?: Buffer | undefined;
  overlapUntil?: Millis | undefined;
  expiresAt?: Millis | undefined;
  revokedAt?: Millis | undefined;
};

export const newKeyPrefix = (): string => randomText(12);

/** The prefix of a whole key, undefined when the text cannot be one. */
export const prefixOf = (key: string): string | undefined => SHAPE.exec(key)?.[1];

/** SHA-256 of a token or key. Enough for 200 random bits; passwords need `hashPassword`. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Whether a presented key opens the door now, and if not, why; tells expiry and revocation only to who holds the secret. */
export function judgeKey(state: KeyState, presented: Buffer, now: Millis): 'ok' | 'unknown' | 'expired' | 'revoked' {
  const isCurrent = timingSafeEqual(state.hash, presented);
  const isPrevious = state.previousHash !== undefined && timingSafeEqual(state.previousHash, presented);
  if (!isCurrent && !isPrevious) return 'unknown';
  if (state.revokedAt !== undefined) return 'revoked';
  if (state.expiresAt !== undefined && state.expiresAt <= now) return 'expired';
  if (isCurrent) return 'ok';
  return (state.overlapUntil ?? 0) > now ? 'ok' : 'expired';
}

/** Until when the answer `ok` for this secret may be remembered, at most. */
export function keyGoodUntil(state: KeyState, presented: Buffer): Millis {
  const overlap = timingSafeEqual(state.hash, presented) ? Infinity : (state.overlapUntil ?? 0);
  return Math.min(state.expiresAt ?? Infinity, overlap);
}
