import type { Uuid } from '../../base/id.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Hold } from '../evaluate.ts';
import type { Sums, Transfer } from '../transfer.ts';
import { TRANSFER_COLUMNS, transferOf, type TransferRow } from './transfer-row.ts';

const DAY_MS = 86_400_000;

/** One transfer and, when it is a pending one, what became of it. */
export async function findTransfer(tx: Tx, tenantId: Uuid, id: Uuid): Promise<{ transfer: Transfer; hold?: Hold } | undefined> {
  const [row] = await tx.query<TransferRow & { state: Hold['state'] | null; dueAt: Millis | null; resolvedBy: Uuid | null }>(
    `select ${TRANSFER_COLUMNS}, h.state, h.due_at as "dueAt", h.resolved_by as "resolvedBy"
    from ledger.transfer t left join ledger.hold h on h.tenant_id = t.tenant_id and h.transfer_id = t.id
    where t.tenant_id = $1 and t.id = $2`,
    [tenantId, id],
  );
  if (!row) return undefined;
  const { state, dueAt, resolvedBy } = row;
  return { transfer: transferOf(row), ...(state && { hold: { state, dueAt: dueAt ?? undefined, resolvedBy: resolvedBy ?? undefined } }) };
}

/** What a list of transfers is narrowed to; `before` is the sequence that the page before ended with. */
export type TransferFilter = {
  accountId?: Uuid | undefined;
  reference?: string | undefined;
  metadata?: Record<string, string> | undefined;
  before?: bigint | undefined;
  limit: number;
};

const SIDES = ['debit_account_id', 'credit_account_id'] as const;

/**
 * The transfers on one side of an account in a range of sequences, to be ordered by that side and the sequence. By equality
 * of the account and order of the sequence the planner may instead walk the whole book for an account that rarely moves.
 */
function ofAccount(
  side: (typeof SIDES)[number],
  account: string,
  range: { after?: string | undefined; to?: string | undefined; below?: string | undefined },
): string[] {
  const { after, to, below } = range;
  return [
    after ? `(t.${side}, t.seq) > (${account}, ${after})` : `t.${side} >= ${account}`,
    below ? `(t.${side}, t.seq) < (${account}, ${below})` : to ? `(t.${side}, t.seq) <= (${account}, ${to})` : `t.${side} <= ${account}`,
  ];
}

/** Transfers, newest first. The text holds only the conditions that are asked for, so that each finds its index. */
export async function listTransfers(tx: Tx, tenantId: Uuid, filter: TransferFilter): Promise<Transfer[]> {
  const values: unknown[] = [tenantId, filter.limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['t.tenant_id = $1'];
  const before = filter.before === undefined ? undefined : `${bind(filter.before)}::bigint`;
  if (filter.reference !== undefined) conditions.push(`t.reference = ${bind(filter.reference)}`);
  if (filter.metadata !== undefined) conditions.push(`t.metadata @> ${bind(JSON.stringify(filter.metadata))}::jsonb`);
  const select = (more: readonly string[], order: string): string =>
    `select t.* from ledger.transfer t where ${[...conditions, ...more].join(' and ')} order by ${order} limit $2`;
  const account = filter.accountId === undefined ? undefined : `${bind(filter.accountId)}::uuid`;
  const source =
    account === undefined
      ? select(before ? [`t.seq < ${before}`] : [], 't.seq desc')
      : SIDES.map((side) => `(${select(ofAccount(side, account, { below: before }), `t.${side} desc, t.seq desc`)})`).join(' union all ');
  const rows = await tx.query<TransferRow>(`select ${TRANSFER_COLUMNS} from (${source}) t order by t.seq desc limit $2`, values);
  return rows.map(transferOf);
}

/** The book's sequence just before a moment. */
export async function seqBefore(tx: Tx, tenantId: Uuid, atMs: Millis): Promise<bigint> {
  return (await tx.query<{ seq: bigint }>('select ledger.seq_before($1, $2) as seq', [tenantId, instant(atMs)]))[0]!.seq;
}

/** Entries of an account with fromSeq < seq ≤ toSeq, oldest first. */
export async function entriesOf(
  tx: Tx,
  tenantId: Uuid,
  range: { accountId: Uuid; fromSeq: bigint; toSeq: bigint; limit: number },
): Promise<Transfer[]> {
  const side = (column: (typeof SIDES)[number]): string =>
    `(select t.* from ledger.transfer t where t.tenant_id = $1 and ${ofAccount(column, '$2::uuid', { after: '$3::bigint', to: '$4::bigint' }).join(' and ')}
      order by t.${column}, t.seq limit $5)`;
  const rows = await tx.query<TransferRow>(
    `select ${TRANSFER_COLUMNS} from (${side('debit_account_id')} union all ${side('credit_account_id')}) t order by t.seq limit $5`,
    [tenantId, range.accountId, range.fromSeq, range.toSeq, range.limit],
  );
  return rows.map(transferOf);
}

/** Accounts' sums after the transfer with this sequence: those that the last transfer of each up to there left. */
export async function balancesAtSeq(tx: Tx, tenantId: Uuid, ids: readonly Uuid[], seq: bigint): Promise<Map<Uuid, Sums>> {
  const last = (side: 'debit' | 'credit'): string => `(
    select t.seq, t.${side}_debits_posted as dp, t.${side}_credits_posted as cp, t.${side}_debits_pending as dh, t.${side}_credits_pending as ch
    from ledger.transfer t where t.tenant_id = $1 and ${ofAccount(`${side}_account_id`, 'n.id', { to: '$3::bigint' }).join(' and ')}
    order by t.${side}_account_id desc, t.seq desc limit 1)`;
  const rows = await tx.query<Sums & { id: Uuid }>(
    `select n.id, coalesce(l.dp, 0) as "debitsPosted", coalesce(l.cp, 0) as "creditsPosted",
      coalesce(l.dh, 0) as "debitsPending", coalesce(l.ch, 0) as "creditsPending"
    from unnest($2::uuid[]) n (id) left join lateral (${last('debit')} union all ${last('credit')} order by seq desc limit 1) l on true`,
    [tenantId, uuids(ids), seq],
  );
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

/** One account's sums after the transfer with this sequence. */
export async function balanceAtSeq(tx: Tx, tenantId: Uuid, accountId: Uuid, seq: bigint): Promise<Sums> {
  return (await balancesAtSeq(tx, tenantId, [accountId], seq)).get(accountId)!;
}

/**
 * An account's sums by effective date, at the end of a UTC day: as recorded up to then, without what takes effect later
 * and with what was recorded later but took effect by then. What is pending counts by its recording.
 */
export async function balanceByEffectiveDay(tx: Tx, tenantId: Uuid, accountId: Uuid, day: LocalDate): Promise<Sums> {
  const seq = await seqBefore(tx, tenantId, Date.parse(`${day}T00:00:00Z`) + DAY_MS);
  const recorded = await balanceAtSeq(tx, tenantId, accountId, seq);
  const moved = (side: string): string => `coalesce((
    select sum(case when seq > $3 then units else -units end) from ledger.transfer
    where tenant_id = $1 and ${side}_account_id = $2 and effective_on is not null and kind in ('posted', 'post')
      and ((seq <= $3 and effective_on > $4::date) or (seq > $3 and effective_on <= $4::date))), 0)`;
  const [late] = await tx.query<{ debits: bigint; credits: bigint }>(`select ${moved('debit')} as debits, ${moved('credit')} as credits`, [
    tenantId,
    accountId,
    seq,
    dayOf(Date.parse(`${day}T00:00:00Z`)),
  ]);
  return { ...recorded, debitsPosted: recorded.debitsPosted + late!.debits, creditsPosted: recorded.creditsPosted + late!.credits };
}

/** A pending transfer whose time has run out, with the members whose accounts it holds. */
export type DueHold = { tenantId: Uuid; pendingId: Uuid; asset: string; units: bigint; memberIds: Uuid[] };

/** The longest overdue pending transfers of all books. */
export async function dueHolds(tx: Tx, nowMs: Millis, limit: number): Promise<DueHold[]> {
  return tx.query<DueHold>(
    `select h.tenant_id as "tenantId", h.transfer_id as "pendingId", t.asset, t.units,
      array(select distinct a.member_id from ledger.account a
        where a.tenant_id = t.tenant_id and a.id in (t.debit_account_id, t.credit_account_id) and a.member_id is not null) as "memberIds"
    from ledger.hold h join ledger.transfer t on t.tenant_id = h.tenant_id and t.id = h.transfer_id
    where h.due_at <= $1 order by h.due_at limit $2`,
    [instant(nowMs), limit],
  );
}
