import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Breaker } from './breaker.ts';

/** A breaker that is not closed. */
export type BreakerRow = { key: string; state: Breaker; reason: string; movedBy: string; movedAt: Millis };

export type MoveRow = {
  id: Uuid;
  key: string;
  from: Breaker['state'];
  to: Breaker['state'];
  reason: string;
  movedBy: string;
  movedAt: Millis;
};

export async function readBreakers(tx: Tx, tenantId: Uuid): Promise<BreakerRow[]> {
  return tx.query<BreakerRow>(
    'select key, state, reason, moved_by as "movedBy", moved_at as "movedAt" from settlement.breaker where tenant_id = $1 order by key',
    [tenantId],
  );
}

export async function findBreaker(tx: Tx, tenantId: Uuid, key: string): Promise<BreakerRow | undefined> {
  const [row] = await tx.query<BreakerRow>(
    'select key, state, reason, moved_by as "movedBy", moved_at as "movedAt" from settlement.breaker where tenant_id = $1 and key = $2',
    [tenantId, key],
  );
  return row;
}

/** Keeps the state that a breaker moved to; a closed one is no longer kept. */
export async function putBreaker(tx: Tx, tenantId: Uuid, row: BreakerRow, move: MoveRow): Promise<void> {
  if (row.state.state === 'closed') {
    await tx.query('delete from settlement.breaker where tenant_id = $1 and key = $2', [tenantId, row.key]);
  } else {
    await tx.query(
      `insert into settlement.breaker (tenant_id, key, state, reason, moved_by, moved_at) values ($1, $2, $3, $4, $5, $6::timestamptz)
       on conflict (tenant_id, key) do update set state = excluded.state, reason = excluded.reason, moved_by = excluded.moved_by, moved_at = excluded.moved_at`,
      [tenantId, row.key, JSON.stringify(row.state), row.reason, row.movedBy, instant(row.movedAt)],
    );
  }
  await tx.query(
    `insert into settlement.breaker_move (tenant_id, id, key, from_state, to_state, reason, moved_by, moved_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz)`,
    [tenantId, move.id, move.key, move.from, move.to, move.reason, move.movedBy, instant(move.movedAt)],
  );
}

export async function latestMoves(tx: Tx, tenantId: Uuid, limit: number): Promise<MoveRow[]> {
  return tx.query<MoveRow>(
    `select id, key, from_state as from, to_state as to, reason, moved_by as "movedBy", moved_at as "movedAt"
       from settlement.breaker_move where tenant_id = $1 order by id desc limit $2`,
    [tenantId, limit],
  );
}
