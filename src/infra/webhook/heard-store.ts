import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { EVENTS, SEGMENT, SEQ_OF } from '../outbox/places.ts';
import type { Db, Tx } from '../postgres/db.ts';
import type { Endpoint } from './endpoint.ts';

/** What a message says of its event. */
export type HeardEvent = { id: Uuid; seq: number; type: string; subject: string; at: Millis };

/**
 * The beginning of a range: what an endpoint hears of the events up to `reached`. `last` is the last event of the whole range that
 * has happened; `more` says that the range goes on behind `reached`.
 */
export type Stretch = { events: HeardEvent[]; reached: number; last: number; more: boolean };

type Hearer = Pick<Endpoint, 'tenantId' | 'memberId' | 'types'>;
type Range = { fromSeq: number; toSeq: number };

/**
 * Kept events of a range that an endpoint hears, in order: at most `heard`, and found among at most `lookedAt`, since an endpoint may hear
 * few of many. Read by the role that reads all events, since they stand beside those of others; what the endpoint may hear is said here.
 */
export async function heardEvents(db: Db, hearer: Hearer, range: Range, most: { heard: number; lookedAt: number }): Promise<Stretch> {
  return db.read({ role: 'rialto_relay' }, async (tx) => {
    const kept = await keptPart(tx, hearer.tenantId, range);
    const last = kept.toSeq;
    const toSeq = Math.min(kept.toSeq, kept.fromSeq + most.lookedAt - 1);
    if (toSeq < kept.fromSeq) return { events: [], reached: last, last, more: false };
    const events = await heardBetween(tx, hearer, { fromSeq: kept.fromSeq, toSeq }, most.heard);
    const reached = events.length === most.heard ? events.at(-1)!.seq : toSeq;
    return { events, reached, last, more: reached < last };
  });
}

/** The part of a range that has happened and is still kept. */
async function keptPart(tx: Tx, tenantId: Uuid, { fromSeq, toSeq }: Range): Promise<Range> {
  const [head] = await tx.query<{ seq: string; trimmed: string }>(
    `select seq::text as seq, trimmed::text as trimmed from infra.event_head where tenant_id = $1`,
    [tenantId],
  );
  return { fromSeq: Math.max(fromSeq, Number(head?.trimmed ?? 0) + 1), toSeq: Math.min(toSeq, Number(head?.seq ?? 0)) };
}

/** Segments in which nothing is heard are passed over before they are unpacked. */
async function heardBetween(
  tx: Tx,
  { tenantId, memberId, types }: Hearer,
  { fromSeq, toSeq }: Range,
  limit: number,
): Promise<HeardEvent[]> {
  return await tx.query<HeardEvent>(
    `select e.id, (${SEQ_OF})::float8 as seq, e.type, e.subject, e.at from infra.event_place p ${EVENTS}
      where p.tenant_id = $1 and p.seq >= $2 and p.seq < $3::bigint + ${SEGMENT} and ${SEQ_OF} between $2 and $3
        and ('*' = any ($4::text[]) or s.types && $4) and ('*' = any ($4) or e.type = any ($4))
        and ($5::uuid is null or position($5::text in array_to_string(s.members, ',')) > 0) and ($5::uuid is null or $5 = any (e.member_ids))
      order by p.seq, e.nth limit $6`,
    [tenantId, fromSeq, toSeq, types, memberId, limit],
  );
}
