-- A participant that was taken out of a window which had been cut off and not settled, and what became of its obligations.
create table settlement.window_default (
  tenant_id uuid not null,
  id uuid not null,
  window_id uuid not null,
  participant_id uuid not null,
  fate text not null check (fate in ('return', 'carry')),
  reason text not null,
  actor_name text not null,
  obligations integer not null,
  -- SHA-256 of the positions before and after.
  hash_before bytea not null,
  hash_after bytea not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, window_id, participant_id),
  foreign key (tenant_id, window_id) references settlement.netting_window,
  foreign key (tenant_id, participant_id) references settlement.participant
);
select infra.protect('settlement.window_default');
alter table settlement.carried_obligation add foreign key (tenant_id, default_id) references settlement.window_default;

-- What a default changed for each participant in each currency, the defaulter included.
create table settlement.window_difference (
  tenant_id uuid not null,
  default_id uuid not null,
  participant_id uuid not null,
  asset text not null,
  before numeric(38, 0) not null,
  after numeric(38, 0) not null,
  -- Obligations, to and from it, that make up the whole of the change.
  removed integer not null,
  removed_in numeric(38, 0) not null,
  removed_out numeric(38, 0) not null,
  primary key (tenant_id, default_id, asset, participant_id),
  foreign key (tenant_id, default_id) references settlement.window_default,
  check (after - before = removed_out - removed_in)
);
select infra.protect('settlement.window_difference');
create policy member on settlement.window_difference as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- A result that a default overturns is replaced before it is final.
grant delete on settlement.position, settlement.window_currency to rialto_app;

-- What the independent verifier found of a settled window's file.
alter table settlement.netting_window
  add column verified_at timestamptz(3),
  add column verified_ok boolean,
  add column findings jsonb;
create index netting_window_unverified on settlement.netting_window (tenant_id, number) where state = 'settled' and verified_at is null;
create index netting_window_unsound on settlement.netting_window (tenant_id, number) where not verified_ok;

-- A business day of a group that is over: all its windows are settled, and what was not is carried over.
create table settlement.business_day (
  tenant_id uuid not null,
  group_id text not null,
  day date not null,
  windows integer not null,
  payments integer not null,
  -- Sequence of the last cut-off of the day; what came later belongs to the next.
  to_seq bigint not null,
  closed_at timestamptz(3) not null,
  closed_by text not null,
  primary key (tenant_id, group_id, day),
  foreign key (tenant_id, group_id) references settlement.window_group
);
select infra.protect('settlement.business_day');

create table settlement.business_day_currency (
  tenant_id uuid not null,
  group_id text not null,
  day date not null,
  asset text not null,
  payments integer not null,
  gross numeric(38, 0) not null,
  net numeric(38, 0) not null,
  carried integer not null,
  carried_units numeric(38, 0) not null,
  primary key (tenant_id, group_id, day, asset),
  foreign key (tenant_id, group_id, day) references settlement.business_day
);
select infra.protect('settlement.business_day_currency');
create policy operator on settlement.business_day_currency as restrictive for select to rialto_app
  using ((select infra.member_id()) is null);

-- What a participant settled on the day, and with what it goes into the next.
create table settlement.business_day_position (
  tenant_id uuid not null,
  group_id text not null,
  day date not null,
  participant_id uuid not null,
  asset text not null,
  incoming numeric(38, 0) not null,
  outgoing numeric(38, 0) not null,
  carried_in numeric(38, 0) not null,
  carried_out numeric(38, 0) not null,
  primary key (tenant_id, group_id, day, asset, participant_id),
  foreign key (tenant_id, group_id, day) references settlement.business_day
);
select infra.protect('settlement.business_day_position');
create policy member on settlement.business_day_position as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or participant_id = (select infra.member_id()));

-- What was unsettled at the end of the day, one by one.
create table settlement.business_day_unsettled (
  tenant_id uuid not null,
  group_id text not null,
  day date not null,
  seq bigint not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null,
  why text not null,
  due date,
  primary key (tenant_id, group_id, day, seq),
  foreign key (tenant_id, group_id, day) references settlement.business_day
);
select infra.protect('settlement.business_day_unsettled');
create policy member on settlement.business_day_unsettled as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));
