import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Secret } from '../../base/secret.ts';
import type { Head, HeadNotes, Heads } from './port.ts';

/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The key that signs heads, made out of the master key (HKDF, RFC 5869): nothing of it lies in the database, where it
 * could be exchanged or removed together with what it signed.
 */
export function headKey(masterKey: Secret<Uint8Array>): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', masterKey.reveal(), '', 'rialto.heads.v1', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** The text that a signature is over. */
function statementOf({ log, tenantId, number, size, root, at }: Head): Buffer {
  return Buffer.from(`rialto.head.v1\n${log}\n${tenantId}\n${number}\n${size}\n${Buffer.from(root).toString('hex')}\n${at}\n`);
}

/** Signs with the key of this master key, and knows its own signatures and those of `earlier` keys. */
export function createHeads(options: { masterKey: Secret<Uint8Array>; notes: HeadNotes; earlier?: readonly KeyObject[] }): Heads {
  const key = headKey(options.masterKey);
  const known = [createPublicKey(key), ...(options.earlier ?? [])];
  return {
    read: (log, tenantId) => options.notes.read(log, tenantId),
    write: (log, tenantId, noted) => options.notes.write(log, tenantId, noted),
    sign: (head) => sign(null, statementOf(head), key),
    isOurs: (head, signature) => known.some((one) => verify(null, statementOf(head), one, signature)),
  };
}
