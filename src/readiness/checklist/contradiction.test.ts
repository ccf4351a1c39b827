import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from './checklist.ts';
import { contradictionFindings } from './contradiction.ts';
import { readChecklist } from './read-checklist.ts';

const findingsIn = (...lines: string[]): readonly Finding[] =>
  readChecklist(Buffer.from(`# Release\n\n## Limits\n${lines.map((line) => `- [ ] ${line}\n`).join('')}`), 'test.md').findings;
/** Lines that contradict, from 1. */
const contradicted = (...lines: string[]): number[] =>
  findingsIn(...lines).flatMap(({ kind, line }) => (kind === 'contradiction' ? [line - 3] : []));

describe('demands that cannot be met', () => {
  test.each<[string, string[], number[]]>([
    ['two of one line', ['Coverage >= 80% and coverage <= 50%'], [1]],
    ['an empty range', ['Error rate between 9 and 5 %'], [1]],
    ['more than all', ['Uptime > 100%'], [1]],
    ['less than nothing', ['Response time < 0 ms'], [1]],
    ['two lines in the same unit', ['API latency p95 < 200 ms', 'Anything', 'API latency p95 > 500 ms'], [1, 3]],
    ['two lines in units that convert', ['Memory below 512MB', 'Memory at least 2 GB'], [1, 2]],
    ['times in other units', ['Failover takes less than 30 s', 'Failover takes more than 2 minutes'], [1, 2]],
    ['rates in other units', ['Payments at least 100 per second', 'Payments at most 600 per minute'], [1, 2]],
    ['the same number, one way excluded', ['Error rate < 1 %', 'Error rate >= 1 %'], [1, 2]],
    ['metrics of few letters', ['RTO under 15 minutes', 'RTO at least 1 hour'], [1, 2]],
    ['of two and of three', ['CPU < 50%', 'DB > 5 s', 'CPU > 80%', 'DB < 3 s'], [1, 2, 3, 4]],
    ['the p99 below what the p95 is above', ['p99 < 100 ms', 'p95 > 300 ms'], [1, 2]],
    ['percentiles of one metric', ['API p95 < 200 ms', 'API p95 ≥ 500 ms'], [1, 2]],
    ['exact numbers', ['Exactly 3 nodes', 'Exactly 5 nodes'], [1, 2]],
    ['counts of one line', ['At least 5 replicas and at most 3 replicas'], [1]],
    ['nothing, and more than something', ['RPO = 0 and RPO > 5 minutes'], [1]],
    ['a share below nothing', ['Error rate < 0%'], [1]],
    ['a negation', ['Lag never above 5 s', 'Lag at least 10 s'], [1, 2]],
    ['versions, part by part', ['Node 20.10+', 'Node < 20.9.0'], [1, 2]],
    ['one line against several', ['Queue depth below 10', 'Queue depth below 20', 'Queue depth above 15'], [1, 3]],
  ])('are told of each line: %s', (_, lines, expected) => {
    expect(contradicted(...lines)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ['a range', ['Error rate between 5 and 9 %']],
    ['another percentile', ['API latency p50 < 50 ms, p95 < 200 ms', 'API latency p99 > 500 ms']],
    ['another case', ['Response time < 200 ms (cached)', 'Response time > 500 ms (uncached)']],
    ['an alarm beside the demand', ['Error rate < 1 % (alert above 5 %)']],
    ['either of two', ['Coverage below 10 % or above 80 %']],
    ['the same in another unit', ['Failover takes at most 120 s', 'Failover takes at least 2 minutes']],
    ['units that do not convert', ['Disk below 80 %', 'Disk at least 500 GB']],
    ['what grows beyond all', ['Throughput up more than 150 %', 'Capacity at 200 % of the peak or more']],
    ['the p95 below what the p99 is above', ['p95 < 100 ms', 'p99 > 300 ms']],
    ['an average beside a percentile', ['wait p95 < 100 ms', 'average wait > 300 ms']],
    ['of other things', ['At least 5 replicas of the API', 'At most 3 replicas of the mirror']],
    ['the same measurement of other things', ['API latency < 200 ms for searches', 'API latency > 500 ms for exports is accepted']],
    ['what may be meant either way', ['Requests without a token below 1 %', 'Requests without a token above 5 %']],
    ['versions whose second part has two digits', ['Node 20.9+', 'Node < 20.10.0']],
    ['another environment', ['Memory below 512 MB (staging only)', 'Memory at least 2 GB (for production)']],
  ])('are not: %s', (_, lines) => {
    expect(contradicted(...lines)).toEqual([]);
  });

  test.each<[string, string]>([
    ['## Database\n- [ ] Memory usage < 70 %\n## Load generator\n- [ ] Memory usage > 80 %\n', 'Memory usage'],
    ['## Normal load\n- [ ] Queue depth < 100\n## Overload test\n- [ ] Queue depth > 1000\n', 'Queue depth'],
    ['## Web\n- [ ] Session timeout < 15 min\n## Batch\n- [ ] Session timeout > 2 h\n', 'Session timeout'],
    ['## Small\n- [ ] Instances at most 3\n## Large\n- [ ] Instances at least 5\n', 'Instances'],
  ])('below other headings may be of other things: %j', (text, metric) => {
    const { findings } = readChecklist(Buffer.from(text), 't.md');
    expect(findings).toMatchObject([
      { kind: 'different_thresholds', line: 4, text: expect.stringMatching(`^${metric}: .*which holds where`) },
    ]);
  });

  test('take time with the length of a line, and not with its square', () => {
    const [item] = readChecklist(Buffer.from('- [ ] lag < 5 ms\n'), 't.md').items;
    const thresholds = Array.from({ length: 20_000 }, (_, at) => ({ ...item!.thresholds[0]!, value: at + 1 }));
    const started = performance.now();
    expect(contradictionFindings({ items: [{ ...item!, thresholds }], criteria: [] })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('are none in triggers', () => {
    const text = '## Roll back if\n- [ ] Uptime < 95 %\n- [ ] Uptime > 100 %\n';
    expect(readChecklist(Buffer.from(text), 't.md').findings.filter(({ kind }) => kind === 'contradiction')).toEqual([]);
  });

  test('that differ and can both be met are told as that', () => {
    expect(findingsIn('API latency < 200 ms', 'API latency < 300 ms')).toMatchObject([{ kind: 'different_thresholds', line: 5 }]);
  });

  test('for every two bounds: they contradict exactly where no value lies between them', () => {
    const UNITS = { ms: 1, s: 1_000, minutes: 60_000 } as const;
    const bound = fc.record({ value: fc.integer({ min: 1, max: 300 }), unit: fc.constantFrom<keyof typeof UNITS>('ms', 's', 'minutes') });
    fc.assert(
      fc.property(bound, bound, (most, least) => {
        const lines = [`Failover takes at most ${most.value} ${most.unit}`, `Failover takes at least ${least.value} ${least.unit}`];
        const empty = least.value * UNITS[least.unit] > most.value * UNITS[most.unit];
        expect(contradicted(...lines)).toEqual(empty ? [1, 2] : []);
      }),
      { numRuns: 100 },
    );
  });
});
