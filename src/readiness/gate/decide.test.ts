import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checked,
  checklistOf,
  finished,
  isoAt,
  itemOf,
  NOW,
  runOf,
  stateOf,
  subjectOfTest,
} from '../../../test/support/readiness.ts';
import type { Binding, Disposition } from '../binding/binding.ts';
import type { Checklist, Item, Tier } from '../checklist/checklist.ts';
import { DEFAULT_POLICY } from '../record/fold.ts';
import type { CheckState, Run } from '../run/result.ts';
import { approve } from './approve.ts';
import { decide, type Effect, type Verdict } from './decide.ts';
import { plan } from './plan.ts';
import { ada, effectOn, grace, people, sceneOf } from '../../../test/support/gate-scene.ts';
import { signOff } from './sign.ts';
import { ruleOut, waive } from './waive.ts';

/** A line that passes beside the one that a test looks at. */
const sound = itemOf('sound', { tier: 'low' });
const NOT_PASS: readonly CheckState[] = ['warn', 'fail', 'error', 'unreachable', 'stale'];

describe('the tier decides what a line that is not shown costs', () => {
  test.each<[Tier | undefined, Verdict['decision'], number, Effect]>([
    ['critical', 'no_go', 1, 'blocks'],
    ['high', 'conditional', 2, 'needs_approval'],
    ['medium', 'conditional', 2, 'needs_plan'],
    ['low', 'conditional', 2, 'needs_plan'],
    [undefined, 'no_go', 1, 'blocks'],
  ])('%s: %s with exit code %i, whatever state but pass it is in', async (tier, decision, exitCode, effect) => {
    for (const state of NOT_PASS) {
      const { verdict } = sceneOf({ items: [sound, itemOf('a1', tier ? { tier } : {})], states: { sound: 'pass', a1: state } });
      const found = await verdict();
      expect(found).toMatchObject({ decision, exitCode, blocks: ['a1'] });
      expect(effectOn(found, 'a1')).toBe(effect);
    }
  });

  test('is a go when every line passes', async () => {
    const { verdict } = sceneOf({ items: [sound, itemOf('a1', { tier: 'critical' })], states: { sound: 'pass', a1: 'pass' } });
    expect(await verdict()).toMatchObject({ decision: 'go', exitCode: 0, blocks: [], score: 100, undecided: [] });
  });

  test.each<[Tier | undefined, Tier, Tier, Effect]>([
    ['medium', 'critical', 'critical', 'blocks'],
    ['low', 'high', 'high', 'needs_approval'],
    ['medium', 'low', 'low', 'needs_plan'],
    ['low', 'medium', 'medium', 'needs_plan'],
  ])('a line that the document calls %s and its binding %s counts as %s', async (written, bound, tier, effect) => {
    const bindings = [bindingOf('sound', checked()), bindingOf('a1', checked(), { tier: bound })];
    const items = [sound, itemOf('a1', written ? { tier: written } : {})];
    const { lines } = await sceneOf({ items, bindings, states: { sound: 'pass', a1: 'fail' } }).verdict();
    expect(lines.find(({ lineId }) => lineId === 'a1')).toMatchObject({ tier, tierFrom: 'bindings', effect });
  });

  test.each<[Tier | undefined, Tier, Verdict['decision']]>([
    ['critical', 'low', 'no_go'],
    ['critical', 'high', 'no_go'],
    [undefined, 'medium', 'no_go'],
    ['high', 'low', 'conditional'],
  ])('the file alone makes no line lighter: one that is %s and bound as %s needs an approval', async (written, bound, decision) => {
    const bindings = [bindingOf('sound', checked()), bindingOf('a1', checked(), { tier: bound })];
    const items = [sound, itemOf('a1', written ? { tier: written } : {})];
    const scene = sceneOf({ items, bindings, states: { sound: 'pass', a1: 'warn' } });
    const before = await scene.verdict();
    expect(before).toMatchObject({ decision, blocks: ['a1'] });
    expect(before.lines.find(({ lineId }) => lineId === 'a1')).toMatchObject({ tier: written ?? 'critical', effect: 'needs_approval' });
    await scene.act((ground) => approve(ground, { verdict: ground.verdict, reason: 'Nobody uses it yet' }, grace));
    const after = await scene.verdict();
    expect(after).toMatchObject({ decision: 'go', effects: { approved: 1 } });
    expect(after.lines.find(({ lineId }) => lineId === 'a1')).toMatchObject({ tier: bound, tierFrom: 'bindings' });
    const worse: Run = runOf(scene.subject, { sound: 'pass', a1: 'fail' });
    expect(decide({ ...(await scene.ground()), run: worse })).toMatchObject({ decision, blocks: ['a1'] });
  });

  test('a line that the run has no result of blocks', async () => {
    const { verdict } = sceneOf({ items: [sound, itemOf('a1')], states: { sound: 'pass' } });
    expect((await verdict()).lines.find(({ lineId }) => lineId === 'a1')).toMatchObject({ state: 'error', effect: 'blocks' });
  });

  test('a result that has become too old since the run no longer counts', async () => {
    const { verdict } = sceneOf({ items: [sound], states: { sound: 'pass' } });
    expect(await verdict(NOW + 25 * 3_600_000)).toMatchObject({ decision: 'undecided', counts: { stale: 1 } });
  });

  test('the score decides nothing: 99 lines of 100 and a critical one missing is a no', async () => {
    const items = Array.from({ length: 100 }, (_, i) => itemOf(`a${i}`, { tier: i === 0 ? 'critical' : 'low' }));
    const states = Object.fromEntries(items.map(({ id }, i) => [id, i === 0 ? ('fail' as const) : ('pass' as const)]));
    expect(await sceneOf({ items, states }).verdict()).toMatchObject({ score: 99, decision: 'no_go' });
  });
});

describe('what people answer for', () => {
  test('an approval makes a high line no longer stand in the way, and no longer when the line gets worse', async () => {
    const scene = sceneOf({ items: [sound, itemOf('a1', { tier: 'high' })], states: { sound: 'pass', a1: 'warn' } });
    await scene.act((ground) => approve(ground, { verdict: ground.verdict, reason: 'Watched by hand' }, grace));
    const found = await scene.verdict();
    expect(found).toMatchObject({ decision: 'go', exitCode: 0 });
    expect(effectOn(found, 'a1')).toBe('approved');
    const worse: Run = runOf(scene.subject, { sound: 'pass', a1: 'fail' });
    expect(decide({ ...(await scene.ground()), run: worse })).toMatchObject({ decision: 'conditional', blocks: ['a1'] });
  });

  test('a plan does the same for a medium line, until it is overdue', async () => {
    const scene = sceneOf({ items: [sound, itemOf('a1', { tier: 'medium' })], states: { sound: 'pass', a1: 'fail' } });
    await scene.act((ground) => plan(ground, { lineId: 'a1', plan: 'Ada adds it', due: '2026-01-05' }, ada));
    expect(await scene.verdict()).toMatchObject({ decision: 'go', effects: { planned: 1 } });
    expect(effectOn(await scene.verdict(Date.UTC(2026, 0, 6)), 'a1')).toBe('needs_plan');
  });

  test('a waiver lets the release go without the line, counts it as waived and never as passed, and ends', async () => {
    const scene = sceneOf({ items: [sound, itemOf('a1', { tier: 'critical' })], states: { sound: 'pass', a1: 'fail' } });
    await scene.act((ground) =>
      waive(ground, { lineId: 'a1', reason: 'Comes next week', until: '2026-01-05', requestedBy: 'Robin' }, grace),
    );
    const found = await scene.verdict();
    expect(found).toMatchObject({ decision: 'go', effects: { waived: 1, passes: 1 }, counts: { waived: 1, pass: 1 }, score: 50 });
    expect(found.lines.find(({ lineId }) => lineId === 'a1')?.records).toEqual([1]);
    expect(effectOn(await scene.verdict(Date.UTC(2026, 0, 6)), 'a1')).toBe('blocks');
  });

  test('a signature fills a line that waits for it', async () => {
    const items = [sound, itemOf('a1', { tier: 'critical' })];
    const bindings = [bindingOf('sound', checked()), bindingOf('a1', { kind: 'attested', role: 'QA Engineer' })];
    const scene = sceneOf({ items, bindings, states: { sound: 'pass' } });
    expect(await scene.verdict()).toMatchObject({ decision: 'no_go', counts: { awaiting_sign_off: 1 } });
    await scene.act((ground) => signOff(ground, { lineId: 'a1', role: 'QA Lead', statement: 'Tried on staging' }, ada));
    expect(await scene.verdict()).toMatchObject({ decision: 'go' });
  });

  test.each<[string, Disposition, Effect]>([
    ['waives', { kind: 'waived', reason: 'Comes next week', by: 'Ada', until: '2026-02-01' }, 'waived'],
    ['rules out', { kind: 'not_applicable', reason: 'There is no broker here', by: 'Ada' }, 'not_applicable'],
  ])('what the file alone %s needs an approval when it is severe, whoever is named in it', async (_, disposition, effect) => {
    const bindings = [bindingOf('sound', checked()), bindingOf('a1', disposition, { confirmed: { by: 'Grace', at: isoAt(NOW) } })];
    for (const [tier, decision] of [
      ['critical', 'no_go'],
      ['high', 'conditional'],
    ] as const) {
      const scene = sceneOf({ items: [sound, itemOf('a1', { tier })], bindings, states: { sound: 'pass' } });
      expect(await scene.verdict()).toMatchObject({ decision, blocks: ['a1'] });
      await scene.act((ground) => approve(ground, { verdict: ground.verdict, reason: 'Agreed' }, grace));
      expect(await scene.verdict()).toMatchObject({ decision: 'go', effects: { [effect]: 1 } });
    }
    const light = sceneOf({ items: [sound, itemOf('a1', { tier: 'low' })], bindings, states: { sound: 'pass' } });
    expect(await light.verdict()).toMatchObject({ decision: 'go', effects: { [effect]: 1 } });
  });

  test('a critical line is not put aside through light ones below it that only the file puts aside', async () => {
    const items = [sound, itemOf('p1', { tier: 'critical', children: ['c2'] }), itemOf('c2', { tier: 'low', parent: 'p1' })];
    for (const disposition of [
      { kind: 'waived', reason: 'Comes next week', by: 'Ada', until: '2026-02-01' },
      { kind: 'not_applicable', reason: 'There is no broker here', by: 'Ada' },
    ] as const) {
      const bindings = [bindingOf('sound', checked()), bindingOf('p1', { kind: 'derived' }), bindingOf('c2', disposition)];
      const scene = sceneOf({ items, bindings, states: { sound: 'pass' } });
      expect(await scene.verdict()).toMatchObject({ decision: 'no_go', blocks: ['p1'] });
      await scene.act((ground) => ruleOut(ground, { lineId: 'c2', reason: 'There is no broker here' }, grace));
      expect(await scene.verdict()).toMatchObject({ decision: 'go' });
    }
  });

  test('a waiver of the file ends with the longest that the rules allow', async () => {
    const waived: Disposition = { kind: 'waived', reason: 'Comes next week', by: 'Ada', until: '2099-12-31' };
    const bindings = [bindingOf('sound', checked(), { tier: 'low' }), bindingOf('a1', waived)];
    const items = [sound, itemOf('a1', { tier: 'low' })];
    const DAY = 86_400_000;
    for (const [maxWaiverDays, days, state] of [
      [90, 89, 'waived'],
      [90, 91, 'fail'],
      [180, 179, 'waived'],
      [7, 8, 'fail'],
    ] as const) {
      const scene = sceneOf({ items, bindings, states: { sound: 'pass' }, policy: { ...DEFAULT_POLICY, maxWaiverDays } });
      const { lines } = await scene.verdict(NOW + days * DAY);
      expect(lines.find(({ lineId }) => lineId === 'a1')?.state).toBe(state);
    }
  });

  test('a line that was ruled out is left out of the score', async () => {
    const scene = sceneOf({ items: [sound, itemOf('a1', { tier: 'critical' })], states: { sound: 'pass', a1: 'fail' } });
    await scene.act((ground) => ruleOut(ground, { lineId: 'a1', reason: 'There is no broker here' }, grace));
    expect(await scene.verdict()).toMatchObject({ decision: 'go', score: 100, effects: { not_applicable: 1 } });
  });

  test('answers for the lines below answer for the line that is derived from them, but not for a critical one', async () => {
    const family = (tier: Tier) => [sound, itemOf('p1', { tier, children: ['c2'] }), itemOf('c2', { tier: 'high', parent: 'p1' })];
    const bindings = [bindingOf('sound', checked()), bindingOf('p1', { kind: 'derived' }), bindingOf('c2', checked())];
    for (const [tier, decision] of [
      ['high', 'go'],
      ['critical', 'no_go'],
    ] as const) {
      const scene = sceneOf({ items: family(tier), bindings, states: { sound: 'pass', c2: 'fail' } });
      await scene.act((ground) => approve(ground, { verdict: ground.verdict, lineIds: ['c2'], reason: 'Watched by hand' }, grace));
      expect(await scene.verdict()).toMatchObject({ decision });
    }
  });
});

describe('what is due later', () => {
  const window = { fromMs: 0, toMs: 3_600_000, text: 'First hour' };
  const postponedBy = 'section' as const;
  const scene = (fields: Partial<Item>, state: CheckState = 'unreachable', environment = 'production') =>
    sceneOf({ items: [sound, itemOf('a1', fields)], states: { sound: 'pass', a1: state }, environment });

  test.each<[string, Partial<Item>, string]>([
    ['a section after the release', { window, postponedBy: 'section' }, 'production'],
    ['a list that is led to so', { window, postponedBy: 'lead' }, 'production'],
    ['a trigger that is watched', { action: 'rollback', polarity: 'bad_when_true', postponedBy: 'section' }, 'production'],
    ['production, from staging', { environment: 'production' }, 'staging'],
  ])('%s does not stand in the way and is no pass', async (_, fields, environment) => {
    const found = await scene(fields, 'unreachable', environment).verdict();
    expect(found).toMatchObject({ decision: 'go', effects: { later: 1, passes: 1 }, score: 100 });
  });

  test.each<[string, Partial<Item>, CheckState]>([
    ['a window that lies before the release', { window: { fromMs: -86_400_000, toMs: 0, text: 'T-24 hours' } }, 'unreachable'],
    ['a window of its own words', { window }, 'unreachable'],
    ['a critical line in a list that is led to so', { window, postponedBy: 'lead', tier: 'critical' }, 'unreachable'],
    ['a line that fails already', { window, postponedBy: 'section' }, 'fail'],
    ['a line whose check cannot be made', { window, postponedBy: 'section' }, 'error'],
    ['a no-go', { action: 'stop_launch', polarity: 'bad_when_true' }, 'unreachable'],
    ['a trigger that is true already', { action: 'rollback', polarity: 'bad_when_true', postponedBy: 'section' }, 'fail'],
    ['development, in production', { environment: 'development' }, 'fail'],
  ])('%s is due now', async (_, fields, state) => {
    expect(effectOn(await scene(fields, state).verdict(), 'a1')).toBe('blocks');
  });

  test('a line that nothing decides is due now, whenever its time is', async () => {
    for (const fields of [{ window, postponedBy }, { action: 'rollback' as const, postponedBy }, { environment: 'production' as const }]) {
      const bindings = [bindingOf('sound', checked())];
      const { verdict } = sceneOf({ items: [sound, itemOf('a1', fields)], bindings, states: { sound: 'pass' }, environment: 'staging' });
      expect(effectOn(await verdict(), 'a1')).toBe('blocks');
    }
  });

  test('a window is due from its beginning on once the release is made', async () => {
    const { ground } = scene({ window: { ...window, fromMs: 60_000 }, postponedBy: 'section' });
    const given = await ground();
    expect(effectOn(decide({ ...given, releasedAt: NOW - 59_000 }), 'a1')).toBe('later');
    expect(effectOn(decide({ ...given, releasedAt: NOW - 60_000 }), 'a1')).toBe('blocks');
  });
});

describe('what cannot be decided', () => {
  const scene = sceneOf({ items: [sound], states: { sound: 'pass' } });

  test.each<[string, (given: Awaited<ReturnType<typeof scene.ground>>) => Parameters<typeof decide>[0]]>([
    ['without a run', (given) => ({ ...given, run: undefined })],
    ['after the checklist was edited', (given) => ({ ...given, subject: { ...given.subject, checklistSha256: 'edited' } })],
    ['for another commit', (given) => ({ ...given, subject: { ...given.subject, commit: 'newer' } })],
    ['for another configuration', (given) => ({ ...given, subject: { ...given.subject, configHash: 'newer' } })],
    ['with bindings that were changed', (given) => ({ ...given, bindings: bindingsOf(bindingOf('sound', checked(), { tier: 'high' })) })],
  ])('%s', async (_, change) => {
    const found = decide(change(await scene.ground()));
    expect(found).toMatchObject({ decision: 'undecided', exitCode: 3 });
    expect(found.undecided.length).toBeGreaterThan(0);
  });

  test.each<[string, Partial<Parameters<typeof decide>[0]>]>([
    ['of another commit', { subject: { ...scene.subject, commit: 'newer' } }],
    ['over other files', { inputs: 'newer' }],
    ['that nobody vouches for', { runSigned: false }],
  ])('a run %s shows nothing: what it found is told, and is stale', async (_, change) => {
    const found = decide({ ...(await scene.ground()), ...change });
    expect(found).toMatchObject({ decision: 'undecided', score: 0, counts: { pass: 0, stale: 1 }, effects: { passes: 0 } });
    expect(found.lines[0]!.result).toMatchObject({ state: 'stale', summary: expect.stringMatching(/^Found .*: pass, /) });
    expect(found.undecided).toHaveLength(1);
  });

  test('an empty checklist, and one of which nothing that is due passes', async () => {
    expect(await sceneOf({ items: [], states: {} }).verdict()).toMatchObject({ decision: 'undecided', exitCode: 3 });
    const waived: Disposition = { kind: 'waived', reason: 'Later', by: 'Ada', until: '2026-02-01' };
    const bindings = [bindingOf('sound', waived)];
    expect(await sceneOf({ items: [sound], bindings, states: {} }).verdict()).toMatchObject({ decision: 'undecided' });
  });
});

test('a document that wants signatures has each role sign, and a name typed into it is none', async () => {
  const place = { line: 9, section: ['Sign-off'], filled: true, name: 'Ada', date: '2026-01-05' };
  const checklist = checklistOf([sound], {
    signOffs: [
      { ...place, role: 'QA Lead' },
      { ...place, role: 'QA Engineer', line: 10 },
    ],
  });
  const file = bindingsOf(bindingOf('sound', checked()));
  const subject = subjectOfTest(checklist, file);
  const run = runOf(subject, { sound: 'pass' });
  const ground = { checklist, bindings: file, subject, run, policy: DEFAULT_POLICY, at: NOW };
  const before = decide({ ...ground, records: await stateOf([finished(run)], { people, subject }) });
  expect(before).toMatchObject({ decision: 'no_go', blocks: ['sign-off:qa'] });
  const records = await stateOf([finished(run)], { people, subject });
  const body = await signOff({ ...ground, records }, { lineId: 'sign-off:qa', role: 'QA Lead', statement: 'I stand for it' }, ada);
  const after = decide({ ...ground, records: await stateOf([finished(run), body], { people, subject }) });
  expect(after.decision).toBe('go');
});

const anyTier = fc.constantFrom<Tier | undefined>('critical', 'high', 'medium', 'low', undefined);
const anyState = fc.constantFrom<CheckState>('pass', ...NOT_PASS);

test('for every checklist: go takes every due line shown, and a critical one that is not is a no', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyTier, anyState), { minLength: 1, maxLength: 8 }), async (all) => {
      const items = all.map(([tier], i) => itemOf(`a${i}`, tier ? { tier } : {}));
      const states = Object.fromEntries(all.map(([, state], i) => [`a${i}`, state]));
      const { decision, blocks } = await sceneOf({ items, states }).verdict();
      const open = all.filter(([, state]) => state !== 'pass');
      expect(decision === 'go').toBe(open.length === 0);
      if (open.some(([tier]) => tier === undefined || tier === 'critical')) expect(decision).toBe('no_go');
      expect(blocks).toHaveLength(open.length);
    }),
    { numRuns: 60 },
  );
});

describe('a document that may have lost lines', () => {
  const scene = (found: Partial<Checklist>, more: Binding[] = []) =>
    sceneOf({
      items: checklistOf([sound], found),
      bindings: [bindingOf('sound', checked()), ...more],
      states: { sound: 'pass' },
    });

  test.each(['box', 'unclosed_code', 'unclosed_html'])('by what is not understood (%s) is not decided', async (kind) => {
    const found = await scene({ notUnderstood: [{ line: 9, kind, text: 'Boxes below are not read.' }] }).verdict();
    expect(found).toMatchObject({ decision: 'undecided', exitCode: 3 });
    expect(found.undecided).toEqual(['Line 9 is not understood: Boxes below are not read.']);
  });

  test('by a binding whose line is gone is not decided; one that nobody confirmed does not count', async () => {
    const gone = bindingOf('gone', checked());
    expect((await scene({}, [gone]).verdict()).undecided).toEqual([expect.stringMatching(/Grace bound is gone .*gone/)]);
    const { confirmed: _confirmed, ...suggested } = gone;
    expect(await scene({}, [suggested]).verdict()).toMatchObject({ decision: 'go' });
    expect(await scene({ notUnderstood: [{ line: 9, kind: 'code', text: 'An example.' }] }).verdict()).toMatchObject({ decision: 'go' });
  });
});
