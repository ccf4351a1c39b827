import type { Uuid } from '../base/id.ts';
import type { Millis } from '../base/time.ts';
import { type Account, add, limitsOf, MAX_UNITS, remove, sumsOf } from './account.ts';
import { differenceFrom } from './exists.ts';
import type { TransferDraft } from './port.ts';
import type { Transfer, TransferCode } from './transfer.ts';

/** What became of a pending transfer. `dueAt` is when its time runs out. */
export type Hold = { state: 'pending' | 'posted' | 'voided' | 'expired'; dueAt?: Millis | undefined; resolvedBy?: Uuid | undefined };

/** The ledger's own release of a pending transfer whose time ran out. */
export type ExpiryDraft = { id: Uuid; kind: 'expire'; pendingId: Uuid };

export type Draft = TransferDraft | ExpiryDraft;

/**
 * All that a chain may need to know, in memory: `accounts`, `transfers` and `holds` know those that its drafts name
 * (and may know more), `failed` the spent ids. Evaluation moves it on; a refused chain leaves it as it was.
 */
export type BookState = {
  seq: bigint;
  accounts: { get(id: Uuid): Account | undefined };
  transfers: Map<Uuid, Transfer>;
  holds: Map<Uuid, Hold>;
  failed: ReadonlySet<Uuid>;
};

/**
 * When a chain is recorded, what time pending transfers go by where that is another one (`bookTime`), and whether it has to
 * leave accounts alone that a module manages.
 */
export type Terms = { atMs: Millis; heldMs?: Millis; unmanagedOnly?: boolean | undefined };

export type Evaluated = { ok: true; transfers: Transfer[] } | { ok: false; code: TransferCode; index: number };

const NIL: Uuid = '00000000-0000-0000-0000-000000000000';
const MAX: Uuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** The last millisecond of ECMAScript's calendar, within PostgreSQL's. */
const LAST_MS = 8_640_000_000_000_000;

/**
 * Evaluates one linked chain in order: all its transfers, or the first refusal and nothing. The only place that
 * decides what may happen to balances; the batch writer, `inTx` and the dry run all come here.
 */
export function evaluateChain(book: BookState, drafts: readonly Draft[], terms: Terms): Evaluated {
  const done: Transfer[] = [];
  for (const draft of drafts) {
    const result = evaluate(book, draft, terms);
    if (typeof result === 'string') {
      while (done.length > 0) takeBack(book, done.pop()!);
      return { ok: false, code: result, index: drafts.indexOf(draft) };
    }
    done.push(result);
  }
  return { ok: true, transfers: done };
}

function evaluate(book: BookState, draft: Draft, terms: Terms): Transfer | TransferCode {
  if (draft.id === NIL) return 'id_must_not_be_zero';
  if (draft.id === MAX) return 'id_must_not_be_int_max';
  const existing = book.transfers.get(draft.id);
  if (existing) return differenceFrom(draft, existing, draft.pendingId === undefined ? undefined : book.transfers.get(draft.pendingId));
  if (book.failed.has(draft.id)) return 'id_already_failed';
  if (draft.kind === 'posted' || draft.kind === 'pending') return move(book, draft, terms);
  return settle(book, draft, terms);
}

/** A posted or pending transfer between two accounts. */
function move(book: BookState, draft: TransferDraft, terms: Terms): Transfer | TransferCode {
  const { atMs, heldMs = atMs } = terms;
  const misshapen = misshapenMove(draft);
  if (misshapen) return misshapen;
  const debit = book.accounts.get(draft.debitAccountId);
  if (!debit) return 'debit_account_not_found';
  const credit = book.accounts.get(draft.creditAccountId);
  if (!credit) return 'credit_account_not_found';
  if (debit.asset !== credit.asset) return 'accounts_must_have_the_same_asset';
  if (draft.asset !== debit.asset) return 'transfer_must_have_the_same_asset_as_accounts';
  const kept = managed(terms, debit, credit);
  if (kept) return kept;
  if (debit.closed) return 'debit_account_already_closed';
  if (credit.closed) return 'credit_account_already_closed';
  const units = draft.balancing === undefined ? draft.units : balanced(draft, debit, credit);
  const refused = overflow(draft, units, debit, credit, atMs) ?? limit(units, debit, credit);
  if (refused) return refused;
  const dueAt = draft.timeoutMs ? heldMs + draft.timeoutMs : undefined;
  if (draft.kind === 'pending') book.holds.set(draft.id, { state: 'pending', dueAt });
  add(debit, credit, draft.kind, units, 0n);
  return record(book, debit, credit, {
    seq: 0n,
    id: draft.id,
    kind: draft.kind,
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    asset: debit.asset,
    units,
    pendingId: undefined,
    timeoutMs: draft.timeoutMs || undefined,
    balancing: draft.balancing,
    effectiveOn: draft.effectiveOn,
    reference: draft.reference,
    metadata: draft.metadata,
    recordedAt: atMs,
  });
}

function misshapenMove(draft: TransferDraft): TransferCode | undefined {
  if (draft.debitAccountId === NIL || draft.debitAccountId === '') return 'debit_account_id_must_not_be_zero';
  if (draft.debitAccountId === MAX) return 'debit_account_id_must_not_be_int_max';
  if (draft.creditAccountId === NIL || draft.creditAccountId === '') return 'credit_account_id_must_not_be_zero';
  if (draft.creditAccountId === MAX) return 'credit_account_id_must_not_be_int_max';
  if (draft.creditAccountId === draft.debitAccountId) return 'accounts_must_be_different';
  if (draft.pendingId !== undefined) return 'pending_id_must_be_zero';
  if (draft.kind !== 'pending' && draft.timeoutMs) return 'timeout_reserved_for_pending_transfer';
  return undefined;
}

/** Which of the two accounts a module manages, for those who have to leave such alone. */
function managed({ unmanagedOnly }: Terms, debit: Account, credit: Account): TransferCode | undefined {
  if (!unmanagedOnly) return undefined;
  if (debit.managed) return 'debit_account_managed';
  return credit.managed ? 'credit_account_managed' : undefined;
}

/** At most the asked units, as much as is free on the named sides: the account then holds no more than its other sum. */
function balanced(draft: TransferDraft, debit: Account, credit: Account): bigint {
  let { units } = draft;
  if (draft.balancing !== 'credit') units = least(units, debit.creditsPosted - debit.debitsPosted - debit.debitsPending);
  if (draft.balancing !== 'debit') units = least(units, credit.debitsPosted - credit.creditsPosted - credit.creditsPending);
  return units;
}

function least(units: bigint, room: bigint): bigint {
  if (room <= 0n) return 0n;
  return room < units ? room : units;
}

function overflow(draft: TransferDraft, units: bigint, debit: Account, credit: Account, atMs: Millis): TransferCode | undefined {
  if (draft.kind === 'pending') {
    if (units + debit.debitsPending > MAX_UNITS) return 'overflows_debits_pending';
    if (units + credit.creditsPending > MAX_UNITS) return 'overflows_credits_pending';
  }
  if (units + debit.debitsPosted > MAX_UNITS) return 'overflows_debits_posted';
  if (units + credit.creditsPosted > MAX_UNITS) return 'overflows_credits_posted';
  if (units + debit.debitsPosted + debit.debitsPending > MAX_UNITS) return 'overflows_debits';
  if (units + credit.creditsPosted + credit.creditsPending > MAX_UNITS) return 'overflows_credits';
  if (draft.timeoutMs && atMs + draft.timeoutMs > LAST_MS) return 'overflows_timeout';
  return undefined;
}

function limit(units: bigint, debit: Account, credit: Account): TransferCode | undefined {
  if (debit.debitsLimited && debit.debitsPending + debit.debitsPosted + units > debit.creditsPosted) return 'exceeds_credits';
  if (credit.creditsLimited && credit.creditsPending + credit.creditsPosted + units > credit.debitsPosted) return 'exceeds_debits';
  return undefined;
}

/** Posts, voids or expires a pending transfer. */
function settle(book: BookState, draft: Draft, terms: Terms): Transfer | TransferCode {
  const { atMs, heldMs = atMs } = terms;
  const misshapen = draft.kind === 'expire' ? undefined : misshapenSettlement(draft as TransferDraft);
  if (misshapen) return misshapen;
  const pending = book.transfers.get(draft.pendingId!);
  if (!pending) return 'pending_transfer_not_found';
  const hold = book.holds.get(draft.pendingId!);
  if (pending.kind !== 'pending' || !hold) return 'pending_transfer_not_pending';
  const debit = book.accounts.get(pending.debitAccountId)!;
  const credit = book.accounts.get(pending.creditAccountId)!;
  const kept = managed(terms, debit, credit);
  if (kept) return kept;
  const units = settledUnits(draft, pending);
  if (typeof units === 'string') return units;
  const refused = unsettleable(hold, draft, heldMs, debit, credit);
  if (refused) return refused;
  hold.state = draft.kind === 'post' ? 'posted' : draft.kind === 'void' ? 'voided' : 'expired';
  hold.resolvedBy = draft.id;
  const kind = draft.kind as 'post' | 'void' | 'expire';
  add(debit, credit, kind, units, pending.units);
  const given = draft.kind === 'expire' ? undefined : (draft as TransferDraft);
  return record(book, debit, credit, {
    seq: 0n,
    id: draft.id,
    kind,
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    asset: pending.asset,
    units,
    pendingId: pending.id,
    timeoutMs: undefined,
    balancing: undefined,
    effectiveOn: given?.effectiveOn,
    reference: given?.reference ?? pending.reference,
    metadata: given?.metadata ?? pending.metadata,
    recordedAt: atMs,
  });
}

function misshapenSettlement(draft: TransferDraft): TransferCode | undefined {
  if (draft.balancing !== undefined) return 'flags_are_mutually_exclusive';
  if (draft.pendingId === undefined || draft.pendingId === NIL) return 'pending_id_must_not_be_zero';
  if (draft.pendingId === MAX) return 'pending_id_must_not_be_int_max';
  if (draft.pendingId === draft.id) return 'pending_id_must_be_different';
  if (draft.timeoutMs) return 'timeout_reserved_for_pending_transfer';
  return undefined;
}

/** The units that a post, void or expiry moves or releases, or how it contradicts the pending transfer. */
function settledUnits(draft: Draft, pending: Transfer): bigint | TransferCode {
  if (draft.kind === 'expire') return pending.units;
  const { kind, debitAccountId, creditAccountId, asset, units } = draft as TransferDraft;
  if (debitAccountId && debitAccountId !== pending.debitAccountId) return 'pending_transfer_has_different_debit_account_id';
  if (creditAccountId && creditAccountId !== pending.creditAccountId) return 'pending_transfer_has_different_credit_account_id';
  if (asset && asset !== pending.asset) return 'pending_transfer_has_different_asset';
  if (units > pending.units) return 'exceeds_pending_transfer_amount';
  if (units === 0n) return pending.units;
  if (kind === 'void' && units < pending.units) return 'pending_transfer_has_different_amount';
  return units;
}

function unsettleable(hold: Hold, draft: Draft, heldMs: Millis, debit: Account, credit: Account): TransferCode | undefined {
  if (hold.state === 'posted') return 'pending_transfer_already_posted';
  if (hold.state === 'voided') return 'pending_transfer_already_voided';
  if (hold.state === 'expired') return 'pending_transfer_expired';
  if (draft.kind === 'expire') return undefined;
  if (hold.dueAt !== undefined && hold.dueAt <= heldMs) return 'pending_transfer_expired';
  // Of a closed account, what is held may only be let go.
  if (draft.kind === 'post' && debit.closed) return 'debit_account_already_closed';
  if (draft.kind === 'post' && credit.closed) return 'credit_account_already_closed';
  return undefined;
}

function record(
  book: BookState,
  debit: Account,
  credit: Account,
  facts: Omit<Transfer, 'debitAfter' | 'creditAfter' | 'limits'>,
): Transfer {
  book.seq += 1n;
  const limits = limitsOf(debit) | (limitsOf(credit) << 2);
  const transfer: Transfer = Object.assign(facts, { seq: book.seq, debitAfter: sumsOf(debit), creditAfter: sumsOf(credit), limits });
  book.transfers.set(transfer.id, transfer);
  return transfer;
}

/** Undoes the last transfer of a chain that was refused further on. */
export function takeBack(book: BookState, transfer: Transfer): void {
  const debit = book.accounts.get(transfer.debitAccountId)!;
  const credit = book.accounts.get(transfer.creditAccountId)!;
  book.seq -= 1n;
  book.transfers.delete(transfer.id);
  if (transfer.kind === 'pending') book.holds.delete(transfer.id);
  if (transfer.pendingId === undefined) return remove(debit, credit, transfer.kind, transfer.units, 0n);
  const hold = book.holds.get(transfer.pendingId)!;
  hold.state = 'pending';
  hold.resolvedBy = undefined;
  remove(debit, credit, transfer.kind, transfer.units, book.transfers.get(transfer.pendingId)!.units);
}
