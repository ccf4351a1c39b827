-- Payments that a list names while they are in a window that was cut off. They settle with it; what leaves it all the same, carried over or
-- put off to its value date, is held in the act that takes it out. Gone once it has left, or its window is settled.
create table settlement.late_hold (
  tenant_id uuid not null,
  -- The obligation, which is in the window.
  seq bigint not null,
  payment_id uuid not null,
  window_id uuid not null,
  -- The number of the lists that it was screened against last, and which matches nobody had decided on.
  screening_set integer not null,
  hits jsonb not null,
  noted_at timestamptz(3) not null,
  primary key (tenant_id, seq),
  foreign key (tenant_id, seq) references settlement.obligation
);
create index late_hold_of_window on settlement.late_hold (tenant_id, window_id);
select infra.protect('settlement.late_hold');
grant update, delete on settlement.late_hold to rialto_app;
-- Told to the operator alone: a bank must not be warned.
create policy operator on settlement.late_hold as restrictive for select to rialto_app using ((select infra.member_id()) is null);
