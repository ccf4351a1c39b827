import { canonicalJson } from '../../base/canonical-json.ts';
import { textLeafHash } from '../../base/merkle.ts';
import type { AuditRow } from '../store/audit.ts';

/**
 * The Merkle leaf of an audit row: the hash of the canonical JSON (RFC 8785) of all that the row says, in this order.
 * Its place is not in it: the place is where the leaf stands in the tree. Where a row has several subjects the list of them
 * comes behind the rest: a text of twelve members, which no row with one subject can be.
 */
export function leafOf(row: AuditRow): Uint8Array {
  const { tenantId, id, at, actorKind, actorId, actorName, action, subject, requestId, outcome, detail, subjects } = row;
  const said = [tenantId, id, at, actorKind, actorId, actorName, action, subject, requestId, outcome, detail];
  return textLeafHash(canonicalJson(subjects === null ? said : [...said, subjects]));
}
