import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { bools, instant, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { AccountDraft, AccountKind } from '../port.ts';
import type { Sums } from '../transfer.ts';

/** An account as callers see it: facts and sums. */
export type AccountView = {
  id: Uuid;
  name: string;
  kind: AccountKind;
  asset: string;
  memberId: Uuid | null;
  debitsLimited: boolean;
  creditsLimited: boolean;
  managedBy: string | null;
  reference: string | null;
  metadata: Record<string, string> | null;
  openedAt: Millis;
  closedAt: Millis | null;
} & Sums;

const COLUMNS = `a.id, a.name, a.kind, a.asset, a.member_id as "memberId", a.debits_limited as "debitsLimited",
  a.credits_limited as "creditsLimited", a.managed_by as "managedBy", a.reference, a.metadata, a.opened_at as "openedAt", a.closed_at as "closedAt",
  b.debits_posted as "debitsPosted", b.credits_posted as "creditsPosted", b.debits_pending as "debitsPending",
  b.credits_pending as "creditsPending"`;
const FROM = 'from ledger.account a join ledger.balance b on b.tenant_id = a.tenant_id and b.account_id = a.id';

/** Opens accounts; answers how many of the ids were new. */
export async function insertAccounts(tx: Tx, tenantId: Uuid, drafts: readonly AccountDraft[], atMs: Millis): Promise<number> {
  const rows = await tx.query(
    `insert into ledger.account (tenant_id, id, name, kind, asset, debits_limited, credits_limited, managed_by, member_id, reference, metadata,
      opened_at)
    select $1, unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::bool[]), unnest($7::bool[]),
      unnest($8::text[]), unnest($9::uuid[]), unnest($10::text[]), unnest($11::jsonb[]), $12
    on conflict (tenant_id, id) do nothing
    returning 1`,
    [
      tenantId,
      uuids(drafts.map((d) => d.id)),
      texts(drafts.map((d) => d.name)),
      texts(drafts.map((d) => d.kind)),
      texts(drafts.map((d) => d.asset)),
      bools(drafts.map((d) => d.debitsMustNotExceedCredits ?? false)),
      bools(drafts.map((d) => d.creditsMustNotExceedDebits ?? false)),
      texts(drafts.map((d) => d.managedBy)),
      uuids(drafts.map((d) => d.memberId)),
      texts(drafts.map((d) => d.reference)),
      jsonbs(drafts.map((d) => d.metadata)),
      instant(atMs),
    ],
  );
  return rows.length;
}

/** Closes an account; false when it is closed already or does not exist. */
export async function markClosed(tx: Tx, tenantId: Uuid, id: Uuid, atMs: Millis): Promise<boolean> {
  const rows = await tx.query(
    'update ledger.account set closed_at = $3 where tenant_id = $1 and id = $2 and closed_at is null returning 1',
    [tenantId, id, instant(atMs)],
  );
  return rows.length === 1;
}

/** One account, undefined when it does not exist or is not for the caller's eyes. */
export async function findAccount(tx: Tx, tenantId: Uuid, id: Uuid): Promise<AccountView | undefined> {
  return (await tx.query<AccountView>(`select ${COLUMNS} ${FROM} where a.tenant_id = $1 and a.id = $2`, [tenantId, id]))[0];
}

/** What a list of accounts is narrowed to; `text` is part of the name or the whole reference. */
export type AccountFilter = { asset?: string; kind?: AccountKind; memberId?: Uuid; text?: string; after?: Uuid; limit: number };

/** Accounts in the order of their ids, which are made by time. */
export async function listAccounts(tx: Tx, tenantId: Uuid, filter: AccountFilter): Promise<AccountView[]> {
  return tx.query<AccountView>(
    `select ${COLUMNS} ${FROM}
    where a.tenant_id = $1 and ($2::text is null or a.asset = $2) and ($3::text is null or a.kind = $3)
      and ($4::uuid is null or a.member_id = $4)
      and ($5::text is null or strpos(lower(a.name), lower($5)) > 0 or a.reference = $5)
      and ($6::uuid is null or a.id > $6)
    order by a.id limit $7`,
    [tenantId, filter.asset ?? null, filter.kind ?? null, filter.memberId ?? null, filter.text ?? null, filter.after ?? null, filter.limit],
  );
}

/** The sums of those accounts that exist. */
export async function readBalances(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, Sums>> {
  const rows = await tx.query<Sums & { id: Uuid }>(
    `select account_id as id, debits_posted as "debitsPosted", credits_posted as "creditsPosted",
      debits_pending as "debitsPending", credits_pending as "creditsPending"
    from ledger.balance where tenant_id = $1 and account_id = any ($2::uuid[])`,
    [tenantId, uuids(ids)],
  );
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

export type KindSums = Sums & { asset: string; kind: AccountKind; accounts: bigint };

/** Sums by asset and kind of account. */
export async function sumByKind(tx: Tx, tenantId: Uuid): Promise<KindSums[]> {
  return tx.query<KindSums>(
    `select a.asset, a.kind, count(*) as accounts, sum(b.debits_posted) as "debitsPosted", sum(b.credits_posted) as "creditsPosted",
      sum(b.debits_pending) as "debitsPending", sum(b.credits_pending) as "creditsPending"
    ${FROM} where a.tenant_id = $1 group by 1, 2 order by 1, 2`,
    [tenantId],
  );
}
