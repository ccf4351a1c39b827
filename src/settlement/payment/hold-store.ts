import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Hit, Reason } from './payment.ts';

/** `place`: where it waited, and goes on waiting when it is released. */
export type StandingHold = {
  id: Uuid;
  place: 'queue' | 'window';
  set: number;
  hits: Hit[];
  heldAt: Millis;
  end?: { outcome: 'released' | 'rejected'; reason?: Reason; comment: string; actorName: string; decidedAt: Millis };
};

/** The last hold of a payment; nearly always there is none. */
export const HOLD = `
    left join lateral (
      select h.id, h.place, h.screening_set, h.hits, h.outcome, h.reason_code, h.reason_text, h.comment, h.actor_name, h.held_at, h.decided_at
        from settlement.payment_hold h where h.tenant_id = p.tenant_id and h.payment_id = p.id order by h.id desc limit 1) h
    on p.decision <> 'rejected'`;

/** The last hold as it is read; without an outcome `end` stays empty. */
export const HOLD_VALUE = `case when h.id is not null then jsonb_strip_nulls(jsonb_build_object(
           'id', h.id, 'place', h.place, 'set', h.screening_set, 'hits', h.hits, 'heldAt', (extract(epoch from h.held_at) * 1000)::bigint,
           'end', case when h.outcome is not null then jsonb_build_object('outcome', h.outcome, 'comment', h.comment, 'actorName', h.actor_name,
              'decidedAt', (extract(epoch from h.decided_at) * 1000)::bigint,
              'reason', case when h.reason_code is not null then jsonb_build_object('code', h.reason_code, 'text', h.reason_text) end) end)) end`;
