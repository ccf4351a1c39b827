-- Up to how much of a currency any two people of the operator write off; for more the one who approves has to be an administrator.
-- A currency without a row has no limit.
create table settlement.write_off_limit (
  tenant_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null check (units >= 0),
  changed_at timestamptz(3) not null,
  primary key (tenant_id, asset)
);
select infra.protect('settlement.write_off_limit');
grant update, delete on settlement.write_off_limit to rialto_app;
create policy operator on settlement.write_off_limit as restrictive to rialto_app using ((select infra.member_id()) is null);
