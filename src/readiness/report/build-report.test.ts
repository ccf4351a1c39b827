import { expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checked,
  checklistOf,
  entriesOf,
  finished,
  itemOf,
  NOW,
  runOf,
  stateOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import { decide } from '../gate/decide.ts';
import { signedContent } from '../record/leaf.ts';
import type { RecordBody } from '../record/record.ts';
import { buildReport } from './build-report.ts';

const people = testPeople();

/** A ticked line that fails, one that is signed for, one with a number that is not so, and a place for a signature. */
async function reported() {
  const items = [
    itemOf('a0', { checked: true, tier: 'critical' }),
    itemOf('b1', { tier: 'critical' }),
    itemOf('c2', { tier: 'medium', claims: [{ value: 90, unit: '%', text: '(current: 90 %)' }] }),
  ];
  const checklist = checklistOf(items, { signOffs: [{ role: 'Security Lead', line: 9, section: ['Sign-off'], filled: false }] });
  const bindings = bindingsOf(
    bindingOf('a0', checked()),
    bindingOf('b1', { kind: 'attested', role: 'QA Lead' }),
    bindingOf('c2', checked()),
  );
  const subject = subjectOfTest(checklist, bindings);
  const run = runOf(subject, { a0: 'fail', c2: 'pass' });
  const signer = people.signer('Ada Lind', 'QA Lead');
  const unsigned = { kind: 'signed' as const, lineId: 'b1', role: 'QA Lead', subject, statement: 'tried by hand' };
  const signature = await signer.sign(signedContent('release', unsigned as never));
  const bodies: RecordBody[] = [finished(run), { ...unsigned, signature }];
  const records = await stateOf(bodies, { people, subject });
  const verdict = decide({ checklist, bindings, run, subject, records, at: NOW });
  return {
    verdict,
    report: buildReport({ checklist, verdict, run, entries: entriesOf(bodies), madeAt: NOW, log: { size: 2, root: 'f'.repeat(64) } }),
  };
}

test('a report says of every line what the gate says, and decides nothing', async () => {
  const { verdict, report } = await reported();
  expect(report.lines.map(({ id, state }) => [id, state])).toEqual(verdict.lines.map(({ lineId, state }) => [lineId, state]));
  expect(
    report.lines
      .filter(({ blocks }) => blocks)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([...verdict.blocks].toSorted());
  expect(report).toMatchObject({ decision: verdict.decision, score: verdict.score, counts: verdict.counts, subject: verdict.subject });
});

test('a report holds what is claimed against what was found', async () => {
  const { report } = await reported();
  expect(report.contradictions).toEqual([
    { lineId: 'a0', claimed: 'ticked as done', found: 'It is fail.' },
    { lineId: 'c2', claimed: 'says (current: 90 %)', found: 'no check measured it' },
  ]);
});

test('a report names who signed, and who has not', async () => {
  const { report } = await reported();
  expect(report.lines.find(({ id }) => id === 'b1')).toMatchObject({
    state: 'pass',
    notes: [{ kind: 'signed', by: 'Ada Lind', text: 'tried by hand' }],
  });
  expect(report.signOffs).toEqual([{ role: 'Security Lead' }]);
});
