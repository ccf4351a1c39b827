import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindingOf, bindingsOf, NOW, resultOf } from '../../../test/support/readiness.ts';
import type { Binding, BoundCheck } from '../binding/binding.ts';
import { lintBindings } from '../binding/lint-bindings.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { judgeLines, NO_RECORDS } from './judge.ts';
import type { LineResult, Measurement } from './result.ts';

type Given = {
  text: string;
  heading?: string;
  check: BoundCheck;
  found?: readonly Measurement[];
  binding?: Partial<Binding>;
  asked?: string;
};

function judged({ text, heading = 'Before', check, found = [], binding = {}, asked = '' }: Given): LineResult {
  const checklist = readChecklist(Buffer.from(`## ${heading}\n- [ ] ${text}\n`), 'test.md');
  const { id } = checklist.items[0]!;
  const bindings = bindingsOf(bindingOf(id, { kind: 'checked', checks: [check] }, binding));
  const checks = new Map([[id, [resultOf('pass', { kind: check.kind, measurements: found, asked })]]]);
  return judgeLines({ checklist, bindings, checks, records: NO_RECORDS, at: NOW })[0]!;
}

const coverage = (lines: number): BoundCheck => ({ kind: 'coverage', params: { min: { lines } } });
const covered = (value: number, name = 'lines'): Measurement => ({ name, value, unit: '%' });
const load: BoundCheck = { kind: 'load_report', params: { demands: [{ at: '$.latencyMs.p95', op: '<', value: 500, unit: 'ms' }] } };
const latency = (value: number, part = 'p95', unit = 'ms'): Measurement => ({ name: `$.latencyMs.${part}`, value, unit });

describe('a number that the document demands', () => {
  test('counts against what was measured, whatever the check asks for', () => {
    const missed = judged({ text: 'Coverage ≥ 80%', check: coverage(50), found: [covered(60)] });
    expect(missed).toMatchObject({ state: 'fail', summary: 'lines is 60 %, the document demands >= 80 %.' });
    expect(judged({ text: 'Coverage ≥ 80%', check: coverage(50), found: [covered(80)] }).state).toBe('pass');
    expect(judged({ text: 'Coverage > 80%', check: coverage(80), found: [covered(80)] }).state).toBe('fail');
    expect(judged({ text: 'Branch coverage ≥ 80%', check: coverage(50), found: [covered(95), covered(60, 'branches')] }).state).toBe(
      'fail',
    );
  });

  test('is missed by any of what was measured, also by a check that failed', () => {
    const both = [covered(60), covered(85, 'functions')];
    expect(judged({ text: 'Coverage ≥ 80%', check: coverage(50), found: both })).toMatchObject({
      state: 'fail',
      summary: 'lines is 60 %, the document demands >= 80 %.',
    });
    const checklist = readChecklist(Buffer.from('## Before\n- [ ] Coverage ≥ 80%\n'), 'test.md');
    const { id } = checklist.items[0]!;
    const file: BoundCheck = { kind: 'file', params: { path: 'README.md' } };
    const bindings = bindingsOf(bindingOf(id, { kind: 'checked', checks: [coverage(80), file], any: true }));
    const of = (measurements: Measurement[]) => [
      resultOf('fail', { kind: 'coverage', measurements }),
      resultOf('pass', { kind: 'file', measurements: [] }),
    ];
    const lineWith = (measurements: Measurement[]) =>
      judgeLines({ checklist, bindings, checks: new Map([[id, of(measurements)]]), records: NO_RECORDS, at: NOW })[0]!.state;
    expect(lineWith([covered(60)])).toBe('fail');
    // What the other check is about holds no demand.
    expect(lineWith([])).toBe('warn');
  });

  test('is compared in its own unit and percentile', () => {
    const text = 'Latency p95 < 200 ms';
    expect(judged({ text, check: load, found: [latency(0.25, 'p95', 's')] }).state).toBe('fail');
    expect(judged({ text, check: load, found: [latency(0.15, 'p95', 's')] }).state).toBe('pass');
    expect(judged({ text, check: load, found: [latency(900, 'p50')] }).state, 'another percentile').toBe('warn');
    expect(judged({ text: 'Latency < 200 ms', check: load, found: [latency(900)] }).state, 'no percentile').toBe('warn');
  });

  test('of a trigger is one that must not be reached', () => {
    const given = { text: 'Coverage < 80%', heading: 'Roll back if', check: coverage(50) };
    expect(judged({ ...given, found: [covered(60)] }).state).toBe('fail');
    expect(judged({ ...given, found: [covered(80)] }).state).toBe('pass');
  });

  test('that no check holds is a warning and no silent pass', () => {
    const loose = judged({ text: 'Coverage ≥ 80%', check: coverage(50) });
    expect(loose).toMatchObject({ state: 'warn', summary: 'No check holds what the document demands: “≥ 80%”.' });
    expect(judged({ text: 'Uptime 99.9%+', check: coverage(50), found: [covered(60)] }).state).toBe('warn');
    expect(judged({ text: 'Answers within 200 ms', check: { kind: 'http', params: {} } }).state).toBe('warn');
  });

  test('that somebody confirmed to be held passes and says so; a placeholder says nothing, and what was measured still counts', () => {
    const given = { text: 'Coverage ≥ 80%', check: coverage(50) };
    const said = judged({ ...given, binding: { holdsDemand: 'The tool ends with an error below 80 %.' } });
    expect(said).toMatchObject({ state: 'pass', summary: expect.stringContaining('Grace says how “≥ 80%” is held') as string });
    expect(judged({ ...given, binding: { holdsDemand: 'TBD' } }).state).toBe('warn');
    expect(judged({ ...given, found: [covered(60)], binding: { holdsDemand: 'By the tool.' } }).state).toBe('fail');
  });

  test.each<[string, Given]>([
    ['of another case', { text: 'Response time < 200 ms (cached)', check: load, found: [latency(900)] }],
    [
      'of something else',
      { text: 'Settlement time < 1 s', check: { kind: 'http', params: {} }, found: [{ name: 'time', value: 2_000, unit: 'ms' }] },
    ],
    ['that lasts', { text: 'Coverage ≥ 80% for 10 minutes', check: coverage(50), found: [covered(60)] }],
    ['without a comparator', { text: 'Coverage (80%)', check: coverage(50), found: [covered(60)] }],
  ])('is not held against what may be something else: %s', (_, given) => {
    expect(judged(given).state).not.toBe('fail');
  });

  test('for every demand and every measurement: a pass has met it', () => {
    const percent = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(percent, percent, fc.option(percent, { nil: undefined }), (demanded, asked, found) => {
        const { state } = judged({
          text: `Coverage ≥ ${demanded}%`,
          check: coverage(asked),
          found: found === undefined ? [] : [covered(found)],
        });
        if (found !== undefined) expect(state).toBe(found >= demanded ? 'pass' : 'fail');
        else expect(state).toBe(asked >= demanded ? 'pass' : 'warn');
      }),
      { numRuns: 100 },
    );
  });
});

describe('a demand with a negation around it', () => {
  const query: BoundCheck = { kind: 'promql', params: { query: 'x', op: '>=', value: 0 } };
  const judge = (text: string, name: string, value: number, unit: string, binding: Partial<Binding> = {}): LineResult =>
    judged({ text, asked: text, check: query, found: [{ name, value, unit }], binding });

  test.each<[text: string, name: string, unit: string, broken: number, kept: number]>([
    ['Disk must never fall below 20 % free', 'disk_free_percent', '%', 10, 35],
    ['Kein ungeplanter Stillstand länger als 1 h', 'stillstand', 'h', 5, 0.1],
    ['Backup: nothing older than 30 days', 'backup_age', 'd', 400, 1],
    ['Without any outage over 2 min', 'outage', 'min', 60, 1],
    ['Avoid CPU above 80 %', 'cpu', '%', 95, 20],
  ])('fails by what breaks it, and not by what keeps it: %s', (text, name, unit, broken, kept) => {
    expect(judge(text, name, broken, unit, { holdsDemand: 'measured by the query' }).state).toBe('fail');
    expect(judge(text, name, kept, unit, { holdsDemand: 'measured by the query' }).state).toBe('pass');
  });

  test('that may be meant either way neither fails nor holds: it is told as not checked', () => {
    const text = 'Hardly any request over 300 ms';
    for (const value of [1, 10_000]) {
      expect(judge(text, 'request', value, 'ms')).toMatchObject({
        state: 'warn',
        summary: expect.stringContaining('No check holds what the document demands'),
      });
    }
    const strict: BoundCheck = { kind: 'http', params: { target: 'x', maxMs: 100 } };
    expect(judged({ text, asked: text, check: strict }).state).toBe('warn');
  });
});

describe('a number of a line that is derived from the lines below it', () => {
  const derived = (text: string, binding: Partial<Binding> = {}) => {
    const checklist = readChecklist(Buffer.from(`## Before\n${text}\n`), 'test.md');
    const parents = new Set(checklist.items.flatMap(({ parent }) => parent ?? []));
    const file: BoundCheck = { kind: 'file', params: { path: 'README.md' } };
    const bindings = bindingsOf(
      ...checklist.items.map(({ id }) =>
        parents.has(id) ? bindingOf(id, { kind: 'derived' }, binding) : bindingOf(id, { kind: 'checked', checks: [coverage(80), file] }),
      ),
    );
    const found = [resultOf('pass', { kind: 'coverage' }), resultOf('pass', { kind: 'file' })];
    const checks = new Map(checklist.items.filter(({ id }) => !parents.has(id)).map(({ id }) => [id, found]));
    const [parent] = judgeLines({ checklist, bindings, checks, records: NO_RECORDS, at: NOW });
    const lint = lintBindings(checklist, bindings, NOW).filter(({ lineId }) => lineId === parent!.lineId);
    return { ...parent!, lint: lint.map(({ kind }) => kind) };
  };

  test('is not met by lines that say nothing of it', () => {
    const open = derived('- [ ] Coverage ≥ 95%\n  - [ ] The README is there');
    expect(open).toMatchObject({ state: 'warn', lint: ['demand_not_checked'] });
    expect(open.summary).toContain('≥ 95%');
    expect(derived('- [ ] Coverage ≥ 95%\n  - [ ] Coverage ≥ 80%')).toMatchObject({ state: 'warn' });
    expect(derived('- [ ] Coverage ≥ 80%\n  - [ ] Free disk ≥ 80 GB')).toMatchObject({ state: 'warn', lint: ['demand_not_checked'] });
    expect(derived('- [ ] p99 latency < 200 ms\n  - [ ] p95 latency < 200 ms')).toMatchObject({ lint: ['demand_not_checked'] });
  });

  test('is met by a line of whatever depth that makes the same demand, or by what the binding says', () => {
    expect(derived('- [ ] Coverage ≥ 80%\n  - [ ] Line coverage ≥ 80%')).toMatchObject({ state: 'pass', lint: [] });
    expect(derived('- [ ] Coverage ≥ 80%\n  - [ ] All of it\n    - [ ] Line coverage ≥ 80%')).toMatchObject({ state: 'pass', lint: [] });
    expect(derived('- [ ] p95 latency < 1 s\n  - [ ] p95 latency < 1000 ms')).toMatchObject({ lint: [] });
    expect(derived('- [ ] All of it\n  - [ ] Line coverage ≥ 80%')).toMatchObject({ state: 'pass', lint: [] });
    const said = derived('- [ ] Coverage ≥ 95%\n  - [ ] The README is there', {
      holdsDemand: 'The README tells the share, and CI holds it',
    });
    expect(said).toMatchObject({ state: 'pass', lint: [] });
  });
});
