import { leafHash } from '../../base/merkle.ts';
import type { Uuid } from '../../base/id.ts';
import type { Transfer } from '../transfer.ts';

/**
 * Canonical JSON (RFC 8785) of a transfer as the contract answers it: whoever has the answer of `ledger.get_transfer`
 * can make the same bytes. Written out by hand, keys in order, because every transfer of every book goes through here.
 */
export function leafDocument(t: Omit<Transfer, 'debitAfter' | 'creditAfter'>): string {
  return (
    `{"asset":"${t.asset}"` +
    (t.balancing === undefined ? '' : `,"balancing":"${t.balancing}"`) +
    `,"creditAccountId":"${wire('acc', t.creditAccountId)}","debitAccountId":"${wire('acc', t.debitAccountId)}"` +
    (t.effectiveOn === undefined ? '' : `,"effectiveOn":"${t.effectiveOn}"`) +
    `,"id":"${wire('trf', t.id)}","kind":"${t.kind}"` +
    (t.metadata === undefined ? '' : `,"metadata":${sorted(t.metadata)}`) +
    (t.pendingId === undefined ? '' : `,"pendingId":"${wire('trf', t.pendingId)}"`) +
    `,"recordedAt":"${new Date(t.recordedAt).toISOString()}"` +
    (t.reference === undefined ? '' : `,"reference":${JSON.stringify(t.reference)}`) +
    `,"seq":"${t.seq}"` +
    (t.timeoutMs === undefined ? '' : `,"timeoutMs":${t.timeoutMs}`) +
    `,"units":"${t.units}"}`
  );
}

/** Leaf hash of a transfer in the Merkle log. */
export function leafOf(transfer: Omit<Transfer, 'debitAfter' | 'creditAfter'>): Uint8Array {
  return leafHash(Buffer.from(leafDocument(transfer)));
}

function wire(prefix: string, id: Uuid): string {
  return `${prefix}_${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(14, 18)}${id.slice(19, 23)}${id.slice(24)}`;
}

function sorted(metadata: Record<string, string>): string {
  const members = Object.keys(metadata)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
  return `{${members.join(',')}}`;
}
