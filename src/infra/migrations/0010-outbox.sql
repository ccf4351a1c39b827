-- What is to be published, written in the transaction of the act that caused it: one row for each append, with its
-- events as arrays. A row per append instead of per event makes the append of 1,000 events one insert, and lets the
-- relay write each event once.
create table infra.outbox (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  events integer not null check (events > 0),
  ids uuid[] not null,
  types text[] not null,
  versions bigint[] not null,
  subjects text[] not null,
  -- The members of each event as the text of a uuid[], since arrays of arrays cannot have different lengths.
  members text[] not null,
  ats timestamptz(3)[] not null,
  data json[] not null,
  primary key (tenant_id, id)
);
-- The rows live for milliseconds: compressing them would cost more than it saves.
alter table infra.outbox alter column ids set storage external, alter column types set storage external,
  alter column subjects set storage external, alter column members set storage external,
  alter column ats set storage external, alter column data set storage external;
alter table infra.outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
select infra.protect('infra.outbox');
select infra.admit('infra.outbox', 'rialto_writer', 'insert');
select infra.admit('infra.outbox', 'rialto_relay', 'select, insert, delete');

-- In which order appends committed. The stamp is drawn while the transaction commits, when it has taken all its locks
-- and done all its reads: whatever came to depend on it, by a lock or by reading it, draws a later one.
create table infra.outbox_stamp (
  tenant_id uuid not null,
  stamp bigint not null generated always as identity,
  outbox_id uuid not null,
  events integer not null,
  primary key (tenant_id, stamp)
);
create index outbox_stamp_order on infra.outbox_stamp (stamp);
alter table infra.outbox_stamp set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
select infra.protect('infra.outbox_stamp');
select infra.admit('infra.outbox_stamp', 'rialto_writer', 'insert');
select infra.admit('infra.outbox_stamp', 'rialto_relay', 'select, insert, delete');

create function infra.stamp_outbox() returns trigger language plpgsql as $$
begin
  insert into infra.outbox_stamp (tenant_id, outbox_id, events) values (new.tenant_id, new.id, new.events);
  return null;
end $$;
create constraint trigger stamp after insert on infra.outbox
  deferrable initially deferred for each row execute function infra.stamp_outbox();

-- The published events, kept for resuming sockets and consumers. `seq` has no gaps within a tenant; `position` orders
-- all tenants and may have gaps. Only the relay writes, one transaction at a time, so both grow in commit order.
create table infra.event (
  tenant_id uuid not null,
  seq bigint not null,
  position bigint not null generated always as identity,
  id uuid not null,
  type text not null,
  version integer not null,
  subject text not null,
  member_ids uuid[] not null,
  at timestamptz(3) not null,
  published_at timestamptz(3) not null default now(),
  data json not null,
  primary key (tenant_id, seq)
);
create index event_position on infra.event (position);
select infra.protect('infra.event');
revoke insert on infra.event from rialto_app;
create policy member on infra.event as restrictive for select to rialto_app
  using ((select infra.member_id()) is null or (select infra.member_id()) = any (member_ids));
select infra.admit('infra.event', 'rialto_relay', 'select, insert, delete');
select infra.grows('infra.event', 'tenant_id', 'seq', 'position');

-- Each tenant's last sequence number, and the last one that has been trimmed from infra.event.
create table infra.event_head (
  tenant_id uuid not null primary key,
  seq bigint not null,
  trimmed bigint not null default 0
);
select infra.protect('infra.event_head');
revoke insert on infra.event_head from rialto_app;
select infra.admit('infra.event_head', 'rialto_relay', 'select, insert, update');
