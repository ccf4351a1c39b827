-- What was paid in each full hour, by whom to whom: what forecasts are made of. An hour is counted once, when it is over.
create table settlement.flow_hour (
  tenant_id uuid not null,
  hour timestamptz(0) not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  asset text not null,
  payments integer not null,
  units numeric(38, 0) not null,
  primary key (tenant_id, hour, asset, debtor_agent_id, creditor_agent_id)
);
create index flow_hour_by_asset on settlement.flow_hour (tenant_id, asset, hour);
select infra.protect('settlement.flow_hour');
create policy member on settlement.flow_hour as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) in (debtor_agent_id, creditor_agent_id));

create table settlement.flow_hour_counted (
  tenant_id uuid not null,
  hour timestamptz(0) not null,
  primary key (tenant_id, hour)
);
select infra.protect('settlement.flow_hour_counted');

-- Days that were replayed under other ways of settling. The result is written when the run ends.
create table settlement.simulation (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  -- A past day of the tenant's own payments, or an invented one.
  day date,
  seed text,
  options jsonb not null,
  state text not null check (state in ('running', 'done', 'failed')),
  progress real not null,
  result jsonb,
  error text,
  started_by text not null,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, id)
);
select infra.protect('settlement.simulation');
grant update (state, progress, result, error, finished_at) on settlement.simulation to rialto_app;
create policy operator on settlement.simulation as restrictive to rialto_app using ((select infra.member_id()) is null);
