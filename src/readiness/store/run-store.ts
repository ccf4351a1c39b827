import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Subject } from '../run/result.ts';

export type RunRow = {
  id: Uuid;
  checklist: string;
  state: 'queued' | 'running' | 'finished' | 'failed';
  requestedBy: string;
  requestedAt: Millis;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  done: number;
  total: number;
  subject: Subject | null;
  counts: Record<string, number> | null;
  results: string | null;
  error: string | null;
};

type Raw = Omit<RunRow, 'subject' | 'counts'> & { subject: string | null; counts: string | null };

const COLUMNS = `id, checklist, state, requested_by as "requestedBy", requested_at as "requestedAt", started_at as "startedAt",
  finished_at as "finishedAt", done, total, subject, counts, encode(results, 'hex') as results, error`;

const rowOf = ({ subject, counts, ...rest }: Raw): RunRow => ({
  ...rest,
  subject: subject === null ? null : (JSON.parse(subject) as Subject),
  counts: counts === null ? null : (JSON.parse(counts) as Record<string, number>),
});

/** Queues a run unless one of the checklist is open already; answers with the open one. */
export async function queueRun(
  tx: Tx,
  tenantId: Uuid,
  run: Pick<RunRow, 'id' | 'checklist' | 'requestedBy' | 'requestedAt'>,
): Promise<RunRow> {
  await tx.query(
    `insert into readiness.run (tenant_id, id, checklist, state, requested_by, requested_at) values ($1, $2, $3, 'queued', $4, $5)
     on conflict (tenant_id, checklist) where state in ('queued', 'running') do nothing`,
    [tenantId, run.id, run.checklist, run.requestedBy, instant(run.requestedAt)],
  );
  return (await selectOpenRun(tx, run.checklist))!;
}

/** The run of a checklist that waits or goes on. */
export async function selectOpenRun(tx: Tx, checklist: string): Promise<RunRow | undefined> {
  const [row] = await tx.query<Raw>(`select ${COLUMNS} from readiness.run where checklist = $1 and state in ('queued', 'running')`, [
    checklist,
  ]);
  return row && rowOf(row);
}

/** All runs that wait, and those that a process that ended left behind. */
export async function selectOpenRuns(tx: Tx): Promise<RunRow[]> {
  return (await tx.query<Raw>(`select ${COLUMNS} from readiness.run where state in ('queued', 'running') order by id`)).map(rowOf);
}

export async function findRun(tx: Tx, id: Uuid): Promise<RunRow | undefined> {
  const [row] = await tx.query<Raw>(`select ${COLUMNS} from readiness.run where id = $1`, [id]);
  return row && rowOf(row);
}

/** Runs of a checklist, the latest first, before an id. */
export async function selectRuns(tx: Tx, checklist: string, page: { before: Uuid | undefined; limit: number }): Promise<RunRow[]> {
  const rows = await tx.query<Raw>(
    `select ${COLUMNS} from readiness.run where checklist = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [checklist, page.before ?? null, page.limit],
  );
  return rows.map(rowOf);
}

export async function beginRun(tx: Tx, id: Uuid, at: Millis): Promise<void> {
  await tx.query(`update readiness.run set state = 'running', started_at = $2, done = 0, total = 0 where id = $1`, [id, instant(at)]);
}

export async function setProgress(tx: Tx, id: Uuid, { done, total }: { done: number; total: number }): Promise<void> {
  await tx.query('update readiness.run set done = $2, total = $3 where id = $1', [id, done, total]);
}

/** Ends a run, with what came of it or with why nothing did. */
export async function endRun(
  tx: Tx,
  id: Uuid,
  end: { at: Millis } & ({ subject: Subject; counts: Readonly<Record<string, number>>; results: string } | { error: string }),
): Promise<void> {
  if ('error' in end) {
    const { at, error } = end;
    await tx.query(`update readiness.run set state = 'failed', finished_at = $2, error = $3 where id = $1`, [id, instant(at), error]);
    return;
  }
  await tx.query(
    `update readiness.run set state = 'finished', finished_at = $2, done = total, subject = $3, counts = $4, results = decode($5, 'hex')
     where id = $1`,
    [id, instant(end.at), JSON.stringify(end.subject), JSON.stringify(end.counts), end.results],
  );
}
