import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { WINDOW } from '../payment/store.ts';

/** A payment that is not where it ought to be. */
export type Misplaced = {
  paymentId: Uuid;
  debtorId: Uuid;
  what: 'held in a window' | 'rejected in a window' | 'in two windows' | 'held by nobody, and in no window';
};

/** Payments that are held and in a window; `window` is a condition on `w`. There are few holds that stand at a time. */
const heldIn = (window: string) => `
  select h.payment_id as "paymentId", h.debtor_agent_id as "debtorId", 'held in a window' as what
    from settlement.payment_hold h
    join settlement.payment p on p.tenant_id = h.tenant_id and p.id = h.payment_id
    left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
    ${WINDOW}
   where h.tenant_id = $1 and h.outcome is null and h.place = 'window' and ${window}`;

/**
 * Payments that are held and yet among the obligations of a window, one of them; nothing else could be right. What is held leaves the
 * window that is open, so this only sees to it that no window settles what a fault has left in it.
 */
export async function heldInWindow(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<Misplaced | undefined> {
  const [row] = await tx.query<Misplaced>(`${heldIn('w.id = $2')} limit 1`, [tenantId, windowId]);
  return row;
}

/**
 * Somebody who was taken out of a window on default and yet has a position in it. Whoever is taken out is out whole, so this only sees to
 * it that no window settles in which single obligations are missing.
 */
export async function halfTakenOut(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<Uuid | undefined> {
  const [row] = await tx.query<{ id: Uuid }>(
    `select participant_id as id from settlement.window_default d
      where tenant_id = $1 and window_id = $2
        and exists (select from settlement.position p where p.tenant_id = $1 and p.window_id = $2 and p.participant_id = d.participant_id) limit 1`,
    [tenantId, windowId],
  );
  return row?.id;
}

/**
 * Payments that are held and in a window; those whose obligation left another window than the one that has its range: it is in that one
 * all the same; and those whose obligation is kept out of every window though there is nothing to decide on. The first hundred.
 */
export async function misplaced(tx: Tx, tenantId: Uuid): Promise<Misplaced[]> {
  return tx.query<Misplaced>(
    `${heldIn('w.id is not null')}
     union all
     select c.payment_id, c.debtor_agent_id, case when c.returned then 'rejected in a window' else 'in two windows' end
       from settlement.carried_obligation c
       left join settlement.window_span s on s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from
        and s.window_id = c.left_window_id and c.seq > s.from_seq and (s.to_seq is null or c.seq <= s.to_seq)
      where c.tenant_id = $1 and c.step = 1 and s.window_id is null
     union all
     select c.payment_id, c.debtor_agent_id, 'held by nobody, and in no window'
       from settlement.carried_obligation c
      where c.tenant_id = $1 and c.joined_window_id is null and not c.returned and c.held
        and not exists (select from settlement.payment_hold h where h.tenant_id = $1 and h.payment_id = c.payment_id and h.outcome is null)
      limit 100`,
    [tenantId],
  );
}
