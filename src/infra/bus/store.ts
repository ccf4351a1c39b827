import type { Event } from '../../base/event.ts';
import type { Db } from '../postgres/db.ts';
import type { BusStore } from './port.ts';

const RELAY = { role: 'rialto_relay' } as const;

/** Positions and dead letters in PostgreSQL. */
export function busStore(db: Db): BusStore {
  return {
    async loadPosition(consumer, lane) {
      const rows = await db.write(RELAY, (tx) =>
        tx.query<{ position: string }>(
          `update infra.consumer_position set seen_at = now() where consumer = $1 and lane = $2 returning position::text as position`,
          [consumer, lane],
        ),
      );
      return rows[0] && Number(rows[0].position);
    },

    async savePosition(consumer, lane, position) {
      // Never backwards: a process that lost its lease may save late.
      await db.write(RELAY, (tx) =>
        tx.query(
          `insert into infra.consumer_position as p (consumer, lane, position) values ($1, $2, $3)
           on conflict (consumer, lane) do update set position = greatest(p.position, excluded.position), seen_at = now()`,
          [consumer, lane, position],
        ),
      );
    },

    async putDeadLetter({ consumer, event, attempts, reason }) {
      await db.write(RELAY, (tx) =>
        tx.query(
          `insert into infra.dead_letter (tenant_id, consumer, event_id, attempts, reason, event) values ($1, $2, $3, $4, $5, $6)
           on conflict (tenant_id, consumer, event_id) do update
             set attempts = excluded.attempts, reason = excluded.reason, at = now()`,
          // PostgreSQL's text cannot hold a NUL.
          [event.tenantId, consumer, event.id, attempts, reason.replaceAll('\0', ''), JSON.stringify(event)],
        ),
      );
    },

    async deadLetters(limit) {
      const rows = await db.read(RELAY, (tx) =>
        tx.query<{ consumer: string; attempts: number; reason: string; event: string }>(
          `select consumer, attempts, reason, event::text as event from infra.dead_letter order by at desc, event_id desc limit $1`,
          [limit],
        ),
      );
      return rows.map((row) => ({ ...row, event: JSON.parse(row.event) as Event }));
    },
  };
}
