import { hash } from 'node:crypto';
import type { Uuid } from './id.ts';

/**
 * The id that belongs to a name: same namespace and parts, same id, so a repeated act makes the same rows. A UUID of
 * version 8 (RFC 9562 §5.8) from SHA-256; the parts are kept apart, so `('a', 'bc')` and `('ab', 'c')` differ.
 */
export function derivedId(namespace: Uuid, ...parts: readonly string[]): Uuid {
  const hex = hash('sha256', JSON.stringify([namespace, ...parts]), 'hex');
  const variant = (8 + (parseInt(hex[16]!, 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
