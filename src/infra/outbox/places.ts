/**
 * Published events stand in segments, and `infra.event_place` has the place of each segment's last event. These are the parts of
 * statements that read on from a place; whoever looks for some events of one tenant has the view `infra.event`.
 */

/** Most events of one segment: whoever looks for one of them unpacks it whole. */
export const SEGMENT = 64;

/** Behind places `p`: their events as `e`, one by one. */
export const EVENTS = `join infra.event_segment s on s.tenant_id = p.tenant_id and s.id = p.segment_id cross join lateral infra.events_of(s) e`;

/** The place of an event `e` of `p` among all tenants' events, and its number among its tenant's. */
export const POSITION_OF = 'p.position - p.events + e.nth';
export const SEQ_OF = 'p.seq - p.events + e.nth';

/** Places that hold the next $2 events behind position $1, with those `before` each; of the first, some may lie at or before $1. */
export const PLACES_BEHIND = `(
  select * from (
    select *, sum(least(events, position - $1::bigint)) over (order by position) - least(events, position - $1::bigint) as before
    from (select * from infra.event_place where position > $1::bigint order by position limit $2) as next
  ) as counted where before < $2)`;
