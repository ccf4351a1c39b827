import { describe, expect, test } from 'vitest';
import type { Item } from '../checklist/checklist.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import type { BoundCheck } from './binding.ts';
import { unheldDemands } from './demand.ts';
import { limitsOf } from './held-limits.ts';

const lineOf = (text: string, heading = 'Before'): Item => readChecklist(Buffer.from(`## ${heading}\n- [ ] ${text}\n`), 't.md').items[0]!;
const check = (kind: string, params: BoundCheck['params']): BoundCheck => ({ kind, params });
const held = (line: Item, ...checks: BoundCheck[]): boolean =>
  unheldDemands(line, { disposition: { kind: 'checked', checks } }).length === 0;

const coverage = (lines: number) => check('coverage', { report: 'c.json', of: { maxAgeHours: 24 }, min: { lines } });
const load = (at: string, op: string, value: number, unit?: string) =>
  check('load_report', { report: 'l.json', demands: [{ at, op, value, ...(unit && { unit }) }] });
const promql = (query: string, op: string, value: number) => check('promql', { target: 'p', query, op, value });

describe('what a check demands', () => {
  test.each<[BoundCheck, string[]]>([
    [coverage(50), ['>= 50 %']],
    [check('backup_age', { maxAgeHours: 1, keepsDays: 30 }), ['<= 1 h', '>= 30 d']],
    [check('http', { target: 'a', maxMs: 200, samples: 20, status: [200] }), ['<= 200 ms p100']],
    [check('http', { target: 'a', maxMs: 200, samples: 20, percentile: 95 }), ['<= 200 ms p95']],
    [load('$.latencyMs.p99', '<', 1, 's'), ['< 1 s p99']],
    [promql('histogram_quantile(0.95, x)', '<', 0.2), ['< 0.2 p95']],
    [check('package_audit', { report: 'a.json' }), ['<= 0', '<= 0']],
    [check('package_audit', { report: 'a.json', max: { high: 3 } }), ['<= 3']],
    [check('env', { names: ['A'], equals: '30' }), ['= 30']],
    [check('redis', { info: [{ name: 'redis_version', op: '>=', value: '6.2' }] }), ['>= 6.2']],
    [check('sql', { query: 'select 1', timeoutMs: 50 }), []],
  ])('is in its parameters: %j', (bound, expected) => {
    const shown = limitsOf(bound).map(({ op, value, unit, percentile }) =>
      [op, value, unit, percentile === undefined ? undefined : `p${percentile}`].filter((part) => part !== undefined).join(' '),
    );
    expect(shown).toEqual(expected);
  });
});

describe('a number that a line demands', () => {
  test.each<[string, string, BoundCheck]>([
    ['the same number', 'Coverage ≥ 80%', coverage(80)],
    ['a stricter one', 'Coverage ≥ 80%', coverage(90)],
    ['another unit', 'Last backup less than 1 day old', check('backup_age', { maxAgeHours: 24 })],
    ['the unit that metrics are in', 'Response time p95 < 200 ms', promql('histogram_quantile(0.95, http_seconds)', '<', 0.2)],
    ['a share of one', 'Hit rate > 80 %', check('redis', { info: [{ name: 'hit_ratio', op: '>=', value: 0.8 }] })],
    ['a higher percentile', 'API latency p95 < 200 ms', load('$.latencyMs.p99', '<', 200, 'ms')],
    [
      'megabytes of 1,024 kilobytes',
      'Memory limit: 512 MB or less',
      check('redis', { config: [{ name: 'maxmemory', op: '<=', value: 536_870_912 }] }),
    ],
    ['a drill of the name', 'Restore takes less than 4 hours', check('drill', { record: 'd', drill: 'restore', maxRtoSeconds: 14_400 })],
    ['a later version', 'Redis 7.9+', check('redis', { info: [{ name: 'redis_version', op: '>=', value: '7.10' }] })],
    ['the same version', 'Node 20.10+', check('file', { path: 'p', values: [{ at: '$.node version', op: '>=', value: '20.10' }] })],
    ['a longer time', 'Error rate below 1 % over 7 days', promql('max_over_time(error_rate[2w])', '<', 1)],
  ])('is held by %s', (_, text, bound) => {
    expect(held(lineOf(text), bound)).toBe(true);
  });

  test.each<[string, string, BoundCheck]>([
    ['an earlier version', 'Redis 7.10+', check('redis', { info: [{ name: 'redis_version', op: '>=', value: '7.9' }] })],
    ['a looser number', 'Coverage ≥ 80%', coverage(50)],
    ['a number of something else', 'Uptime 99.9%+', coverage(99.9)],
    ['a stricter one of something else', 'Backup less than 1 day old', load('$.latencyMs.p99', '<', 5, 'ms')],
    ['the other direction', 'Response time < 200 ms', load('$.latencyMs.p50', '>', 200, 'ms')],
    ['a lower percentile', 'API latency p95 < 200 ms', load('$.latencyMs.p50', '<', 200, 'ms')],
    ['one that names no percentile', 'API latency p95 < 200 ms', check('http', { target: 'a', maxMs: 200 })],
    ['a check without numbers', 'Error rate below 1 %', check('http', { target: 'a', path: '/health' })],
    ['the same number of something else', 'Restore takes less than 4 hours', check('backup_age', { folder: 'b', maxAgeHours: 4 })],
    ['the same number of tests', 'At least 3 replicas', check('junit', { report: 'j', minTests: 3 })],
    ['the same number of another measure', 'Throughput of at least 1000 tps', load('$.errors', '>=', 1000, '1/s')],
    ['a look at now', 'CPU usage below 70 % for 24 hours', promql('cpu_usage_percent', '<', 70)],
    ['a shorter time', 'Error rate below 1 % over 7 days', promql('max_over_time(error_rate[1d])', '<', 1)],
    [
      'anything, where it is compared with before',
      'p95 latency at most 10 % above the last release',
      load('$.latencyMs.p95', '<=', 10, 'ms'),
    ],
    ['a count for a share', 'Error rate below 5 %', promql('count(ALERTS{alertname="ErrorRate"})', '=', 0)],
  ])('is not held by %s', (_, text, bound) => {
    expect(held(lineOf(text), bound)).toBe(false);
  });

  test('of a trigger is turned round: its check states the good', () => {
    const trigger = lineOf('Error rate > 5 %', 'Rollback triggers');
    expect(held(trigger, promql('100 * errors', '<=', 5))).toBe(true);
    expect(held(trigger, promql('100 * errors', '<=', 20))).toBe(false);
    expect(held(trigger, promql('100 * errors', '>', 5))).toBe(false);
  });

  test('that says how long something lasts, or compares with earlier measurements, is the business of the watch, and one that a person signs for of the person', () => {
    for (const text of ['Latency up more than 20 %', 'The service is down for more than 10 minutes'])
      expect(held(lineOf(text, 'Rollback triggers'), check('http', { target: 'a' }))).toBe(true);
    expect(unheldDemands(lineOf('Coverage ≥ 80%'), { disposition: { kind: 'attested', role: 'QA Lead' } })).toEqual([]);
  });
});
