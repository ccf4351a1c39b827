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
    ['🔴 P0 = blocks the launch · 🟠 P1 = high, fixed in the first week', ['🔴 a', 'P1 b', '🟠 c'], ['critical', 'high', 'high']],
    ['P0 (🔴): critical, P1 (🟠): high', ['🔴 a', '[P1] b', '🟠 c'], ['critical', 'high', 'high']],
    ['Column "Class": A = critical, B = high', ['(A) a', '(B) b', 'A day is left'], ['critical', 'high', undefined]],
    ['Kennzeichnung: (M) = Muss, sonst öffnen wir nicht; (W) = wichtig', ['(M) a', 'b (W)'], ['critical', 'high']],
    ['(C) = critical to the launch, (H) = high for the first week', ['(C) a', '(H) b'], ['critical', 'high']],
    ['Lines tagged [must] have to be closed, [nice] ones are nice to have', ['a [must]', 'b [nice]'], ['critical', 'medium']],
    ['Red = critical, amber = high, green = low', ['(red) a', '🟠 b', '[GREEN] c', 'Green fields'], ['critical', 'high', 'low', undefined]],
    ['Class A = must, class B = should', ['(Class A) a', 'b [class b]'], ['critical', 'high']],
    ['Must-haves are marked M, should-haves S, the rest is optional', ['M a', '(S) b', 'c'], ['critical', 'high', 'low']],
    ['(C) = critical, no mark = medium', ['(C) a', 'b'], ['critical', 'medium']],
    ['Items in bold are blockers.', ['**all of it**', '**Title**: detail', 'a **word**'], ['critical', undefined, undefined]],
    ['CAPITALS = critical', ['RESTORE THE BACKUPS', 'TLS is on'], ['critical', undefined]],
    ['! = blocker', ['! a', 'b !', '(!) c', 'Stop!'], ['critical', 'critical', 'critical', undefined]],
    ['Key: !! critical, ! high', ['!! a', 'b !'], ['critical', 'high']],
    ["M = Must, S = Should, C = Could, W = Won't have this time", ['(M) a', 'S b', 'C: c', '(W) d'], ['critical', 'high', 'medium', 'low']],
    ['All lines are mandatory unless marked [nice] or "(later, low)"', ['a', 'b [nice]', 'c (later, low)'], ['critical', 'medium', 'low']],
    [
      'Asterisks: *** = critical, we stay without it, ** = high, * = medium',
      ['*** a', '** b', '* c', '**d** e'],
      ['critical', 'high', 'medium', undefined],
    ],
    ['The letter in brackets is the class: (A) critical, no bread without it, (B) high', ['(A) a', '(B) b'], ['critical', 'high']],
    [
      '!! = critical, the ship stays     ! = high     ? = medium',
      ['!! a', '! b', '? c', 'Is it up?'],
      ['critical', 'high', 'medium', undefined],
    ],
    ['[C] is critical, [H] is high. If a line carries no tag, take it as medium.', ['[C] a', 'b'], ['critical', 'medium']],
    ['Where an item has no letter it counts as low; (C) critical, (H) high.', ['(C) a', 'b'], ['critical', 'low']],
    [
      'Lines with a **!** in front are critical. If one is open, the ferry stays.',
      ['! a', 'b', 'Stop!'],
      ['critical', undefined, undefined],
    ],
    ['A ★ in front of a line means high, a † at the end is a blocker.', ['★ a', 'b †', 'c'], ['high', 'critical', undefined]],
    ['Items with (!) at the end of the line block the launch.', ['a (!)', 'b'], ['critical', undefined]],
    ['If a line has a ! in front, it is critical.', ['! a', 'b'], ['critical', undefined]],
    ['Where you see a † the item is optional.', ['a †', 'b'], ['low', undefined]],
    ['Wherever there is a ★ before an item, we do not sail without it.', ['★ a', 'b'], ['critical', undefined]],
    ['If a line says "gate" on it, nobody opens without it.', ['(gate) a', 'the gate is open'], ['critical', undefined]],
    ['Anything with a (!) must be green before we start.', ['a (!)', 'b'], ['critical', undefined]],
    ['A line that starts with !! is a blocker; one ! is only important.', ['!! a', '! b'], ['critical', 'high']],
    ['Critical items carry a † behind the title.', ['a †', 'b'], ['critical', undefined]],
    ['The mark (B) in front of a line means blocker.', ['(B) a'], ['critical']],
    ['! = do not sail without it', ['! a', 'b'], ['critical', undefined]],
    ['1 = critical, 2 = high', ['(1) a', 'b [2]', '2 replicas run'], ['critical', 'high', undefined]],
  ])('%s', (preface, lines, tiers) => {
    expect(explained(preface, ...lines)).toEqual(tiers);
  });

  test('a legend may stand at the end, and below a heading of its own', () => {
    expect(tiersOf('# R\n\n- [ ] (a) x\n- [ ] (b) y\n\nLegend: (a) = critical, (b) = low\n')).toEqual(['critical', 'low']);
    expect(tiersOf('# R\n\n## S\n\n- [ ] 🔴 x\n\n## Legend\n\n- 🔴 critical\n- 🟡 medium\n')).toEqual(['critical']);
  });

  test.each([
    [
      'three columns, the tier in the last',
      '| Icon | Level | Meaning |\n|---|---|---|\n| 🔴 | Level 1 | Critical |\n| 🟠 | Level 2 | High |',
    ],
    [
      'three columns, the tier in the second',
      '| Icon | Priority | Meaning |\n|---|---|---|\n| 🔴 | P0 | We stop |\n| 🟠 | P1 | We hurry |',
    ],
    ['the tier first', '| Priority | Icon | Meaning |\n|---|---|---|\n| Critical | 🔴 | We stop |\n| High | 🟠 | We hurry |'],
  ])('a table explains its marks: %s', (_, table) => {
    expect(tiersOf(`# R\n\n${table}\n\n## S\n\n- [ ] 🔴 a\n- [ ] b 🟠\n`)).toEqual(['critical', 'high']);
  });

  test.each([
    ['a *', '\\* must be done before the launch'],
    ['a†', '† launch blocker'],
    ['a¹', '¹ mandatory'],
    ['a[^1]', '[^1]: Launch blocker'],
  ])('a footnote explains the sign that “%s” ends with: %s', (line, note) => {
    expect(tiersOf(`# R\n\n- [ ] ${line}\n- [ ] b\n\n${note}\n`)).toEqual(['critical', undefined]);
  });

  test.each(['\\* see the wiki', '[^1]: The board must agree to the critical ones', 'must be done by the users'])(
    'a footnote “%s” explains no mark',
    (note) => {
      expect(tiersOf(`# R\n\n- [ ] a *\n- [ ] b[^1]\n\n${note}\n`)).toEqual([undefined, undefined]);
    },
  );

  test.each(['Priority levels explained', 'What the marks mean', 'Meaning of the symbols', 'Colour code', 'Severity scale'])(
    'below “%s” at the end stands a legend',
    (heading) => {
      expect(tiersOf(`# R\n\n## S\n\n- [ ] 🔴 x\n\n## ${heading}\n\n- 🔴 critical\n- 🟡 medium\n`)).toEqual(['critical']);
    },
  );

  test.each([
    ['fenced', '```\n!! critical\n!  high\n```'],
    ['fenced as text, with a title', '```text\nLegend:\n!! = critical\n! = high\n```'],
    ['indented', '    !! = critical\n    ! = high'],
    ['indented, with an empty line', '    !! = critical\n\n    ! = high'],
  ])('a block of code that holds nothing but a key explains its marks: %s', (_, block) => {
    expect(tiersOf(`# R\n\nThe marks:\n\n${block}\n\n## S\n\n- [ ] !! a\n- [ ] ! b\n- [ ] c\n`)).toEqual(['critical', 'high', undefined]);
  });

  test.each([
    ['a command among them', '```\n!! critical\n! high\nmake release\n```'],
    ['a block of a language', '```sh\n!! critical\n! high\n```'],
    ['one line alone', '```\n! = critical\n```'],
    ['words of a state', '    !! = done\n    ! = open'],
    ['boxes as a sample', '```\n- [ ] !! critical\n- [ ] ! high\n```'],
    ['a log', '    !! critical error in line 4\n    !  high load'],
  ])('a block of code that holds something else explains nothing: %s', (_, block) => {
    expect(tiersOf(`# R\n\n${block}\n\n## S\n\n- [ ] !! a\n- [ ] ! b\n`)).toEqual([undefined, undefined]);
  });

  test('a block of code behind the first box explains marks only below the heading of a legend', () => {
    const after = (heading: string): string => `# R\n\n- [ ] !! a\n- [ ] ! b\n\n## ${heading}\n\n    !! = critical\n    ! = high\n`;
    expect(tiersOf(after('Legend'))).toEqual(['critical', 'high']);
    expect(tiersOf(after('Notes'))).toEqual([undefined, undefined]);
  });

  test("a line's own mark goes before the mark of its heading", () => {
    const text = '🔴 P0 = critical, 🟠 P1 = high\n\n## 3. Security (🟠 P1)\n\n- [ ] 🔴 **Rule**: a\n- [ ] b\n';
    expect(tiersOf(text)).toEqual(['critical', 'high']);
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
    ['Lines with a ! in front are done.', '! a'],
    ['Do not touch what has a # in front, the crew must do that.', '# a'],
    ['Anything from [ops] must be signed.', '[crew] a'],
    ['Lines with a ! in front were critical last year.', '! a'],
    ['If a line has a ! in front, it is new.', '! a'],
    ['If the lamp is (red), it is critical to wait.', '(red) a'],
    ['If a valve has a ★ on it, it is critical to wait.', '★ a'],
    ['S = sam, T = tova', 'a (S)'],
    ['QA: required, PM: optional', 'QA has signed'],
    ['Reviewers (A) and (B) are required.', 'a (B)'],
    ['Important: must not be edited.', 'Important mails are sent'],
    ['x = critical, x = low', 'a (x)'],
    ['RAG: red = critical, amber = late, green = fine', '(red) a'],
    ['Red = critical, amber = at risk, green = done', '🔴 a'],
    ['💡 Must have = critical', '💡 a'],
    ['Class A is the larger hall, class B the smaller.', '(Class A) a'],
    ['Items in bold have changed since the last version.', '**a**'],
    ['Note: the rest is history.', 'a'],
    ['Nothing else is needed.', 'a'],
    ['Every person except the "high" guests signs.', 'a [guests]'],
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
    'No sign of trouble is critical news.',
    'All doors in this building are open.',
    'The rest of the team is on call, others are high up.',
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

describe('a heading may say it of all lines below it', () => {
  test.each([
    ['Storage (all critical)', 'critical'],
    ['Storage [all items mandatory]', 'critical'],
    ['Storage – everything here is optional', 'low'],
    ['Speicher (alle kritisch)', 'critical'],
    ['Monitoring (all critical alerts)', undefined],
    ['Sign-off (all signed)', undefined],
    ['Storage: all high priority alerts', undefined],
    ['All critical systems', undefined],
    ["Won't have this time", 'low'],
    ["5. Won't have in this release", 'low'],
    ["Won't start", undefined],
    ['Will not have enough disk', undefined],
    ['Later', undefined],
  ])('%s', (heading, tier) => {
    expect(tiersOf(`# R\n\n## ${heading}\n\n- [ ] a\n`)).toEqual([tier]);
  });

  test.each(['Later', 'Next release', 'Not now', 'Out of scope'])(
    '“%s” beside Must and Should is the last grade, and told as guessed',
    (later) => {
      const { items, guessed } = readChecklist(
        Buffer.from(`# R\n\n## Must have\n\n- [ ] a\n\n## Should have\n\n- [ ] b\n\n## ${later}\n\n- [ ] c\n`),
        'test.md',
      );
      expect(items.map(({ tier }) => tier)).toEqual(['critical', 'high', 'low']);
      expect(guessed).toContainEqual(expect.objectContaining({ line: 11, kind: 'tier' }));
    },
  );

  test('a column MoSCoW may hold letters', () => {
    const rows = ['M', 'S', 'C', 'W', '–'].map((letter) => `| [ ] | a | ${letter} |`).join('\n');
    expect(tiersOf(`| Done | What | MoSCoW |\n|---|---|---|\n${rows}\n`)).toEqual(['critical', 'high', 'medium', 'low', undefined]);
    expect(tiersOf('| Done | What | Team |\n|---|---|---|\n| [ ] | a | M |\n')).toEqual([undefined]);
  });
});

describe('marks of a tier at a line', () => {
  test.each([
    ['a (desirable, medium)', 'medium'],
    ['a (must, blocker)', 'critical'],
    ['no findings (critical, high)', undefined],
    ['no findings (high, open)', undefined],
    ['a ~priority::1', 'critical'],
    ['[severity/high] a', 'high'],
    ['the label severity::high is set', undefined],
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
    ['**must** survive a cold start', 'critical'],
    ['_should_ print in colour', 'high'],
    ['*could* hum', 'medium'],
    ['**MUST HAVE** a spare rope', 'critical'],
    ['__nice to have__ a second flag', 'medium'],
    ["**won't** sail in winter", 'low'],
    ['COULD hum a tune', 'medium'],
    ['**must not** lose a rope', 'critical'],
    ['**Won’t have** an engine', 'low'],
    ['**BLOCKER** the mast is cracked', 'critical'],
    ['the mast **must** hold', undefined],
    ['**could** it sink? asked the crew', undefined],
    ['**Should** the mast break, the crew knows what to do', undefined],
    ['**Should** something go wrong, the coast guard is called', undefined],
    ['**Could** lose a rope', undefined],
    ['**Critical** alarms reach the bridge', undefined],
    ['**High** tide table printed', undefined],
    ['**Must** Farm pays', undefined],
    ['**May** regatta booked', undefined],
    ['could hum a tune', undefined],
    ['no open incident (Sev 1) is hidden', undefined],
    ['a storm (Sev 2) is near', undefined],
    ['a (sev 1)', 'critical'],
    ['(sev 2) a', 'high'],
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
