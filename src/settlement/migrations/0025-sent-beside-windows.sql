-- The limit for a day counts what a participant sends outside the windows, too: what settles at once, and what is let wait,
-- from the moment it is taken. Told by the acts that take such payments, behind the lock of the book, as obligations tell it by
-- themselves.
create function settlement.count_sent(participants uuid[], assets text[], amounts numeric[]) returns void language plpgsql as $$
declare
  today date := (now() at time zone 'utc')::date;
  broken record;
begin
  with moved as (
    select participant_id, asset, sum(units) as units
      from unnest(participants, assets, amounts) as m (participant_id, asset, units) group by participant_id, asset
  ), counted as (
    update settlement.exposure e
       set sent = case when e.sent_on = today then e.sent + m.units else m.units end, sent_on = today
      from moved m
     where e.tenant_id = (select infra.tenant_id()) and e.participant_id = m.participant_id and e.asset = m.asset
       and e.counterparty_id = '00000000-0000-0000-0000-000000000000'
    returning e.participant_id, e.asset, e.sent, e.day_cap
  )
  select c.* into broken from counted c where c.sent > c.day_cap limit 1;
  if found then
    raise exception 'A limit of participant % in % would be passed', broken.participant_id, broken.asset
      using errcode = 'RL001', detail = 'per_day';
  end if;
end
$$;

-- Who counts a day anew, with the book locked, looks for what was released on it.
create index review_by_time on settlement.review (tenant_id, decided_at) where decision <> 'rejected';

-- What waited and comes to nothing on the day on which it was let wait is given back.
create function settlement.give_back_sent() returns trigger language plpgsql as $$
begin
  update settlement.exposure e
     set sent = greatest(0, e.sent - p.units)
    from settlement.payment p
   where p.tenant_id = new.tenant_id and p.id = new.entry_id
     and e.tenant_id = new.tenant_id and e.participant_id = p.debtor_agent_id and e.asset = p.asset
     and e.counterparty_id = '00000000-0000-0000-0000-000000000000'
     and e.sent_on = (new.entered_at at time zone 'utc')::date;
  return null;
end
$$;
create trigger give_back_sent after insert on settlement.queue_exit
  for each row when (new.outcome = 'rejected' and new.kind = 'payment') execute function settlement.give_back_sent();
