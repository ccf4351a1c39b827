import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import { prefixOf } from './api-key.ts';
import { randomText, textOf } from './random-text.ts';

/** Of the 43 characters of a secret: 202 random bits, and a seal that a guess fits once in 2^53. */
const RANDOM = 34;
const SEAL = 9;

/** API keys of one deployment. */
export type KeySeals = {
  /** A whole key with the given prefix and a new secret. */
  make(prefix: string): string;
  /**
   * Whether a key was made here, found out without the database, so that it is looked at though others at its address try
   * made-up ones. Whether it opens anything is not told by it.
   */
  isOurs(key: string): boolean;
};

/** Seals with a key that comes out of the master key. Keys without a seal (older ones, another master key) are keys all the same. */
export function keySeals(masterKey: Secret<Uint8Array>): KeySeals {
  const sealKey = Buffer.from(hkdfSync('sha256', masterKey.reveal(), '', 'rialto.api-key.v1', 32));
  const sealed = (text: string): string => `${text}${textOf(createHmac('sha256', sealKey).update(text).digest(), SEAL)}`;
  return {
    make: (prefix) => sealed(`rlt_${prefix}_${randomText(RANDOM)}`),
    isOurs: (key) => prefixOf(key) !== undefined && timingSafeEqual(Buffer.from(key), Buffer.from(sealed(key.slice(0, -SEAL)))),
  };
}
