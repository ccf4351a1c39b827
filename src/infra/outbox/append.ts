import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';

/** Largest data of one event in characters of JSON: at three bytes each still below the message limit of NATS, 1 MiB. */
const MAX_DATA_CHARS = 256 * 1024;

/**
 * The events of one tenant as `infra.outbox` keeps them: array literals in step with each other, and one JSON array. Written
 * here and not by the driver, whose general way takes ten times as long.
 */
export type AppendRow = {
  tenantId: Uuid;
  ids: string;
  types: string;
  versions: string;
  subjects: string;
  members: string;
  ats: string;
  data: string;
};

/** Splits drafts by tenant and keeps their order within each. Errors: `outbox.event_too_large`. */
export function toRows(events: readonly EventDraft[]): AppendRow[] {
  const byTenant = Map.groupBy(events, (event) => event.tenantId);
  return Array.from(byTenant, ([tenantId, own]) => ({
    tenantId,
    ids: literal(own, (event) => event.id),
    types: literal(own, (event) => quoted(event.type)),
    versions: literal(own, (event) => String(event.version)),
    subjects: literal(own, (event) => quoted(event.subject)),
    members: literal(own, (event) => `"{${event.memberIds?.join() ?? ''}}"`),
    ats: literal(own, instants()),
    data: dataOf(own),
  }));
}

/** An array literal of PostgreSQL: `{a,b}`. */
function literal(events: readonly EventDraft[], toElement: (event: EventDraft) => string): string {
  return `{${events.map(toElement).join()}}`;
}

/** An element that may hold anything. */
function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/** Events of one append are mostly of one instant; writing it out is the dearest part of an event. */
function instants(): (event: EventDraft) => string {
  let atMs: Millis | undefined;
  let text = '';
  return ({ at }) => {
    if (at !== atMs) text = new Date(at).toISOString();
    atMs = at;
    return text;
  };
}

function dataOf(events: readonly EventDraft[]): string {
  const text = JSON.stringify(events.map((event) => event.data));
  if (text.length > MAX_DATA_CHARS) {
    const large = events.find((event) => JSON.stringify(event.data).length > MAX_DATA_CHARS);
    if (large)
      throw new AppError('too_large', 'outbox.event_too_large', `The event ${large.type} carries more than ${MAX_DATA_CHARS} characters.`);
  }
  return text;
}
