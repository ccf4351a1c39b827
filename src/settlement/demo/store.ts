import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A tenant's demonstration day: which one, and whether it has come to its end. */
export type Demonstration = { day: LocalDate; finished: boolean };

/** Undefined when none was ever begun. */
export async function findDemonstration(tx: Tx, tenantId: Uuid): Promise<Demonstration | undefined> {
  const [row] = await tx.query<Demonstration>(
    'select day::text as day, finished_at is not null as finished from settlement.demonstration where tenant_id = $1',
    [tenantId],
  );
  return row;
}

/** Does nothing when one was begun already. */
export async function beginDemonstration(tx: Tx, tenantId: Uuid, begun: { day: LocalDate; at: Millis }): Promise<void> {
  await tx.query(
    `insert into settlement.demonstration (tenant_id, day, begun_at) values ($1, $2::date, $3::timestamptz) on conflict do nothing`,
    [tenantId, begun.day, instant(begun.at)],
  );
}

export async function finishDemonstration(tx: Tx, tenantId: Uuid, at: Millis): Promise<void> {
  await tx.query('update settlement.demonstration set finished_at = $2::timestamptz where tenant_id = $1 and finished_at is null', [
    tenantId,
    instant(at),
  ]);
}
