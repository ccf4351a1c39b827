import { toWireId, type Uuid } from '../../base/id.ts';
import { textLeafHash } from '../../base/merkle.ts';

/** What one participant owes another by one payment. `id` is the payment's. */
export type Obligation = { id: Uuid; debtor: Uuid; creditor: Uuid; asset: string; units: bigint };

/** The content that is hashed: canonical JSON (RFC 8785) with the ids as participants see them, so that any of them can check it. */
export function leafText({ id, debtor, creditor, asset, units }: Obligation): string {
  // The keys stand in their canonical order and no value has anything to escape.
  return `{"asset":"${asset}","creditor":"${toWireId('mem', creditor)}","debtor":"${toWireId('mem', debtor)}","id":"${toWireId('pay', id)}","units":"${units}"}`;
}

/** Leaf hash (RFC 6962) of an obligation, made once when the payment is taken: 32 bytes. */
export function leafOf(obligation: Obligation): Buffer {
  return textLeafHash(leafText(obligation));
}
