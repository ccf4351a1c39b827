import Type from 'typebox';
import { expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checklistOf,
  finished,
  isoAt,
  itemOf,
  NOW,
  runOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import { manualClock } from '../../base/time.ts';
import type { Binding } from '../binding/binding.ts';
import type { CheckKind } from '../check/check.ts';
import { createKinds } from '../check/kinds.ts';
import { lookAt, type LookInput } from './look-at.ts';
import { signedContent } from '../record/leaf.ts';
import { memoryStore } from '../record/memory-store.ts';

const clock = manualClock(NOW);
const refuse = () => {
  throw new Error('not allowed');
};

/** A checklist of a parent with two children and a line of its own; every check says what it is bound to say. */
function inputOf() {
  const asked: string[] = [];
  const says: CheckKind = {
    name: 'says',
    summary: 'says',
    params: Type.Object({ line: Type.String(), state: Type.String() }),
    describe: () => 'says',
    async run(params) {
      const { line, state } = params as { line: string; state: 'pass' };
      asked.push(line);
      return { state, summary: `It is ${state}.`, output: `seen ${state}` };
    },
    negative: [],
  };
  const check = (line: string, state: string): Binding =>
    bindingOf(line, { kind: 'checked', checks: [{ kind: 'says', params: { line, state } }] });
  const checklist = checklistOf([
    itemOf('parent', { children: ['one', 'two'] }),
    itemOf('one', { parent: 'parent' }),
    itemOf('two', { parent: 'parent' }),
    itemOf('alone'),
  ]);
  const bindings = bindingsOf(bindingOf('parent', { kind: 'derived' }), check('one', 'pass'), check('two', 'fail'), check('alone', 'pass'));
  const input: LookInput = {
    checklist,
    bindings,
    kinds: createKinds([{ name: 'test', kinds: [says] }]),
    probe: { signal: new AbortController().signal, clock, root: '/', target: refuse, setting: () => undefined },
    store: memoryStore(clock),
    people: testPeople(),
    subject: subjectOfTest(checklist, bindings),
    clock,
  };
  return { input, asked };
}

test('a look asks only for the lines that are due and those below them, and keeps what they saw', async () => {
  const { input, asked } = inputOf();
  const results = await lookAt(input, ['parent']);
  expect(asked.toSorted()).toEqual(['one', 'two']);
  expect(results.map(({ lineId, state }) => [lineId, state])).toEqual([['parent', 'fail']]);
  const [one] = await lookAt(input, ['one']);
  expect(await input.store.evidence(one!.checks[0]!.evidence!)).toMatchObject({ mediaType: 'text/plain; charset=utf-8' });
});

test('a line that is not in the checklist any more has no result, which the watch takes for unknown', async () => {
  expect(await lookAt(inputOf().input, ['gone'])).toEqual([]);
});

test('a waiver does not count where a run would not count it: of somebody who wrote what is released', async () => {
  const { input } = inputOf();
  const people = testPeople();
  const grace = people.signer('Grace', 'Release Manager');
  const { subject, store, checklist } = input;
  await store.append(checklist.name, finished(runOf(subject, {})));
  const waived = {
    kind: 'waived' as const,
    lineId: 'two',
    subject,
    reason: 'Comes next week',
    until: isoAt(NOW + 5 * 86_400_000),
    requestedBy: 'Robin',
    signedAt: isoAt(NOW),
  };
  await store.append(checklist.name, { ...waived, signature: await grace.sign(signedContent(checklist.name, waived)) });
  const stateFor = async (authors: readonly string[]) => (await lookAt({ ...input, people, authors }, ['two']))[0]!.state;
  expect(await stateFor(['Ann <ann@example.org>'])).toBe('waived');
  expect(await stateFor(['Grace'])).toBe('fail');
});
