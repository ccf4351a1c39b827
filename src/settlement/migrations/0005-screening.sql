-- A list says in which published format its file is, and whether a hit on it holds a payment or is only noted.
alter table settlement.screening_list
  add column format text not null default 'plain_csv',
  add column purpose text not null default 'sanctions' check (purpose in ('sanctions', 'pep'));

-- What was in force when: decisions name versions, and these rows tell what they were.
create table settlement.screening_list_version (
  tenant_id uuid not null,
  list_id text not null,
  version text not null,
  format text not null,
  purpose text not null,
  entries integer not null,
  names integer not null,
  loaded_by text not null,
  loaded_at timestamptz(3) not null,
  primary key (tenant_id, list_id, loaded_at, version)
);
select infra.protect('settlement.screening_list_version');
create policy operator on settlement.screening_list_version as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Someone whose name matches an entry and who was found not to be it: payments in this name pass until the day it ends, as
-- long as the entry stays as it was when it was looked at.
create table settlement.screening_exception (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text not null,
  list_id text not null,
  entry_id text not null,
  entry_digest text not null,
  reason text not null,
  granted_by text not null,
  granted_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  primary key (tenant_id, id),
  check (expires_at > granted_at)
);
create index screening_exception_name on settlement.screening_exception (tenant_id, name_key) where revoked_at is null;
select infra.protect('settlement.screening_exception');
grant update (revoked_at) on settlement.screening_exception to rialto_app;
