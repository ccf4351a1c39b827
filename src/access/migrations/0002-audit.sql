-- Rows are only ever added. `xid` is the transaction that added a row: below the oldest running transaction nothing can
-- appear any more, so (xid, id) is an order that stands, and the Merkle log takes its positions from it.
create table access.audit (
  tenant_id uuid not null,
  xid bigint not null default (pg_current_xact_id()::text::bigint),
  id uuid not null,
  at timestamptz(3) not null,
  actor_kind text not null,
  actor_id uuid not null,
  actor_name text not null,
  action text not null,
  subject text not null,
  request_id text not null,
  outcome text not null,
  detail jsonb not null,
  primary key (tenant_id, xid, id)
);
create index audit_by_subject on access.audit (subject);
create index audit_by_time on access.audit using brin (at);
select infra.protect('access.audit');
select infra.grows('access.audit', 'tenant_id', 'xid', 'id', 'at', 'subject');
select infra.admit('access.audit', 'rialto_writer', 'insert');
select infra.admit('access.audit', 'rialto_relay', 'select');
select infra.admit('access.audit', 'rialto_verify', 'select');
-- Nobody chooses a row's place in the order.
revoke insert on access.audit from rialto_app, rialto_writer;
grant insert (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail)
  on access.audit to rialto_app, rialto_writer;
-- A member's users act in the log but do not read it: it names other members.
create policy member on access.audit as restrictive for select to rialto_app using ((select infra.member_id()) is null);

create function access.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on access.audit
  for each statement execute function access.refuse_change();

-- How far a tenant's rows are chained: the place of the last one, and the Merkle tree's right edge.
create table access.audit_chain (
  tenant_id uuid primary key,
  xid bigint not null,
  id uuid not null,
  size bigint not null,
  peaks bytea not null
);
select infra.protect('access.audit_chain');
revoke insert on access.audit_chain from rialto_app;
select infra.admit('access.audit_chain', 'rialto_relay', 'select, insert, update');
select infra.admit('access.audit_chain', 'rialto_verify', 'select');

-- Hashes of the tree, 256 of 32 bytes to a tile: level 0 holds leaves, each level above the roots of whole tiles below.
create table access.audit_tile (
  tenant_id uuid not null,
  level smallint not null,
  index bigint not null,
  hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (tenant_id, level, index)
);
select infra.protect('access.audit_tile');
revoke insert on access.audit_tile from rialto_app;
select infra.admit('access.audit_tile', 'rialto_relay', 'select, insert, update');
select infra.admit('access.audit_tile', 'rialto_verify', 'select');

create function access.refuse_other_hashes() returns trigger language plpgsql as $$
begin
  if substring(new.hashes for length(old.hashes)) <> old.hashes
     or (new.tenant_id, new.level, new.index) is distinct from (old.tenant_id, old.level, old.index) then
    raise exception 'access.audit_tile only grows' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger only_grows before update on access.audit_tile for each row execute function access.refuse_other_hashes();
create trigger append_only before delete or truncate on access.audit_tile
  for each statement execute function access.refuse_change();

-- The log's size and root after each run of the chaining job.
create table access.audit_head (
  tenant_id uuid not null,
  size bigint not null,
  root bytea not null check (length(root) = 32),
  at timestamptz(3) not null,
  primary key (tenant_id, size)
);
select infra.protect('access.audit_head');
revoke insert on access.audit_head from rialto_app;
select infra.admit('access.audit_head', 'rialto_relay', 'select, insert');
select infra.admit('access.audit_head', 'rialto_verify', 'select');
create trigger append_only before update or delete or truncate on access.audit_head
  for each statement execute function access.refuse_change();
