-- The obligations of a window are those of its spans, less those that left it, and those that joined it.
create function settlement.window_obligations(of_tenant uuid, of_window uuid)
returns table (debtor_agent_id uuid, creditor_agent_id uuid, asset text, units numeric)
language sql stable as $$
  select o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units
    from settlement.window_span s
    join settlement.obligation o on o.tenant_id = s.tenant_id and o.asset = s.asset and o.seq > s.from_seq and (s.to_seq is null or o.seq <= s.to_seq)
   where s.tenant_id = of_tenant and s.window_id = of_window
     and not exists (select from settlement.carried_obligation c where c.tenant_id = o.tenant_id and c.seq = o.seq and c.left_window_id = of_window)
  union all
  select c.debtor_agent_id, c.creditor_agent_id, c.asset, c.units
    from settlement.carried_obligation c
   where c.tenant_id = of_tenant and c.joined_window_id = of_window
     and not exists (select from settlement.carried_obligation l where l.tenant_id = c.tenant_id and l.seq = c.seq and l.left_window_id = of_window)
$$;

create or replace function settlement.settle_exposure() returns trigger language plpgsql as $$
begin
  if not exists (select from settlement.exposure e where e.tenant_id = new.tenant_id) then
    return null;
  end if;
  update settlement.exposure e
     set net = e.net - s.net
    from (
      select m.participant_id, m.counterparty_id, m.asset, sum(m.net) as net
        from settlement.window_obligations(new.tenant_id, new.id) o
       cross join lateral (values
         (o.debtor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, o.asset, o.units),
         (o.creditor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, o.asset, -o.units),
         (o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units),
         (o.creditor_agent_id, o.debtor_agent_id, o.asset, -o.units)) as m (participant_id, counterparty_id, asset, net)
       group by m.participant_id, m.counterparty_id, m.asset
    ) s
   where e.tenant_id = new.tenant_id and e.participant_id = s.participant_id and e.counterparty_id = s.counterparty_id and e.asset = s.asset;
  return null;
end
$$;

-- One that was returned after a default is owed no longer.
create function settlement.return_exposure() returns trigger language plpgsql as $$
begin
  update settlement.exposure e
     set net = e.net - m.net
    from (values
      (new.debtor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, new.units),
      (new.creditor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, -new.units),
      (new.debtor_agent_id, new.creditor_agent_id, new.units),
      (new.creditor_agent_id, new.debtor_agent_id, -new.units)) as m (participant_id, counterparty_id, net)
   where e.tenant_id = new.tenant_id and e.participant_id = m.participant_id and e.counterparty_id = m.counterparty_id and e.asset = new.asset;
  return null;
end
$$;
create trigger return_exposure after insert on settlement.carried_obligation
  for each row when (new.returned) execute function settlement.return_exposure();
