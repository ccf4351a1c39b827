import type { Draft } from './evaluate.ts';
import type { TransferDraft } from './port.ts';
import type { Transfer, TransferCode } from './transfer.ts';

/**
 * What is answered to a draft whose id is in the book already: `exists` when it asks for what stands there, else the
 * first field in which it differs. `pending` is the transfer that a post or void names.
 */
export function differenceFrom(draft: Draft, existing: Transfer, pending: Transfer | undefined): TransferCode {
  if (draft.kind === 'expire') return existing.pendingId === draft.pendingId ? 'exists' : 'exists_with_different_pending_id';
  if (draft.kind !== existing.kind || draft.balancing !== existing.balancing) return 'exists_with_different_flags';
  if (draft.pendingId !== existing.pendingId) return 'exists_with_different_pending_id';
  if ((draft.timeoutMs || undefined) !== existing.timeoutMs) return 'exists_with_different_timeout';
  const settles = draft.kind === 'post' || draft.kind === 'void';
  const given = (text: string) => text !== '' || !settles;
  if (given(draft.debitAccountId) && draft.debitAccountId !== existing.debitAccountId) return 'exists_with_different_debit_account_id';
  if (given(draft.creditAccountId) && draft.creditAccountId !== existing.creditAccountId) return 'exists_with_different_credit_account_id';
  if (!sameUnits(draft, existing, pending)) return 'exists_with_different_amount';
  const inherited = settles ? pending : undefined;
  if ((draft.reference ?? inherited?.reference) !== existing.reference) return 'exists_with_different_reference';
  if (draft.effectiveOn !== existing.effectiveOn) return 'exists_with_different_effective_on';
  if (!sameMetadata(draft.metadata ?? inherited?.metadata, existing.metadata)) return 'exists_with_different_metadata';
  if (given(draft.asset) && draft.asset !== existing.asset) return 'exists_with_different_asset';
  return 'exists';
}

/** Balancing moved at most what was asked for; a post or void of zero took all that was pending. */
function sameUnits(draft: TransferDraft, existing: Transfer, pending: Transfer | undefined): boolean {
  if (draft.balancing !== undefined) return existing.units <= draft.units;
  if (pending && draft.units === 0n) return existing.units === pending.units;
  return existing.units === draft.units;
}

function sameMetadata(a: Record<string, string> | undefined, b: Record<string, string> | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
