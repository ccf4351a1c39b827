-- Events stay where the act wrote them: what an append wrote becomes a segment of the record, and the relay only says which
-- places its events have. Until now it wrote each event a second time, as a row of its own with two index entries, which took
-- a fifth of the work of a payment.

-- What still waits is published first, as it was until now: its rows may hold more than a segment.
lock table infra.outbox, infra.outbox_stamp in access exclusive mode;
alter table infra.outbox no force row level security;
alter table infra.outbox_stamp no force row level security;
alter table infra.event_head no force row level security;
alter table infra.event no force row level security;
with totals as (
  select tenant_id, sum(events) as events from infra.outbox_stamp group by tenant_id
), heads as (
  insert into infra.event_head as h (tenant_id, seq) select tenant_id, events from totals
  on conflict (tenant_id) do update set seq = h.seq + excluded.seq
  returning tenant_id, seq
), placed as (
  select o.*, s.stamp, h.seq - t.events + sum(o.events) over (partition by o.tenant_id order by s.stamp) - o.events as seq_before
  from infra.outbox_stamp s
  join infra.outbox o on o.tenant_id = s.tenant_id and o.id = s.outbox_id
  join totals t on t.tenant_id = s.tenant_id
  join heads h on h.tenant_id = s.tenant_id
)
insert into infra.event (tenant_id, seq, id, type, version, subject, member_ids, at, data)
select tenant_id, seq, id, type, version, subject, members::uuid[], at, data
from (
  select tenant_id, seq_before + generate_series(1, events) as seq, unnest(ids) as id, unnest(types) as type, unnest(versions) as version,
    unnest(subjects) as subject, unnest(members) as members, unnest(ats) as at, unnest(data) as data
  from (select * from placed order by stamp) as p
) as e;
delete from infra.outbox_stamp;
delete from infra.outbox;
alter table infra.outbox_stamp force row level security;
alter table infra.event_head force row level security;

alter table infra.outbox rename to event_segment;
alter table infra.event_segment rename constraint outbox_pkey to event_segment_pkey;
alter table infra.event_segment rename constraint outbox_events_check to event_segment_events_check;
alter table infra.event_segment reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
alter function infra.stamp_outbox() rename to stamp_segment;
alter table infra.outbox_stamp rename column outbox_id to segment_id;
create or replace function infra.stamp_segment() returns trigger language plpgsql as $$
begin
  insert into infra.outbox_stamp (tenant_id, segment_id, events) values (new.tenant_id, new.id, new.events);
  return null;
end $$;
select infra.grows('infra.event_segment', 'tenant_id', 'id');

-- A segment holds what concerns several members, so a member's transaction reads none of it; its history is read by the relay's
-- role, which picks out what names the member.
create policy member on infra.event_segment as restrictive for select to rialto_app using ((select infra.member_id()) is null);

-- The published events, a row for each segment, at the place of its last event: `seq` counts a tenant's events without a gap,
-- `position` orders all tenants and may have gaps. Only the relay writes, one transaction at a time, so both grow in commit order.
create table infra.event_place (
  tenant_id uuid not null,
  seq bigint not null,
  events integer not null check (events > 0),
  position bigint not null,
  segment_id uuid not null,
  published_at timestamptz(3) not null default now(),
  primary key (tenant_id, seq)
);
create index event_place_position on infra.event_place (position);
select infra.protect('infra.event_place');
revoke insert on infra.event_place from rialto_app;
select infra.admit('infra.event_place', 'rialto_relay', 'select, insert, delete');
select infra.grows('infra.event_place', 'tenant_id', 'seq', 'position');

create sequence infra.last_event_position;
grant select, usage, update on sequence infra.last_event_position to rialto_relay;
select setval('infra.last_event_position', greatest(1, last_value)) from infra.event_position_seq;

-- What was published before, in segments as they are written now: of one tenant, its numbers and positions in a row, 64 at most.
alter table infra.event_place no force row level security;
create temporary table former on commit drop as
select tenant_id, gen_random_uuid() as segment_id, max(seq) as seq, count(*)::integer as events, max(position) as position,
  max(published_at) as published_at, array_agg(id order by seq) as ids, array_agg(type order by seq) as types,
  array_agg(version::bigint order by seq) as versions, array_agg(subject order by seq) as subjects,
  array_agg(member_ids::text order by seq) as members, array_agg(at order by seq) as ats, array_agg(data order by seq) as data
from infra.event group by tenant_id, position - seq, seq / 64;
insert into infra.event_place (tenant_id, seq, events, position, segment_id, published_at)
select tenant_id, seq, events, position, segment_id, published_at from former;
-- They have their places: no stamp.
alter table infra.event_segment disable trigger stamp;
insert into infra.event_segment (tenant_id, id, events, ids, types, versions, subjects, members, ats, data)
select tenant_id, segment_id, events, ids, types, versions, subjects, members, ats, data from former;
alter table infra.event_segment enable trigger stamp;
alter table infra.event_segment force row level security;
alter table infra.event_place force row level security;
drop table infra.event;

-- The events of a segment, one by one; `nth` counts from 1.
create function infra.events_of(segment infra.event_segment)
returns table (nth integer, id uuid, type text, version bigint, subject text, member_ids uuid[], at timestamptz(3), data json)
language sql immutable parallel safe
as $$
  select generate_series(1, segment.events), unnest(segment.ids), unnest(segment.types), unnest(segment.versions),
    unnest(segment.subjects), unnest(segment.members)::uuid[], unnest(segment.ats), unnest(segment.data)
$$;
revoke all on function infra.events_of(infra.event_segment) from public;
grant execute on function infra.events_of(infra.event_segment) to rialto_app, rialto_relay;

-- The published events as rows, for whoever looks for some of one tenant. Whoever reads on from a place begins at `infra.event_place`.
create view infra.event with (security_invoker = true) as
select p.tenant_id, p.seq - p.events + e.nth as seq, p.position - p.events + e.nth as position, e.id, e.type, e.version, e.subject,
  e.member_ids, e.at, p.published_at, e.data
from infra.event_place p
join infra.event_segment s on s.tenant_id = p.tenant_id and s.id = p.segment_id
cross join lateral infra.events_of(s) e;
grant select on infra.event to rialto_app, rialto_relay;
