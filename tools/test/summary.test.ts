import { expect, test } from 'vitest';
import { type Report, summarize } from './summary.ts';

const file = (status: string, ...tests: string[]): Report['testResults'][number] => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((one) => ({ status: one, fullName: one })),
});
const report = (...testResults: Report['testResults'][number][]): Report => ({ testResults });

test('what passed and what failed is counted', () => {
  expect(summarize(report(file('passed', 'passed', 'passed')), 0, false)).toEqual({ line: '2 passed, 0 failed', notes: [], failed: false });
  expect(summarize(report(file('failed', 'passed', 'failed')), 1, false)).toEqual({ line: '1 passed, 1 failed', notes: [], failed: true });
});

test('skipped tests are named in the line, and fail where nothing may be skipped', () => {
  const some = report(file('passed', 'passed', 'skipped', 'todo'));
  expect(summarize(some, 0, false)).toMatchObject({ line: '1 passed, 0 failed, 2 skipped', failed: false });
  expect(summarize(some, 0, true)).toMatchObject({
    line: '1 passed, 2 failed',
    failed: true,
    notes: [expect.stringContaining('a.test.ts: skipped'), expect.any(String)],
  });
});

test('a file that broke before its tests is a failure, even when they count as skipped', () => {
  expect(summarize(report(file('failed')), 1, false)).toMatchObject({ line: '0 passed, 1 failed', failed: true });
  expect(summarize(report(file('failed', 'skipped')), 1, false)).toMatchObject({ line: '0 passed, 1 failed, 1 skipped', failed: true });
});

test('an error that nobody caught fails the run although every test passed', () => {
  expect(summarize(report(file('passed', 'passed')), 1, false)).toMatchObject({ line: '1 passed, 1 failed', failed: true });
});

test('a run without a report, or without a test, is a failure', () => {
  expect(summarize(undefined, 137, false)).toMatchObject({ line: '0 passed, 1 failed', failed: true });
  expect(summarize(report(), 0, false)).toMatchObject({ line: '0 passed, 1 failed', notes: ['no test ran'], failed: true });
  expect(summarize(report(file('passed', 'skipped')), 0, false)).toMatchObject({ line: '0 passed, 1 failed, 1 skipped', failed: true });
});
