import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What the verifier reads, by its own SQL, straight from the tables. */
export type Book = { tenantId: Uuid; seq: bigint; recordedAt: number };

export type Sums = [debitsPosted: bigint, creditsPosted: bigint, debitsPending: bigint, creditsPending: bigint];

export type AccountRow = { id: Uuid; asset: string; debitsLimited: boolean; creditsLimited: boolean; balance: Sums };

export type TransferRow = {
  seq: bigint;
  id: Uuid;
  kind: string;
  debit: Uuid;
  credit: Uuid;
  asset: string;
  units: bigint;
  pendingId: Uuid | null;
  timeoutMs: bigint | null;
  balancing: string | null;
  effectiveOn: string | null;
  reference: string | null;
  metadata: Record<string, string> | null;
  recordedAt: number;
  debitSums: bigint[];
  creditSums: bigint[];
  /** The pending transfer that this one settles. */
  p: { kind: string; seq: bigint; units: bigint; debit: Uuid; credit: Uuid; asset: string } | null;
  /** The hold of this transfer, or of the one that it settles. */
  h: { state: string; dueAt: number | null; resolvedBy: Uuid | null } | null;
};

const FETCH = 5_000;

/** Every book, or one. */
export async function books(tx: Tx, tenantId?: Uuid): Promise<Book[]> {
  // Whole tables are compared here, which hash joins do in one pass whatever the planner knows of their sizes.
  await tx.query(`select set_config('enable_nestloop', 'off', true)`);
  return tx.query<Book>(
    `select tenant_id as "tenantId", seq, recorded_at as "recordedAt" from ledger.book where $1::uuid is null or tenant_id = $1 order by 1`,
    [tenantId ?? null],
  );
}

/** The database server's own time. */
export async function serverTime(tx: Tx): Promise<number> {
  return (await tx.query<{ at: number }>('select clock_timestamp() as at'))[0]!.at;
}

/** How many accounts a book has. */
export async function countAccounts(tx: Tx, tenantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ n: bigint }>('select count(*) as n from ledger.account where tenant_id = $1', [tenantId]);
  return Number(row!.n);
}

/** One share of a book's accounts; `shares` divides them by their ids. */
export function accountsOf(tx: Tx, tenantId: Uuid, shares: number, share: number): AsyncGenerator<AccountRow[]> {
  return stream<AccountRow>(
    tx,
    `select a.id, a.asset, a.debits_limited as "debitsLimited", a.credits_limited as "creditsLimited",
      array[b.debits_posted, b.credits_posted, b.debits_pending, b.credits_pending] as balance
    from ledger.account a join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.id
    where a.tenant_id = '${checked(tenantId)}' and abs(hashtext(a.id::text)::bigint) % ${shares} = ${share}`,
  );
}

/** All transfers of a book in the order of their sequence. Lateral joins with a limit, so that no plan can go over all rows for each row. */
export async function* transfersOf(tx: Tx, tenantId: Uuid): AsyncGenerator<TransferRow[]> {
  const rows = stream<Flat>(
    tx,
    `select t.seq, t.id, t.kind, t.debit_account_id as debit, t.credit_account_id as credit, t.asset, t.units, t.pending_id as "pendingId",
      t.timeout_ms as "timeoutMs", t.balancing, t.effective_on as "effectiveOn", t.reference, t.metadata, t.recorded_at as "recordedAt",
      array[t.debit_debits_posted, t.debit_credits_posted, t.debit_debits_pending, t.debit_credits_pending] as "debitSums",
      array[t.credit_debits_posted, t.credit_credits_posted, t.credit_debits_pending, t.credit_credits_pending] as "creditSums",
      p.kind as "pKind", p.seq as "pSeq", p.units as "pUnits", p.debit_account_id as "pDebit", p.credit_account_id as "pCredit", p.asset as "pAsset",
      h.state as "hState", h.due_at as "hDueAt", h.resolved_by as "hResolvedBy"
    from ledger.transfer t
    left join lateral (select * from ledger.transfer x where x.tenant_id = t.tenant_id and x.id = t.pending_id limit 1) p on true
    left join lateral (select * from ledger.hold x where x.tenant_id = t.tenant_id and x.transfer_id = coalesce(t.pending_id, t.id) limit 1) h on true
    where t.tenant_id = '${checked(tenantId)}' order by t.seq`,
  );
  for await (const chunk of rows) yield chunk.map(nested);
}

type Flat = Omit<TransferRow, 'p' | 'h'> & {
  pKind: string | null;
  pSeq: bigint;
  pUnits: bigint;
  pDebit: Uuid;
  pCredit: Uuid;
  pAsset: string;
  hState: string | null;
  hDueAt: number | null;
  hResolvedBy: Uuid | null;
};

function nested(row: Flat): TransferRow {
  const { pKind, pSeq, pUnits, pDebit, pCredit, pAsset, hState, hDueAt, hResolvedBy, ...rest } = row;
  const p = pKind === null ? null : { kind: pKind, seq: pSeq, units: pUnits, debit: pDebit, credit: pCredit, asset: pAsset };
  return { ...rest, p, h: hState === null ? null : { state: hState, dueAt: hDueAt, resolvedBy: hResolvedBy } };
}

/** Sums over all balances, by asset of their accounts. */
export function sumsByAsset(tx: Tx, tenantId: Uuid): Promise<{ asset: string; sums: bigint[] }[]> {
  return tx.query(
    `select a.asset, array[sum(b.debits_posted), sum(b.credits_posted), sum(b.debits_pending), sum(b.credits_pending)] as sums
    from ledger.account a join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.id
    where a.tenant_id = $1 group by 1 order by 1`,
    [tenantId],
  );
}

/** Rows that belong to nothing: holds without a pending transfer or settled by nothing, spent ids that stand in the book. */
export function orphans(tx: Tx, tenantId: Uuid): Promise<{ what: 'hold' | 'failed_id'; id: Uuid }[]> {
  return tx.query(
    `(select 'hold' as what, h.transfer_id as id from ledger.hold h
      where h.tenant_id = $1 and not exists (select from ledger.transfer t where t.tenant_id = $1 and t.id = h.transfer_id and t.kind = 'pending') limit 20)
    union all
    (select 'hold', h.transfer_id from ledger.hold h
      where h.tenant_id = $1 and h.resolved_by is not null
        and not exists (select from ledger.transfer t where t.tenant_id = $1 and t.id = h.resolved_by and t.pending_id = h.transfer_id) limit 20)
    union all
    (select 'failed_id', f.transfer_id from ledger.failed_transfer f
      where f.tenant_id = $1 and exists (select from ledger.transfer t where t.tenant_id = $1 and t.id = f.transfer_id) limit 20)`,
    [tenantId],
  );
}

export type HeadRow = { size: bigint; root: Buffer; at: number; number: bigint | null; signature: Buffer | null };

/** What was published of the book's log, smallest first. */
export function headsOf(tx: Tx, tenantId: Uuid): AsyncGenerator<HeadRow[]> {
  return stream<HeadRow>(
    tx,
    `select size, root, at, number, signature from ledger.log_head where tenant_id = '${checked(tenantId)}' order by size`,
  );
}

/** One tile of the log; undefined when there is none. */
export async function tileOf(tx: Tx, tenantId: Uuid, level: number, index: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ hashes: Buffer }>(
    'select hashes from ledger.log_tile where tenant_id = $1 and level = $2 and index = $3',
    [tenantId, level, index],
  );
  return row?.hashes;
}

/** How many tiles the log has. */
export async function countTiles(tx: Tx, tenantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ n: bigint }>('select count(*) as n from ledger.log_tile where tenant_id = $1', [tenantId]);
  return Number(row!.n);
}

let opened = 0;

/** Rows in pieces by a cursor, so that memory stays bounded however large the book is. Cursors cannot take parameters through every pooler, hence the checked ids in the text. */
async function* stream<R extends object>(tx: Tx, query: string): AsyncGenerator<R[]> {
  const name = `verify_${++opened}`;
  await tx.query(`declare ${name} no scroll cursor for ${query}`);
  try {
    for (;;) {
      const rows = await tx.query<R>(`fetch ${FETCH} from ${name}`);
      if (rows.length > 0) yield rows;
      if (rows.length < FETCH) return;
    }
  } finally {
    await tx.query(`close ${name}`).catch(() => undefined);
  }
}

function checked(id: Uuid): Uuid {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new TypeError('not a uuid');
  return id;
}
