import type { EventDraft, EventKind } from '../base/event.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import type { Millis } from '../base/time.ts';
import { checklistChanged, decided, lineSigned, runFinished, runProgressed, watchAdvised, watchChanged } from './contract.ts';
import type { Decision } from './record/record.ts';

function draft(kind: EventKind, tenantId: Uuid, subject: string, data: object, at: Millis): EventDraft {
  const { type, version } = kind;
  return { id: newId(at), tenantId, type, version, subject, data, at };
}

/** A checklist, its bindings or its waiver requests; without a name: who may sign. */
export function changedEvent(tenantId: Uuid, at: Millis, checklist?: string): EventDraft {
  return draft(checklistChanged, tenantId, checklist ?? 'signers', { ...(checklist !== undefined && { checklist }) }, at);
}

type RunIs = { id: Uuid; checklist: string };

export function progressedEvent(
  tenantId: Uuid,
  at: Millis,
  { id, checklist, done, total }: RunIs & { done: number; total: number },
): EventDraft {
  return draft(runProgressed, tenantId, toWireId('run', id), { checklist, runId: toWireId('run', id), done, total }, at);
}

export function finishedEvent(
  tenantId: Uuid,
  at: Millis,
  { id, checklist, state, counts }: RunIs & { state: 'finished' | 'failed'; counts: Readonly<Record<string, number>> },
): EventDraft {
  return draft(runFinished, tenantId, toWireId('run', id), { checklist, runId: toWireId('run', id), state, counts }, at);
}

/** What somebody put down about lines, by its place in the checklist's log. */
export function signedEvent(
  tenantId: Uuid,
  at: Millis,
  about: { checklist: string; record: number; kind: string; lines: readonly string[] },
): EventDraft {
  return draft(lineSigned, tenantId, about.checklist, { ...about, lines: about.lines.slice(0, 100) }, at);
}

export function decidedEvent(tenantId: Uuid, at: Millis, about: { checklist: string; runId: Uuid; decision: Decision }): EventDraft {
  return draft(decided, tenantId, about.checklist, { ...about, runId: toWireId('run', about.runId) }, at);
}

type WatchIs = { checklist: string; watchId: Uuid };

/** A watch that began, was looked at, or ended. */
export function watchEvent(tenantId: Uuid, at: Millis, { checklist, watchId }: WatchIs): EventDraft {
  const id = toWireId('wch', watchId);
  return draft(watchChanged, tenantId, id, { checklist, watchId: id }, at);
}

export function advisedEvent(tenantId: Uuid, at: Millis, { checklist, watchId, advice }: WatchIs & { advice: string }): EventDraft {
  const id = toWireId('wch', watchId);
  return draft(watchAdvised, tenantId, id, { checklist, watchId: id, advice }, at);
}
