import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';

/** Largest data of one event, as JSON text. Below the message limit of NATS (1 MiB) with room to spare. */
export const MAX_DATA_BYTES = 256 * 1024;

/** The events of one tenant as parallel arrays, as `infra.outbox` keeps them. */
export type AppendRow = {
  tenantId: Uuid;
  ids: Uuid[];
  types: string[];
  versions: number[];
  subjects: string[];
  members: string[];
  ats: string[];
  data: string[];
};

/** Splits drafts by tenant and keeps their order within each. Errors: `outbox.event_too_large`. */
export function toRows(events: readonly EventDraft[]): AppendRow[] {
  const byTenant = new Map<Uuid, AppendRow>();
  for (const event of events) {
    let row = byTenant.get(event.tenantId);
    if (!row) {
      row = { tenantId: event.tenantId, ids: [], types: [], versions: [], subjects: [], members: [], ats: [], data: [] };
      byTenant.set(event.tenantId, row);
    }
    row.ids.push(event.id);
    row.types.push(event.type);
    row.versions.push(event.version);
    row.subjects.push(event.subject);
    row.members.push(event.memberIds ? `{${event.memberIds.join(',')}}` : '{}');
    row.ats.push(new Date(event.at).toISOString());
    row.data.push(dataOf(event));
  }
  return [...byTenant.values()];
}

function dataOf(event: EventDraft): string {
  const text = JSON.stringify(event.data);
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need no count.
  if (text.length * 3 > MAX_DATA_BYTES && Buffer.byteLength(text) > MAX_DATA_BYTES) {
    throw new AppError('too_large', 'outbox.event_too_large', `The event ${event.type} carries more than ${MAX_DATA_BYTES} bytes.`);
  }
  return text;
}
