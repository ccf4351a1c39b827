import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

/** What is read of one row under a header. */
function demanded(header: string, row: string): string {
  const rule = header.replaceAll(/[^|]+/g, '---');
  const { items } = readChecklist(new TextEncoder().encode(`# Vineyard\n\n${header}\n${rule}\n${row}\n`), 'table.md');
  return items.flatMap(({ thresholds }) => thresholds.map(({ op, value, unit }) => `${op} ${value} ${unit}`)).join(' & ');
}

describe('the head of a column says what its cells are', () => {
  test.each([
    'Target',
    'Limit',
    'Allowed',
    'Requirement',
    'Goal',
    'Goals',
    'Value we accept',
    'What we want',
    'What it must be',
    'Number to reach',
    'We need',
    'Should be',
    'Upper limit',
    'Target value',
    'Launch bar',
    'Limit (per press)',
    'Target for launch',
    'Zielwert',
    'Accepted result',
    'Critère',
    'needed for 7.0',
  ])('a bare 0 under “%s” is a demand', (head) => {
    expect(demanded(`| Done | Check | ${head} | Who |`, '| [ ] | leaking casks | 0 | Ada |')).toMatch(/^[=<]=? 0 count$/);
  });

  test.each(['Now', 'Measured', 'Today', 'What we saw', 'We have', 'Current value', 'Points', 'Number', 'Day', 'Effort', 'Shelf'])(
    'a bare 0 under “%s” demands nothing',
    (head) => {
      expect(demanded(`| Done | Check | ${head} | Who |`, '| [ ] | leaking casks | 0 | Ada |')).toBe('');
    },
  );

  test('a Value is what is wanted where no other column says that, and else what was measured', () => {
    expect(demanded('| Done | Check | Value |', '| [ ] | leaking casks | 0 |')).toBe('= 0 count');
    expect(demanded('| # | Criterion | Value | Met |', '| 1 | leaking casks | at most 3 | [ ] |')).toBe('<= 3 count');
    expect(demanded('| Done | Check | Limit | Value |', '| [ ] | leaking casks | 0 | 4 |')).toBe('= 0 count');
  });

  test('a bound in the head is the comparator of the numbers below it', () => {
    expect(demanded('| Done | Check | Max | Min |', '| [ ] | cellar | 14 °C | 9 °C |')).toBe('<= 14 °C & >= 9 °C');
    expect(demanded('| Done | Check | Must not exceed |', '| [ ] | open casks | 4 |')).toBe('<= 4 count');
    expect(demanded('| Done | Check | At least |', '| [ ] | pickers | 30 |')).toBe('>= 30 count');
    expect(demanded('| Done | Check | Max |', '| [ ] | open casks | under 4 |')).toBe('< 4 count');
  });

  test('a longest duration bounds what stands below it, and a rehearsal or the release before tells how it was', () => {
    expect(demanded('| Step | Max. duration | Done |', '| casks moved | 25 min | [ ] |')).toBe('<= 25 min');
    expect(demanded('| Done | Check | Accepted result | Rehearsal 1 |', '| [ ] | presses | ≥ 350 /h | 412 /h |')).toBe('>= 350 1/h');
    expect(demanded('| Done | Check | 6.4 | needed for 7.0 |', '| [ ] | presses | 310 /h | >= 350 /h |')).toBe('>= 350 1/h');
    expect(demanded('| Fait | Essai | Critère | Mesuré le 04/09 |', '| [x] | pertes | ≤ 0,001 % | 0 % |')).toBe('<= 0.001 %');
  });

  test('a version below a target is the least', () => {
    expect(demanded('| Done | Part | Needed | Now |', '| [ ] | Press controller | 4.12 or newer | 4.10 |')).toBe('>= 4.12 version');
  });

  test('a row without a box is read by the same heads, and told where it is not understood', () => {
    const read = (header: string, ...rows: string[]) => {
      const text = `# Vineyard\n\n${[header, header.replaceAll(/[^|]+/g, '---'), ...rows].join('\n')}\n`;
      const { criteria, notUnderstood } = readChecklist(new TextEncoder().encode(text), 'table.md');
      return {
        demands: criteria.map(({ title, thresholds }) =>
          [title, ...thresholds.map(({ op, value, unit, percentile }) => `${op} ${value} ${unit} ${percentile ?? ''}`.trim())].join(': '),
        ),
        claims: criteria.flatMap(({ claims }) => claims.map(({ text: words }) => words)),
        untold: notUnderstood.map(({ line }) => line),
      };
    };
    expect(read('| SLI | SLO | Window |', '| Availability | 99.99 % | 30 days |', '| Leaking casks | 0 | always |')).toEqual({
      demands: ['Availability: >= 99.99 %', 'Leaking casks: = 0 count'],
      claims: [],
      untold: [],
    });
    expect(read('| Metric | Current | Target |', '| Press p95 | 240ms | 150ms |')).toEqual({
      demands: ['Press p95: <= 150 ms 95'],
      claims: ['measured: 240ms'],
      untold: [],
    });
    expect(read('| Indicator | Objective | Budget |', '| Lorry with grapes | before 06:00 CET | – |')).toEqual({
      demands: [],
      claims: [],
      untold: [5],
    });
    expect(read('| Field | Value |', '| Window | 02:00–05:00 |', '| Casks | 400 |')).toEqual({ demands: [], claims: [], untold: [] });
  });

  test('a row with a box is no criterion besides', () => {
    const text = '| Check | Target | Done |\n|---|---|---|\n| Press | at most 4 s | ☐ |\n| Casks | under 9 | [ ] |\n';
    const { items, criteria } = readChecklist(new TextEncoder().encode(text), 'table.md');
    expect([items.length, criteria.length]).toEqual([2, 0]);
  });

  test('a percentile in the head is of the demands below it', () => {
    const read = (header: string, row: string): unknown[] =>
      readChecklist(new TextEncoder().encode(`${header}\n${header.replaceAll(/[^|]+/g, '---')}\n${row}\n`), 'table.md').items.flatMap(
        ({ thresholds }) => thresholds.map(({ op, value, unit, percentile }) => [op, value, unit, percentile]),
      );
    expect(read('| Press | p50 | P95 | 99th percentile | Done |', '| small | < 3 s | < 7 s | <= 9 s | [ ] |')).toEqual([
      ['<', 3, 's', 50],
      ['<', 7, 's', 95],
      ['<=', 9, 's', 99],
    ]);
    expect(read('| Press | Median | Average wait | Target p95 | Done |', '| big | under 2 s | at most 4 s | 6 s | [ ] |')).toEqual([
      ['<', 2, 's', 50],
      ['<=', 4, 's', 'mean'],
      ['<=', 6, 's', 95],
    ]);
    expect(read('| Press | p95 | Done |', '| big | 250 bottles cleaned by hand | [ ] |')).toEqual([]);
    expect(read('| Press | p95 (measured) | Limit | Done |', '| big | 4 s | < 7 s | [ ] |')).toEqual([['<', 7, 's', undefined]]);
    expect(read('| Press | p95 | Done |', '| big | p99 < 9 s | [ ] |')).toEqual([['<', 9, 's', 99]]);
  });

  test('a percentile in one head is of no other column, and a unit in brackets is of the numbers below it', () => {
    const read = (header: string, row: string): string =>
      readChecklist(new TextEncoder().encode(`${header}\n${header.replaceAll(/[^|]+/g, '---')}\n${row}\n`), 'table.md')
        .items.flatMap(({ thresholds }) =>
          thresholds.map(({ op, value, unit, percentile }) => `${op} ${value} ${unit} ${percentile ?? ''}`.trim()),
        )
        .join(' & ');
    expect(read('| Press | Median | Leaks | Done |', '| big | < 4 s | < 5 | [ ] |')).toBe('< 4 s 50 & < 5 count');
    expect(read('| Press | p50 (ms) | p95 (ms) | Done |', '| big | < 60 | < 180 | [ ] |')).toBe('< 60 ms 50 & < 180 ms 95');
    expect(read('| Press | Latency p95 | p99 limit | Done |', '| big | < 60 ms | 90 ms | [ ] |')).toBe('< 60 ms 95 & <= 90 ms 99');
    expect(read('| Press | p95 now | p95 target | Done |', '| big | < 60 ms | < 50 ms | [ ] |')).toBe('< 50 ms 95');
    expect(read('| Tank | Level (%) | Heat (°C) | Done |', '| big | at least 80 | ≤ 40 | [ ] |')).toBe('>= 80 % & <= 40 °C');
    expect(read('| Tank | Level (m) | Fill (%) | Done |', '| big | < 2 km | ≤ 40 t | [ ] |')).toBe('< 2 km & <= 40 t');
  });
});
