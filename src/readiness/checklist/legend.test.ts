import { describe, expect, test } from 'vitest';
import { readChecklist } from './read-checklist.ts';

const tiersOf = (text: string): (string | undefined)[] => readChecklist(Buffer.from(text), 'test.md').items.map(({ tier }) => tier);
const explained = (preface: string, ...lines: string[]): (string | undefined)[] =>
  tiersOf(`# Release\n\n${preface}\n\n## Storage\n\n${lines.map((line) => `- [ ] ${line}`).join('\n')}\n`);

describe('a document that explains its own marks is read by them', () => {
  test.each([
    ['Legend: 🔴 Critical | 🟠 High | 🟢 Low', ['🔴 a', '🟠 **B**: c', '1.2 🟢 d', 'e'], ['critical', 'high', 'low', undefined]],
    ['🔴 critical 🟡 medium', ['🔴 a', 'b 🟡'], ['critical', 'medium']],
    ['🔥 blocks the launch, ⭐ should be done, 💤 can wait', ['🔥 a', '⭐ b', '💤 c'], ['critical', 'high', 'low']],
    ['- 🔴 Critical: before the launch\n- 🟡 Medium – soon', ['🔴 a', '🟡 b'], ['critical', 'medium']],
    ['> (C) = critical, (H) = high', ['(C) a', 'b (H)', 'BF-4 (C) c', '**D** (H): e'], ['critical', 'high', 'critical', 'high']],
    ['Tags: [!] blocker, [~] should. All else as it comes.', ['[!] a', 'b [~]'], ['critical', 'high']],
    ['| Mark | Meaning |\n|---|---|\n| P1 | Critical |\n| P2 | High |', ['P1 a', '[P2] b', '**P1** c'], ['critical', 'high', 'critical']],
    ['Items marked (Gate) are of critical priority.', ['a (Gate)', 'the gate is open'], ['critical', undefined]],
    ['Lines tagged **gate** block the launch.', ['a. **gate**', 'b (gate)', 'c'], ['critical', 'critical', undefined]],
    ['\\* = launch blocker', ['a *', '* b', 'c\\*', 'd'], ['critical', 'critical', 'critical', undefined]],
    ['* = launch blocker', ['a *', 'b'], ['critical', undefined]],
    ['Lines with an asterisk must be done before the launch.', ['a *', 'b'], ['critical', undefined]],
    ['K = kritisch, M = mittel', ['K Datenbank', '[M] b', 'Kosten'], ['critical', 'medium', undefined]],
    ['Must have = critical. Nice to have = low, no drama.', ['[Nice to have] a', 'b (must have)'], ['low', 'critical']],
    ['A SHOULD is critical here, and a MAY is low.', ['It SHOULD hold', 'It MAY wait'], ['critical', 'low']],
    ['H (high), M (medium)', ['(H) a', 'M b'], ['high', 'medium']],
    ['★★ critical, ★ medium', ['★★ a', 'b ★'], ['critical', 'medium']],
    ['"!" marks a blocker', ['! a', 'b (!)'], ['critical', 'critical']],
    ['1 = critical, 2 = high', ['(1) a', 'b [2]', '2 replicas run'], ['critical', 'high', undefined]],
  ])('%s', (preface, lines, tiers) => {
    expect(explained(preface, ...lines)).toEqual(tiers);
  });

  test('a legend may stand at the end, and below a heading of its own', () => {
    expect(tiersOf('# R\n\n- [ ] (a) x\n- [ ] (b) y\n\nLegend: (a) = critical, (b) = low\n')).toEqual(['critical', 'low']);
    expect(tiersOf('# R\n\n## S\n\n- [ ] 🔴 x\n\n## Legend\n\n- 🔴 critical\n- 🟡 medium\n')).toEqual(['critical']);
  });

  test('a mark in a heading is of all lines below it, one in a column of a row', () => {
    expect(tiersOf('🔴 critical, 🟡 medium\n\n## 🔴 Storage\n\n- [ ] a\n\n### Disks\n\n- [ ] b\n')).toEqual(['critical', 'critical']);
    expect(tiersOf('K = kritisch, H = hoch\n\n| Box | Art | Was |\n|---|---|---|\n| [ ] | K | a |\n| [ ] | H | b |\n')).toEqual([
      'critical',
      'high',
    ]);
  });

  test('a mark may stand in the box itself', () => {
    expect(tiersOf('Tags: [!] is a blocker, [~] is a should.\n\n- [!] a\n- [ ] b\n')).toEqual(['critical', undefined]);
  });
});

describe('what only looks like a legend explains nothing', () => {
  test.each([
    ['Legend: 🔴 blocked, 🟡 at risk, 🟢 on track', '🔴 a'],
    ['Status: 🔴 critical | 🟡 warning | 🟢 ok', '🔴 a'],
    ['Risk: 🔴 high, 🟢 low', '🔴 a'],
    ['Nothing is said of them.', '🔴 a'],
    ['S = sam, T = tova', 'a (S)'],
    ['QA: required, PM: optional', 'QA has signed'],
    ['Reviewers (A) and (B) are required.', 'a (B)'],
    ['Important: must not be edited.', 'Important mails are sent'],
    ['x = critical, x = low', 'a (x)'],
  ])('%s', (preface, line) => {
    expect(explained(preface, line)).toEqual([undefined]);
  });
});

describe('a tier may be given to all lines in a sentence', () => {
  test.each([
    ['Every line is high priority unless its heading or the line itself says something else.', ['high', 'low']],
    ['All items are mandatory unless marked optional.', ['critical', 'low']],
    ['Unless marked otherwise, every item is of medium priority.', ['medium', 'low']],
    ['Everything here is critical.', ['critical', 'low']],
    ['Items without a mark are medium.', ['medium', 'low']],
    ['Default severity: high', ['high', 'low']],
    ['Alle Punkte sind kritisch, sofern nicht anders angegeben.', ['critical', 'low']],
  ])('%s', (preface, tiers) => {
    expect(explained(preface, 'Something', '(low) Something else')).toEqual(tiers);
  });

  test.each([
    'Priority: high',
    '**Owner**: Jo\n**Priority**: high',
    'All items must be ticked before the launch.',
    'All boxes are required to be ticked.',
    'Unmarked items have no priority assigned.',
    'Critical items are reviewed by the board.',
  ])('“%s” above a document is of something else', (preface) => {
    expect(explained(preface, 'Something')).toEqual([undefined]);
  });

  test.each([
    'Priority: high',
    'Priority of this block: high.',
    '**Priority:** High | **Owner:** Jo',
    'Owner: Jo\nPriority: high',
    '- Priority: high\n- Owner: Jo',
    'This section is of high priority.',
    'All items in this section are high.',
  ])('“%s” below a heading is of its section, with what is below that, and of no other', (sentence) => {
    const text = `# R\n\n## A\n\n${sentence}\n\nWords between.\n\n- [ ] a\n\n### Part\n\n- [ ] b\n\n## B\n\n- [ ] c\n`;
    expect(tiersOf(text)).toEqual(['high', 'high', undefined]);
  });
});

describe('marks of a tier at a line', () => {
  test.each([
    ['a {critical}', 'critical'],
    ['{high} a', 'high'],
    ['a (Mandatory)', 'critical'],
    ['a (required).', 'critical'],
    ['a **blocker**', 'critical'],
    ['a. **must**', 'critical'],
    ['a (Pflicht)', 'critical'],
    ['1.2 [muss] a', 'critical'],
    ['a #must', 'critical'],
    ['a – priority: high', 'high'],
    ['a (prio 1)', 'critical'],
    ['prio: low, a', 'low'],
    ['`critical` a', 'critical'],
    ['a. `blocker`', 'critical'],
    ['alerts go to #critical', undefined],
    ['mails with severity: high', undefined],
    ['`required` stands at every field', undefined],
    ['a new version (major)', undefined],
    ['wind (moderate)', undefined],
    ['the risk is **low**', undefined],
    ['fields (required fields)', undefined],
    ['on the path (critical path)', undefined],
    ['it says **required**', undefined],
  ])('%s', (line, tier) => {
    expect(tiersOf(`- [ ] ${line}\n`)).toEqual([tier]);
  });
});
