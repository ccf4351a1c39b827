import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Account } from '../account.ts';
import { type Known, readAccounts, readKnown } from '../store/book.ts';
import type { BookAct } from './plan.ts';

/** Where accounts are kept in memory: the writer's cache, or a plain map for one transaction. */
export type Accounts = { get(id: Uuid): Account | undefined; put(account: Account): void };

/** What is known before anything is read: ids that the book cannot know, and what a batch knew that is being written at this moment. */
export type Beforehand = { fresh?: { has(id: Uuid): boolean } | undefined; before?: Known | undefined };

/**
 * Reads all that evaluating these acts may need and that memory does not hold: at most three queries. What `before` says of a
 * transfer is newer than the tables.
 */
export async function load(
  tx: Tx,
  tenantId: Uuid,
  acts: readonly Pick<BookAct, 'transfers' | 'idsAreNew'>[],
  accounts: Accounts,
  { fresh, before }: Beforehand = {},
): Promise<Known> {
  const drafts = acts.flatMap((act) => act.transfers);
  const named = namedTransfers(acts);
  const known = await readKnown(tx, tenantId, fresh ? named.filter((id) => !fresh.has(id)) : named);
  if (before) overlay(known, before, named);
  const missing = new Set<Uuid>();
  const want = (id: Uuid): void => {
    if (id !== '' && !accounts.get(id)) missing.add(id);
  };
  for (const draft of drafts) {
    if (draft.kind === 'expire') continue;
    want(draft.debitAccountId);
    want(draft.creditAccountId);
  }
  for (const transfer of known.transfers.values()) {
    if (transfer.kind !== 'pending') continue;
    want(transfer.debitAccountId);
    want(transfer.creditAccountId);
  }
  for (const account of await readAccounts(tx, tenantId, [...missing])) accounts.put(account);
  return known;
}

/** The ids of the drafts, as far as anybody may know them, and of the pending transfers that they name. */
function namedTransfers(acts: readonly Pick<BookAct, 'transfers' | 'idsAreNew'>[]): Uuid[] {
  const ids: Uuid[] = [];
  for (const { transfers, idsAreNew } of acts) {
    for (const { id, pendingId } of transfers) {
      if (!idsAreNew) ids.push(id);
      if (pendingId !== undefined) ids.push(pendingId);
    }
  }
  return ids;
}

function overlay(known: Known, before: Known, ids: readonly Uuid[]): void {
  for (const id of ids) {
    const transfer = before.transfers.get(id);
    const hold = before.holds.get(id);
    if (transfer) known.transfers.set(id, transfer);
    if (hold) known.holds.set(id, hold);
    if (before.failed.has(id)) known.failed.add(id);
  }
}
