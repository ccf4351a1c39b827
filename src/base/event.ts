import type { TObject } from 'typebox';
import type { Uuid } from './id.ts';
import type { Millis } from './time.ts';

/** A kind of event as a plain value; additive within a version. */
export type EventKind<D extends TObject = TObject> = { type: `${string}.${string}`; version: number; summary: string; data: D };

/** Declares an event in a module's contract. */
export function eventKind<D extends TObject>(kind: EventKind<D>): EventKind<D> {
  return kind;
}

/** An event as the module hands it over, in wire form (`data` already encoded); the relay gives it its `seq`. */
export type EventDraft = {
  id: Uuid;
  tenantId: Uuid;
  type: string;
  version: number;
  subject: string;
  data: object;
  at: Millis;
  memberIds?: readonly Uuid[];
};

/** An event as consumers and sockets receive it: gap-free `seq` per tenant, in commit order. */
export type Event = Omit<EventDraft, 'at'> & { seq: number; at: string };
