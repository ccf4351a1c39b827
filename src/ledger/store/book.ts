import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { dates, instant, instants, integers, jsonbs, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { sqlState } from '../../infra/postgres/failure.ts';
import type { Account } from '../account.ts';
import type { Hold } from '../evaluate.ts';
import type { Transfer, TransferCode } from '../transfer.ts';
import { TRANSFER_COLUMNS, transferOf, type TransferRow } from './transfer-row.ts';

/** Where a book stands: `version` grows with every transaction that changed anything of it. */
export type BookHead = { seq: bigint; version: bigint; recordedAt: Millis };

/** The number that the server gave a transaction. */
export type TxNumber = string;

/** A locked book, the database server's own time at some point since it was asked for, and the transaction that locked it. */
export type LockedBook = BookHead & { serverAt: Millis; lockedBy: TxNumber };

const LOCKED = 'seq, version, recorded_at as "recordedAt", clock_timestamp() as "serverAt", pg_current_xact_id()::xid as "lockedBy"';
const LOCK = `select ${LOCKED} from ledger.book where tenant_id = $1 for update`;

/** Locks the book until the transaction ends, and makes it on first use. Nobody else can write to it meanwhile. */
export async function lockBook(tx: Tx, tenantId: Uuid): Promise<LockedBook> {
  const [head] = await tx.query<LockedBook>(LOCK, [tenantId]);
  if (head) return head;
  await tx.query('insert into ledger.book (tenant_id) values ($1) on conflict do nothing', [tenantId]);
  return (await tx.query<LockedBook>(LOCK, [tenantId]))[0]!;
}

/** The book is not as a transaction left it that was to be the last before this one, or this one is dated ahead of the clock. */
export class BookMovedOn extends Error {}

/**
 * Locks a book that another transaction of ours is about to leave, for a batch whose statements and commit may be on their way
 * already: all of it is refused with `BookMovedOn` unless that transaction was the last to write to the book, and unless the
 * batch is `dated` at most `leewayMs` ahead of the server.
 */
export async function lockBookBehind(
  tx: Tx,
  tenantId: Uuid,
  behind: Pick<BookHead, 'seq' | 'version'> & { writer: TxNumber },
  { atMs, leewayMs }: { atMs: Millis; leewayMs: Millis },
): Promise<LockedBook> {
  const dated = leewayMs === Infinity ? null : instant(atMs);
  const asked = tx.query<LockedBook>(
    `select ${LOCKED} from ledger.lock_book($1, $2::xid, $3, $4, $5::timestamptz, $6::bigint * interval '1 millisecond')`,
    [tenantId, behind.writer, behind.seq, behind.version, dated, leewayMs === Infinity ? 0 : leewayMs],
  );
  const [head] = await asked.catch((error: unknown) => {
    throw sqlState(error) === 'RL001' ? new BookMovedOn('the book has moved on', { cause: error }) : error;
  });
  return head!;
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

const FAILED = `
  select k.id from unnest($2::uuid[]) as k (id)
  cross join lateral (select from ledger.failed_transfer f where f.tenant_id = $1 and f.transfer_id = k.id limit 1) f`;

type KnownRow = TransferRow & { holdState: Hold['state'] | null; holdDueAt: Millis | null; holdResolvedBy: Uuid | null };

/** Reads what the book knows of these ids. */
export async function readKnown(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Known> {
  const known: Known = { transfers: new Map(), holds: new Map(), failed: new Set() };
  if (ids.length === 0) return known;
  const wanted = uuids(ids);
  const [rows, failed] = await Promise.all([
    tx.query<KnownRow>(KNOWN, [tenantId, wanted]),
    tx.query<{ id: Uuid }>(FAILED, [tenantId, wanted]),
  ]);
  for (const row of rows) {
    known.transfers.set(row.id, transferOf(row));
    if (row.holdState !== null)
      known.holds.set(row.id, { state: row.holdState, dueAt: row.holdDueAt ?? undefined, resolvedBy: row.holdResolvedBy ?? undefined });
  }
  for (const { id } of failed) known.failed.add(id);
  return known;
}

/** The highest id below `bound` that the book knows, of a transfer or spent; the lowest there is when it knows none. */
export async function highestId(tx: Tx, tenantId: Uuid, bound: Uuid): Promise<Uuid> {
  const [row] = await tx.query<{ highest: Uuid }>(
    `select greatest('00000000-0000-0000-0000-000000000000'::uuid,
      (select t.id from ledger.transfer t where t.tenant_id = $1 and t.id < $2::uuid order by t.id desc limit 1),
      (select f.transfer_id from ledger.failed_transfer f where f.tenant_id = $1 and f.transfer_id < $2::uuid
        order by f.transfer_id desc limit 1)) as highest`,
    [tenantId, bound],
  );
  return row!.highest;
}

/** Reads accounts with their sums; those that do not exist are absent. */
export async function readAccounts(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Account[]> {
  if (ids.length === 0) return [];
  return tx.query<Account>(
    `select a.id, a.asset, a.debits_limited as "debitsLimited", a.credits_limited as "creditsLimited",
      a.managed_by is not null as managed, a.closed_at is not null as closed, b.debits_posted as "debitsPosted", b.credits_posted as "creditsPosted",
      b.debits_pending as "debitsPending", b.credits_pending as "creditsPending"
    from ledger.account a join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.id
    where a.tenant_id = $1 and a.id = any ($2::uuid[])`,
    [tenantId, uuids(ids)],
  );
}

/** What a batch changes in the book, all of it or nothing. */
export type Change = {
  transfers: readonly Transfer[];
  holds: ReadonlyMap<Uuid, Hold>;
  failed: readonly { id: Uuid; code: TransferCode }[];
};

const WRITE = `
  with written as (
    insert into ledger.transfer (tenant_id, seq, id, debit_account_id, credit_account_id, recorded_at, kind, asset, units,
      pending_id, timeout_ms, balancing, effective_on, reference, metadata,
      debit_debits_posted, debit_credits_posted, debit_debits_pending, debit_credits_pending,
      credit_debits_posted, credit_credits_posted, credit_debits_pending, credit_credits_pending, limits)
    select $1::uuid, generate_series($2::bigint + 1, $3::bigint), unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::uuid[]),
      $7::timestamptz, unnest($8::text[]), unnest($9::text[]), unnest($10::numeric[]), unnest($11::uuid[]), unnest($12::bigint[]),
      unnest($13::text[]), unnest($14::date[]), unnest($15::text[]), unnest($16::jsonb[]), unnest($17::numeric[]),
      unnest($18::numeric[]), unnest($19::numeric[]), unnest($20::numeric[]), unnest($21::numeric[]), unnest($22::numeric[]),
      unnest($23::numeric[]), unnest($24::numeric[]), unnest($25::bigint[])
  ), held as (
    insert into ledger.hold (tenant_id, transfer_id, state, due_at, resolved_by)
    select $1, unnest($26::uuid[]), unnest($27::text[]), unnest($28::timestamptz[]), unnest($29::uuid[])
  ), settled as (
    update ledger.hold h set state = s.state, resolved_by = s.resolved_by, due_at = null
    from (select unnest($30::uuid[]) as id, unnest($31::text[]) as state, unnest($32::uuid[]) as resolved_by) s
    where h.tenant_id = $1 and h.transfer_id = s.id and h.state = 'pending'
    returning 1
  ), spent as (
    insert into ledger.failed_transfer (tenant_id, transfer_id, code, recorded_at)
    select $1, unnest($33::uuid[]), unnest($34::text[]), $7
  )
  update ledger.book set seq = $3, version = version + 1, recorded_at = $7
  where tenant_id = $1 and seq = $2 and version = $35
  returning (select count(*) from settled) as settled`;

/** A change as the statement takes it, made before the book is locked; it fits the book at one sequence and version only. */
export type PreparedChange = { parameters: readonly unknown[]; settled: number };

/** Puts a change into columns. */
export function prepareChange(
  tenantId: Uuid,
  book: Pick<BookHead, 'seq' | 'version'>,
  { transfers, holds, failed }: Change,
  atMs: Millis,
): PreparedChange {
  const made = transfers.filter((t) => t.kind === 'pending');
  const settled = settledBefore(transfers);
  const parameters = [
    tenantId,
    book.seq,
    book.seq + BigInt(transfers.length),
    ...transferColumns(transfers, instant(atMs)),
    ...holdColumns(made, holds),
    uuids(settled.map((t) => t.pendingId)),
    texts(settled.map((t) => SETTLED[t.kind as keyof typeof SETTLED])),
    uuids(settled.map((t) => t.id)),
    uuids(failed.map((f) => f.id)),
    texts(failed.map((f) => f.code)),
    book.version,
  ];
  return { parameters, settled: settled.length };
}

/**
 * Writes a change to the locked book in one statement. Throws when the tables are not as the evaluation believed:
 * that cannot happen behind the lock, and is looked at all the same.
 */
export async function writeChange(tx: Tx, { parameters, settled }: PreparedChange): Promise<void> {
  const [counts] = await tx.query<{ settled: bigint }>(WRITE, parameters);
  if (counts?.settled !== BigInt(settled)) throw new Error('the book is not as its writer remembers it; nothing was written');
}

const SETTLED = { post: 'posted', void: 'voided', expire: 'expired' } as const;

/** The settling transfers whose pending transfer stood in the book before this change. */
function settledBefore(transfers: readonly Transfer[]): readonly Transfer[] {
  const settling = transfers.filter((t) => t.pendingId !== undefined);
  if (settling.length === 0) return settling;
  const made = new Set(transfers.filter((t) => t.kind === 'pending').map((t) => t.id));
  return settling.filter((t) => !made.has(t.pendingId!));
}

function transferColumns(rows: readonly Transfer[], recordedAt: string): (Buffer | string)[] {
  return [
    uuids(rows.map((t) => t.id)),
    uuids(rows.map((t) => t.debitAccountId)),
    uuids(rows.map((t) => t.creditAccountId)),
    recordedAt,
    texts(rows.map((t) => t.kind)),
    texts(rows.map((t) => t.asset)),
    numerics(rows.map((t) => t.units)),
    uuids(rows.map((t) => t.pendingId)),
    integers(rows.map((t) => t.timeoutMs)),
    texts(rows.map((t) => t.balancing)),
    dates(rows.map((t) => t.effectiveOn)),
    texts(rows.map((t) => t.reference)),
    jsonbs(rows.map((t) => t.metadata)),
    numerics(rows.map((t) => t.debitAfter.debitsPosted)),
    numerics(rows.map((t) => t.debitAfter.creditsPosted)),
    numerics(rows.map((t) => t.debitAfter.debitsPending)),
    numerics(rows.map((t) => t.debitAfter.creditsPending)),
    numerics(rows.map((t) => t.creditAfter.debitsPosted)),
    numerics(rows.map((t) => t.creditAfter.creditsPosted)),
    numerics(rows.map((t) => t.creditAfter.debitsPending)),
    numerics(rows.map((t) => t.creditAfter.creditsPending)),
    integers(rows.map((t) => t.limits)),
  ];
}

/** Holds that this change made, in the state that it left them in. */
function holdColumns(made: readonly Transfer[], holds: ReadonlyMap<Uuid, Hold>): Buffer[] {
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

/** The database server's own time. */
export async function serverTime(tx: Tx): Promise<Millis> {
  return (await tx.query<{ at: Millis }>('select clock_timestamp() as at'))[0]!.at;
}

/** Books whose last record is dated after a moment, the furthest first. */
export async function booksDatedAfter(tx: Tx, atMs: Millis): Promise<{ tenantId: Uuid; recordedAt: Millis }[]> {
  return tx.query(
    `select tenant_id as "tenantId", recorded_at as "recordedAt" from ledger.book where recorded_at > $1 order by recorded_at desc`,
    [instant(atMs)],
  );
}
