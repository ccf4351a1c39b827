-- Bookings besides payments of which a bank is to be notified (camt.054): written with the booking itself, taken out with the message.
create table settlement.booking_due (
  tenant_id uuid not null,
  owner_id uuid not null,
  kind text not null check (kind in ('funding', 'fee', 'exchange')),
  -- A transfer; of an exchange its trade, whose legs are told of together.
  booking_id uuid not null,
  noted_at timestamptz(3) not null,
  primary key (tenant_id, owner_id, kind, booking_id)
);
create index booking_due_in_order on settlement.booking_due (tenant_id, owner_id, noted_at, booking_id);
select infra.protect('settlement.booking_due');
grant delete on settlement.booking_due to rialto_app;
create policy operator on settlement.booking_due as restrictive for select to rialto_app using ((select infra.member_id()) is null);
