import type { Checklist, Item, Line } from '../checklist/checklist.ts';
import type { LineResult, ResultState, Subject } from '../run/result.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Tuesday at noon. */
export const RELEASED = Date.UTC(2026, 10, 24, 12);

export const SUBJECT: Subject = {
  checklistSha256: 'a'.repeat(64),
  bindingsSha256: 'b'.repeat(64),
  commit: 'c'.repeat(40),
  configHash: 'd'.repeat(64),
  environment: 'production',
};

/** One line of a checklist, by its identity. */
export function lineOf(id: string, line: number, more: Partial<Line> = {}): Item {
  return {
    id,
    line,
    title: id,
    text: id,
    section: ['After the release'],
    polarity: 'good_when_true',
    thresholds: [],
    claims: [],
    roles: [],
    mentions: [],
    checked: false,
    box: { from: 0, to: 1 },
    children: [],
    hints: [],
    ...more,
  };
}

/** A checklist that is watched for a month: an hour, a day, a week, a month, two triggers, an alert and a line for carrying on. */
export function watchedChecklist(more: readonly Item[] = []): Checklist {
  const window = (text: string, fromMs: number, toMs: number, cadenceMs?: number) => ({
    window: { text, fromMs, toMs, ...(cadenceMs && { cadenceMs }) },
  });
  const threshold = (forMs?: number) => ({
    metric: 'error rate',
    op: '>' as const,
    value: 5,
    unit: '%',
    text: 'error rate > 5 %',
    ...(forMs !== undefined && { forMs }),
  });
  const bad = { polarity: 'bad_when_true' as const };
  const items = [
    lineOf('services', 1, window('first hour', 0, HOUR, 5 * MINUTE)),
    lineOf('backups', 2, window('first 24 hours', 0, DAY, 30 * MINUTE)),
    lineOf('trends', 3, window('first week', 0, 7 * DAY, DAY)),
    lineOf('stability', 4, window('first month', 0, 30 * DAY)),
    lineOf('errors', 5, { ...bad, action: 'rollback', thresholds: [threshold(10 * MINUTE)] }),
    lineOf('degraded', 6, { ...bad, action: 'recommend_rollback', thresholds: [threshold()] }),
    lineOf('alert', 7, { ...bad }),
    lineOf('minor', 8, { action: 'continue' }),
    ...more,
  ];
  return {
    name: 'release',
    title: 'Release',
    sha256: SUBJECT.checklistSha256,
    items,
    criteria: [],
    signOffs: [],
    states: [],
    services: [],
    guessed: [],
    notUnderstood: [],
    findings: [],
  };
}

/** A result of a line, with an optional measured value. */
export function resultOf(lineId: string, state: ResultState, value?: number): LineResult {
  const measurements = value === undefined ? [] : [{ name: 'latency', value }];
  const check = {
    kind: 'http',
    asked: lineId,
    state: state as 'pass',
    summary: state,
    measurements,
    startedAt: new Date(RELEASED).toISOString(),
    ms: 1,
  };
  return { lineId, state, summary: state, checks: [check] };
}
