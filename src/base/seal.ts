import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secret } from './secret.ts';

/** Encrypts a secret for the database (AES-256-GCM): 12 bytes nonce, 16 bytes tag, text. Bound to `label`: what it is the secret of. */
export function seal(plain: Uint8Array, label: string, masterKey: Secret<Uint8Array>): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', masterKey.reveal(), nonce).setAAD(Buffer.from(label));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The reverse of `seal`; undefined when the master key or the label is another one. */
export function unseal(sealed: Uint8Array, label: string, masterKey: Secret<Uint8Array>): Buffer | undefined {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', masterKey.reveal(), bytes.subarray(0, 12)).setAAD(Buffer.from(label));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch {
    return undefined;
  }
}
