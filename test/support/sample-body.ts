import type { RecordBody } from '../../src/readiness/record/record.ts';

/** A record of a watch, which needs no signature. */
export function sampleBody(watchId: string): RecordBody {
  return { kind: 'watch_ended', watchId, at: '2026-01-05T09:00:00.000Z', outcome: 'completed' };
}
