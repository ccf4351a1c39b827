import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, jsons, numerics, texts, uuids, integers } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Account } from '../account.ts';
import type { Hold } from '../evaluate.ts';
import type { Transfer, TransferCode } from '../transfer.ts';
import { TRANSFER_COLUMNS, transferOf, type TransferRow } from './transfer-row.ts';

/** Where a book stands: `version` grows with every transaction that changed anything of it. */
export type BookHead = { seq: bigint; version: bigint; recordedAt: Millis };

const LOCK = `select seq, version, recorded_at as "recordedAt" from ledger.book where tenant_id = $1 for update`;

/** Locks the book until the transaction ends, and makes it on first use. Nobody else can write to it meanwhile. */
export async function lockBook(tx: Tx, tenantId: Uuid): Promise<BookHead> {
  const [head] = await tx.query<BookHead>(LOCK, [tenantId]);
  if (head) return head;
  await tx.query('insert into ledger.book (tenant_id) values ($1) on conflict do nothing', [tenantId]);
  return (await tx.query<BookHead>(LOCK, [tenantId]))[0]!;
}

/** Where the book stands, without a lock; undefined when nothing was ever written to it. */
export async function readBook(tx: Tx, tenantId: Uuid): Promise<BookHead | undefined> {
  return (
    await tx.query<BookHead>('select seq, version, recorded_at as "recordedAt" from ledger.book where tenant_id = $1', [tenantId])
  )[0];
}

/** What the book knows of some transfer ids: those that stand in it, what became of the pending ones, and the spent. */
export type Known = { transfers: Map<Uuid, Transfer>; holds: Map<Uuid, Hold>; failed: Set<Uuid> };

/**
 * One index probe an id. As `id = any (…)` the planner, while its statistics are of a smaller table, walks the tenant's rows
 * in another index and filters.
 */
const KNOWN = `
  select ${TRANSFER_COLUMNS}, h.state as "holdState", h.due_at as "holdDueAt", h.resolved_by as "holdResolvedBy"
  from unnest($2::uuid[]) as k (id)
  cross join lateral (select * from ledger.transfer x where x.tenant_id = $1 and x.id = k.id limit 1) t
  left join lateral (select * from ledger.hold x where x.tenant_id = $1 and x.transfer_id = k.id limit 1) h on true`;

type KnownRow = TransferRow & { holdState: Hold['state'] | null; holdDueAt: Millis | null; holdResolvedBy: Uuid | null };

/** Reads what the book knows of these ids. */
export async function readKnown(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Known> {
  const known: Known = { transfers: new Map(), holds: new Map(), failed: new Set() };
  if (ids.length === 0) return known;
  const wanted = uuids(ids);
  for (const row of await tx.query<KnownRow>(KNOWN, [tenantId, wanted])) {
    known.transfers.set(row.id, transferOf(row));
    if (row.holdState !== null)
      known.holds.set(row.id, { state: row.holdState, dueAt: row.holdDueAt ?? undefined, resolvedBy: row.holdResolvedBy ?? undefined });
  }
  const failed = await tx.query<{ id: Uuid }>(
    `select k.id from unnest($2::uuid[]) as k (id)
      cross join lateral (select from ledger.failed_transfer f where f.tenant_id = $1 and f.transfer_id = k.id limit 1) f`,
    [tenantId, wanted],
  );
  for (const { id } of failed) known.failed.add(id);
  return known;
}

/** Reads accounts with their sums; those that do not exist are absent. */
export async function readAccounts(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Account[]> {
  if (ids.length === 0) return [];
  return tx.query<Account>(
    `select a.id, a.asset, a.debits_limited as "debitsLimited", a.credits_limited as "creditsLimited",
      a.closed_at is not null as closed, b.debits_posted as "debitsPosted", b.credits_posted as "creditsPosted",
      b.debits_pending as "debitsPending", b.credits_pending as "creditsPending"
    from ledger.account a join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.id
    where a.tenant_id = $1 and a.id = any ($2::uuid[])`,
    [tenantId, uuids(ids)],
  );
}

/** What a batch changes in the book, all of it or nothing. */
export type Change = {
  transfers: readonly Transfer[];
  /** Accounts that moved, with their sums afterwards. */
  accounts: readonly Account[];
  holds: ReadonlyMap<Uuid, Hold>;
  failed: readonly { id: Uuid; code: TransferCode }[];
};

const WRITE = `
  with written as (
    insert into ledger.transfer (tenant_id, seq, id, debit_account_id, credit_account_id, recorded_at, kind, asset, units,
      pending_id, timeout_ms, balancing, effective_on, reference, metadata,
      debit_debits_posted, debit_credits_posted, debit_debits_pending, debit_credits_pending,
      credit_debits_posted, credit_credits_posted, credit_debits_pending, credit_credits_pending)
    select $1::uuid, $2::bigint + ordinality, id, debit, credit, $3::timestamptz, kind, asset, units,
      pending, timeout, balancing, effective, reference, metadata, d1, d2, d3, d4, c1, c2, c3, c4
    from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::numeric[], $10::uuid[], $11::bigint[], $12::text[],
      $13::date[], $14::text[], $15::jsonb[], $16::numeric[], $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[],
      $21::numeric[], $22::numeric[], $23::numeric[]) with ordinality
      as t (id, debit, credit, kind, asset, units, pending, timeout, balancing, effective, reference, metadata,
        d1, d2, d3, d4, c1, c2, c3, c4)
  ), moved as (
    update ledger.balance b
    set debits_posted = n.d1, credits_posted = n.d2, debits_pending = n.d3, credits_pending = n.d4
    from unnest($24::uuid[], $25::numeric[], $26::numeric[], $27::numeric[], $28::numeric[]) as n (id, d1, d2, d3, d4)
    where b.tenant_id = $1 and b.account_id = n.id
    returning 1
  ), held as (
    insert into ledger.hold (tenant_id, transfer_id, state, due_at, resolved_by)
    select $1, * from unnest($29::uuid[], $30::text[], $31::timestamptz[], $32::uuid[])
  ), settled as (
    update ledger.hold h set state = s.state, resolved_by = s.resolved_by, due_at = null
    from unnest($33::uuid[], $34::text[], $35::uuid[]) as s (id, state, resolved_by)
    where h.tenant_id = $1 and h.transfer_id = s.id and h.state = 'pending'
    returning 1
  ), spent as (
    insert into ledger.failed_transfer (tenant_id, transfer_id, code, recorded_at)
    select $1, f.id, f.code, $3 from unnest($36::uuid[], $37::text[]) as f (id, code)
  )
  update ledger.book set seq = $38, version = version + 1, recorded_at = $3
  where tenant_id = $1 and seq = $2 and version = $39
  returning (select count(*) from moved) as moved, (select count(*) from settled) as settled`;

/**
 * Writes a change to the locked book in one statement. Throws when the tables are not as the evaluation believed:
 * that cannot happen behind the lock, and is looked at all the same.
 */
export async function writeChange(tx: Tx, tenantId: Uuid, head: BookHead, change: Change, atMs: Millis): Promise<void> {
  const { transfers, accounts, failed } = change;
  const made = transfers.filter((t) => t.kind === 'pending');
  const settled = settledBefore(transfers);
  const answer = await tx.query<{ moved: bigint; settled: bigint }>(WRITE, [
    tenantId,
    head.seq,
    instant(atMs),
    ...transferColumns(transfers),
    uuids(accounts.map((a) => a.id)),
    numerics(accounts.map((a) => a.debitsPosted)),
    numerics(accounts.map((a) => a.creditsPosted)),
    numerics(accounts.map((a) => a.debitsPending)),
    numerics(accounts.map((a) => a.creditsPending)),
    ...holdColumns(made, change.holds),
    uuids(settled.map((t) => t.pendingId)),
    texts(settled.map((t) => SETTLED[t.kind as keyof typeof SETTLED])),
    uuids(settled.map((t) => t.id)),
    uuids(failed.map((f) => f.id)),
    texts(failed.map((f) => f.code)),
    head.seq + BigInt(transfers.length),
    head.version,
  ]);
  const counts = answer[0];
  if (!counts || counts.moved !== BigInt(accounts.length) || counts.settled !== BigInt(settled.length)) {
    throw new Error('the book is not as its writer remembers it; nothing was written');
  }
}

const SETTLED = { post: 'posted', void: 'voided', expire: 'expired' } as const;

/** The settling transfers whose pending transfer stood in the book before this change. */
function settledBefore(transfers: readonly Transfer[]): readonly Transfer[] {
  const settling = transfers.filter((t) => t.pendingId !== undefined);
  if (settling.length === 0) return settling;
  const made = new Set(transfers.filter((t) => t.kind === 'pending').map((t) => t.id));
  return settling.filter((t) => !made.has(t.pendingId!));
}

function transferColumns(rows: readonly Transfer[]): string[] {
  return [
    uuids(rows.map((t) => t.id)),
    uuids(rows.map((t) => t.debitAccountId)),
    uuids(rows.map((t) => t.creditAccountId)),
    texts(rows.map((t) => t.kind)),
    texts(rows.map((t) => t.asset)),
    numerics(rows.map((t) => t.units)),
    uuids(rows.map((t) => t.pendingId)),
    integers(rows.map((t) => t.timeoutMs)),
    texts(rows.map((t) => t.balancing)),
    texts(rows.map((t) => t.effectiveOn)),
    texts(rows.map((t) => t.reference)),
    jsons(rows.map((t) => t.metadata)),
    numerics(rows.map((t) => t.debitAfter.debitsPosted)),
    numerics(rows.map((t) => t.debitAfter.creditsPosted)),
    numerics(rows.map((t) => t.debitAfter.debitsPending)),
    numerics(rows.map((t) => t.debitAfter.creditsPending)),
    numerics(rows.map((t) => t.creditAfter.debitsPosted)),
    numerics(rows.map((t) => t.creditAfter.creditsPosted)),
    numerics(rows.map((t) => t.creditAfter.debitsPending)),
    numerics(rows.map((t) => t.creditAfter.creditsPending)),
  ];
}

/** Holds that this change made, in the state that it left them in. */
function holdColumns(made: readonly Transfer[], holds: ReadonlyMap<Uuid, Hold>): string[] {
  const rows = made.map((t) => holds.get(t.id)!);
  return [
    uuids(made.map((t) => t.id)),
    texts(rows.map((h) => h.state)),
    instants(rows.map((h) => (h.state === 'pending' ? h.dueAt : undefined))),
    uuids(rows.map((h) => h.resolvedBy)),
  ];
}

/** Marks the locked book as changed by something other than transfers: accounts opened or closed. */
export async function touchBook(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query('update ledger.book set version = version + 1 where tenant_id = $1', [tenantId]);
}
