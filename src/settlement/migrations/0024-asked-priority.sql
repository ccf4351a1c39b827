-- What a bank asked for of a payment that was held first: it goes its way when it is released, and is asked again then.
create table settlement.asked_priority (
  tenant_id uuid not null,
  payment_id uuid not null,
  priority text not null check (priority in ('instant', 'urgent')),
  primary key (tenant_id, payment_id)
);
select infra.protect('settlement.asked_priority');
select infra.admit('settlement.asked_priority', 'rialto_writer', 'select, insert');
create policy operator on settlement.asked_priority as restrictive to rialto_app using ((select infra.member_id()) is null);
