import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import { instants, integers, jsonTexts, texts, uuids } from '../postgres/columns.ts';

/** Largest data of one event in characters of JSON: at three bytes each still below the message limit of NATS, 1 MiB. */
const MAX_DATA_CHARS = 256 * 1024;

/** The events of one tenant as `infra.event_segment` keeps them: columns in step with each other. */
export type AppendRow = {
  tenantId: Uuid;
  events: number;
  ids: Buffer;
  types: Buffer;
  versions: Buffer;
  subjects: Buffer;
  members: Buffer;
  ats: Buffer;
  data: Buffer;
};

/** Splits drafts by tenant and keeps their order within each. Errors: `outbox.event_too_large`. */
export function toRows(events: readonly EventDraft[]): AppendRow[] {
  const byTenant = Map.groupBy(events, (event) => event.tenantId);
  return Array.from(byTenant, ([tenantId, own]) => ({
    tenantId,
    events: own.length,
    ids: uuids(own.map((event) => event.id)),
    types: texts(own.map((event) => event.type)),
    versions: integers(own.map((event) => event.version)),
    subjects: texts(own.map((event) => event.subject)),
    members: texts(own.map((event) => `{${event.memberIds?.join() ?? ''}}`)),
    ats: instants(own.map((event) => event.at)),
    data: jsonTexts(own.map(dataOf)),
  }));
}

function dataOf(event: EventDraft): string {
  const text = JSON.stringify(event.data);
  if (text.length <= MAX_DATA_CHARS) return text;
  throw new AppError('too_large', 'outbox.event_too_large', `The event ${event.type} carries more than ${MAX_DATA_CHARS} characters.`);
}
