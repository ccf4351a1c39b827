-- Addresses outside that are told of events. The secret is sealed with the installation's master key, which is not in
-- the database.
create table infra.webhook_endpoint (
  tenant_id uuid not null,
  id uuid not null,
  -- Whom it belongs to: a member, which then hears its own events only, or the operator (null).
  member_id uuid,
  url text not null,
  types text[] not null,
  description text not null,
  state text not null check (state in ('active', 'paused', 'disabled', 'deleted')),
  -- Why it was disabled, and when.
  reason text,
  disabled_at timestamptz(3),
  sealed_secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz(3),
  -- Events behind this one are for it: the tenant's last one when the endpoint was made.
  after_seq bigint not null,
  -- Attempts that failed since one succeeded, and since when.
  failures integer not null default 0,
  failing_since timestamptz(3),
  created_by text not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id)
);
select infra.protect('infra.webhook_endpoint');
grant update (url, types, description, state, reason, disabled_at, sealed_secret, previous_secret, previous_until, failures, failing_since)
  on infra.webhook_endpoint to rialto_app;
create policy member on infra.webhook_endpoint as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()))
  with check ((select infra.member_id()) is null or member_id = (select infra.member_id()));
select infra.admit('infra.webhook_endpoint', 'rialto_relay', 'select, update, delete');

-- What is to be sent or was: one row for each event and endpoint. What the event says stays in infra.event; a test message
-- has no event (seq is null).
create table infra.webhook_message (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  id uuid not null,
  member_id uuid,
  seq bigint,
  type text not null,
  subject text not null,
  at timestamptz(3) not null,
  state text not null check (state in ('pending', 'delivered', 'dead')),
  -- All attempts, and those since it was last queued: the pauses grow with the latter.
  attempts integer not null default 0,
  tries integer not null default 0,
  next_at timestamptz(3) not null,
  status integer,
  error text,
  primary key (tenant_id, endpoint_id, id)
);
-- What is due of each endpoint, eldest first.
create index webhook_message_due on infra.webhook_message (tenant_id, endpoint_id, next_at, seq) where state = 'pending';
-- What waits and what was given up, for counting.
create index webhook_message_open on infra.webhook_message (tenant_id, endpoint_id, state, at) where state in ('pending', 'dead');
create index webhook_message_newest on infra.webhook_message (tenant_id, endpoint_id, state, id);
create index webhook_message_at on infra.webhook_message using brin (at);
alter table infra.webhook_message set (autovacuum_vacuum_scale_factor = 0.05);
select infra.protect('infra.webhook_message');
grant update (state, tries, next_at) on infra.webhook_message to rialto_app;
create policy member on infra.webhook_message as restrictive to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()))
  with check ((select infra.member_id()) is null or member_id = (select infra.member_id()));
select infra.admit('infra.webhook_message', 'rialto_relay', 'select, insert, update, delete');

-- Every attempt, with what the target said: the beginning of its answer, or why there was none.
create table infra.webhook_attempt (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  message_id uuid not null,
  number integer not null,
  member_id uuid,
  at timestamptz(3) not null,
  latency_ms integer not null,
  status integer,
  error text,
  reply text,
  primary key (tenant_id, endpoint_id, message_id, number)
);
create index webhook_attempt_at on infra.webhook_attempt using brin (at);
select infra.protect('infra.webhook_attempt');
revoke insert on infra.webhook_attempt from rialto_app;
create policy member on infra.webhook_attempt as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or member_id = (select infra.member_id()));
select infra.admit('infra.webhook_attempt', 'rialto_relay', 'select, insert, delete');
