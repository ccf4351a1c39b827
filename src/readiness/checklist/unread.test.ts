import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checklist } from './checklist.ts';
import { isLineLost } from './lost.ts';
import { readChecklist } from './read-checklist.ts';

const read = (text: string): Checklist => readChecklist(Buffer.from(text), 'boxes.md');
const FIRST = '# T\n- [ ] first\n\n';
const titles = ({ items }: Checklist): string[] => items.map(({ title }) => title);
const toldLines = ({ notUnderstood, guessed }: Checklist): number[] => [...notUnderstood, ...guessed].map(({ line }) => line);

describe('boxes where authors seldom put them are read, and told as guessed', () => {
  test.each([
    ['a heading', '## [ ] Security review\n', 'Security review'],
    ['a heading with a sign', '### ☐ Backups\n', 'Backups'],
    ['a summary', '<details><summary>[ ] Group</summary>\n\nx\n</details>\n', 'Group'],
    ['a summary with an input', '<summary><input type="checkbox"> Group</summary>\n', 'Group'],
    ['a box before a colon', '- [ ]: colon\n', 'colon'],
    ['a cell with an empty box', '| A | B |\n|---|---|\n| Backups | [] Approved by CFO |\n', 'Backups'],
    ['a cell with a tick of its own', '| A | B |\n|---|---|\n| Keys | [✓] rotated |\n', 'Keys'],
    ...['□', '◻', '▢', '❏', '🔳', '&#9744;', '\uf0a8'].map((sign) => [sign, `- ${sign} Restored\n`, 'Restored']),
    ...['_', '.', 'o', 'y', '?', '!', '>', '✗', '❌', '✅', '　'].map((mark) => [`[${mark}]`, `- [${mark}] Restored\n`, 'Restored']),
  ])('%s', (_, text, title) => {
    const found = read(FIRST + text);
    expect(titles(found)).toEqual(['first', title]);
    expect(found.guessed.some(({ kind, line }) => kind === 'box' && line > 2)).toBe(true);
    expect(found.notUnderstood).toEqual([]);
  });

  test('the box of a heading stands where its byte is, below its own words, and is none of the items that they count', () => {
    const source = '# T\n## [ ] Backups (1 item)\n- [ ] Restored\n';
    const { items, findings } = read(source);
    expect(items.map(({ box }) => box.from)).toEqual([source.indexOf('[ ]') + 1, source.lastIndexOf('[ ]') + 1]);
    expect(items[0]!.section).toEqual(['T', 'Backups']);
    expect(items[0]!.id).toBe(read(source.replace('## [ ]', '## [x]')).items[0]!.id);
    expect(findings).toEqual([]);
  });
});

describe('what looks like a box and is not read is told', () => {
  test.each([
    ['code', '```markdown\n- [ ] Backups\n- [ ] Restore\n```\n'],
    ['code without an end', '```\n☐ Backups\n- [✓] b\n'],
    ['a comment', '<!-- note\n- [ ] hidden\n-->\n'],
    ['preformatted text', '<pre>\n- [ ] in pre\n</pre>\n'],
    ['a header of a table', '| [ ] | What |\n|---|---|\n| x | y |\n'],
    ['a cell', '| A | B |\n|---|---|\n| X | Done: [ ] |\n'],
    ['the second box of a cell', '| A | B |\n|---|---|\n| Y | [ ] yes [ ] no |\n'],
    ['a cell with code', '| A | B |\n|---|---|\n| `[ ]` | W |\n'],
    ['a bold cell', '| A | B |\n|---|---|\n| **[ ]** bold | V |\n'],
    ['entries without a blank', '<ul><li>[ ]a</li><li>[x]b</li></ul>\n'],
    ['an input over two lines', '<input\n  type="checkbox"> split\n'],
    ['a long input', `<input data-x="${'y'.repeat(400)}" type="checkbox"> long\n`],
    ...['( )', '(x)', '{x}', '<>', '|_|', '［ ］', '【 】', '[[ ]]', '`[ ]`', '**[ ]**', '[1]', '[ok]', '[done]', '[n/a]'].map((box) => [
      box,
      `- ${box} Restored\n`,
    ]),
    ...['⬛', '⚫', '○', '◯', '🟩', ':white_large_square:'].map((sign) => [sign, `- ${sign} Restored\n`]),
    ['several boxes in a line', '- [ ] a [ ] b\n'],
    ['a choice', 'Choose: ☐ Backups restored ☐ Keys rotated\n'],
  ])('%s', (_, text) => {
    expect(toldLines(read(FIRST + text)).some((line) => line > 2)).toBe(true);
  });

  test.each([
    '- Security review [ ]',
    '* Security review: [x] done by Ann',
    '> - Security review [ ]',
    '- Backups: [ ] yes [ ] no',
    '~~- [ ] Payments reconciled~~',
    '~~Payments reconciled [ ]~~',
    '1.1 [ ] Restored',
    '2.3 Restored by two [ ] people',
    '(1) [ ] Restored',
    'a) Restored [ ] twice',
    '## Restored: [ ] twice',
    'Restored [ ]',
    '| A | B |\n|---|---|\n| X | Done: [ ] |',
    '<li>Restored: [ ] twice</li>',
  ])('as a line that may be lost, since it stands as one and is not read: %s', (text) => {
    const { items, notUnderstood } = read(`${FIRST}${text}\n`);
    // Whatever of these the reader comes to read is a line then, and not lost.
    expect(items.length > 1 || notUnderstood.some(isLineLost)).toBe(true);
  });

  test.each([
    'Legend: [ ] open, [x] done.',
    'Tick the [ ] once you have seen it.',
    '- Tick `[ ]` once you have seen it',
    '```\n- [ ] a\n```',
  ])('and a sentence or code that speaks of boxes as no such line: %s', (text) => {
    expect(read(`${FIRST}${text}\n`).notUnderstood.some(isLineLost)).toBe(false);
  });

  test('front matter', () => {
    expect(read('---\n- [ ] in front\ntitle: x\n---\n- [ ] after\n').notUnderstood).toEqual([
      { line: 1, kind: 'skipped', text: 'The front matter (to line 4) holds one line that looks like a box and is not read.' },
    ]);
  });

  test.each([
    ['<!-- a note that never ends', 'This comment'],
    ['<pre>', 'This <pre>'],
    ['<script src=x>', 'This <script>'],
    ['<textarea>', 'This <textarea>'],
    ['<style>', 'This <style>'],
  ])('%s: everything below it', (open, what) => {
    const found = read(`${FIRST}${open}\n- [ ] lost 1\n- [ ] lost 2\nDisk stays free\n`);
    expect(titles(found)).toEqual(['first']);
    expect(found.notUnderstood).toEqual([
      { line: 4, kind: 'unclosed_html', text: `${what} never ends: none of the 3 lines below it is read, 2 of which look like boxes.` },
    ]);
  });
});

test.each([
  'Tick the `[ ]` column, or `- [x]`\n',
  '```sh\nif [ -f x ]; then echo "${a[0]}"; fi\nitems=()\n```\n',
  '- [RFC 2119](https://example.org) and [v2](#v2), footnote[1]\n',
  '[1]: https://example.org\n',
  '- [P1] Something\n',
  '- (see below) Something\n',
  '- ✅ Error rate < 1 %\n',
  '* a (x) b\n',
  'f(x) = x + 1\n',
])('what is no box is not told: %j', (text) => {
  expect(read(FIRST + text).notUnderstood).toEqual([]);
});

const SHAPES = ['[ ]', '[x]', '[]', '☐', '□', '[✓]', '[_]', '( )', '**[ ]**', '`[ ]`', '<input type="checkbox">', '&#9744;', '[　]'];
const PLACES: readonly ((box: string) => string)[] = [
  (box) => `- ${box} Restored\n`,
  (box) => `1. ${box} Restored\n`,
  (box) => `  * ${box} Restored\n`,
  (box) => `> - ${box} Restored\n`,
  (box) => `## ${box} Restored\n`,
  (box) => `| A | B |\n|---|---|\n| ${box} | Restored |\n`,
  (box) => `| A | B |\n|---|---|\n| Restored | ${box} signed |\n`,
  (box) => `<summary>${box} Restored</summary>\n`,
  (box) => `<!--\n- ${box} Restored\n-->\n`,
  (box) => `<pre>\n- ${box} Restored\n</pre>\n`,
];

test('whatever box stands wherever: it is read or told', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), fc.constantFrom(...PLACES), (box, place) => {
      const found = read(FIRST + place(box));
      expect(found.items.length > 1 || toldLines(found).some((line) => line > 2)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('a legend and a comment only speak of boxes; what begins a line or a cell is one that was lost', () => {
  const kindsOf = (text: string) =>
    readChecklist(Buffer.from(`# A\n\n${text}\n\n- [ ] read\n`), 'a.md').notUnderstood.map(({ kind }) => kind);
  expect(kindsOf('Legend: [ ] open, [x] done')).toEqual(['mention']);
  expect(kindsOf('Put a cross in the [ ] when you have seen it.')).toEqual(['mention']);
  expect(kindsOf('<!-- - [ ] left over from last year -->')).toEqual(['skipped']);
  expect(kindsOf('| [ ] | Invoices | 10 years |')).toEqual(['box']);
});
