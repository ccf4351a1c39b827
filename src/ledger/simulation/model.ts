import type { Uuid } from '../../base/id.ts';
import type { AccountDraft, TransferDraft } from '../port.ts';

/**
 * The ledger as one would explain it at a table: lists of rules read from top to bottom, a copy of everything before
 * each chain. Slow and plain on purpose, and written apart from the evaluator, so that the two can disagree.
 */
export type Model = {
  open(draft: AccountDraft): void;
  close(id: Uuid): void;
  /** `created` and the amounts, or which transfer failed how. `outside`: asked by people, not by a module. */
  chain(drafts: readonly TransferDraft[], at: number, outside: boolean): { created: bigint[] } | { failed: string; index: number };
  /** Releases what is overdue and answers how many. */
  expire(at: number): number;
  balance(id: Uuid): [bigint, bigint, bigint, bigint];
  transfers(): number;
  accountIds(): Uuid[];
};

type ModelAccount = {
  asset: string;
  debitLimit: boolean;
  creditLimit: boolean;
  managed: boolean;
  closed: boolean;
  dp: bigint;
  cp: bigint;
  dh: bigint;
  ch: bigint;
};
type Entry = TransferDraft & { moved: bigint; fate?: 'posted' | 'voided' | 'expired'; due?: number };
type Asked = { at: number; outside: boolean };
type World = { accounts: Map<Uuid, ModelAccount>; entries: Map<Uuid, Entry>; burnt: Set<Uuid>; count: number };

const ROOF = 99999999999999999999999999999999999999n;
const ZERO = '00000000-0000-0000-0000-000000000000';
const ONES = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const BURNING = [
  'debit_account_not_found',
  'credit_account_not_found',
  'pending_transfer_not_found',
  'debit_account_already_closed',
  'credit_account_already_closed',
  'exceeds_credits',
  'exceeds_debits',
];

export function createModel(): Model {
  const world: World = { accounts: new Map(), entries: new Map(), burnt: new Set(), count: 0 };
  return {
    open(d) {
      const limits = { debitLimit: !!d.debitsMustNotExceedCredits, creditLimit: !!d.creditsMustNotExceedDebits };
      world.accounts.set(d.id, {
        asset: d.asset,
        ...limits,
        managed: d.managedBy !== undefined,
        closed: false,
        dp: 0n,
        cp: 0n,
        dh: 0n,
        ch: 0n,
      });
    },
    close: (id) => void (world.accounts.get(id)!.closed = true),
    chain: (drafts, at, outside) => runChain(world, drafts, { at, outside }),
    expire: (at) => expire(world, at),
    balance(id) {
      const { dp, cp, dh, ch } = world.accounts.get(id)!;
      return [dp, cp, dh, ch];
    },
    transfers: () => world.count,
    accountIds: () => [...world.accounts.keys()],
  };
}

function runChain(world: World, drafts: readonly TransferDraft[], asked: Asked): ReturnType<Model['chain']> {
  const undo: (() => void)[] = [];
  const created: bigint[] = [];
  for (const [index, draft] of drafts.entries()) {
    const problem = firstProblem(world, draft, asked);
    if (problem) {
      for (const step of undo.reverse()) step();
      if (BURNING.includes(problem)) world.burnt.add(draft.id);
      return { failed: problem, index };
    }
    remember(world, draft, undo);
    created.push(apply(world, draft, asked.at));
  }
  return { created };
}

/** Notes how everything that one transfer may touch looks now. */
function remember(world: World, draft: TransferDraft, undo: (() => void)[]): void {
  const named = draft.pendingId === undefined ? undefined : world.entries.get(draft.pendingId);
  const of = named ?? draft;
  for (const id of [of.debitAccountId, of.creditAccountId]) {
    const account = world.accounts.get(id)!;
    const copy = { ...account };
    undo.push(() => void Object.assign(account, copy));
  }
  if (named) undo.push(() => void delete named.fate);
  undo.push(() => {
    world.entries.delete(draft.id);
    world.count--;
  });
}

function firstProblem(world: World, d: TransferDraft, asked: Asked): string | undefined {
  if (d.id === ZERO) return 'id_must_not_be_zero';
  if (d.id === ONES) return 'id_must_not_be_int_max';
  const same = world.entries.get(d.id);
  if (same) return comparison(world, d, same);
  if (world.burnt.has(d.id)) return 'id_already_failed';
  return d.kind === 'post' || d.kind === 'void' ? settlementProblem(world, d, asked) : movementProblem(world, d, asked);
}

function comparison(world: World, d: TransferDraft, e: Entry): string {
  const settles = d.kind === 'post' || d.kind === 'void';
  const original = settles && d.pendingId !== undefined ? world.entries.get(d.pendingId) : undefined;
  const blank = (text: string): boolean => settles && text === '';
  const rules: [boolean, string][] = [
    [d.kind !== e.kind || d.balancing !== e.balancing, 'flags'],
    [d.pendingId !== e.pendingId, 'pending_id'],
    [(d.timeoutMs ?? 0) !== (e.timeoutMs ?? 0), 'timeout'],
    [!blank(d.debitAccountId) && d.debitAccountId !== e.debitAccountId, 'debit_account_id'],
    [!blank(d.creditAccountId) && d.creditAccountId !== e.creditAccountId, 'credit_account_id'],
    [d.balancing ? e.moved > d.units : (original && d.units === 0n ? original.moved : d.units) !== e.moved, 'amount'],
    [(d.reference ?? original?.reference) !== e.reference, 'reference'],
    [d.effectiveOn !== e.effectiveOn, 'effective_on'],
    [flat(d.metadata ?? original?.metadata) !== flat(e.metadata), 'metadata'],
    [!blank(d.asset) && d.asset !== e.asset, 'asset'],
  ];
  const found = rules.find(([differs]) => differs);
  return found ? `exists_with_different_${found[1]}` : 'exists';
}

function flat(metadata: Record<string, string> | undefined): string {
  return metadata ? JSON.stringify(Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1))) : '';
}

function movementProblem(world: World, d: TransferDraft, { at, outside }: Asked): string | undefined {
  const debit = world.accounts.get(d.debitAccountId)!;
  const credit = world.accounts.get(d.creditAccountId)!;
  const amount = () => movable(d, debit, credit);
  const pending = d.kind === 'pending';
  const rules: [() => boolean, string][] = [
    [() => d.debitAccountId === ZERO, 'debit_account_id_must_not_be_zero'],
    [() => d.debitAccountId === ONES, 'debit_account_id_must_not_be_int_max'],
    [() => d.creditAccountId === ZERO, 'credit_account_id_must_not_be_zero'],
    [() => d.creditAccountId === ONES, 'credit_account_id_must_not_be_int_max'],
    [() => d.debitAccountId === d.creditAccountId, 'accounts_must_be_different'],
    [() => d.pendingId !== undefined, 'pending_id_must_be_zero'],
    [() => !pending && !!d.timeoutMs, 'timeout_reserved_for_pending_transfer'],
    [() => !debit, 'debit_account_not_found'],
    [() => !credit, 'credit_account_not_found'],
    [() => debit.asset !== credit.asset, 'accounts_must_have_the_same_asset'],
    [() => debit.asset !== d.asset, 'transfer_must_have_the_same_asset_as_accounts'],
    [() => outside && debit.managed, 'debit_account_managed'],
    [() => outside && credit.managed, 'credit_account_managed'],
    [() => debit.closed, 'debit_account_already_closed'],
    [() => credit.closed, 'credit_account_already_closed'],
    [() => pending && debit.dh + amount() > ROOF, 'overflows_debits_pending'],
    [() => pending && credit.ch + amount() > ROOF, 'overflows_credits_pending'],
    [() => debit.dp + amount() > ROOF, 'overflows_debits_posted'],
    [() => credit.cp + amount() > ROOF, 'overflows_credits_posted'],
    [() => debit.dp + debit.dh + amount() > ROOF, 'overflows_debits'],
    [() => credit.cp + credit.ch + amount() > ROOF, 'overflows_credits'],
    [() => at + (d.timeoutMs ?? 0) > 8.64e15, 'overflows_timeout'],
    [() => debit.debitLimit && debit.dp + debit.dh + amount() > debit.cp, 'exceeds_credits'],
    [() => credit.creditLimit && credit.cp + credit.ch + amount() > credit.dp, 'exceeds_debits'],
  ];
  return rules.find(([broken]) => broken())?.[1];
}

function movable(d: TransferDraft, debit: ModelAccount, credit: ModelAccount): bigint {
  const rooms = [d.units];
  if (d.balancing === 'debit' || d.balancing === 'both') rooms.push(debit.cp - debit.dp - debit.dh);
  if (d.balancing === 'credit' || d.balancing === 'both') rooms.push(credit.dp - credit.cp - credit.ch);
  const smallest = rooms.reduce((a, b) => (a < b ? a : b));
  return smallest < 0n ? 0n : smallest;
}

function settlementProblem(world: World, d: TransferDraft, { at, outside }: Asked): string | undefined {
  const p = world.entries.get(d.pendingId ?? '')!;
  const rules: [() => boolean, string][] = [
    [() => d.balancing !== undefined, 'flags_are_mutually_exclusive'],
    [() => d.pendingId === undefined || d.pendingId === ZERO, 'pending_id_must_not_be_zero'],
    [() => d.pendingId === ONES, 'pending_id_must_not_be_int_max'],
    [() => d.pendingId === d.id, 'pending_id_must_be_different'],
    [() => !!d.timeoutMs, 'timeout_reserved_for_pending_transfer'],
    [() => !p, 'pending_transfer_not_found'],
    [() => p.kind !== 'pending', 'pending_transfer_not_pending'],
    [() => outside && world.accounts.get(p.debitAccountId)!.managed, 'debit_account_managed'],
    [() => outside && world.accounts.get(p.creditAccountId)!.managed, 'credit_account_managed'],
    [() => !['', p.debitAccountId].includes(d.debitAccountId), 'pending_transfer_has_different_debit_account_id'],
    [() => !['', p.creditAccountId].includes(d.creditAccountId), 'pending_transfer_has_different_credit_account_id'],
    [() => !['', p.asset].includes(d.asset), 'pending_transfer_has_different_asset'],
    [() => d.units > p.moved, 'exceeds_pending_transfer_amount'],
    [() => d.kind === 'void' && d.units !== 0n && d.units < p.moved, 'pending_transfer_has_different_amount'],
    [() => p.fate === 'posted', 'pending_transfer_already_posted'],
    [() => p.fate === 'voided', 'pending_transfer_already_voided'],
    [() => p.fate === 'expired' || (p.due !== undefined && p.due <= at), 'pending_transfer_expired'],
    [() => d.kind === 'post' && world.accounts.get(p.debitAccountId)!.closed, 'debit_account_already_closed'],
    [() => d.kind === 'post' && world.accounts.get(p.creditAccountId)!.closed, 'credit_account_already_closed'],
  ];
  return rules.find(([broken]) => broken())?.[1];
}

function apply(world: World, d: TransferDraft, at: number): bigint {
  const p = d.pendingId === undefined ? undefined : world.entries.get(d.pendingId);
  const { debitAccountId, creditAccountId, asset } = p ?? d;
  const debit = world.accounts.get(debitAccountId)!;
  const credit = world.accounts.get(creditAccountId)!;
  const moved = p ? (d.units === 0n ? p.moved : d.units) : movable(d, debit, credit);
  if (d.kind === 'pending') {
    debit.dh += moved;
    credit.ch += moved;
  }
  if (p) {
    debit.dh -= p.moved;
    credit.ch -= p.moved;
    p.fate = d.kind === 'post' ? 'posted' : 'voided';
  }
  if (d.kind === 'posted' || d.kind === 'post') {
    debit.dp += moved;
    credit.cp += moved;
  }
  const inherited = { reference: d.reference ?? p?.reference, metadata: d.metadata ?? p?.metadata };
  world.entries.set(d.id, {
    ...d,
    debitAccountId,
    creditAccountId,
    asset,
    ...inherited,
    moved,
    ...(d.timeoutMs && { due: at + d.timeoutMs }),
  } as Entry);
  world.count++;
  return moved;
}

function expire(world: World, at: number): number {
  const overdue = [...world.entries.values()].filter((e) => e.kind === 'pending' && !e.fate && e.due !== undefined && e.due <= at);
  for (const entry of overdue) {
    entry.fate = 'expired';
    world.accounts.get(entry.debitAccountId)!.dh -= entry.moved;
    world.accounts.get(entry.creditAccountId)!.ch -= entry.moved;
    world.count++;
  }
  return overdue.length;
}
