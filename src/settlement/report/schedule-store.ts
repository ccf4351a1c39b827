import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Format, KindName } from './kind.ts';

/** A schedule as its row tells. `parameters` are in wire form. */
export type ScheduleRow = {
  id: Uuid;
  name: string;
  kind: KindName;
  format: Format;
  parameters: object;
  cron: string;
  zone: string;
  businessDays: string | null;
  keepDays: number;
  memberId: Uuid | null;
  createdBy: string;
  createdAt: Millis;
  nextAt: Millis | null;
  problem: string | null;
};

const COLUMNS = `id, name, kind, format, parameters, cron, zone, business_days as "businessDays", keep_days as "keepDays",
  member_id as "memberId", created_by as "createdBy", created_at as "createdAt", next_at as "nextAt", problem`;

export async function insertSchedule(tx: Tx, tenantId: Uuid, row: ScheduleRow): Promise<void> {
  await tx.query(
    `insert into settlement.report_schedule
       (tenant_id, id, name, kind, format, parameters, cron, zone, business_days, keep_days, member_id, created_by, created_at, next_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13::timestamptz, $14::timestamptz)`,
    [
      tenantId,
      row.id,
      row.name,
      row.kind,
      row.format,
      JSON.stringify(row.parameters),
      row.cron,
      row.zone,
      row.businessDays,
      row.keepDays,
      row.memberId,
      row.createdBy,
      instant(row.createdAt),
      row.nextAt === null ? null : instant(row.nextAt),
    ],
  );
}

export async function allSchedules(tx: Tx, tenantId: Uuid): Promise<ScheduleRow[]> {
  return tx.query<ScheduleRow>(`select ${COLUMNS} from settlement.report_schedule where tenant_id = $1 order by name, id`, [tenantId]);
}

/** Schedules whose time has come; nobody else changes them before the transaction ends. */
export async function lockDueSchedules(tx: Tx, tenantId: Uuid, now: Millis): Promise<ScheduleRow[]> {
  return tx.query<ScheduleRow>(
    `select ${COLUMNS} from settlement.report_schedule where tenant_id = $1 and next_at <= $2::timestamptz order by id for update`,
    [tenantId, instant(now)],
  );
}

/** Schedules that go by business days and whose time has not come, or is not known; nobody else changes them before the transaction ends. */
export async function lockBusinessDaySchedules(tx: Tx, tenantId: Uuid, now: Millis): Promise<ScheduleRow[]> {
  return tx.query<ScheduleRow>(
    `select ${COLUMNS} from settlement.report_schedule
      where tenant_id = $1 and business_days is not null and (next_at is null or next_at > $2::timestamptz) order by id for update`,
    [tenantId, instant(now)],
  );
}

export async function setNextTime(tx: Tx, tenantId: Uuid, id: Uuid, next: { at: Millis } | { problem: string }): Promise<void> {
  await tx.query('update settlement.report_schedule set next_at = $3::timestamptz, problem = $4 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    'at' in next ? instant(next.at) : null,
    'problem' in next ? next.problem : null,
  ]);
}

export async function deleteSchedule(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ScheduleRow | undefined> {
  const [row] = await tx.query<ScheduleRow>(
    `delete from settlement.report_schedule where tenant_id = $1 and id = $2 returning ${COLUMNS}`,
    [tenantId, id],
  );
  return row;
}
