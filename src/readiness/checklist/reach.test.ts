import { describe, expect, test } from 'vitest';
import type { Item } from './checklist.ts';
import { readChecklist } from './read-checklist.ts';

const itemsOf = (text: string): readonly Item[] => readChecklist(Buffer.from(text), 'test.md').items;
const HOUR = 3_600_000;

describe('how far words lead that lead to triggers', () => {
  test('what a quote says of its lines, it says of none behind it', () => {
    const items = itemsOf(
      '## After launch\n\n> [!warning] Roll back right away when\n> - [ ] orders drop > 25 %\n> - [ ] errors above 5 %\n\n- [ ] Support is quiet\n',
    );
    expect(items.map(({ polarity, action }) => [polarity, action])).toEqual([
      ['bad_when_true', 'rollback'],
      ['bad_when_true', 'rollback'],
      ['good_when_true', undefined],
    ]);
  });

  test('a quote that only leads to lines is followed by them', () => {
    const [first] = itemsOf('## Launch\n\n> Roll back when:\n\n- [ ] errors above 5 %\n');
    expect(first!.polarity).toBe('bad_when_true');
  });

  test.each(['Sign-offs:', 'Approvals:', '**Sign-off**'])('signatures below “%s” are no triggers of the list above', (words) => {
    const [trigger, signature] = itemsOf(`## Abort when\n\n- [ ] errors above 5 %\n\n${words}\n- [ ] Producer: ____\n`);
    expect(trigger!.polarity).toBe('bad_when_true');
    expect(signature!.polarity).toBe('good_when_true');
  });

  test.each([
    'The change shall be withdrawn without delay where:',
    'The release must be rolled back immediately if any of the following holds:',
    'The migration is aborted when one of these occurs:',
  ])('“%s” leads to triggers', (words) => {
    expect(itemsOf(`## Article 5\n\n${words}\n\n- [ ] rejections exceed 2 %\n`)[0]).toMatchObject({
      polarity: 'bad_when_true',
      action: 'rollback',
    });
  });

  test('“Once the old service is stopped where it ran, do this:” leads to none', () => {
    expect(itemsOf('## Steps\n\nOnce the old service is stopped where it ran, do this:\n\n- [ ] Check the logs\n')[0]!.polarity).toBe(
      'good_when_true',
    );
  });
});

describe('a line of text that is a time and nothing else', () => {
  test.each([
    ['First 4 hours (every 15 minutes)', { fromMs: 0, toMs: 4 * HOUR, cadenceMs: HOUR / 4 }],
    ['Days 1–14 (daily)', { fromMs: 24 * HOUR, toMs: 15 * 24 * HOUR, cadenceMs: 24 * HOUR }],
    ['T+2h to T+48h', { fromMs: 2 * HOUR, toMs: 48 * HOUR }],
  ])('is when the lines below are due: “%s”', (words, window) => {
    expect(itemsOf(`## After go-live\n\n${words}\n- [ ] Queue stays below 80\n`)[0]!.window).toMatchObject(window);
  });

  test('is none where it says more', () => {
    expect(itemsOf('## Team\n\nFirst day nerves are normal\n- [ ] Badge handed out\n')[0]!.window).toBeUndefined();
  });
});

test.each(['A.1', '4.2.1', 'SEC-07:', 'REQ-12'])('a number of the document’s own may stand in front of a box: %s', (code) => {
  const read = readChecklist(Buffer.from(`## Part\n\n${code} [ ] Restored in < 4 h\n${code} [x] Told\n`), 'test.md');
  expect(read.items.map(({ title, checked }) => [title, checked])).toEqual([
    ['Restored in < 4 h', false],
    ['Told', true],
  ]);
  expect(read.notUnderstood).toEqual([]);
});

test('a box behind a number that holds something else is told as not read', () => {
  const { notUnderstood } = readChecklist(Buffer.from('## Part\n\nA.4 [ ] Told\nA.5 [n/a] Printed\n'), 'test.md');
  expect(notUnderstood).toMatchObject([{ line: 4, kind: 'box' }]);
});

test('how far a number may be off is no number of its own', () => {
  const [item] = itemsOf('- [ ] Tick rate stays at 60 Hz (±2)\n');
  expect(item!.thresholds).toMatchObject([{ op: '=', value: 60 }]);
});

test('a heading that says for which environment only says so of its lines', () => {
  expect(itemsOf('## Servers (prod only)\n\n- [ ] Scaled\n')[0]!.environment).toBe('production');
});

test('a legend may say who lets a line pass', () => {
  const text = `Legend: (P) = patient-safety critical, must be met; (O) = operational, the board may accept; (N) = nice to have.

- [ ] (P) Hazards reviewed
- [ ] (O) Scanners enrolled
- [ ] (N) Wallboard up
`;
  expect(itemsOf(text).map(({ tier }) => tier)).toEqual(['critical', 'high', 'medium']);
  const board = "> 🔴 blocks the launch · 🟠 needs Maya's OK · 🟢 can come later\n\n- [ ] 🔴 A\n- [ ] 🟠 B\n- [ ] 🟢 C\n";
  expect(itemsOf(board).map(({ tier }) => tier)).toEqual(['critical', 'high', 'low']);
});
