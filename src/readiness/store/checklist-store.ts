import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What a tenant keeps of a checklist: the SHA-256 (hex) of its text and of its bindings, which are evidence. */
export type ChecklistRow = {
  name: string;
  /** Absent for the product's own, whose text comes with the product. */
  source: string | null;
  bindings: string | null;
  uploadedBy: string;
  uploadedAt: Millis;
};

const COLUMNS = `name, encode(source, 'hex') as source, encode(bindings, 'hex') as bindings, uploaded_by as "uploadedBy", uploaded_at as "uploadedAt"`;

export async function selectChecklists(tx: Tx): Promise<ChecklistRow[]> {
  return await tx.query<ChecklistRow>(`select ${COLUMNS} from readiness.checklist order by name`);
}

/** What is kept under its name elsewhere, the log and the evidence, stays. */
export async function dropChecklist(tx: Tx, name: string): Promise<void> {
  await tx.query('delete from readiness.checklist where name = $1', [name]);
}

/** Writes the row whole; a row of that name is replaced. */
export async function putChecklist(tx: Tx, tenantId: Uuid, row: ChecklistRow): Promise<void> {
  await tx.query(
    `insert into readiness.checklist (tenant_id, name, source, bindings, uploaded_by, uploaded_at)
     values ($1, $2, decode($3, 'hex'), decode($4, 'hex'), $5, $6)
     on conflict (tenant_id, name) do update set source = excluded.source, bindings = excluded.bindings,
       version = readiness.checklist.version + 1, uploaded_by = excluded.uploaded_by, uploaded_at = excluded.uploaded_at`,
    [tenantId, row.name, row.source, row.bindings, row.uploadedBy, instant(row.uploadedAt)],
  );
}
