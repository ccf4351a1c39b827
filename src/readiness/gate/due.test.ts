import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindingOf, checked, itemOf } from '../../../test/support/readiness.ts';
import type { Binding, Disposition } from '../binding/binding.ts';
import type { Action, Environment, Item, PostponedBy, Tier, Window } from '../checklist/checklist.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import type { CheckState } from '../run/result.ts';
import { approve } from './approve.ts';
import { effectOn, grace, sceneOf } from '../../../test/support/gate-scene.ts';

/** A document of which `Works` passes and every other box is in the state named. */
function documentWith(sections: string, state: CheckState) {
  const checklist = readChecklist(Buffer.from(`# Release\n## First of all\n- [ ] Works\n${sections}`), 'release');
  const states = Object.fromEntries(checklist.items.map(({ id, title }) => [id, title === 'Works' ? ('pass' as const) : state]));
  return { checklist, scene: sceneOf({ items: checklist, states }) };
}

const UNKNOWN: readonly CheckState[] = ['unreachable', 'stale', 'error', 'fail', 'warn'];

describe('what a document puts off until after the release', () => {
  test.each([
    ['a window in the words of a critical line', '## Critical (Must pass)\n- [ ] On-call rota covers the first 24 hours\n'],
    ['a window in the words of any line', '## Operations\n- [ ] Support team briefed for the first week\n'],
    ['a time of watching in its words', '## Critical\n- [ ] Memory stays flat (24-hour monitoring)\n'],
    ['a sentence that leads to critical lines', '## Critical (Must pass)\nFirst 24 hours:\n\n- [ ] Rota filled\n'],
    ['a week of the work before the release', '## Pre-launch\n### Week 1\n- [ ] [P0] Backups restored\n'],
    ['a no-go', '## No-Go Criteria\n- [ ] Open sev 1 bugs\n'],
    ['what forbids the launch', '## Do not launch if\n- [ ] Backup missing\n'],
    ['what ends the launch before it begins', '## Abort the launch if\n- [ ] Database unreachable\n'],
    ['what must hold to proceed', '## Proceed if\n- [ ] Error budget left\n'],
    ['a no-go among the reasons to roll back', '## Do not launch, or roll back, if\n- [ ] Ledger out of balance\n'],
  ])('is not %s: whatever it is but a pass, there is no release', async (_, sections) => {
    for (const state of UNKNOWN) {
      const found = await documentWith(sections, state).scene.verdict();
      expect(found).toMatchObject({ decision: 'no_go', effects: { later: 0, blocks: 1 } });
    }
  });

  test('is not what stands below a title that names a time', async () => {
    const bytes = Buffer.from('# Week 1 release\n## First of all\n- [ ] Works\n## Critical\n- [ ] Backups restored\n');
    const checklist = readChecklist(bytes, 'release');
    const [works, backups] = checklist.items.map(({ id }) => id) as [string, string];
    const scene = sceneOf({ items: checklist, states: { [works]: 'pass', [backups]: 'unreachable' } });
    expect(await scene.verdict()).toMatchObject({ decision: 'no_go', effects: { later: 0 } });
  });

  test.each([
    ['a heading of the time after it', '## First 24 hours\n- [ ] Errors stay low\n'],
    ['such a heading below that of a tier', '## Critical\n### First hour\n- [ ] Errors stay low\n'],
    ['such a heading above that of a tier', '## After the launch (2-24 hours)\n### Critical\n- [ ] Errors stay low\n'],
    ['a sentence that leads to lines of no tier', '## Operations\nFirst 24 hours:\n\n- [ ] Errors stay low\n'],
    ['a heading of triggers', '## Immediate rollback triggers\n- [ ] [P0] Errors > 5 %\n'],
    ['a no-go of a step of the roll-out', '## Canary (0-6 h after release)\n### No-go triggers\n- [ ] Errors > 5 %\n'],
    ['what must hold to go on with the roll-out', '## Continue with the roll-out if\n- [ ] Errors < 1 %\n'],
  ])('is %s, while nothing bad is known', async (_, sections) => {
    const later = await documentWith(sections, 'unreachable').scene.verdict();
    expect(later).toMatchObject({ decision: 'go', effects: { later: 1, passes: 1 } });
    for (const state of ['fail', 'error'] as const) {
      const now = await documentWith(sections, state).scene.verdict();
      expect(now).toMatchObject({ decision: 'no_go', effects: { later: 0 } });
    }
  });
});

describe('a trigger that would be watched after the release', () => {
  const aside: Disposition = { kind: 'not_applicable', reason: 'Errors never happen here', by: 'Somebody' };
  const text = '# Release\n## First of all\n- [ ] Works\n## Immediate rollback triggers\n- [ ] Errors > 5 %\n';
  const checklist = readChecklist(Buffer.from(text), 'release');
  const [works, errors] = checklist.items.map(({ id }) => id) as [string, string];
  const sceneWith = (disposition: Disposition) =>
    sceneOf({
      items: checklist,
      bindings: [bindingOf(works, checked()), bindingOf(errors, disposition)],
      states: { [works]: 'pass' },
    });

  test.each<[string, Disposition]>([
    ['ruled out', aside],
    ['waived', { kind: 'waived', reason: 'Comes next week', by: 'Somebody', until: '2026-02-01' }],
  ])('is not %s by the file alone: nobody would look when its time comes', async (_, disposition) => {
    const scene = sceneWith(disposition);
    expect(await scene.verdict()).toMatchObject({ decision: 'no_go', blocks: [errors], effects: { later: 0 } });
    await scene.act((ground) => approve(ground, { verdict: ground.verdict, reason: 'Agreed' }, grace));
    expect(await scene.verdict()).toMatchObject({ decision: 'go' });
  });

  test('is put off as long as somebody or something is to look', async () => {
    const role: Disposition = { kind: 'attested', role: 'QA Lead' };
    expect(await sceneWith(role).verdict()).toMatchObject({ decision: 'go', effects: { later: 1 } });
  });
});

const UNSURE = [
  'Rehearsal week 2',
  'Week 1: preparation',
  'Soak for 2 hours',
  '72 hours stability test',
  'First week of rehearsals',
  '3 days after the audit',
  'Two weeks after contract signature',
  'Settlement on T+1',
  'Watch list screening for 24 hours',
  'Day 1 readiness',
  'Month 1 close',
  'One hour into the rehearsal',
  'Monitoring for the next 30 days is set up',
  'Rollback triggers documented',
  'Fallback if the network fails',
  'Kill switch when fraud',
  'Roll back if the network fails',
  'Continue the nightly backups',
  'Week 1',
  'Backups (first 30 days)',
  'First month of data',
  'Rehearsal of the first hour after the launch',
  'Monitoring of the 24 hours after launch is set up',
  'T+1',
];

describe('a heading of a time that is not clearly after the release', () => {
  test.each(UNSURE)('puts off no critical line: %s', async (heading) => {
    for (const state of [...UNKNOWN, 'awaiting_sign_off'] as const) {
      const { scene } = documentWith(`## Critical (Must pass)\n### ${heading}\n- [ ] Money moves once\n`, state as CheckState);
      expect(await scene.verdict()).toMatchObject({ decision: 'no_go', effects: { later: 0, blocks: 1 } });
    }
  });

  test.each(['Rehearsal week 2', 'First week of rehearsals', '3 days after the audit', '72 hours stability test', 'Soak for 2 hours'])(
    'puts off no line at all where it names another event: %s',
    async (heading) => {
      const { scene } = documentWith(`## ${heading}\n- [ ] Money moves once\n`, 'unreachable');
      expect(await scene.verdict()).toMatchObject({ decision: 'no_go', effects: { later: 0, blocks: 1 } });
    },
  );

  test('nor does a heading of drills, which is none of triggers', async () => {
    const { checklist, scene } = documentWith('## Critical\n### Recommended rollback drills\n- [ ] Money moves once\n', 'unreachable');
    expect(checklist.items[1]).toMatchObject({ polarity: 'good_when_true' });
    expect((await scene.verdict()).decision).not.toBe('go');
  });

  test('below a rehearsal even the first hour is one of that', async () => {
    for (const heading of ['First hour', 'T+2h', 'Validation (2-24 hours)']) {
      const { scene } = documentWith(`## Rehearsal\n### ${heading}\n- [ ] Money moves once\n`, 'unreachable');
      expect(await scene.verdict()).toMatchObject({ decision: 'no_go', effects: { later: 0 } });
    }
  });

  test.each(['Week 1', 'Backups (first 30 days)', 'Day 1 to day 14'])(
    'puts a line of no tier off with an approval only, and never to a plain go: %s',
    async (heading) => {
      const { scene } = documentWith(`## ${heading}\n- [ ] Money moves once\n`, 'unreachable');
      const before = await scene.verdict();
      expect(before).toMatchObject({ decision: 'conditional', effects: { later: 0, needs_approval: 1 } });
      await scene.act((ground) => approve(ground, { verdict: ground.verdict, reason: 'It is looked at in the week after' }, grace));
      expect(await scene.verdict()).toMatchObject({ decision: 'go', effects: { approved: 1 } });
    },
  );

  test('puts off what is medium or low, and names it', async () => {
    const { checklist, scene } = documentWith('## Week 1\n- [ ] (optional) Blog post\n', 'unreachable');
    expect(await scene.verdict()).toMatchObject({ decision: 'go', effects: { later: 1 }, later: [checklist.items[1]!.id] });
  });

  test('is read by what stands around it', async () => {
    const { scene } = documentWith('## After the launch\n### Critical\n#### Week 1\n- [ ] Errors stay low\n', 'unreachable');
    expect(await scene.verdict()).toMatchObject({ decision: 'go', effects: { later: 1 } });
  });
});

test('what is put off and was not shown is named in the verdict, what was shown is not', async () => {
  const { checklist, scene } = documentWith('## First 24 hours\n- [ ] Errors stay low\n', 'unreachable');
  expect((await scene.verdict()).later).toEqual([checklist.items[1]!.id]);
  expect((await documentWith('## First 24 hours\n- [ ] Errors stay low\n', 'pass').scene.verdict()).later).toEqual([]);
});

const after: Window = { fromMs: 0, toMs: 3_600_000, text: 'First hour' };
const before: Window = { fromMs: -3_600_000, toMs: 0, text: 'T-1h' };
const DISPOSITIONS: readonly (Disposition | undefined)[] = [
  checked(),
  { kind: 'attested', role: 'QA Lead' },
  { kind: 'outside', role: 'QA Lead', checks: [{ kind: 'http', params: {} }] },
  { kind: 'derived' },
  { kind: 'not_applicable', reason: 'There is no broker', by: 'Ada' },
  { kind: 'waived', reason: 'Comes next week', by: 'Ada', until: '2026-02-01' },
  undefined,
];

const anyLine = fc.record({
  tier: fc.constantFrom<Tier | undefined>('critical', 'high', 'medium', 'low', undefined),
  lowered: fc.constantFrom<Tier | undefined>('critical', 'high', 'medium', 'low', undefined),
  window: fc.constantFrom<Window | undefined>(after, before, undefined),
  action: fc.constantFrom<Action | undefined>('rollback', 'recommend_rollback', 'continue', 'stop_launch', undefined),
  postponedBy: fc.constantFrom<PostponedBy | undefined>('section', 'lead', 'guess', undefined),
  environment: fc.constantFrom<Environment | undefined>('development', 'staging', 'production', undefined),
  disposition: fc.constantFrom(...DISPOSITIONS),
  confirmed: fc.boolean(),
  found: fc.constantFrom<CheckState | undefined>('pass', 'warn', 'fail', 'error', 'unreachable', 'stale', undefined),
});
type AnyLine = typeof anyLine extends fc.Arbitrary<infer L> ? L : never;

const itemFor = ({ tier, window, action, postponedBy, environment }: AnyLine, i: number): Item =>
  itemOf(`a${i}`, {
    ...(tier && { tier }),
    ...(window && { window }),
    ...(action && { action }),
    ...(postponedBy && { postponedBy }),
    ...(environment && { environment }),
  });

function bindingFor({ disposition, confirmed, lowered }: AnyLine, i: number): Binding[] {
  if (!disposition) return [];
  const { confirmed: by, ...binding } = bindingOf(`a${i}`, disposition, lowered ? { tier: lowered } : {});
  return [{ ...binding, ...(confirmed && by && { confirmed: by }) }];
}

/** Whether a line counts now, in the plainest words: unless the document clearly puts it off, and nothing bad is known of it. */
function isDue({ window, action, postponedBy, environment, disposition, confirmed, found, tier, lowered }: AnyLine): boolean {
  if (!disposition || !confirmed) return true;
  if (environment === 'production') return false;
  const knownBad = 'checks' in disposition && (found === 'fail' || found === 'error' || found === undefined);
  if (knownBad || disposition.kind === 'derived' || postponedBy === undefined) return true;
  if (postponedBy !== 'section' && (tier === 'critical' || lowered === 'critical')) return true;
  return window !== after && (action === undefined || action === 'stop_launch');
}

test('for every checklist: with a critical line that is due and not shown there is no go', async () => {
  const pass = { ...itemOf('sound'), tier: 'low' as const };
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine, { minLength: 1, maxLength: 6 }), async (all) => {
      const items = [pass, ...all.map(itemFor)];
      const bindings = [bindingOf('sound', checked()), ...all.flatMap(bindingFor)];
      const states = Object.fromEntries([['sound', 'pass' as const], ...all.flatMap(({ found }, i) => (found ? [[`a${i}`, found]] : []))]);
      const verdict = await sceneOf({ items, bindings, states, environment: 'staging' }).verdict();
      for (const [i, line] of all.entries()) {
        const { state } = verdict.lines.find(({ lineId }) => lineId === `a${i}`)!;
        // Nobody has put anything down in the log: what is critical in the document is so, whatever the file of bindings says.
        const critical =
          line.tier === undefined || line.tier === 'critical' || (line.lowered === 'critical' && line.confirmed && line.disposition);
        if (!critical || state === 'pass' || !isDue(line)) continue;
        expect(['blocks', 'needs_approval']).toContain(effectOn(verdict, `a${i}`));
        expect(verdict.decision).not.toBe('go');
        if (['fail', 'error', 'unreachable', 'stale', 'warn'].includes(state) && line.lowered === undefined)
          expect(verdict.decision).toBe('no_go');
      }
    }),
    { numRuns: 300 },
  );
});

const HEADINGS = ['Critical (Must pass)', 'P0', 'No-Go Criteria', 'Do not launch if', 'Blockers', 'Abort the launch if'];
const TIMES = ['', ' in the first 24 hours', ' (24-hour monitoring)', ' within 1 hour of release', ' T+2h', ' during the first week'];
const WORDS = ['Rota filled', 'Errors < 1 %', 'Monitor queues for 30 minutes', 'Rollback rehearsed', 'Alerts reach somebody'];

test('for every document: nothing under a heading of the launch is put off by its own words', async () => {
  const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
  await fc.assert(
    fc.asyncProperty(pick(HEADINGS), pick(WORDS), pick(TIMES), pick(UNKNOWN), async (heading, words, time, state) => {
      const { scene } = documentWith(`## ${heading}\n- [ ] ${words}${time}\n`, state);
      expect(await scene.verdict()).toMatchObject({ decision: 'no_go', effects: { later: 0 } });
    }),
    { numRuns: 200 },
  );
});
