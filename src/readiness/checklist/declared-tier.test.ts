import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

const tiersOf = (text: string): (string | undefined)[] => readChecklist(Buffer.from(text), 'test.md').items.map(({ tier }) => tier);

/** Two parts, each with a section below it, and a line in each; the sentence stands in front of the first section. */
const inFirst = (sentence: string, [first, second] = ['Part A — Before', 'Part B — After']): (string | undefined)[] =>
  tiersOf(
    `# Ferry\n\nWords.\n\n# ${first}\n\n${sentence}\n\n## A1. Hull\n\n- [ ] a\n- [ ] b (optional)\n\n# ${second}\n\n## B1. Deck\n\n- [ ] c\n`,
  );
const above = (sentence: string, headings: readonly string[]): (string | undefined)[] =>
  tiersOf(`# Ferry\n\n${sentence}\n\n${headings.map((heading) => `## ${heading}\n\n- [ ] a\n\n### Inside\n\n- [ ] b\n`).join('\n')}`);

describe('a sentence that names a part gives its tier to that part with all that is below it, and to no other', () => {
  test.each([
    '> Everything in Part A is **mandatory** for the cut-over, except lines that say (optional) or (nice to have).',
    'All items in Part A are mandatory before the launch.',
    'Everything in this part is mandatory, apart from the optional lines.',
    'Part A is mandatory.',
    'All lines of part A are critical, but for those marked optional.',
    'All lines below are critical.',
  ])('%s', (sentence) => {
    expect(inFirst(sentence)).toEqual(['critical', 'low', undefined]);
  });

  test.each([
    ['Alles in Teil A ist kritisch, außer was optional heißt.', 'Teil A: Vorher', 'Teil B: Nachher'],
    ['Tout dans la partie A est obligatoire, hormis le reste.', 'Partie A – Avant', 'Partie B – Après'],
  ])('%s', (sentence, first, second) => {
    expect(inFirst(sentence, [first, second])).toEqual(['critical', 'low', undefined]);
  });

  test('it may stand in front of them all, and name several', () => {
    const sections = ['1. Hull', '2 Deck', '3) Crew', '10. Galley'];
    expect(above('Sections 1 and 3 are critical. Section 2 is optional.', sections)).toEqual([
      'critical',
      'critical',
      'low',
      'low',
      'critical',
      'critical',
      undefined,
      undefined,
    ]);
    expect(above('Everything under “Deck” is optional.', sections)).toEqual([
      undefined,
      undefined,
      'low',
      'low',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['Everything in Part A is mandatory.', ['A new hull', 'Deck']],
    ['Everything in Part C is mandatory.', ['A. Hull', 'B. Deck']],
    ['Part A is the port side.', ['Part A', 'Part B']],
    ['Everything in Part A is required to be ticked.', ['Part A', 'Part B']],
    ['Section 1 is critical reading.', ['1. Hull', '2. Deck']],
  ])('“%s” gives none to %j', (sentence, headings) => {
    expect(above(sentence, headings)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
