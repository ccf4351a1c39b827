import { idFloor, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TrafficPayment } from './traffic.ts';

/** A simulation without its result. */
export type SimulationRow = {
  id: Uuid;
  name: string;
  day: LocalDate | null;
  seed: string | null;
  options: object;
  state: 'running' | 'done' | 'failed';
  progress: number;
  error: string | null;
  startedBy: string;
  startedAt: Millis;
  finishedAt: Millis | null;
};

const COLUMNS = `s.id, s.name, s.day::text as day, s.seed, s.options, s.state, s.progress::float8 as progress, s.error, s.started_by as "startedBy",
  s.started_at as "startedAt", s.finished_at as "finishedAt"`;

export async function insertSimulation(tx: Tx, tenantId: Uuid, row: SimulationRow): Promise<void> {
  await tx.query(
    `insert into settlement.simulation (tenant_id, id, name, day, seed, options, state, progress, started_by, started_at)
     values ($1, $2, $3, $4::date, $5, $6::jsonb, 'running', 0, $7, $8::timestamptz)`,
    [tenantId, row.id, row.name, row.day, row.seed, JSON.stringify(row.options), row.startedBy, instant(row.startedAt)],
  );
}

export async function listRows(tx: Tx, tenantId: Uuid, limit: number): Promise<SimulationRow[]> {
  return tx.query<SimulationRow>(`select ${COLUMNS} from settlement.simulation s where s.tenant_id = $1 order by s.id desc limit $2`, [
    tenantId,
    limit,
  ]);
}

/** A simulation with its result, in wire form. */
export async function findRow(tx: Tx, tenantId: Uuid, id: Uuid): Promise<(SimulationRow & { result: object | null }) | undefined> {
  const [row] = await tx.query<SimulationRow & { result: object | null }>(
    `select ${COLUMNS}, s.result from settlement.simulation s where s.tenant_id = $1 and s.id = $2`,
    [tenantId, id],
  );
  return row;
}

export async function noteProgress(tx: Tx, tenantId: Uuid, id: Uuid, progress: number): Promise<void> {
  await tx.query(`update settlement.simulation set progress = $3 where tenant_id = $1 and id = $2 and state = 'running'`, [
    tenantId,
    id,
    progress,
  ]);
}

/** Ends a simulation that runs: with its result, or with what went wrong. */
export async function finish(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  end: { at: Millis; result: object } | { at: Millis; error: string },
): Promise<void> {
  const [result, error] = 'result' in end ? [JSON.stringify(end.result), null] : [null, end.error];
  await tx.query(
    `update settlement.simulation set state = $3, progress = case when $4::jsonb is null then progress else 1 end, result = $4::jsonb, error = $5, finished_at = $6::timestamptz
      where tenant_id = $1 and id = $2 and state = 'running'`,
    [tenantId, id, error === null ? 'done' : 'failed', result, error, instant(end.at)],
  );
}

/** Ends what was running when its process ended. */
export async function failOlderThan(tx: Tx, tenantId: Uuid, startedBefore: Millis, at: Millis): Promise<void> {
  await tx.query(
    `update settlement.simulation set state = 'failed', error = 'It was interrupted.', finished_at = $3::timestamptz
      where tenant_id = $1 and state = 'running' and started_at < $2::timestamptz`,
    [tenantId, instant(startedBefore), instant(at)],
  );
}

const DAY_MS = 86_400_000;
const SLACK_MS = 60_000;

/** The payments of a day that were taken, as traffic, in order of time; at most `limit`. */
export async function trafficOfDay(tx: Tx, tenantId: Uuid, fromMs: Millis, limit: number): Promise<TrafficPayment[]> {
  const rows = await tx.query<Omit<TrafficPayment, 'atMs'> & { at: Millis }>(
    `select p.received_at as at, d.bic as debtor, c.bic as creditor, p.asset, p.units,
            case (select r.priority from settlement.payment_route r where r.tenant_id = p.tenant_id and r.payment_id = p.id)
                 when 'urgent' then 0 when 'instant' then 0 else 1 end as priority
       from settlement.payment p
       join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
       join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id
      where p.tenant_id = $1 and p.received_at >= $2::timestamptz and p.received_at < $3::timestamptz and p.id >= $4::uuid and p.id < $5::uuid
        and p.decision in ('reserved', 'settled', 'queued')
      order by p.received_at, p.id limit $6`,
    [tenantId, instant(fromMs), instant(fromMs + DAY_MS), idFloor(fromMs), idFloor(fromMs + DAY_MS + SLACK_MS), limit],
  );
  return rows.map(({ at, ...payment }) => ({ ...payment, atMs: at - fromMs }));
}
