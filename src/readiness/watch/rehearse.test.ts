import { expect, test } from 'vitest';
import { readSupposed } from './read-supposed.ts';
import { rehearse } from './rehearse.ts';
import { RELEASED, SUBJECT, watchedChecklist } from './watch.fixture.ts';

const checklist = watchedChecklist();
const DAY = 86_400_000;
const rehearsed = (text: string) =>
  rehearse({ checklist, subject: SUBJECT, releasedAt: RELEASED, supposed: readSupposed(text, checklist) });
const file = (observations: string) => `version: 1\nobservations:\n${observations}`;

test('a month goes by on a clock of its own: every look of the plan, and the advice as it would change', async () => {
  const well = await rehearsed('version: 1\nobservations: []\n');
  expect(well.turns.map(({ advice }) => advice)).toEqual(['continue']);
  expect(well.looks['stability']).toBe(13 + 46 + 29);
  expect(well.view.ended?.at).toBe(new Date(RELEASED + 30 * DAY).toISOString());
  const bad = await rehearsed(file("  - { line: ':5', from: 3d, to: 3d30m, state: fail, summary: 7 % of answers are errors }\n"));
  expect(bad.turns.map(({ advice }) => advice)).toEqual(['continue', 'attention', 'rollback', 'continue']);
  expect(bad.rollbackMs).toBe(3 * DAY + 10 * 60_000);
  expect(bad.turns[1]!.because.join()).toContain('7 % of answers are errors');
});

test('what is supposed of a time at which nobody looks is told: it shows nothing', async () => {
  const late = file("  - { line: ':5', from: 40d, to: 41d, state: fail }\n  - { line: ':5', from: 3d, to: 3d30m, state: fail }\n");
  const { unseen } = await rehearsed(late);
  expect(unseen.map(({ fromMs }) => fromMs / DAY)).toEqual([40]);
});

test.each([
  ['no file of observations', '- a\n'],
  ['a line that is not there', file("  - { line: ':99', from: 1h, to: 2h, state: fail }\n")],
  ['an end before the beginning', file("  - { line: ':5', from: 2h, to: 1h30m, state: fail }\n")],
  ['an age that is none', file("  - { line: ':5', from: soon, to: 1h, state: fail }\n")],
  ['a state that is none', file("  - { line: ':5', from: 0m, to: 1h, state: bad }\n")],
  ['what is not YAML', 'version: [1\n'],
])('%s is refused', (_, text) => {
  expect(() => readSupposed(text, checklist)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^readiness\.(rehearsal_invalid|line_unknown)$/) as string }),
  );
});
