import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unheldDemands } from '../binding/demand.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { dueAt } from './due.ts';
import { planWatch } from './plan-watch.ts';
import { dueAfter, type WatchedLine } from './plan.ts';
import { lineOf, RELEASED, watchedChecklist } from './watch.fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const plan = planWatch(watchedChecklist(), { releasedAt: RELEASED });
const line = (id: string): WatchedLine => plan.lines.find(({ lineId }) => lineId === id)!;

/** All times at which a line is due, in minutes after the release. */
function minutesOf(watched: WatchedLine): number[] {
  const times: number[] = [];
  for (let at = dueAfter(watched, Number.NEGATIVE_INFINITY); at !== undefined; at = dueAfter(watched, at)) times.push(at / MINUTE);
  return times;
}

describe('the plan', () => {
  test('looks as often and as long as the document says, and at both ends of a window', () => {
    expect(minutesOf(line('services'))).toEqual(Array.from({ length: 13 }, (_, i) => 5 * i));
    expect(minutesOf(line('backups'))).toEqual(Array.from({ length: 49 }, (_, i) => 30 * i));
    expect(minutesOf(line('trends'))).toEqual(Array.from({ length: 8 }, (_, i) => 1_440 * i));
  });

  test('without a cadence looks every 5 minutes for an hour, every 30 for a day, and daily after it', () => {
    const times = minutesOf(line('stability'));
    expect(times.filter((at) => at <= 60)).toEqual(minutesOf(line('services')));
    expect(times.filter((at) => at > 60 && at <= 1_440)).toEqual(Array.from({ length: 46 }, (_, i) => 90 + 30 * i));
    expect(times.filter((at) => at > 1_440)).toEqual(Array.from({ length: 29 }, (_, i) => 1_440 * (i + 2)));
  });

  test('compares a share and a multiple with the same hours, and claims nothing of what it cannot compare', () => {
    const relativeOf = (text: string) => {
      const read = readChecklist(Buffer.from(`# R\n\n## Roll back if\n\n- [ ] ${text}\n`), 'r.md');
      const { lines } = planWatch(read, { releasedAt: RELEASED });
      return { compared: lines[0]!.relative, open: unheldDemands(read.items[0]!, { disposition: { kind: 'checked', checks: [] } }).length };
    };
    expect(relativeOf('Orders below 80 % of last week')).toMatchObject({
      compared: [{ direction: 'share', op: '<', percent: 80 }],
      open: 0,
    });
    expect(relativeOf('p99 latency > 2x baseline')).toMatchObject({ compared: [{ direction: 'share', op: '>', percent: 200 }], open: 0 });
    expect(relativeOf('p95 latency rises by more than 50 ms')).toMatchObject({ compared: [], open: 1 });
  });

  test('watches triggers as long as anything is watched, with what the document asks for', () => {
    expect(line('errors')).toMatchObject({ action: 'rollback', forMs: 10 * MINUTE, fromMs: 0, toMs: 30 * DAY });
    expect(line('degraded')).toMatchObject({ action: 'recommend_rollback', forMs: 0 });
    expect(line('alert').action).toBe('attention');
    expect(line('minor').action).toBe('continue');
  });

  test('tells somebody of a no-go that comes about after the release, and never goes back for it', () => {
    const nogo = lineOf('nogo', 1, { polarity: 'bad_when_true', action: 'stop_launch' });
    const { lines } = planWatch({ ...watchedChecklist(), items: [nogo] }, { releasedAt: RELEASED });
    expect(lines.map(({ action }) => action)).toEqual(['attention']);
  });

  test('leaves out what is due before the release and what is of another environment', () => {
    const before = lineOf('before', 20, { window: { text: 'T-24 hours', fromMs: -DAY, toMs: 0 } });
    const staging = lineOf('staging', 21, { window: { text: 'first hour', fromMs: 0, toMs: HOUR }, environment: 'staging' });
    const ids = planWatch(watchedChecklist([before, staging]), { releasedAt: RELEASED }).lines.map(({ lineId }) => lineId);
    expect(ids).not.toContain('before');
    expect(ids).not.toContain('staging');
  });

  test('judges what is to be reached within a time when that is over', () => {
    const reached = { ...lineOf('reached', 30, { window: { text: 'first week', fromMs: 0, toMs: 7 * DAY } }), kind: 'success' as const };
    const { lines } = planWatch({ ...watchedChecklist(), criteria: [reached] }, { releasedAt: RELEASED });
    expect(minutesOf(lines.find(({ lineId }) => lineId === 'reached')!)).toEqual([7 * 1_440]);
  });

  test('watches a trigger of the first hours only then, and a checklist without windows for a month', () => {
    const early = lineOf('early', 1, {
      polarity: 'bad_when_true',
      action: 'rollback',
      thresholds: [{ metric: 'uptime', op: '<', value: 95, unit: '%', scope: 'first 2 hours', text: 'uptime < 95 %' }],
    });
    const other = lineOf('other', 2, { polarity: 'bad_when_true', action: 'rollback' });
    const { lines } = planWatch({ ...watchedChecklist(), items: [early, other] }, { releasedAt: RELEASED });
    expect(lines.map(({ toMs }) => toMs)).toEqual([2 * HOUR, 30 * DAY]);
  });
});

describe('how long a trigger must be bad', () => {
  const lasts = (text: string, threshold: object): number => {
    const trigger = lineOf('t', 1, {
      text,
      polarity: 'bad_when_true',
      action: 'rollback',
      thresholds: [{ metric: '', op: '>', value: 10, unit: 'min', text, ...threshold }],
    });
    return planWatch({ ...watchedChecklist(), items: [trigger] }, { releasedAt: RELEASED }).lines[0]!.forMs;
  };

  test('is what is said of its threshold, or the time that it lasts; a time that something takes is neither', () => {
    expect(lasts('Errors exceed 1 % for more than 10 minutes', { value: 1, unit: '%', forMs: 600_000 })).toBe(600_000);
    expect(lasts('The service does not answer for more than 10 minutes', {})).toBe(600_000);
    expect(lasts('Down > 30 s', { value: 30, unit: 's' })).toBe(30_000);
    expect(lasts('Import takes more than 10 minutes', {})).toBe(0);
    expect(lasts('Latency > 2 s for most of the users', { value: 2, unit: 's', percentile: 95 })).toBe(0);
  });
});

describe('what is due', () => {
  test('is told at every time: looked at now, or missed, each exactly once', () => {
    const visits = fc.uniqueArray(fc.integer({ min: 0, max: 31 * 1_440 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(visits, (minutes) => {
        const counts = new Map<string, number>();
        let states = {};
        for (const at of minutes.sort((a, b) => a - b).map((minute) => RELEASED + minute * MINUTE)) {
          const { lines, missed } = dueAt(plan, states, at);
          const gaps = new Map(missed.map((gap) => [gap.lineId, gap]));
          for (const { lineId } of plan.lines) {
            const gap = gaps.get(lineId);
            counts.set(lineId, (counts.get(lineId) ?? 0) + Number(lines.includes(lineId)) + (gap?.count ?? 0));
            const lastAt = lines.includes(lineId) ? at : undefined;
            if (lastAt !== undefined || gap)
              states = {
                ...states,
                [lineId]: {
                  lastAt: lastAt ?? Number.NEGATIVE_INFINITY,
                  toldAt: at,
                  sight: 'good',
                  summary: '',
                  ...(gap && { missed: gap }),
                },
              };
          }
        }
        const last = minutes.at(-1)!;
        for (const watched of plan.lines)
          expect(counts.get(watched.lineId) ?? 0).toBe(minutesOf(watched).filter((at) => at <= last).length);
      }),
      { numRuns: 200 },
    );
  });
});
