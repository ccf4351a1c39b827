import { toWireId } from '../../base/id.ts';
import { textLeafHash } from '../../base/merkle.ts';
import type { Transfer } from '../transfer.ts';

/** What of a transfer is in its leaf: all but the sums it left, which follow from the others. */
export type LeafFacts = Omit<Transfer, 'debitAfter' | 'creditAfter' | 'limits'>;

/**
 * Canonical JSON (RFC 8785) of a transfer as the contract answers it: whoever has the answer of `ledger.get_transfer`
 * can make the same bytes. Written out by hand, keys in order, because every transfer of every book goes through here.
 */
export function leafDocument(t: LeafFacts): string {
  return (
    `{"asset":"${t.asset}"` +
    (t.balancing === undefined ? '' : `,"balancing":"${t.balancing}"`) +
    `,"creditAccountId":"${toWireId('acc', t.creditAccountId)}","debitAccountId":"${toWireId('acc', t.debitAccountId)}"` +
    (t.effectiveOn === undefined ? '' : `,"effectiveOn":"${t.effectiveOn}"`) +
    `,"id":"${toWireId('trf', t.id)}","kind":"${t.kind}"` +
    (t.metadata === undefined ? '' : `,"metadata":${sorted(t.metadata)}`) +
    (t.pendingId === undefined ? '' : `,"pendingId":"${toWireId('trf', t.pendingId)}"`) +
    `,"recordedAt":"${isoOf(t.recordedAt)}"` +
    (t.reference === undefined ? '' : `,"reference":${JSON.stringify(t.reference)}`) +
    `,"seq":"${t.seq}"` +
    (t.timeoutMs === undefined ? '' : `,"timeoutMs":${t.timeoutMs}`) +
    `,"units":"${t.units}"}`
  );
}

/** Leaf hash of a transfer in the Merkle log (RFC 6962 §2.1). */
export function leafOf(transfer: LeafFacts): Uint8Array {
  return textLeafHash(leafDocument(transfer));
}

function sorted(metadata: Record<string, string>): string {
  const members = Object.keys(metadata)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
  return `{${members.join(',')}}`;
}

let lastMs = NaN;
let lastIso = '';

/** Transfers of one batch have one time, so most calls are answered from the call before. */
function isoOf(ms: number): string {
  if (ms !== lastMs) [lastMs, lastIso] = [ms, new Date(ms).toISOString()];
  return lastIso;
}
