create schema ledger;

-- The books. One book per tenant; its row is locked first by whoever writes anything of it, so that sequence numbers are
-- gap-free and in the order of commits. `version` grows with every transaction that changes anything of the book:
-- a writer whose memory is of that version knows that nobody was here in between.
create table ledger.book (
  tenant_id uuid not null primary key,
  seq bigint not null default 0 check (seq >= 0),
  version bigint not null default 0,
  recorded_at timestamptz(3) not null default 'epoch'
) with (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- What an account is; only its closing changes it.
create table ledger.account (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  kind text not null check (kind in ('asset', 'liability', 'equity', 'income', 'expense')),
  asset text not null,
  debits_limited boolean not null,
  credits_limited boolean not null,
  member_id uuid,
  reference text,
  metadata jsonb,
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  primary key (tenant_id, id),
  check (not (debits_limited and credits_limited))
);
create index account_member on ledger.account (tenant_id, member_id) where member_id is not null;
create index account_reference on ledger.account (tenant_id, reference) where reference is not null;

-- Every movement, for good. The eight sums are those of both accounts after it: what an account holds is what its last
-- transfer left, now and at any past moment, and no row is ever updated for it. `limits` are those of both accounts, for a
-- last check before the disk: 1 the debit account's debits must not exceed its credits, 2 its credits its debits, 4 and 8 the
-- same of the credit account.
create table ledger.transfer (
  tenant_id uuid not null,
  seq bigint not null,
  id uuid not null,
  debit_account_id uuid not null,
  credit_account_id uuid not null,
  recorded_at timestamptz(3) not null,
  kind text not null check (kind in ('posted', 'pending', 'post', 'void', 'expire')),
  asset text not null,
  units numeric(38, 0) not null check (units >= 0),
  pending_id uuid,
  timeout_ms bigint,
  balancing text,
  -- Null: the UTC day of recording.
  effective_on date,
  reference text,
  metadata jsonb,
  debit_debits_posted numeric(38, 0) not null,
  debit_credits_posted numeric(38, 0) not null,
  debit_debits_pending numeric(38, 0) not null,
  debit_credits_pending numeric(38, 0) not null,
  credit_debits_posted numeric(38, 0) not null,
  credit_credits_posted numeric(38, 0) not null,
  credit_debits_pending numeric(38, 0) not null,
  credit_credits_pending numeric(38, 0) not null,
  limits smallint not null default 0,
  primary key (tenant_id, seq),
  check (least(debit_debits_posted, debit_credits_posted, debit_debits_pending, debit_credits_pending,
    credit_debits_posted, credit_credits_posted, credit_debits_pending, credit_credits_pending) >= 0),
  constraint debit_account_debits_within_credits
    check (limits & 1 = 0 or debit_debits_posted + debit_debits_pending <= debit_credits_posted),
  constraint debit_account_credits_within_debits
    check (limits & 2 = 0 or debit_credits_posted + debit_credits_pending <= debit_debits_posted),
  constraint credit_account_debits_within_credits
    check (limits & 4 = 0 or credit_debits_posted + credit_debits_pending <= credit_credits_posted),
  constraint credit_account_credits_within_debits
    check (limits & 8 = 0 or credit_credits_posted + credit_credits_pending <= credit_debits_posted)
);
create unique index transfer_id on ledger.transfer (tenant_id, id);
-- Without the tenant, whose part the accounts' ids know: these two are most of what a transfer costs to write.
create index transfer_debit on ledger.transfer (debit_account_id, seq);
create index transfer_credit on ledger.transfer (credit_account_id, seq);
create index transfer_reference on ledger.transfer (reference, seq) where reference is not null;
create index transfer_metadata on ledger.transfer using gin (metadata jsonb_path_ops) where metadata is not null;
-- Only what takes effect on another day than that of its recording needs a look by day.
create index transfer_debit_effective on ledger.transfer (tenant_id, debit_account_id, effective_on) where effective_on is not null;
create index transfer_credit_effective on ledger.transfer (tenant_id, credit_account_id, effective_on) where effective_on is not null;
select infra.grows('ledger.transfer', 'tenant_id', 'seq', 'id', 'debit_account_id', 'credit_account_id', 'reference', 'effective_on');

-- What became of pending transfers. `due_at` is emptied when it is settled, so that the index holds only what may expire.
create table ledger.hold (
  tenant_id uuid not null,
  transfer_id uuid not null,
  state text not null check (state in ('pending', 'posted', 'voided', 'expired')),
  due_at timestamptz(3),
  resolved_by uuid,
  primary key (tenant_id, transfer_id),
  check ((state = 'pending') = (resolved_by is null)),
  check (state = 'pending' or due_at is null)
) with (fillfactor = 80);
create index hold_due on ledger.hold (due_at) where due_at is not null;

-- Ids that are spent by a transient refusal: a late copy of the request must not succeed after its caller was told no.
create table ledger.failed_transfer (
  tenant_id uuid not null,
  transfer_id uuid not null,
  code text not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, transfer_id)
);

-- The Merkle log (RFC 6962) over all transfers of a book, by sequence. Level 0 holds leaf hashes, level n the roots of
-- whole tiles below, 256 hashes of 32 bytes a tile; the last tile of a level may be shorter and grows.
create table ledger.log_tile (
  tenant_id uuid not null,
  level smallint not null,
  index bigint not null,
  hashes bytea not null check (length(hashes) % 32 = 0 and length(hashes) between 32 and 8192),
  primary key (tenant_id, level, index)
);
alter table ledger.log_tile alter column hashes set storage external;

-- What was published of the log, and when. `frontier`: roots of its perfect subtrees, enough to go on.
create table ledger.log_head (
  tenant_id uuid not null,
  size bigint not null,
  root bytea not null check (length(root) = 32),
  frontier bytea not null,
  at timestamptz(3) not null,
  primary key (tenant_id, size)
);

create function ledger.refuse_change() returns trigger
language plpgsql
as $$
begin
  raise exception '%.% is immutable: % refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation', hint = 'Correct a transfer by another one.';
end
$$;
create trigger immutable before update or delete on ledger.transfer for each row execute function ledger.refuse_change();
create trigger immutable before update or delete on ledger.failed_transfer for each row execute function ledger.refuse_change();
create trigger immutable before update or delete on ledger.log_head for each row execute function ledger.refuse_change();
create trigger kept before delete on ledger.book for each row execute function ledger.refuse_change();
create trigger kept before delete on ledger.account for each row execute function ledger.refuse_change();
create trigger kept before delete on ledger.hold for each row execute function ledger.refuse_change();
create trigger kept before delete on ledger.log_tile for each row execute function ledger.refuse_change();

create function ledger.refuse_account_change() returns trigger
language plpgsql
as $$
begin
  if old.closed_at is not null or new.closed_at is null or (to_jsonb(old) - 'closed_at') <> (to_jsonb(new) - 'closed_at') then
    raise exception 'an account can only be closed, once' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger facts before update on ledger.account for each row execute function ledger.refuse_account_change();

do $$
declare
  t text;
begin
  foreach t in array array['book', 'account', 'transfer', 'hold', 'failed_transfer', 'log_tile', 'log_head'] loop
    execute format('create trigger kept_whole before truncate on ledger.%I for each statement execute function ledger.refuse_change()', t);
    perform infra.protect(format('ledger.%I', t));
    execute format('revoke insert on ledger.%I from rialto_app', t);
    perform infra.admit(format('ledger.%I', t), 'rialto_verify', 'select');
  end loop;
end
$$;

select infra.admit('ledger.book', 'rialto_writer', 'select, insert, update');
select infra.admit('ledger.account', 'rialto_writer', 'select, insert');
grant update (closed_at) on ledger.account to rialto_writer;
select infra.admit('ledger.transfer', 'rialto_writer', 'select, insert');
select infra.admit('ledger.hold', 'rialto_writer', 'select, insert, update');
select infra.admit('ledger.failed_transfer', 'rialto_writer', 'select, insert');
select infra.admit('ledger.book', 'rialto_relay', 'select');
select infra.admit('ledger.transfer', 'rialto_relay', 'select');
select infra.admit('ledger.account', 'rialto_relay', 'select');
select infra.admit('ledger.hold', 'rialto_relay', 'select');
select infra.admit('ledger.log_tile', 'rialto_relay', 'select, insert, update');
select infra.admit('ledger.log_head', 'rialto_relay', 'select, insert');

-- A member (a bank) sees its own accounts and the transfers that touch them.
create policy member on ledger.account as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));
create policy member on ledger.transfer as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or debit_account_id in (select a.id from ledger.account a where a.member_id = (select infra.member_id()))
    or credit_account_id in (select a.id from ledger.account a where a.member_id = (select infra.member_id())));
create policy member on ledger.hold as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from ledger.transfer t where t.tenant_id = hold.tenant_id and t.id = hold.transfer_id));
create policy member on ledger.failed_transfer as restrictive for select to rialto_app
  using ((select infra.member_id()) is null);

-- What every account holds: the sums that its last transfer left, whichever side it was on. It reads with its reader's rights.
-- Bounds on both sides instead of equality, and the account in the order: only the index by account can serve that. By
-- equality and sequence the planner may walk the whole book backwards for an account that has not moved for long.
create view ledger.balance with (security_invoker = true) as
select a.tenant_id, a.id as account_id, coalesce(l.debits_posted, 0) as debits_posted, coalesce(l.credits_posted, 0) as credits_posted,
  coalesce(l.debits_pending, 0) as debits_pending, coalesce(l.credits_pending, 0) as credits_pending
from ledger.account a
left join lateral (
  (select t.seq, t.debit_debits_posted as debits_posted, t.debit_credits_posted as credits_posted,
      t.debit_debits_pending as debits_pending, t.debit_credits_pending as credits_pending
    from ledger.transfer t where t.tenant_id = a.tenant_id and t.debit_account_id >= a.id and t.debit_account_id <= a.id
    order by t.debit_account_id desc, t.seq desc limit 1)
  union all
  (select t.seq, t.credit_debits_posted, t.credit_credits_posted, t.credit_debits_pending, t.credit_credits_pending
    from ledger.transfer t where t.tenant_id = a.tenant_id and t.credit_account_id >= a.id and t.credit_account_id <= a.id
    order by t.credit_account_id desc, t.seq desc limit 1)
  order by seq desc limit 1
) l on true;
grant select on ledger.balance to rialto_app, rialto_writer, rialto_relay, rialto_verify;

-- The book's sequence just before a moment. Time never goes back within a book, so halving finds it.
create function ledger.seq_before(tenant uuid, moment timestamptz) returns bigint
language plpgsql stable
as $$
declare
  low bigint := 0;
  high bigint := coalesce((select b.seq from ledger.book b where b.tenant_id = tenant), 0);
  middle bigint;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select t.recorded_at from ledger.transfer t where t.tenant_id = tenant and t.seq = middle) < moment then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end
$$;
