import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Format, KindName } from './kind.ts';

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'expired';

/** A report as its row tells. `parameters` are in wire form, as they were sent. */
export type RunRow = {
  id: Uuid;
  kind: KindName;
  format: Format;
  parameters: object;
  keepDays: number;
  memberId: Uuid | null;
  scheduleId: Uuid | null;
  requestedBy: string;
  requestedAt: Millis;
  state: RunState;
  attempts: number;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  rowsWritten: bigint;
  rowsTotal: bigint | null;
  fileName: string | null;
  fileHash: Buffer | null;
  fileBytes: bigint | null;
  expiresAt: Millis | null;
  problemCode: string | null;
  problemText: string | null;
};

const COLUMNS = `id, kind, format, parameters, keep_days as "keepDays", member_id as "memberId", schedule_id as "scheduleId",
  requested_by as "requestedBy", requested_at as "requestedAt", state, attempts, started_at as "startedAt", finished_at as "finishedAt",
  rows_written as "rowsWritten", rows_total as "rowsTotal", file_name as "fileName", file_hash as "fileHash", file_bytes as "fileBytes",
  expires_at as "expiresAt", problem_code as "problemCode", problem_text as "problemText"`;

export type NewRun = Pick<RunRow, 'id' | 'kind' | 'format' | 'parameters' | 'keepDays' | 'memberId' | 'requestedBy' | 'requestedAt'> & {
  schedule?: { id: Uuid; dueAt: Millis };
};

/** Puts a run into the queue; undefined when the schedule's time has one already. */
export async function insertRun(tx: Tx, tenantId: Uuid, run: NewRun): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(
    `insert into settlement.report_run
       (tenant_id, id, kind, format, parameters, keep_days, member_id, schedule_id, due_at, requested_by, requested_at, state)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9::timestamptz, $10, $11::timestamptz, 'queued')
     on conflict do nothing returning ${COLUMNS}`,
    [
      tenantId,
      run.id,
      run.kind,
      run.format,
      JSON.stringify(run.parameters),
      run.keepDays,
      run.memberId,
      run.schedule?.id ?? null,
      run.schedule ? instant(run.schedule.dueAt) : null,
      run.requestedBy,
      instant(run.requestedAt),
    ],
  );
  return row;
}

export async function findRun(tx: Tx, tenantId: Uuid, id: Uuid): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(`select ${COLUMNS} from settlement.report_run where tenant_id = $1 and id = $2`, [tenantId, id]);
  return row;
}

export type RunFilter = { limit: number; after?: Uuid | undefined; kind?: KindName | undefined; state?: RunState | undefined };

/** Newest first. */
export async function pageOfRuns(tx: Tx, tenantId: Uuid, { limit, after, kind, state }: RunFilter): Promise<RunRow[]> {
  return tx.query<RunRow>(
    `select ${COLUMNS} from settlement.report_run
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or kind = $3) and ($4::text is null or state = $4)
      order by id desc limit $5`,
    [tenantId, after ?? null, kind ?? null, state ?? null, limit],
  );
}

/** Runs that wait or are under way, oldest first. */
export async function openRuns(tx: Tx, tenantId: Uuid): Promise<{ id: Uuid; state: 'queued' | 'running'; requestedAt: Millis }[]> {
  return tx.query(
    `select id, state, requested_at as "requestedAt" from settlement.report_run
      where tenant_id = $1 and state in ('queued', 'running') order by id`,
    [tenantId],
  );
}

/** Begins a run, or begins one anew that a crash left behind; undefined when it is over. */
export async function beginRun(tx: Tx, tenantId: Uuid, id: Uuid, at: Millis): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(
    `update settlement.report_run
        set state = 'running', attempts = attempts + 1, started_at = $3::timestamptz, rows_written = 0, rows_total = null
      where tenant_id = $1 and id = $2 and state in ('queued', 'running') returning ${COLUMNS}`,
    [tenantId, id, instant(at)],
  );
  return row;
}

/** Which beginning of a run is meant: another process may have begun it anew. */
export type Attempt = { id: Uuid; attempt: number };

/** Undefined when the run was cancelled or begun anew by another process. */
export async function noteProgress(
  tx: Tx,
  tenantId: Uuid,
  { id, attempt }: Attempt,
  progress: { rows: number; total?: number | undefined },
): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(
    `update settlement.report_run set rows_written = $4, rows_total = $5
      where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running' returning ${COLUMNS}`,
    [tenantId, id, attempt, progress.rows, progress.total ?? null],
  );
  return row;
}

export type Finished = { at: Millis; rows: number; file: { name: string; hash: Buffer; bytes: number; expiresAt: Millis } };

export async function finishRun(tx: Tx, tenantId: Uuid, { id, attempt }: Attempt, done: Finished): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(
    `update settlement.report_run
        set state = 'done', finished_at = $4::timestamptz, rows_written = $5, rows_total = $5, file_name = $6, file_hash = $7,
            file_bytes = $8, expires_at = $9::timestamptz
      where tenant_id = $1 and id = $2 and attempts = $3 and state = 'running' returning ${COLUMNS}`,
    [tenantId, id, attempt, instant(done.at), done.rows, done.file.name, done.file.hash, done.file.bytes, instant(done.file.expiresAt)],
  );
  return row;
}

/** Ends a run that came to nothing: cancelled by someone, or failed. Undefined when it was over already. */
export async function endRun(
  tx: Tx,
  tenantId: Uuid,
  id: Uuid,
  end: { state: 'failed' | 'cancelled'; at: Millis; problem?: { code: string; text: string } },
): Promise<RunRow | undefined> {
  const [row] = await tx.query<RunRow>(
    `update settlement.report_run set state = $3, finished_at = $4::timestamptz, problem_code = $5, problem_text = $6
      where tenant_id = $1 and id = $2 and state in ('queued', 'running') returning ${COLUMNS}`,
    [tenantId, id, end.state, instant(end.at), end.problem?.code ?? null, end.problem?.text ?? null],
  );
  return row;
}

/** Marks what has lasted long enough, and answers with the files that no report of the tenant needs any longer. */
export async function expireRuns(tx: Tx, tenantId: Uuid, now: Millis): Promise<Buffer[]> {
  const expired = await tx.query<{ hash: Buffer }>(
    `update settlement.report_run set state = 'expired'
      where tenant_id = $1 and state = 'done' and expires_at <= $2::timestamptz returning file_hash as hash`,
    [tenantId, instant(now)],
  );
  if (expired.length === 0) return [];
  const needed = await tx.query<{ hash: Buffer }>(
    `select distinct file_hash as hash from settlement.report_run where tenant_id = $1 and state = 'done' and file_hash = any($2::bytea[])`,
    [tenantId, expired.map(({ hash }) => hash)],
  );
  return expired.map(({ hash }) => hash).filter((hash) => !needed.some((other) => other.hash.equals(hash)));
}
