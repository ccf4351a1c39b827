/** Payments that became final by themselves, at the door, after a review or out of the queue. */
export const GROSS = `
  select g.id from settlement.payment g
   where g.tenant_id = $1 and g.decision = 'settled' and g.decided_at >= $4::timestamptz and g.decided_at < $5::timestamptz
  union all
  select g.payment_id from settlement.review g
   where g.tenant_id = $1 and g.decision = 'settled' and g.decided_at >= $4::timestamptz and g.decided_at < $5::timestamptz
  union all
  select g.entry_id from settlement.queue_exit g
   where g.tenant_id = $1 and g.kind = 'payment' and g.outcome = 'settled' and g.decided_at >= $4::timestamptz and g.decided_at < $5::timestamptz`;
