-- How tenants are kept apart. Every module's migrations build on this.

grant usage on schema infra to rialto_app, rialto_auth, rialto_writer, rialto_relay, rialto_verify;
comment on table infra.migration is 'tenantless: which files built this database';
grant select on infra.migration to rialto_app;

create function infra.tenant_id() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('rialto.tenant', true), '')::uuid $$;
comment on function infra.tenant_id() is 'The tenant of the transaction, null when none is set';

create function infra.member_id() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('rialto.member', true), '')::uuid $$;
comment on function infra.member_id() is 'The member (bank, trader, publisher) the actor is bound to, null when it is bound to none';

create function infra.require_named_role(role name) returns void
language plpgsql stable
as $$
begin
  if role not in ('rialto_auth', 'rialto_writer', 'rialto_relay', 'rialto_verify') then
    raise exception '% is not a role that reaches across tenants', role
      using hint = 'use rialto_auth, rialto_writer, rialto_relay or rialto_verify';
  end if;
end
$$;

create function infra.protect(t regclass) returns void
language plpgsql
as $$
declare
  space text := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = t);
begin
  if not exists (
    select from pg_attribute
    where attrelid = t and attname = 'tenant_id' and atttypid = 'uuid'::regtype and attnotnull and not attisdropped
  ) then
    raise exception '% must have a column "tenant_id uuid not null"', t;
  end if;
  if not exists (
    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = t and i.indisprimary and a.attname = 'tenant_id'
  ) then
    raise exception '% must have a primary key that starts with tenant_id', t;
  end if;
  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
  execute format('drop policy if exists tenant on %s', t);
  execute format(
    'create policy tenant on %s to rialto_app using (tenant_id = (select infra.tenant_id())) with check (tenant_id = (select infra.tenant_id()))', t);
  execute format('grant usage on schema %I to rialto_app', space);
  execute format('grant select, insert on %s to rialto_app', t);
end
$$;
comment on function infra.protect(regclass) is
  'Makes a table a tenant''s: forced row-level security, the tenant policy, select and insert for rialto_app. Refuses a table without tenant_id';

create function infra.admit(t regclass, role name, privileges text) returns void
language plpgsql
as $$
declare
  space text := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = t);
begin
  perform infra.require_named_role(role);
  if not (select relrowsecurity and relforcerowsecurity from pg_class where oid = t) then
    raise exception 'protect % before admitting % to it', t, role;
  end if;
  if privileges !~ '^\s*(select|insert|update|delete)(\s*,\s*(select|insert|update|delete))*\s*$' then
    raise exception 'privileges must be a list of select, insert, update, delete, not "%"', privileges;
  end if;
  execute format('drop policy if exists %I on %s', role, t);
  execute format('create policy %I on %s to %I using (true) with check (true)', role, t, role);
  execute format('grant usage on schema %I to %I', space, role);
  execute format('grant %s on %s to %I', privileges, t, role);
end
$$;
comment on function infra.admit(regclass, name, text) is
  'Lets a named role reach all tenants'' rows of a protected table with the listed privileges';

create function infra.grows(t regclass, variadic keys name[]) returns void
language plpgsql
as $$
declare
  c name;
begin
  for c in select attname from pg_attribute where attrelid = t and attnum > 0 and not attisdropped loop
    execute format('alter table %s alter column %I set statistics %s', t, c, case when c = any (keys) then 20 else 0 end);
  end loop;
  execute format('alter table %s set (autovacuum_analyze_scale_factor = 0.3, autovacuum_vacuum_insert_scale_factor = 0.5)', t);
end
$$;
comment on function infra.grows(regclass, name[]) is
  'For a large table that is only added to and looked into by its keys: a small sample of those is all the planner needs, and all that is taken';

revoke all on function infra.protect(regclass), infra.admit(regclass, name, text), infra.grows(regclass, name[]), infra.require_named_role(name)
  from public;
