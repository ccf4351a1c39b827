import type { Event } from '../../base/event.ts';
import { laneOf } from './lane.ts';

/** Where an event is published: `<stream>.event.<lane>.<tenant>.<module>.<name>`. */
export function subjectOf(stream: string, event: Pick<Event, 'tenantId' | 'type'>): string {
  return `${stream}.event.${laneOf(event.tenantId)}.${event.tenantId}.${event.type}`;
}

/**
 * The narrowest single subject that covers all types in a lane. What it lets through beyond the types, the consumer
 * passes over: several filters for one consumer need NATS 2.10.
 */
export function filterSubject(stream: string, lane: number, types: readonly string[]): string {
  const modules = new Set(types.map((type) => type.split('.')[0]!));
  const [type] = types;
  const end = types.length === 1 ? type : modules.size === 1 ? `${[...modules][0]}.*` : '>';
  return `${stream}.event.${lane}.*.${end}`;
}

/** A durable consumer's name: the server refuses dots, spaces and wildcards. */
export function durableName(consumer: string, lane: number): string {
  return `${consumer.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${lane}`;
}
