import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Millis } from '../../base/time.ts';
import { reportChanged } from './contract.ts';
import type { RunRow } from './store.ts';

/** Tells how far a report is; a bank hears of its own only. */
export function changedEvent(tenantId: Uuid, row: RunRow, at: Millis): EventDraft {
  const reportId = toWireId('rep', row.id);
  return {
    id: newId(),
    tenantId,
    type: reportChanged.type,
    version: reportChanged.version,
    subject: reportId,
    at,
    data: {
      reportId,
      kind: row.kind,
      state: row.state,
      rows: Number(row.rowsWritten),
      ...(row.rowsTotal !== null && { total: Number(row.rowsTotal) }),
    },
    ...(row.memberId !== null && { memberIds: [row.memberId] }),
  };
}
