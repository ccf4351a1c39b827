import { describe, expect, test } from 'vitest';
import type { Checklist, Item } from './checklist.ts';
import { readChecklist } from './read-checklist.ts';

const read = (text: string): Checklist => readChecklist(Buffer.from(text), 'test.md');
const under = (heading: string, line = 'Anything'): Item => read(`# Title\n\n## ${heading}\n\n- [ ] ${line}\n`).items[0]!;
const HOUR = 3_600_000;

describe('what the words around a line say of it', () => {
  test.each([
    ['Critical (Must Pass - Blocker)', 'critical'],
    ['P0', 'critical'],
    ['🚨 SEV1', 'critical'],
    ['Launch blockers', 'critical'],
    ['High Priority (Should Pass)', 'high'],
    ['Severity: Major', 'high'],
    ['Nice to have', 'medium'],
    ['Optional', 'low'],
    ['Critical alerts', undefined],
    ['High availability', undefined],
    ['Low latency path', undefined],
    ['Required ports', undefined],
  ])('tier of “%s”', (heading, tier) => {
    expect(under(heading).tier).toBe(tier);
  });

  test.each([
    'Could lose money',
    'Could be attacked',
    'Could not be automated',
    'Should never happen',
    'May',
    'Normal',
    'Tier 4 data centre',
    'Tier 3 services',
    'P2 traffic',
    'Priority 2 customers',
    'Risk: low',
    'Payments (optional for members)',
    'Optional modules installed',
  ])('“%s” is about something else and makes nothing lighter', (heading) => {
    expect(under(heading).tier).toBeUndefined();
  });

  test.each([
    ['Transfers (low)', 'low'],
    ['P3', 'low'],
    ['Sev 2 runbooks', 'high'],
    ['Recommended by the auditors', 'high'],
  ])('“%s” is taken to make lines lighter, and told', (heading, tier) => {
    const { items, guessed } = read(`# Title\n\n## ${heading}\n\n- [ ] Anything\n`);
    expect(items[0]!.tier).toBe(tier);
    expect(guessed).toContainEqual(expect.objectContaining({ line: 3, kind: 'tier' }));
  });

  test.each(['Low', 'Nice to have', 'High Priority (Should Pass)', 'Critical'])('“%s” says so in whole words', (heading) => {
    expect(read(`# Title\n\n## ${heading}\n\n- [ ] Anything\n`).guessed).toEqual([]);
  });

  test('a cell of a column of tiers may say normal', () => {
    const { items } = read('| Check | Priority | Done |\n|---|---|---|\n| Backups | normal | [ ] |\n| Keys | critical | [ ] |\n');
    expect(items.map(({ tier }) => tier)).toEqual(['medium', 'critical']);
  });

  test('P1 is the first of a scale that has no P0', () => {
    expect(read('## P1\n- [ ] a\n## P2\n- [ ] b\n').items.map(({ tier }) => tier)).toEqual(['critical', 'high']);
    expect(read('## P0\n- [ ] a\n## P1\n- [ ] b\n').items.map(({ tier }) => tier)).toEqual(['critical', 'high']);
  });

  test('P1 is the second where other lines beside it are marked critical', () => {
    const tiers = (...lines: string[]) => read(lines.map((line) => `- [ ] ${line}\n`).join('')).items.map(({ tier }) => tier);
    expect(tiers('(critical) a', '[P1] b', '[P2] c', '(optional) d')).toEqual(['critical', 'high', 'medium', 'low']);
    expect(tiers('[blocker] a', '[P1] b', '[P2] c')).toEqual(['critical', 'high', 'medium']);
    expect(tiers('Critical a', '[P1] b', '[P2] c')).toEqual([undefined, 'critical', 'high']);
    expect(tiers('fixes all (critical) bugs', '[P1] b', '[P2] c').slice(1)).toEqual(['critical', 'high']);
  });

  test('a line gives itself a tier, whatever its heading says', () => {
    expect(under('High', '[P0] a').tier).toBe('critical');
    expect(under('Anything', 'MUST hold').tier).toBe('critical');
    expect(under('Anything', 'This must hold').tier).toBeUndefined();
    expect(under('Must have', '(optional) a clip').tier).toBe('low');
    expect(under('Open findings', 'High: WAF blocks').tier).toBe('high');
    expect(under('Open findings', 'High: 0').tier).toBeUndefined();
    expect(under('Open findings', 'Medium: at most 3 open').tier).toBeUndefined();
  });

  test.each([
    'Rollback triggers',
    'Abort if',
    'Kill criteria',
    'Red flags',
    'No-Go',
    'When to roll back',
    'Do not launch if any of these holds:',
    'Stop conditions',
    'Pull the plug when',
    'Pull the plug',
    'Halt rollout',
    'Stop the move',
    'ABORT — RETURN TO OLD DCS',
    'Back to the old system',
    '5. Go back to 2025.08 if',
    'Take the shop offline if',
    'Suspension triggers',
    '6.2 No-Go (any single item stops the go-live)',
    'Conditions for withholding authorisation',
    'Grounds for refusal of the release',
    'Circumstances that would delay the opening',
    'What keeps us from launching',
    'What would make us wait',
    'Veto criteria',
    'Gründe für eine Verschiebung',
    'Motifs de report',
    'When we say no',
    'The release is withheld where any of these is true:',
    'The owner shall not authorise the release where any box below is ticked.',
  ])('“%s” turns polarity round', (heading) => {
    expect(under(heading).polarity).toBe('bad_when_true');
  });

  test.each([
    'Rollback plan',
    'Rollback procedure',
    'Go/No-Go criteria',
    'Exit criteria',
    'Go if',
    'Success criteria',
    'Continue if',
    'The launch is a success when',
    'Alerting',
    'Stop the old server',
    'Back up the old system',
    'Release the change',
    'Conditions for authorisation',
    'Refusal handling',
    'Denial of service protection',
    'Block storage',
    'What prevents data loss',
    'When we wait for the queue',
    'Declined payments',
    'Deployment (abort if errors)',
  ])('“%s” does not', (heading) => {
    expect(under(heading).polarity).toBe('good_when_true');
  });

  test('what withholds a release is due before it', () => {
    for (const heading of ['Conditions for withholding authorisation', 'What would delay the go-live', 'No-Go (any one item)'])
      expect(under(heading).action).toBe('stop_launch');
  });

  test('a procedure inside a list of triggers is good again', () => {
    expect(read('## Rollback criteria\n\n**Rollback procedure:**\n\n- [ ] Tell the team\n').items[0]!.polarity).toBe('good_when_true');
  });

  test.each([
    ['After midnight there is no way back.', 'bad_when_true'],
    ['Before noon Ada decides, after that Bo.', 'bad_when_true'],
    ['After that these are checked:', 'good_when_true'],
    ['After the abort we do the following.', 'good_when_true'],
    ['During the abort:', 'good_when_true'],
  ])('below “Roll back if one of these is true” the words “%s” leave it %s', (words, polarity) => {
    for (const title of ['## Roll back if one of these is true', '**Roll back if one of these is true**'])
      expect(read(`# T\n\n${title}\n\n${words}\n\n- [ ] a\n\n**Clean up**\n\n- [ ] b\n`).items[0]!.polarity).toBe(polarity);
  });

  test('a bold line below a bold one of triggers is good again', () => {
    const { items } = read(
      '# T\n\n**Roll back if**\n\n> Ada decides.\n\n- [ ] a\n\n**How to roll back**\n\n- [ ] b\n\n**Clean up**\n\n- [ ] c\n',
    );
    expect(items.map(({ polarity }) => polarity)).toEqual(['bad_when_true', 'good_when_true', 'good_when_true']);
  });

  test('under alerts, a bare condition is bad and a task is not', () => {
    const { items } = read('## Alerts\n\n- [ ] Disk > 90%\n- [ ] Alert for disk > 90% configured\n- [ ] On-call rota filled\n');
    expect(items.map(({ polarity }) => polarity)).toEqual(['bad_when_true', 'good_when_true', 'good_when_true']);
  });

  test.each([
    ['First Hour', 0, 1],
    ['First 24 Hours', 0, 24],
    ['Week 2', 168, 336],
    ['T-24 hours', -24, 0],
    ['Go-live (T-7 days)', -168, 0],
    ['T+2h', 0, 2],
    ['Validation (2-24 hours)', 2, 24],
    ['Day 1', 24, 48],
    ['Day-0', 0, 24],
    ['24 hours after launch', 0, 24],
    ['Monitor for 1 Hour', 0, 1],
  ])('window of “%s”', (heading, from, to) => {
    const { window } = under(heading);
    expect([window!.fromMs / HOUR, window!.toMs / HOUR]).toEqual([from, to]);
  });

  test.each(['Phase 1: Setup (2-3 days)', 'Windows servers', 'Firstname', 'Step 2'])('“%s” opens no window', (heading) => {
    expect(under(heading).window).toBeUndefined();
  });

  test.each([
    ['No-Go Criteria', 'stop_launch'],
    ['Do not launch if', 'stop_launch'],
    ['Abort the launch if', 'stop_launch'],
    ['Reasons to postpone', 'stop_launch'],
    ['Do not launch, or roll back, if', 'stop_launch'],
    ['Immediate rollback triggers', 'rollback'],
    ['Abort criteria', 'rollback'],
    ['Abort the roll-out if', 'rollback'],
    ['Do not continue the roll-out if', 'rollback'],
    ['Go back if', 'rollback'],
    ['Turn back if', 'rollback'],
    ['Pull the plug when', 'rollback'],
    ['PULL THE PLUG', 'rollback'],
    ['Bail out if', 'rollback'],
    ['Consider going back if', 'recommend_rollback'],
    ['Red flags', 'recommend_rollback'],
    ['Warning signs', 'recommend_rollback'],
    ['Continue the roll-out if', 'continue'],
    ['Proceed to the next wave if', 'continue'],
    ['Proceed if', undefined],
    ['Continue to the launch if', undefined],
  ])('what “%s” asks for', (heading, action) => {
    expect(under(heading).action).toBe(action);
  });

  test.each([
    ['First 24 hours', 'Anything', 'section'],
    ['Immediate rollback triggers', 'Anything', 'section'],
    ['Pre-deployment checklist\n### Post-deployment (first week)', 'Anything', 'section'],
    ['Pre-deployment checklist\n### Week 1', 'Anything', undefined],
    ['Operations\nFirst week:\n', 'Anything', 'lead'],
    ['Operations', 'Rota for the first 24 hours', undefined],
    ['Operations', 'Roll back if errors exceed 5 %', undefined],
    ['First week\n### T-1 day', 'Anything', undefined],
    ['No-go', 'Anything', undefined],
    ['Go back if', 'Anything', 'section'],
    ['Red flags', 'Anything', undefined],
  ])('what puts a line under “%s” off', (heading, line, postponedBy) => {
    expect(under(heading, line).postponedBy).toBe(postponedBy);
  });

  test('cadence is read from a line and from its heading', () => {
    expect(under('First Hour', 'Check queues every 5 minutes')).toMatchObject({ cadenceMs: 300_000, window: { cadenceMs: 300_000 } });
    expect(under('Daily').cadenceMs).toBe(24 * HOUR);
  });

  test('environments are named by whole headings and by lines', () => {
    expect([under('Staging').environment, under('Production environment').environment, under('Production monitoring').environment]).toEqual(
      ['staging', 'production', undefined],
    );
    expect([under('Any', 'TLS on (for production)').environment, under('Any', 'Debug on (dev mode only)').environment]).toEqual([
      'production',
      'development',
    ]);
  });

  test('conditions make a line conditional or optional', () => {
    expect(under('Any', 'Cache warmed (if applicable)').applicability).toEqual({ kind: 'conditional', text: 'if applicable' });
    expect(under('Any', 'Tour (optional)').applicability?.kind).toBe('optional');
    expect(under('Any', 'Tour (for new users)').applicability).toBeUndefined();
  });
});

describe('what a line holds besides', () => {
  test('sign-offs in four shapes, filled only where name and date are', () => {
    const { signOffs } = read(
      '## Sign-off\n\n**Release lead:** ____ Date: ____\n\n| Role | Name | Signature | Date |\n|-|-|-|-|\n| Architect | Ada | signed | 2031-01-02 |\n\n- [ ] Operations: ____ Date: ____\n- **Legal**: `____` Date: `____`\n',
    );
    expect(signOffs.map(({ role, filled, name }) => [role, filled, name])).toEqual([
      ['Release lead', false, undefined],
      ['Architect', true, 'Ada'],
      ['Operations', false, undefined],
      ['Legal', false, undefined],
    ]);
  });

  test.each<[string, string[]]>([
    ['Tech lead sign-off: ____ Date: ____', ['Tech lead']],
    ['* QA Lead — ______ — ______', ['QA Lead']],
    ['Approved by: ____________ (CTO)', ['CTO']],
    ['**Reviewed by (SRE on duty):** ____', ['SRE on duty']],
    ['Geprüft von (Betrieb): ____', ['Betrieb']],
    ['Relu par (DSI) : ____', ['DSI']],
    ['Name: ________ Role: Release Manager Date: ______', ['Release Manager']],
    ['_Product Owner_: ............. 2026-__-__', ['Product Owner']],
    ['Signed: __________________ (Operations Manager) Date: ____', ['Operations Manager']],
    ['Signed (CISO): ______________   Date: ________', ['CISO']],
    ['[ ] Legal counsel – signature: ______ date: ______', ['Legal counsel']],
    ["Superintendent's approval: ____ Date: ____", ['Superintendent']],
    ['CISO ________________', ['CISO']],
    ['Engineering: ______   Risk: ______   Operations: ______', ['Engineering', 'Risk', 'Operations']],
    ['Approved: Facilities ____ / Security ____ Date ____', ['Facilities', 'Security']],
    ['Freigabe Fachbereich: ______ Freigabe Betrieb: ______', ['Fachbereich', 'Betrieb']],
    ['Engineer: Jo Doe, Date: ____', ['Engineer']],
    ['Completion date: ____', []],
    ['Version: ____', []],
  ])('a place to sign names who signs: %s', (line, roles) => {
    const { signOffs, notUnderstood } = read(`## Sign-off\n\n${line}\n`);
    expect(signOffs.map(({ role, filled }) => [role, filled])).toEqual(roles.map((role) => [role, false]));
    expect(notUnderstood).toEqual([]);
  });

  test('a place to sign that names nobody is told, and prose with a date is none', () => {
    for (const line of ['Signature: ______ Date: ______', '....................', 'Approved by: ______'])
      expect(read(`## Sign-off\n\nPlease sign below.\n\n${line} \n`).notUnderstood).toMatchObject([{ kind: 'sign_off', line: 5 }]);
    expect(read('Wiki space: PAY / Releases. Owners keep their rows up to date\n').signOffs).toEqual([]);
    expect(read('- [ ] Legal: ____ Risk: ____ Date: ____\n').items[0]!.roles).toEqual(['Legal', 'Risk']);
  });

  test('states by emoji and shares, and outcomes to choose from', () => {
    const { states } = read(
      '| Part | State |\n|-|-|\n| Web | ✅ up |\n| Jobs | ⏳ |\n\n**Status:** ⚠️ 40% Complete\n\nResult: ☐ Good ☑ Fair ☐ Bad\n',
    );
    expect(states.map(({ cells, claim }) => [Object.values(cells).join(' '), claim?.text])).toEqual([
      ['Web ✅ up', '✅ up'],
      ['Jobs ⏳', '⏳'],
      ['⚠️ 40% Complete', '⚠️ 40% Complete'],
      ['Good | Fair | Bad', 'Fair'],
    ]);
  });

  test('ports, paths, addresses and settings are mentioned', () => {
    expect(under('Any', '`GET /ready` on port 9443, see ./ops/run.sh and https://x.example/y with MAX_CONNS=5').mentions).toEqual([
      'GET /ready',
      '9443',
      './ops/run.sh',
      'https://x.example/y',
      'MAX_CONNS=5',
    ]);
  });

  test('a title is its bold beginning, and the rest explains it', () => {
    expect(under('Any', '**Cache**: warmed by script')).toMatchObject({
      title: 'Cache',
      detail: 'warmed by script',
      text: 'Cache: warmed by script',
    });
    expect(under('Any', 'Warm **the** cache').title).toBe('Warm the cache');
    expect(under('Any', 'Warm the cache  \n  and tell the team about it.').title).toBe('Warm the cache');
  });

  test('contradictions, equal titles, wrong counts and placeholders are found', () => {
    const { findings } = read(
      '## Part (3 items)\n\n- [ ] Read latency < 50 ms\n- [ ] Read latency > 80 ms\n- [ ] Twice\n- [ ] Twice\n- [ ] Owner: TBD\n',
    );
    expect(findings.map(({ kind, line }) => [kind, line])).toEqual([
      ['count', 1],
      ['contradiction', 3],
      ['contradiction', 4],
      ['duplicate', 6],
      ['placeholder', 7],
    ]);
  });

  test('odd boxes are read and told as guessed; what looks like a demand and is none is told', () => {
    const { items, guessed, notUnderstood } = read('- [] a\n- [-] b\n-[ ] c\n- [x](https://example.org) a link\n- [ ] speed > 9zk\n');
    expect(items.map(({ title, checked }) => [title, checked])).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['speed > 9zk', false],
    ]);
    expect(guessed.filter(({ kind }) => kind === 'box').map(({ line }) => line)).toEqual([1, 2]);
    expect(notUnderstood).toEqual([expect.objectContaining({ kind: 'threshold', line: 5 })]);
  });
});

describe('a wiki tells by the number of its marks how deep a line stands', () => {
  test('boxes are nested by their marks, and found where they are written', () => {
    const text = '* [ ] a\n** [x] b\n*** [ ] c\n** [ ] d\n* [ ] e\n';
    const { items } = read(text);
    const titleOf = (id: string | undefined): string | undefined => items.find((item) => item.id === id)?.title;
    expect(items.map(({ title, parent }) => [title, titleOf(parent)])).toEqual([
      ['a', undefined],
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'a'],
      ['e', undefined],
    ]);
    expect(items.map(({ checked }) => checked)).toEqual([false, true, false, false, false]);
    for (const { box } of items) expect(text.slice(box.from - 1, box.to + 1)).toMatch(/^\[[ x]\]$/);
  });

  test.each(['**bold** [ ] a', '** [a](b)', '--- [a]', '-- a'])('“%s” is no line of a list', (line) => {
    expect(read(`* [ ] x\n\n${line}\n`).items.length).toBe(1);
  });
});
