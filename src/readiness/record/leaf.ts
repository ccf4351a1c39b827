import { canonicalJson } from '../../base/canonical-json.ts';
import { textLeafHash } from '../../base/merkle.ts';
import type { ReadinessRecord, RecordBody } from './record.ts';

/** RFC 6962 leaf hash of an entry, in hex: over the canonical JSON of everything in it but the leaf. */
export function leafOfEntry({ index, at, checklist, body }: Omit<ReadinessRecord, 'leaf'>): string {
  return textLeafHash(canonicalJson({ index, at, checklist, body })).toString('hex');
}

/** A record that somebody answers for. */
export type SignedBody = Extract<RecordBody, { signature: unknown }>;

/** A record before it is signed. */
export type Unsigned<B extends SignedBody = SignedBody> = B extends SignedBody ? Omit<B, 'signature'> : never;

/**
 * What a signature is over: the checklist's name and everything in the record but the signature, as canonical JSON. The
 * purpose keeps a signature made here from being taken for one made elsewhere with the same key.
 */
export function signedContent(checklist: string, body: SignedBody | Unsigned): Uint8Array {
  const { signature: _, ...content } = body as SignedBody;
  return Buffer.from(canonicalJson({ purpose: 'rialto readiness record 1', checklist, content }));
}
