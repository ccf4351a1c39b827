-- When an obligation came to nothing is told with it: at the default that took it out, when its payment was rejected while it was held, or
-- when its bank cancelled it ahead of its value date.
alter table settlement.carried_obligation no force row level security;
alter table settlement.payment_hold no force row level security;

alter table settlement.carried_obligation
  add column returned_at timestamptz(3),
  -- Who cancelled it.
  add column cancelled_by text,
  drop constraint carried_obligation_why_check,
  add constraint carried_obligation_why_check check (why in ('value_date', 'default', 'hold', 'cancel')),
  add constraint carried_obligation_cancelled_check check (cancelled_by is null or returned),
  add constraint carried_obligation_cancel_check check (why <> 'cancel' or cancelled_by is not null);

-- It would be asked of the rows of before that it was not asked of so far, see 0035.
alter table settlement.carried_obligation drop constraint carried_obligation_left_check;
update settlement.carried_obligation c
   set returned_at = coalesce(
     (select h.decided_at from settlement.payment_hold h
       where h.tenant_id = c.tenant_id and h.payment_id = c.payment_id and h.outcome = 'rejected' order by h.id desc limit 1), c.left_at)
 where c.returned;

alter table settlement.carried_obligation
  add constraint carried_obligation_left_check check (step > 1 or range_from is not null) not valid,
  add constraint carried_obligation_returned_at_check check (returned = (returned_at is not null));
do $$
begin
  alter table settlement.carried_obligation validate constraint carried_obligation_left_check;
exception when check_violation then null;
end $$;
alter table settlement.payment_hold force row level security;
alter table settlement.carried_obligation force row level security;

-- Few; the limits for a day and simulations ask for those of a day.
create index carried_obligation_cancelled on settlement.carried_obligation (tenant_id, returned_at) where cancelled_by is not null;
create index carried_obligation_returned on settlement.carried_obligation (tenant_id, returned_at) where returned;
create index payment_hold_by_time on settlement.payment_hold (tenant_id, held_at);

-- What is cancelled on the day on which it was taken was not sent on it, as what comes to nothing in the queue.
create function settlement.give_back_cancelled() returns trigger language plpgsql as $$
begin
  update settlement.exposure e
     set sent = greatest(0, e.sent - new.units)
    from settlement.payment p
    left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id
   where p.tenant_id = new.tenant_id and p.id = new.payment_id
     and e.tenant_id = new.tenant_id and e.participant_id = new.debtor_agent_id and e.asset = new.asset
     and e.counterparty_id = '00000000-0000-0000-0000-000000000000'
     and e.sent_on = (coalesce(r.decided_at, p.received_at) at time zone 'utc')::date;
  return null;
end
$$;
create trigger give_back_cancelled_new after insert on settlement.carried_obligation
  for each row when (new.cancelled_by is not null) execute function settlement.give_back_cancelled();
create trigger give_back_cancelled after update of cancelled_by on settlement.carried_obligation
  for each row when (new.cancelled_by is not null and old.cancelled_by is null) execute function settlement.give_back_cancelled();
