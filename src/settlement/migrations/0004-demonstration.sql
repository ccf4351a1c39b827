-- The demonstration day of a tenant: which day it is, so that one that was interrupted goes on as the same one.
create table settlement.demonstration (
  tenant_id uuid not null,
  day date not null,
  begun_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id)
);
select infra.protect('settlement.demonstration');
grant update (finished_at) on settlement.demonstration to rialto_app;
