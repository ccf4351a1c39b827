import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { readChecklist } from './read-checklist.ts';

const folder = new URL('fixtures/', import.meta.url);
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.checklist'))
  .map((name) => ({ name, source: readFileSync(new URL(name, folder), 'utf8') }));
const sources = documents.map(({ source }) => source);
/** READINESS_MUTATIONS=10000 reads that many made documents instead of a few. */
const RUNS = Number(process.env['READINESS_MUTATIONS'] ?? 300);

/** The reader with every first look blind: each expression is tried on every text. */
async function readerWithoutLooks(): Promise<typeof readChecklist> {
  vi.resetModules();
  vi.doMock('./first-look.ts', async (original) => ({
    ...(await original<object>()),
    mayHold: () => true,
    mayBegin: () => true,
    mayDecorate: () => true,
    byInitial: (rows: readonly unknown[]) => () => rows,
  }));
  try {
    return (await import('./read-checklist.ts')).readChecklist;
  } finally {
    vi.doUnmock('./first-look.ts');
  }
}

const readBlind = await readerWithoutLooks();

function expectSame(source: string): void {
  const bytes = new TextEncoder().encode(source);
  const [looking, blind] = [readChecklist(bytes, 'looks'), readBlind(bytes, 'looks')];
  // To compare two texts takes a tenth of the time; where they differ, the values tell better how.
  if (JSON.stringify(looking) !== JSON.stringify(blind)) expect(looking).toEqual(blind);
}

/** Words of all documents, with what stands between them and whatever the reader looks for. */
const WORDS = [...new Set(sources.flatMap((source) => source.split(/\s+/)).filter((word) => word.length < 30))];
const lines = sources.flatMap((source) => source.split('\n')).filter((line) => line.trim() !== '');
const SIGNS = [
  '<',
  '≥',
  '=',
  '±',
  '+',
  '-',
  '/',
  '/-',
  ':',
  ';',
  ',',
  '.',
  '(',
  ')',
  '[',
  ']',
  '%',
  '‰',
  '€',
  '°C',
  '🔥',
  '’',
  '\u00a0',
  'tbd',
  'date:',
];
const UNITS = [
  'ms',
  's',
  'm',
  'µs',
  'min',
  'Stunden',
  'jours',
  'semaines',
  'calendar days',
  'whole months',
  'ans',
  'per hour',
  '/s',
  'an hour',
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.constantFrom(...SIGNS) },
  { weight: 1, arbitrary: fc.constantFrom(...UNITS) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2_000 }).map((value) => `${value / 10}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('zero', 'half', 'none', '1.000', '2.3.19', '10 000', 'p95', '99.9%+', 'v5.10', '429s', '3/4', 'EUR 5'),
  },
);
const made = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(' '));
/** A line as somebody wrote it, with a piece put into it somewhere. */
const changed = fc
  .record({ line: fc.constantFrom(...lines), at: fc.double({ min: 0, max: 1, noNaN: true }), words: piece, glued: fc.boolean() })
  .map(({ line, at, words, glued }) => {
    const cut = Math.floor(at * line.length);
    return `${line.slice(0, cut)}${glued ? words : ` ${words} `}${line.slice(cut)}`;
  });
const line = fc.oneof(
  made.map((words) => `- [ ] ${words}`),
  made.map((words) => `## ${words}`),
  changed,
);

test.each(documents)('$name is read without first looks as it is with them', ({ source }) => {
  expectSame(source);
});

test('lines that nobody wrote are read without first looks as they are with them', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (all) => expectSame(all.join('\n'))),
    { numRuns: RUNS },
  );
});
