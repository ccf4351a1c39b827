-- Currencies that are cut off together. `main` holds every currency that no other group names.
create table settlement.window_group (
  tenant_id uuid not null,
  id text not null,
  name text not null,
  -- interval: every so many seconds, as the installation is set; schedule: at times of business days; by_hand: by people alone.
  mode text not null check (mode in ('interval', 'schedule', 'by_hand')),
  zone text,
  cut_offs text[],
  -- Whose systems must be open on a business day.
  calendars text[],
  -- Whether an obligation waits for the business day of its value date.
  value_dates boolean not null default false,
  -- Whether a window that is netted settles at once, or when a person says so.
  settles text not null default 'at_once' check (settles in ('at_once', 'by_hand')),
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  changed_by text not null,
  primary key (tenant_id, id),
  check ((mode = 'schedule') = (zone is not null and cut_offs is not null and calendars is not null)),
  check (mode = 'schedule' or not value_dates)
);
select infra.protect('settlement.window_group');
grant update on settlement.window_group to rialto_app;

-- Which group a currency belongs to, where it is not `main`; also of currencies that nobody has an account in yet.
create table settlement.window_group_asset (
  tenant_id uuid not null,
  asset text not null,
  group_id text not null,
  primary key (tenant_id, asset),
  foreign key (tenant_id, group_id) references settlement.window_group,
  check (group_id <> 'main')
);
select infra.protect('settlement.window_group_asset');
grant update, delete on settlement.window_group_asset to rialto_app;

insert into settlement.window_group (tenant_id, id, name, mode, created_at, changed_at, changed_by)
  select distinct on (tenant_id) tenant_id, 'main', 'All currencies', 'interval', opened_at, opened_at, 'system'
    from settlement.netting_window order by tenant_id, number;

alter table settlement.netting_window
  add column group_id text not null default 'main',
  -- Of an open window: when it will be cut off; later than planned when somebody extended it.
  add column planned_at timestamptz(3),
  add column planned_day date,
  add column planned_last boolean not null default false,
  add column due_at timestamptz(3),
  -- The day that the window belongs to: the business day of its schedule, or the UTC day of its cut-off.
  add column business_day date,
  -- Whether its members are settled: carried obligations have joined, those due later have left.
  add column input_fixed boolean not null default false,
  add column input_published_at timestamptz(3),
  -- Why it could not be settled, until it can.
  add column blocked_participant_id uuid,
  add column blocked_reason text,
  add foreign key (tenant_id, group_id) references settlement.window_group;

update settlement.netting_window set
  business_day = (cut_off_at at time zone 'UTC')::date,
  input_fixed = input_root is not null,
  input_published_at = case when input_root is not null then cut_off_at end;

drop index settlement.netting_window_open;
create unique index netting_window_open on settlement.netting_window (tenant_id, group_id) where state = 'open';
drop index settlement.netting_window_by_seq;
create index netting_window_by_group on settlement.netting_window (tenant_id, group_id, number);

-- The ranges of the book's sequence that windows hold, currency by currency: obligations with from_seq < seq <= to_seq belong to
-- the window. The ranges of a currency are one chain: each but the first begins where another ends (after_seq), no two begin or
-- end at the same place, and only the last is open. So they neither overlap nor leave a gap, whatever groups it belonged to, and
-- every obligation is in exactly one.
create table settlement.window_span (
  tenant_id uuid not null,
  asset text not null,
  from_seq bigint not null,
  to_seq bigint,
  after_seq bigint,
  window_id uuid not null,
  primary key (tenant_id, asset, from_seq),
  unique (tenant_id, asset, to_seq),
  foreign key (tenant_id, window_id) references settlement.netting_window,
  foreign key (tenant_id, asset, after_seq) references settlement.window_span (tenant_id, asset, to_seq),
  check (after_seq = from_seq),
  check (to_seq > from_seq)
);
create unique index window_span_open on settlement.window_span (tenant_id, asset) where to_seq is null;
create unique index window_span_first on settlement.window_span (tenant_id, asset) where after_seq is null;
create index window_span_by_window on settlement.window_span (tenant_id, window_id);
select infra.protect('settlement.window_span');
grant update (to_seq, window_id) on settlement.window_span to rialto_app;

insert into settlement.window_span (tenant_id, asset, from_seq, to_seq, after_seq, window_id)
  select w.tenant_id, a.asset, w.from_seq, w.to_seq, case when w.number > 1 then w.from_seq end, w.id
    from settlement.netting_window w
    join (select distinct tenant_id, asset from settlement.participant_account) a on a.tenant_id = w.tenant_id;

-- Obligations that left the window they fell into, move by move. One that has not joined another yet waits for the next window of
-- its currency, and there is at most one such move of it, the last; one that was returned is owed no longer.
create table settlement.carried_obligation (
  tenant_id uuid not null,
  seq bigint not null,
  step integer not null,
  payment_id uuid not null,
  debtor_agent_id uuid not null,
  creditor_agent_id uuid not null,
  asset text not null,
  units numeric(38, 0) not null,
  left_window_id uuid not null,
  why text not null check (why in ('value_date', 'default')),
  -- Before this day no window takes it.
  due date,
  default_id uuid,
  left_at timestamptz(3) not null,
  joined_window_id uuid,
  returned boolean not null default false,
  primary key (tenant_id, seq, step),
  unique (tenant_id, seq, left_window_id),
  unique (tenant_id, seq, joined_window_id),
  foreign key (tenant_id, seq) references settlement.obligation,
  check ((why = 'value_date') = (due is not null)),
  check ((why = 'default') = (default_id is not null)),
  check (not returned or (why = 'default' and joined_window_id is null)),
  check (joined_window_id <> left_window_id)
);
create unique index carried_obligation_last on settlement.carried_obligation (tenant_id, seq) where joined_window_id is null;
create index carried_obligation_waiting on settlement.carried_obligation (tenant_id, asset, seq) where joined_window_id is null and not returned;
create index carried_obligation_left on settlement.carried_obligation (tenant_id, left_window_id, seq);
create index carried_obligation_joined on settlement.carried_obligation (tenant_id, joined_window_id, seq);
select infra.protect('settlement.carried_obligation');
grant update (joined_window_id) on settlement.carried_obligation to rialto_app;
create policy member on settlement.carried_obligation as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or debtor_agent_id = (select infra.member_id()) or creditor_agent_id = (select infra.member_id()));

-- A cut-off that somebody put off, and why.
create table settlement.cut_off_extension (
  tenant_id uuid not null,
  id uuid not null,
  window_id uuid not null,
  due_at timestamptz(3),
  extended_to timestamptz(3) not null,
  reason text not null,
  actor_name text not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, window_id) references settlement.netting_window
);
create index cut_off_extension_by_window on settlement.cut_off_extension (tenant_id, window_id);
select infra.protect('settlement.cut_off_extension');
