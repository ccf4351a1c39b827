-- What was found when a payment was judged at the door, and by which rules and limits; null for payments from before.
-- `findings` only where there is something that a person would look at.
alter table settlement.payment
  add column rule_set integer,
  add column limit_set integer,
  add column risk smallint check (risk between 0 and 100),
  add column findings jsonb;
create index payment_with_findings on settlement.payment (tenant_id, id) where findings is not null;

-- AML rules as people propose and activate them; never changed but for their activation.
create table settlement.aml_rule_set (
  tenant_id uuid not null,
  number integer not null,
  version text not null,
  content jsonb not null,
  note text not null,
  proposed_by uuid not null,
  proposed_by_name text not null,
  proposed_at timestamptz(3) not null,
  activated_by uuid,
  activated_by_name text,
  activated_at timestamptz(3),
  primary key (tenant_id, number)
);
select infra.protect('settlement.aml_rule_set');
grant update (activated_by, activated_by_name, activated_at) on settlement.aml_rule_set to rialto_app;
create policy operator on settlement.aml_rule_set as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What rules would have found in recorded payments.
create table settlement.aml_back_test (
  tenant_id uuid not null,
  id uuid not null,
  rule_set integer not null,
  from_day date not null,
  to_day date not null,
  report jsonb not null,
  run_by_name text not null,
  run_at timestamptz(3) not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, rule_set) references settlement.aml_rule_set
);
create index aml_back_test_by_set on settlement.aml_back_test (tenant_id, rule_set, id);
select infra.protect('settlement.aml_back_test');
create policy operator on settlement.aml_back_test as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Limits as people propose and activate them.
create table settlement.limit_set (
  tenant_id uuid not null,
  number integer not null,
  version text not null,
  content jsonb not null,
  note text not null,
  proposed_by uuid not null,
  proposed_by_name text not null,
  proposed_at timestamptz(3) not null,
  activated_by uuid,
  activated_by_name text,
  activated_at timestamptz(3),
  primary key (tenant_id, number)
);
select infra.protect('settlement.limit_set');
grant update (activated_by, activated_by_name, activated_at) on settlement.limit_set to rialto_app;
create policy operator on settlement.limit_set as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What is in force in a tenant; one row, absent while everything is as it was shipped. `revision` grows with every change,
-- by which processes see that theirs is old. The breaker policy and the times of cases are the shipped ones while null.
create table settlement.compliance_setting (
  tenant_id uuid not null,
  revision bigint not null,
  rule_set integer,
  limit_set integer,
  four_eyes boolean not null default false,
  four_eyes_from numeric(38, 0) check (four_eyes_from >= 0),
  case_minutes jsonb,
  breaker_policy jsonb,
  primary key (tenant_id)
);
select infra.protect('settlement.compliance_setting');
grant update on settlement.compliance_setting to rialto_app;
create policy operator on settlement.compliance_setting as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What a participant owes the network (counterparty of zeros) or one other that is not final yet, and what it sent today,
-- where a cap is set on it. Kept by the triggers below in the transactions that write obligations and settle windows.
create table settlement.exposure (
  tenant_id uuid not null,
  participant_id uuid not null,
  counterparty_id uuid not null,
  asset text not null,
  net numeric(38, 0) not null,
  net_cap numeric(38, 0) check (net_cap >= 0),
  sent_on date,
  sent numeric(38, 0) not null default 0,
  day_cap numeric(38, 0) check (day_cap >= 0),
  primary key (tenant_id, participant_id, counterparty_id, asset)
) with (fillfactor = 50);
select infra.protect('settlement.exposure');
grant update, delete on settlement.exposure to rialto_app;
select infra.admit('settlement.exposure', 'rialto_writer', 'select, update');
create policy operator on settlement.exposure as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Runs once for the obligations of a batch, behind the lock of the book, so that nothing comes in between: a cap cannot be
-- passed whoever wrote them. The batch then fails, and the ledger's writer finds the act at fault by halves.
create function settlement.count_exposure() returns trigger language plpgsql as $$
declare
  broken record;
begin
  if not exists (select from settlement.exposure e where e.tenant_id = (select f.tenant_id from fresh f limit 1)) then
    return null;
  end if;
  with moved as (
    select m.tenant_id, m.participant_id, m.counterparty_id, m.asset, sum(m.net) as net, sum(m.sent) as sent
      from (
        select tenant_id, debtor_agent_id as participant_id, '00000000-0000-0000-0000-000000000000'::uuid as counterparty_id, asset, units as net, units as sent from fresh
        union all
        select tenant_id, creditor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, asset, -units, 0 from fresh
        union all
        select tenant_id, debtor_agent_id, creditor_agent_id, asset, units, 0 from fresh
        union all
        select tenant_id, creditor_agent_id, debtor_agent_id, asset, -units, 0 from fresh
      ) m
     group by m.tenant_id, m.participant_id, m.counterparty_id, m.asset
  ), counted as (
    update settlement.exposure e
       set net = e.net + m.net,
           sent = case when m.sent = 0 then e.sent when e.sent_on = (now() at time zone 'utc')::date then e.sent + m.sent else m.sent end,
           sent_on = case when m.sent = 0 then e.sent_on else (now() at time zone 'utc')::date end
      from moved m
     where e.tenant_id = m.tenant_id and e.participant_id = m.participant_id and e.counterparty_id = m.counterparty_id and e.asset = m.asset
    returning e.participant_id, e.counterparty_id, e.asset, e.net, e.net_cap, e.sent, e.day_cap, m.net as more, m.sent as more_sent
  )
  select c.*, c.more > 0 and c.net > c.net_cap as over_net into broken
    from counted c where (c.more > 0 and c.net > c.net_cap) or (c.more_sent > 0 and c.sent > c.day_cap) limit 1;
  if found then
    raise exception 'A limit of participant % in % would be passed', broken.participant_id, broken.asset
      using errcode = 'RL001', detail = case
        when not broken.over_net then 'per_day'
        when broken.counterparty_id = '00000000-0000-0000-0000-000000000000' then 'net_sender_cap'
        else 'bilateral_cap' end;
  end if;
  return null;
end
$$;
create trigger count_exposure after insert on settlement.obligation
  referencing new table as fresh for each statement execute function settlement.count_exposure();

-- What became final is no longer owed.
create function settlement.settle_exposure() returns trigger language plpgsql as $$
begin
  if not exists (select from settlement.exposure e where e.tenant_id = new.tenant_id) then
    return null;
  end if;
  update settlement.exposure e
     set net = e.net - s.net
    from (
      select m.participant_id, m.counterparty_id, m.asset, sum(m.net) as net
        from settlement.obligation o
        join settlement.window_currency c on c.tenant_id = o.tenant_id and c.window_id = new.id and c.asset = o.asset
       cross join lateral (values
         (o.debtor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, o.asset, o.units),
         (o.creditor_agent_id, '00000000-0000-0000-0000-000000000000'::uuid, o.asset, -o.units),
         (o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units),
         (o.creditor_agent_id, o.debtor_agent_id, o.asset, -o.units)) as m (participant_id, counterparty_id, asset, net)
       where o.tenant_id = new.tenant_id and o.seq > new.from_seq and o.seq <= new.to_seq
       group by m.participant_id, m.counterparty_id, m.asset
    ) s
   where e.tenant_id = new.tenant_id and e.participant_id = s.participant_id and e.counterparty_id = s.counterparty_id and e.asset = s.asset;
  return null;
end
$$;
create trigger settle_exposure after update of state on settlement.netting_window
  for each row when (new.state = 'settled' and old.state <> 'settled') execute function settlement.settle_exposure();

-- Circuit breakers that are not closed, and every move of one.
create table settlement.breaker (
  tenant_id uuid not null,
  key text not null,
  state jsonb not null,
  reason text not null,
  moved_by text not null,
  moved_at timestamptz(3) not null,
  primary key (tenant_id, key)
);
select infra.protect('settlement.breaker');
grant update, delete on settlement.breaker to rialto_app;
create policy operator on settlement.breaker as restrictive for select to rialto_app using ((select infra.member_id()) is null);

create table settlement.breaker_move (
  tenant_id uuid not null,
  id uuid not null,
  key text not null,
  from_state text not null,
  to_state text not null,
  reason text not null,
  moved_by text not null,
  moved_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
select infra.protect('settlement.breaker_move');
create policy operator on settlement.breaker_move as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What is remembered of the payments of each party, as of a sequence of the book, in parts: where a process begins that
-- has just started.
create table settlement.aml_snapshot (
  tenant_id uuid not null,
  part integer not null,
  seq bigint not null,
  bands text not null,
  taken_at timestamptz(3) not null,
  content text not null,
  primary key (tenant_id, part)
);
select infra.protect('settlement.aml_snapshot');
grant delete on settlement.aml_snapshot to rialto_app;
create policy operator on settlement.aml_snapshot as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Cases that people work. A held payment's case has the payment's id.
create table settlement.compliance_case (
  tenant_id uuid not null,
  id uuid not null,
  number integer not null,
  kind text not null check (kind in ('payment', 'alert', 'rescreening')),
  state text not null check (state in ('open', 'in_review', 'waiting', 'proposed', 'closed')),
  priority text not null check (priority in ('low', 'medium', 'high', 'critical')),
  title text not null,
  summary text not null,
  score smallint not null,
  payment_id uuid,
  asset text,
  units numeric(38, 0),
  party_key text,
  -- What the decision to look at it was made from: list version, rules, limits, findings.
  inputs jsonb not null,
  assignee_id uuid,
  assignee_name text,
  opened_at timestamptz(3) not null,
  due_at timestamptz(3) not null,
  breached_at timestamptz(3),
  proposal jsonb,
  outcome text check (outcome in ('released', 'rejected', 'dismissed', 'reported')),
  closed_by_name text,
  closed_at timestamptz(3),
  primary key (tenant_id, id),
  unique (tenant_id, number),
  check ((state = 'closed') = (closed_at is not null)),
  check ((state = 'proposed') = (proposal is not null) or state = 'closed')
);
create index compliance_case_open on settlement.compliance_case (tenant_id, due_at, id) where state <> 'closed';
create index compliance_case_of_payment on settlement.compliance_case (tenant_id, payment_id) where payment_id is not null;
create unique index compliance_case_of_party on settlement.compliance_case (tenant_id, kind, party_key) where state <> 'closed' and party_key is not null;
select infra.protect('settlement.compliance_case');
grant update on settlement.compliance_case to rialto_app;
select infra.admit('settlement.compliance_case', 'rialto_writer', 'select, update');
create policy operator on settlement.compliance_case as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- What happened to a case, only added to.
create table settlement.case_step (
  tenant_id uuid not null,
  case_id uuid not null,
  id uuid not null,
  step text not null,
  text text not null,
  actor_id uuid,
  actor_name text not null,
  at timestamptz(3) not null,
  detail jsonb,
  primary key (tenant_id, case_id, id)
);
select infra.protect('settlement.case_step');
select infra.admit('settlement.case_step', 'rialto_writer', 'select, insert');
create policy operator on settlement.case_step as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Payments, parties and other cases that belong to a case.
create table settlement.case_link (
  tenant_id uuid not null,
  case_id uuid not null,
  kind text not null check (kind in ('payment', 'party', 'case')),
  subject text not null,
  label text not null,
  linked_by_name text not null,
  linked_at timestamptz(3) not null,
  primary key (tenant_id, case_id, kind, subject)
);
create index case_link_subject on settlement.case_link (tenant_id, kind, subject);
select infra.protect('settlement.case_link');
create policy operator on settlement.case_link as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- Files by their SHA-256, each kept once, and where they were handed in.
create table settlement.evidence_content (
  tenant_id uuid not null,
  sha256 bytea not null check (length(sha256) = 32),
  media_type text not null,
  content bytea not null check (length(content) <= 10485760),
  primary key (tenant_id, sha256)
);
select infra.protect('settlement.evidence_content');
create policy operator on settlement.evidence_content as restrictive for select to rialto_app using ((select infra.member_id()) is null);

create table settlement.case_evidence (
  tenant_id uuid not null,
  case_id uuid not null,
  id uuid not null,
  name text not null,
  media_type text not null,
  bytes integer not null,
  sha256 bytea not null,
  note text,
  added_by_name text not null,
  added_at timestamptz(3) not null,
  primary key (tenant_id, case_id, id),
  unique (tenant_id, case_id, sha256),
  foreign key (tenant_id, sha256) references settlement.evidence_content
);
select infra.protect('settlement.case_evidence');
create policy operator on settlement.case_evidence as restrictive for select to rialto_app using ((select infra.member_id()) is null);
