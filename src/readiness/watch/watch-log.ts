import { AppError } from '../../base/error.ts';
import type { ReadinessRecord, RecordStore } from '../record/record.ts';
import type { LineResult } from '../run/result.ts';
import { beginWatch, stepWatch, type Watch, type WatchEvent } from './fold-watch.ts';
import type { Missed, Sample } from './observe.ts';
import type { WatchPlan } from './plan.ts';

/** What a pass keeps as evidence: what was looked for, what came back, and what nobody looked at. */
export type Pass = { version: 1; at: string; due: readonly string[]; results: readonly LineResult[]; missed: readonly Missed[] };

/** The watches of a checklist as far as the log was read. */
export type WatchLog = { nextIndex: number; watches: ReadonlyMap<string, Watch> };

export const EMPTY_LOG: WatchLog = { nextIndex: 0, watches: new Map() };

/**
 * Reads on in the log of a checklist. Errors: `readiness.evidence_missing` when what a record names is not kept, since
 * without it nobody can tell what was seen.
 */
export async function readOn(store: RecordStore, checklist: string, log: WatchLog = EMPTY_LOG): Promise<WatchLog> {
  const watches = new Map(log.watches);
  let { nextIndex } = log;
  for await (const record of store.read(checklist, nextIndex)) {
    nextIndex = record.index + 1;
    const { body } = record;
    if (body.kind === 'watch_started') watches.set(body.watchId, beginWatch(body.watchId, await kept<WatchPlan>(store, body.plan)));
    else if ('watchId' in body) {
      const watch = watches.get(body.watchId);
      if (watch) watches.set(body.watchId, stepWatch(watch, await eventOf(store, body)));
    }
  }
  return { nextIndex, watches };
}

type WatchBody = Exclude<Extract<ReadinessRecord['body'], { watchId: string }>, { kind: 'watch_started' }>;

async function eventOf(store: RecordStore, body: WatchBody): Promise<WatchEvent> {
  const at = Date.parse(body.at);
  switch (body.kind) {
    case 'watch_observed': {
      const { due, results, missed } = await kept<Pass>(store, body.results);
      return { kind: 'observed', due, observation: { at, samples: results.map(sampleOf), missed } };
    }
    case 'watch_advised':
      return { kind: 'advised', at, advice: body.advice };
    case 'rollback_confirmed':
      return { kind: 'rollback_confirmed', at, by: body.by };
    case 'rollback_started':
      return { kind: 'rollback_started', at, script: body.script, by: body.by };
    case 'rollback_called':
      return { kind: 'rollback_called', at, script: body.script, by: body.by, exitCode: body.exitCode, evidence: body.evidence };
    case 'watch_ended':
      return { kind: 'ended', at, outcome: body.outcome };
  }
}

/** What decides, of a result. */
export function sampleOf({ lineId, state, summary, checks }: LineResult): Sample {
  return { lineId, state, summary, measurements: checks.flatMap(({ measurements }) => measurements) };
}

/** The JSON value under a hash. */
export async function kept<T>(store: RecordStore, sha256: string): Promise<T> {
  const found = await store.evidence(sha256);
  if (!found) throw new AppError('not_found', 'readiness.evidence_missing', `The evidence ${sha256} is not kept here.`);
  return JSON.parse(Buffer.from(found.bytes).toString('utf8')) as T;
}

/** Keeps a JSON value as evidence and answers with its hash. */
export function keep(store: RecordStore, value: unknown): Promise<string> {
  return store.putEvidence(Buffer.from(JSON.stringify(value)), 'application/json');
}

/** The watch that goes on, if one does: the last that began and has not ended. */
export function openWatch({ watches }: WatchLog): Watch | undefined {
  return [...watches.values()].findLast(({ ended }) => !ended);
}
