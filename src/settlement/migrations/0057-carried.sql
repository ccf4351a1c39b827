-- What the sender of a message said of a payment that this network passes on and does not need itself: elements of ISO 20022, null in
-- them where the payment has the text. Only of payments that came with any.
create table settlement.payment_carried (
  tenant_id uuid not null,
  payment_id uuid not null,
  carried json not null,
  primary key (tenant_id, payment_id)
);
select infra.protect('settlement.payment_carried');
select infra.grows('settlement.payment_carried', 'tenant_id', 'payment_id');
select infra.admit('settlement.payment_carried', 'rialto_writer', 'select, insert');
create policy member on settlement.payment_carried as restrictive for select to rialto_app
  using ((select infra.member_id()) is null
    or exists (select from settlement.payment p where p.tenant_id = payment_carried.tenant_id and p.id = payment_carried.payment_id));
