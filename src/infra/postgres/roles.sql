-- Roles are the server's, not the database's, and only the administrator can make them: run before the migrations, every time.
do $$
declare
  r record;
  may_become boolean;
begin
  for r in
    select * from (values
      ('rialto_owner', 'nologin noinherit'),
      ('rialto_app', 'login noinherit'),
      ('rialto_auth', 'nologin noinherit'),
      ('rialto_writer', 'nologin noinherit'),
      ('rialto_relay', 'nologin noinherit'),
      ('rialto_verify', 'nologin noinherit')
    ) as t (name, options)
  loop
    begin
      if not exists (select from pg_roles where rolname = r.name) then
        execute format('create role %I %s', r.name, r.options);
      end if;
    exception
      -- Someone who migrates another database of this server was faster.
      when duplicate_object or unique_violation then null;
    end;
    if r.name not in ('rialto_owner', 'rialto_app') and not pg_has_role('rialto_app', r.name, 'member') then
      execute format('grant %I to rialto_app', r.name);
    end if;
  end loop;

  -- A superuser may be anyone. From PostgreSQL 16 on, having made a role does not yet mean that one may become it.
  may_become := case
    when (select rolsuper from pg_roles where rolname = current_user) then true
    when current_setting('server_version_num')::int < 160000 then pg_has_role(current_user, 'rialto_owner', 'member')
    else pg_has_role(current_user, 'rialto_owner', 'set')
  end;
  if not may_become then
    execute format('grant rialto_owner to %I', current_user);
  end if;
  execute format('grant connect, create on database %I to rialto_owner', current_database());
  execute format('grant connect on database %I to rialto_app', current_database());
end
$$;
