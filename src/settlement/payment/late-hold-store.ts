import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, integers, jsonbs, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Hold } from './hold-rows.ts';
import { paymentsNamed } from './store.ts';

/** A payment that a list names while it is in a window that was cut off. */
export type LateHold = { paymentId: Uuid; windowId: Uuid; screening: Hold['screening'] };

/**
 * Remembers that payments are to be held when they leave the windows that they are in, with the windows locked, so that none leaves
 * unseen. Matches of before are kept beside those that come. Answers with the payments that are remembered; the others have left their
 * window meanwhile, or settled with it.
 */
export async function noteLateHolds(tx: Tx, tenantId: Uuid, holds: readonly LateHold[], at: Millis): Promise<Set<Uuid>> {
  await tx.query('select id from settlement.netting_window where tenant_id = $1 and id = any($2::uuid[]) order by id for share', [
    tenantId,
    uuids([...new Set(holds.map(({ windowId }) => windowId))]),
  ]);
  const ids = holds.map(({ paymentId }) => paymentId);
  const now = new Map((await paymentsNamed(tx, tenantId, ids)).map((payment) => [payment.record.id, payment]));
  const still = holds.filter(({ paymentId, windowId }) => {
    const payment = now.get(paymentId);
    return payment?.status === 'clearing' && payment.window?.id === windowId;
  });
  if (still.length === 0) return new Set();
  await tx.query(NOTE, [
    tenantId,
    integers(still.map(({ paymentId }) => now.get(paymentId)!.seq!)),
    uuids(still.map(({ paymentId }) => paymentId)),
    uuids(still.map(({ windowId }) => windowId)),
    integers(still.map(({ screening }) => screening.set)),
    jsonbs(still.map(({ screening }) => screening.hits)),
    instant(at),
  ]);
  return new Set(still.map(({ paymentId }) => paymentId));
}

const NOTE = `
  insert into settlement.late_hold as l (tenant_id, seq, payment_id, window_id, screening_set, hits, noted_at)
  select $1, unnest($2::bigint[]), unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::bigint[])::integer, unnest($6::jsonb[]), $7::timestamptz
  on conflict (tenant_id, seq) do update
     set screening_set = excluded.screening_set, noted_at = excluded.noted_at, window_id = excluded.window_id,
         hits = excluded.hits || coalesce((
           select jsonb_agg(b) from jsonb_array_elements(l.hits) b
            where not exists (select from jsonb_array_elements(excluded.hits) n
                               where (n -> 'party', n -> 'listId', n -> 'entryId') = (b -> 'party', b -> 'listId', b -> 'entryId'))), '[]')`;

/** A payment that has left its window and is held since. */
export type LateHeld = { id: Uuid; debtorAgentId: Uuid; creditorAgentId: Uuid; asset: string; units: bigint; set: number };

type Left = LateHeld & { held: boolean; hits: unknown[] };

/**
 * Holds what has left a window and was to be held then; its obligation waits to be decided on already (`carried_obligation.held`).
 * `idOf` makes the ids of holds. What was returned is remembered no longer either. Answers with what is held now.
 */
export async function holdLeft(
  tx: Tx,
  tenantId: Uuid,
  { windowId, at, idOf }: { windowId: Uuid; at: Millis; idOf: () => Uuid },
): Promise<LateHeld[]> {
  const left = await tx.query<Left>(
    `delete from settlement.late_hold l using settlement.carried_obligation c
      where l.tenant_id = $1 and l.window_id = $2 and c.tenant_id = l.tenant_id and c.seq = l.seq and c.left_window_id = l.window_id
     returning c.payment_id as id, c.debtor_agent_id as "debtorAgentId", c.creditor_agent_id as "creditorAgentId", c.asset, c.units, c.held,
               l.screening_set as set, l.hits`,
    [tenantId, windowId],
  );
  const waiting = left.filter(({ held }) => held);
  if (waiting.length === 0) return [];
  const held = await tx.query<{ id: Uuid }>(
    `insert into settlement.payment_hold (tenant_id, id, payment_id, debtor_agent_id, creditor_agent_id, screening_set, hits, place, held_at)
     select $1, h.id, h.payment_id, h.debtor, h.creditor, h.screening_set, h.hits, 'window', $8::timestamptz
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::jsonb[]) as h (id, payment_id, debtor, creditor, screening_set, hits)
     on conflict (tenant_id, payment_id) where outcome is null do nothing
     returning payment_id as id`,
    [
      tenantId,
      uuids(waiting.map(idOf)),
      uuids(waiting.map(({ id }) => id)),
      uuids(waiting.map(({ debtorAgentId }) => debtorAgentId)),
      uuids(waiting.map(({ creditorAgentId }) => creditorAgentId)),
      integers(waiting.map(({ set }) => set)),
      jsonbs(waiting.map(({ hits }) => hits)),
      instant(at),
    ],
  );
  const ids = new Set(held.map(({ id }) => id));
  return waiting.filter(({ id }) => ids.has(id));
}

/** What has settled is held no more. */
export async function forgetLateHolds(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<void> {
  await tx.query('delete from settlement.late_hold where tenant_id = $1 and window_id = $2', [tenantId, windowId]);
}
