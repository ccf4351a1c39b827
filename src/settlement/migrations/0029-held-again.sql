-- Payments that were taken and are held again, because a list that changed matches one of their parties before they are final.
-- While a row has no outcome its payment is held. It left the place where it waited, and has nothing set aside: as one that
-- was held at the door. Released, it goes back to its place; rejected, it comes to nothing.
create table settlement.payment_hold (
  tenant_id uuid not null,
  id uuid not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  -- The number of the lists that it was screened against, and which matches nobody had decided on.
  screening_set integer not null,
  hits jsonb not null,
  -- Where it waited: in its bank's queue, in which class and place and since when, or for the cut-off of its window.
  place text not null check (place in ('queue', 'window')),
  priority integer,
  position bigint,
  entered_at timestamptz(3),
  held_at timestamptz(3) not null,
  outcome text check (outcome in ('released', 'rejected')),
  reason_code text,
  reason_text text,
  comment text,
  actor_name text,
  decided_at timestamptz(3),
  primary key (tenant_id, id),
  check ((place = 'queue') = (priority is not null)),
  check ((priority is null) = (position is null) and (priority is null) = (entered_at is null)),
  check ((outcome is null) = (decided_at is null))
);
create index payment_hold_of_payment on settlement.payment_hold (tenant_id, payment_id, id);
create unique index payment_hold_standing on settlement.payment_hold (tenant_id, payment_id) where outcome is null;
select infra.protect('settlement.payment_hold');
select infra.admit('settlement.payment_hold', 'rialto_writer', 'select, insert, update');
create policy member on settlement.payment_hold as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));

-- By which lists a payment that waits was judged; none for exchanges. A run settles only what was judged by those in force.
-- What waits already is screened again before it settles.
alter table settlement.queue_entry add column screening_set integer;

-- An obligation whose payment is held leaves the window that was open, and joins none before the payment is released.
alter table settlement.carried_obligation
  add column held boolean not null default false,
  drop constraint carried_obligation_why_check,
  drop constraint carried_obligation_check,
  drop constraint carried_obligation_check2,
  add constraint carried_obligation_why_check check (why in ('value_date', 'default', 'hold')),
  -- What was held keeps the value date of its payment.
  add constraint carried_obligation_due_check check ((why <> 'default') = (due is not null)),
  -- Returned after a default, or because the payment was rejected while it was held.
  add constraint carried_obligation_returned_check check (not returned or joined_window_id is null),
  add constraint carried_obligation_held_check check (not held or (joined_window_id is null and not returned));
select infra.admit('settlement.carried_obligation', 'rialto_writer', 'select, insert, update');
select infra.admit('settlement.window_span', 'rialto_writer', 'select');
select infra.admit('settlement.netting_window', 'rialto_writer', 'select');

-- One that is returned after it was held is owed no longer either.
create trigger return_held_exposure after update of returned on settlement.carried_obligation
  for each row when (new.returned and not old.returned) execute function settlement.return_exposure();

-- To the bank that would be paid, a payment that is held again, or was rejected then, does not exist.
alter policy member on settlement.payment using (
  (select infra.member_id()) is null
  or debtor_agent_id = (select infra.member_id())
  or (
    creditor_agent_id = (select infra.member_id())
    and (
      decision in ('reserved', 'settled')
      or (
        decision in ('held', 'queued')
        and (
          exists (
            select from settlement.review r
             where r.tenant_id = payment.tenant_id and r.payment_id = payment.id and r.decision in ('reserved', 'settled')
          )
          or exists (
            select from settlement.queue_exit q
             where q.tenant_id = payment.tenant_id and q.entry_id = payment.id and q.outcome = 'settled'
          )
        )
      )
    )
    and not exists (
      select from settlement.payment_hold h
       where h.tenant_id = payment.tenant_id and h.payment_id = payment.id and h.outcome is distinct from 'released'
    )
  )
);
