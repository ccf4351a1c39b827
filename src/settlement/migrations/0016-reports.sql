-- Reports that were asked for, by people or by a schedule. `member_id` is the participant that it was made for: it sees the run
-- and its file, and what it may see is what the rows were read with.
create table settlement.report_schedule (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  kind text not null,
  format text not null,
  parameters jsonb not null,
  cron text not null,
  zone text not null,
  business_days text,
  keep_days integer not null check (keep_days between 1 and 400),
  member_id uuid,
  created_by text not null,
  created_at timestamptz(3) not null,
  -- Null when there is none, and why not.
  next_at timestamptz(3),
  problem text,
  primary key (tenant_id, id)
);
select infra.protect('settlement.report_schedule');
grant update (next_at, problem), delete on settlement.report_schedule to rialto_app;
create policy member on settlement.report_schedule as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));

create table settlement.report_run (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  format text not null,
  parameters jsonb not null,
  keep_days integer not null check (keep_days between 1 and 400),
  member_id uuid,
  schedule_id uuid,
  -- The time of the schedule that it belongs to, each of which is run once.
  due_at timestamptz(3),
  requested_by text not null,
  requested_at timestamptz(3) not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
  -- How often it was begun: one that a crash ended begins anew, a few times.
  attempts integer not null default 0,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  rows_written bigint not null default 0,
  rows_total bigint,
  file_name text,
  file_hash bytea,
  file_bytes bigint,
  expires_at timestamptz(3),
  problem_code text,
  problem_text text,
  primary key (tenant_id, id),
  unique (tenant_id, schedule_id, due_at),
  check ((file_hash is not null) = (state in ('done', 'expired')))
);
create index report_run_open on settlement.report_run (tenant_id, id) where state in ('queued', 'running');
create index report_run_expiring on settlement.report_run (tenant_id, expires_at) where state = 'done';
select infra.protect('settlement.report_run');
grant update (state, attempts, started_at, finished_at, rows_written, rows_total, file_name, file_hash, file_bytes, expires_at,
  problem_code, problem_text) on settlement.report_run to rialto_app;
create policy member on settlement.report_run as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));
