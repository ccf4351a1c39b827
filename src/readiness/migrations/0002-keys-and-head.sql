-- Ends of keys that sign: whoever held one signs nothing new with it. An end stands for ever; a later one can only bring it forward.
create table readiness.signing_key_end (
  tenant_id uuid not null,
  id uuid not null,
  key_id text not null,
  at timestamptz(3) not null,
  -- Somebody else may have had the key: nothing that was made from then on counts.
  compromised_since timestamptz(3),
  told_by text not null,
  reason text not null check (length(reason) between 1 and 2000),
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references readiness.signing_key
);
create index signing_key_end_by_key on readiness.signing_key_end (tenant_id, key_id);
select readiness.keep('readiness.signing_key_end');
create trigger append_only before update or delete or truncate on readiness.signing_key_end
  for each statement execute function readiness.refuse_change();

-- How far the log of a tenant ever went. Entries that are cut off its end, by whatever means, leave this behind.
create table readiness.log_head (
  tenant_id uuid primary key,
  size integer not null check (size >= 0)
);
select readiness.keep('readiness.log_head');
grant update (size) on readiness.log_head to rialto_app;

create function readiness.refuse_shrinking() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.size >= old.size and new.tenant_id = old.tenant_id then return new; end if;
  raise exception '%.% only grows', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger only_grows before update or delete on readiness.log_head
  for each row execute function readiness.refuse_shrinking();
create trigger never_emptied before truncate on readiness.log_head
  for each statement execute function readiness.refuse_change();

insert into readiness.log_head (tenant_id, size) select tenant_id, count(*) from readiness.record group by tenant_id;
