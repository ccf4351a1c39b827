import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

const sectionsOf = (text: string): string[] => readChecklist(Buffer.from(text), 'test.md').items.map(({ section }) => section.join(' > '));

describe('plain lines that people mean as headings are sections', () => {
  test.each([
    ['roman', 'I. LOADING\n\n- [ ] a\n\nII. Quality\n\n- [ ] b\n', ['I. LOADING', 'II. Quality']],
    ['lettered', 'A. Data\n\n- [ ] a\n\nB. Money\n\n- [ ] b\n', ['A. Data', 'B. Money']],
    ['named', 'Section 4: Storage\n- [ ] a\n\nSection 5: Network\n- [ ] b\n', ['Section 4: Storage', 'Section 5: Network']],
    ['named alone', 'Phase 1\n\n- [ ] a\n\nPhase 2\n\n- [ ] b\n', ['Phase 1', 'Phase 2']],
    ['in capitals', 'STORAGE\n\nEvery disk.\n\n- [ ] a\n\nNETWORK AND DNS:\n\n- [ ] b\n', ['STORAGE', 'NETWORK AND DNS']],
    ['with pictures', '🔴 CRITICAL\n- [ ] a\n\n🟡 Later on\n- [ ] b\n', ['CRITICAL', 'Later on']],
    ['a tier by itself', 'Must have\n\n- [ ] a\n\nNice to have\n\n- [ ] b\n', ['Must have', 'Nice to have']],
    ['drawn around', '--- Storage ---\n\n- [ ] a\n\n== Network ==\n\n- [ ] b\n', ['Storage', 'Network']],
    ['set off', '[Storage]\n\n- [ ] a\n\n[Network]\n\n- [ ] b\n', ['Storage', 'Network']],
    ['in HTML', '<h2>Storage</h2>\n\n- [ ] a\n\n<h3 align="left">Disks</h3>\n\n- [ ] b\n', ['Storage', 'Storage > Disks']],
    ['items of a list', '1. Storage\n\n- [ ] a\n\n2. Network\n\n- [ ] b\n', ['1. Storage', '2. Network']],
    ['a table', 'A. Data\n\n| | what |\n|---|---|\n| [ ] | a |\n\nB. Money\n\n- [ ] b\n', ['A. Data', 'B. Money']],
  ])('%s', (_, text, sections) => {
    expect(sectionsOf(text)).toEqual(sections);
  });

  test('they nest by their numbers, below headings with marks', () => {
    const text =
      '# R\n\n## B. Data\n\nB.1 Users\n\n- [ ] a\n\nB.2 Logs\n\n- [ ] b\n\n**3. Interfaces**\n\n3a Customs\n\n- [ ] c\n\n**4. Floor**\n\n- [ ] d\n';
    expect(sectionsOf(text)).toEqual([
      'R > B. Data > B.1 Users',
      'R > B. Data > B.2 Logs',
      'R > B. Data > B.2 Logs > 3. Interfaces > 3a Customs',
      'R > B. Data > B.2 Logs > 4. Floor',
    ]);
  });

  test('one closes the bold lines of the one before it', () => {
    const text = 'I. FIRST\n\n**Low**\n\n- [ ] a\n\nII. SECOND\n\n- [ ] b\n';
    const { items } = readChecklist(Buffer.from(text), 'test.md');
    expect(items.map(({ section, tier }) => [section.join(' > '), tier])).toEqual([
      ['I. FIRST > Low', 'low'],
      ['II. SECOND', undefined],
    ]);
  });

  test('they open tiers and triggers', () => {
    const { items } = readChecklist(Buffer.from('CRITICAL\n\n- [ ] a\n\nROLL BACK IF\n\n- [ ] b\n'), 'test.md');
    expect(items.map(({ tier, polarity }) => [tier, polarity])).toEqual([
      ['critical', 'good_when_true'],
      [undefined, 'bad_when_true'],
    ]);
  });
});

describe('plain lines that say something are no sections', () => {
  test.each([
    'Check all of these before lunch',
    'A. All of these have to hold.',
    '3.5 Storage',
    '3 people look at this',
    'A backup exists',
    'NOTE: READ THIS',
    'TEAM: STORAGE',
    'CISO ______',
    'PRR-2041',
    'STOP!',
    'Priority: high',
    '🔴 Critical things first',
    '[Storage]',
    '_Storage_',
    'Critical:',
  ])('%s', (line) => {
    expect(sectionsOf(`# R\n\n${line}\n\n- [ ] a\n`)).toEqual(['R']);
  });

  test('a line without boxes before the next heading', () => {
    expect(sectionsOf('# R\n\nSTORAGE\n\nWords.\n\n## Network\n\n- [ ] a\n')).toEqual(['R > Network']);
  });

  test('lines of a list right above boxes', () => {
    expect(sectionsOf('# R\n\n1. Read the list\n2. Tick the boxes\n\n- [ ] a\n')).toEqual(['R']);
    expect(sectionsOf('# R\n\n1. Do this\n- [ ] a\n2. Then that\n- [ ] b\n')).toEqual(['R', 'R']);
  });
});

test('a row with one name alone groups the rows of a table below it', () => {
  const text = '| | what |\n|---|---|\n| **Critical** | |\n| [ ] | a |\n| **Abort if** | |\n| [ ] | b |\n';
  const { items } = readChecklist(Buffer.from(text), 'test.md');
  expect(items.map(({ under, tier, polarity }) => [under, tier, polarity])).toEqual([
    [['Critical'], 'critical', 'good_when_true'],
    [['Abort if'], undefined, 'bad_when_true'],
  ]);
});

describe('a numbered line with a rule below it', () => {
  test('is a heading where the rule is as long as the line', () => {
    const text = '1. Governance\n-------------\n\n- [ ] a\n\n2. Storage and disks\n====================\n\n- [ ] b\n';
    expect(sectionsOf(text)).toEqual(['1. Governance', '2. Storage and disks']);
  });

  test('is a line above a rule otherwise', () => {
    expect(sectionsOf('# R\n\n1. Governance\n---\n\n- [ ] a\n')).toEqual(['R']);
    expect(sectionsOf('# R\n\n1. One\n2. Governance\n-------------\n\n- [ ] a\n')).toEqual(['R']);
  });
});

describe('emoji in a heading', () => {
  test.each([
    ['2. ⚡ Performance', '2. Performance'],
    ['3. 🛡️ Trust & Safety 👩‍💻', '3. Trust & Safety'],
    ['4. 🩺 Safety (🔴 CRITICAL)', '4. Safety (CRITICAL)'],
    ['A ↔ B', 'A ↔ B'],
    ['Acme™ gateway', 'Acme™ gateway'],
  ])('“%s” is called “%s”', (heading, name) => {
    expect(sectionsOf(`## ${heading}\n\n- [ ] a\n`)).toEqual([name]);
  });

  test.each([
    ['1.1 🔴 Critical Priority', 'critical', 'good_when_true'],
    ['2. 🩺 Clinical Safety (🟠 HIGH)', 'high', 'good_when_true'],
    ['3️⃣ Nice to have', 'medium', 'good_when_true'],
    ['5. ⛔ Stop the Rollout When', undefined, 'bad_when_true'],
  ])('“%s” hides nothing', (heading, tier, polarity) => {
    const [item] = readChecklist(Buffer.from(`## ${heading}\n\n### Part\n\n- [ ] a\n`), 'test.md').items;
    expect([item!.tier, item!.polarity]).toEqual([tier, polarity]);
  });
});
