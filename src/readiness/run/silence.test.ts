import { expect, test } from 'vitest';
import { bindingOf, bindingsOf, checklistOf, itemOf, NOW, isoAt } from '../../../test/support/readiness.ts';
import { examineBindings } from '../binding/read-bindings.ts';
import type { Disposition } from '../binding/binding.ts';
import { judgeLines, NO_RECORDS } from './judge.ts';
import type { CheckResult, CheckState } from './result.ts';

const ask = (target: string) => ({ kind: 'http', params: { target, path: '/health' } });
const silent = {
  kind: 'checked',
  checks: [ask('shop')],
  silence: { means: 'fail', control: [ask('door')] },
} as const satisfies Disposition;
const found = (state: CheckState): CheckResult => ({
  kind: 'http',
  asked: 'x',
  state,
  summary: `It is ${state}.`,
  measurements: [],
  startedAt: isoAt(NOW - 1_000),
  ms: 1,
});
const judge = (disposition: Disposition, ...states: CheckState[]) =>
  judgeLines({
    checklist: checklistOf([itemOf('a')]),
    bindings: bindingsOf(bindingOf('a', disposition)),
    checks: new Map([['a', states.map(found)]]),
    records: NO_RECORDS,
    at: NOW,
  })[0]!;

test('silence that the line looks for is bad while the control answers, and unknown while the control does not', () => {
  expect(judge(silent, 'unreachable', 'pass')).toMatchObject({ state: 'fail', checks: [{ state: 'unreachable' }, { state: 'pass' }] });
  for (const control of ['unreachable', 'error', 'fail', 'warn', 'stale'] as const)
    expect(judge(silent, 'unreachable', control).state).toBe('unreachable');
  expect(judge(silent, 'unreachable').state).toBe('unreachable');
});

test('whatever answers is judged as ever, whatever the control says', () => {
  for (const control of ['pass', 'unreachable', 'error'] as const) {
    expect(judge(silent, 'pass', control).state).toBe('pass');
    expect(judge(silent, 'fail', control).state).toBe('fail');
    expect(judge(silent, 'error', control).state).toBe('error');
  }
  expect(judge({ kind: 'checked', checks: [ask('shop')] }, 'unreachable').state).toBe('unreachable');
});

test('a control that asks the same target or none is refused, and so is silence without a control', () => {
  const problems = (silence: object) => {
    const binding = { line: 'a', disposition: { kind: 'checked', checks: [ask('shop')], silence } };
    return examineBindings(JSON.stringify({ version: 1, checklist: 'x', bindings: [binding] })).problems.map(({ text }) => text);
  };
  expect(problems(silent.silence)).toEqual([]);
  expect(problems({ means: 'fail', control: [ask('shop')] })).toEqual(['a control must ask another target than what it controls']);
  expect(problems({ means: 'fail', control: [{ kind: 'file', params: { path: 'x' } }] })).toEqual(['a control must ask a target']);
  expect(problems({ means: 'fail', control: [] })).not.toEqual([]);
  expect(problems({ means: 'fail' })).not.toEqual([]);
});
