import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checked,
  checklistOf,
  entriesOf,
  finished,
  isoAt,
  itemOf,
  NOW,
  runOf,
  stateOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import type { Signer } from '../people.ts';
import type { Subject } from '../run/result.ts';
import { DEFAULT_POLICY, fold, signOffKey, type VoidReason } from './fold.ts';
import { signedContent, type SignedBody, type Unsigned } from './leaf.ts';
import type { RecordBody } from './record.ts';
import { trustedEntries } from './trusted.ts';

const subject = subjectOfTest(checklistOf([itemOf('a')]), bindingsOf(bindingOf('a', checked())));
const people = testPeople();
const ada = people.signer('Ada', 'QA Lead', 'Security Lead');
const grace = people.signer('Grace', 'Release Manager');
const run = finished(runOf(subject, { a: 'fail' }));

async function signed<B extends SignedBody>(signer: Signer, draft: Unsigned<B>): Promise<B> {
  return { ...draft, signature: await signer.sign(signedContent('release', draft as Unsigned)) } as unknown as B;
}
type Bodies = { [K in SignedBody['kind']]: Extract<SignedBody, { kind: K }> };
const signature = (fields: Partial<Bodies['signed']> = {}, signer = ada) =>
  signed<Bodies['signed']>(signer, { kind: 'signed', lineId: 'a', role: 'QA Engineer', subject, statement: 'Tried it', ...fields });
const waiver = (fields: Partial<Bodies['waived']> = {}, signer = grace) => {
  const draft = { kind: 'waived' as const, lineId: 'a', subject, reason: 'Comes next week', until: '2026-01-20', requestedBy: 'Robin' };
  return signed<Bodies['waived']>(signer, { ...draft, ...fields });
};
const approval = (fields: Partial<Bodies['approved']> = {}, signer = grace) => {
  const draft = { kind: 'approved' as const, runId: 'run-1', subject, lineIds: ['a'], states: { a: 'fail' as const } };
  return signed<Bodies['approved']>(signer, { ...draft, reason: 'Watched by hand', requestedBy: 'Robin', ...fields });
};
const plan = (fields: Partial<Bodies['planned']> = {}, signer = ada) =>
  signed<Bodies['planned']>(signer, { kind: 'planned', lineId: 'a', subject, plan: 'Done by Ada', due: '2026-02-01', ...fields });
const ruling = (fields: Partial<Bodies['not_applicable']> = {}, signer = grace) =>
  signed<Bodies['not_applicable']>(signer, { kind: 'not_applicable', lineId: 'a', subject, reason: 'There is no broker', ...fields });

const voidReasons = async (...bodies: RecordBody[]) => (await stateOf(bodies, { people, subject })).voided.map(({ why }) => why);

describe('what holds for a subject', () => {
  test('is each signature, waiver, ruling, approval and plan that nothing speaks against', async () => {
    const state = await stateOf([run, await signature(), await waiver(), await ruling(), await approval(), await plan()], {
      people,
      subject,
    });
    expect(state.voided).toEqual([]);
    expect([...state.signOffs.keys()]).toEqual([signOffKey('a', 'QA Lead')]);
    for (const map of [state.waivers, state.notApplicable, state.approvals, state.plans]) expect([...map.keys()]).toEqual(['a']);
    expect(state.runs).toHaveLength(1);
  });

  const changes: [keyof Subject, VoidReason][] = [
    ['checklistSha256', 'checklist_changed'],
    ['bindingsSha256', 'bindings_changed'],
    ['commit', 'commit_changed'],
    ['configHash', 'config_changed'],
    ['environment', 'environment_changed'],
  ];
  test.each(changes)('is void in all its parts when %s changes, and says so', async (part, reason) => {
    const bodies = [run, await signature(), await waiver(), await ruling(), await approval(), await plan()];
    const state = await stateOf(bodies, { people, subject: { ...subject, [part]: 'other' } });
    expect(state.runs).toEqual([]);
    for (const map of [state.signOffs, state.waivers, state.notApplicable, state.approvals, state.plans]) expect(map.size).toBe(0);
    expect(state.voided).toHaveLength(5);
    for (const { why } of state.voided) expect(why).toContain(reason);
    expect(state.voided.find(({ body }) => body.kind === 'waived')).toMatchObject({ why: [reason], reconfirmable: true });
  });

  test('names every change at once', async () => {
    const state = await stateOf([await waiver()], { people, subject: { ...subject, commit: 'x', configHash: 'y' } });
    expect(state.voided[0]!.why).toEqual(['commit_changed', 'config_changed']);
  });

  test('does not tell what was signed for earlier subjects, once something newer stands in its place', async () => {
    const before = { ...subject, commit: 'before' };
    const bodies = [
      await signature({ subject: before }),
      await waiver({ subject: before }),
      await waiver({ subject: { ...before, configHash: 'x' } }),
      await signature(),
    ];
    const { voided, signOffs } = await stateOf(bodies, { people, subject });
    expect(signOffs.size).toBe(1);
    expect(voided.map(({ index }) => index)).toEqual([2]);
    const decided = await signed<Bodies['decided']>(grace, { kind: 'decided', runId: 'r', subject: before, decision: 'go', blocks: [] });
    expect((await stateOf([decided], { people, subject })).voided).toEqual([]);
  });

  test('is the newest of several; what it replaced is told', async () => {
    const [first, second] = [await waiver(), await waiver({ until: '2026-01-10' })];
    const state = await stateOf([first, second], { people, subject });
    expect(state.waivers.get('a')?.body.until).toBe('2026-01-10');
    expect(state.voided).toMatchObject([{ index: 0, why: ['superseded'], reconfirmable: false }]);
  });
});

describe('what never counts', () => {
  test.each<[string, () => Promise<RecordBody>, VoidReason]>([
    ['a signature in a role that the account does not hold', () => signature({ role: 'DevOps Lead' }), 'role_not_held'],
    ['a statement that only holds the place of one', () => signature({ statement: '____' }), 'placeholder'],
    ['a signature under the name of nobody', () => signature({}, people.signer('TBD', 'QA Lead')), 'placeholder'],
    ['a signature of the installation', () => signature({}, people.signer('installation', 'QA Lead')), 'not_a_person'],
    ['a waiver by somebody who may not approve', () => waiver({}, ada2()), 'not_an_approver'],
    ['a waiver that its requester signed', () => waiver({ requestedBy: 'grace' }), 'own_request'],
    ['a waiver that nobody asked for', () => waiver({ requestedBy: ' ' }), 'requester_unknown'],
    ['a waiver that has ended', () => waiver({ until: '2026-01-04' }), 'expired'],
    ['a waiver without a day', () => waiver({ until: 'later' }), 'expired'],
    ['a plan that is overdue', () => plan({ due: '2026-01-01' }), 'expired'],
    ['an approval by the one who asked for it', () => approval({ requestedBy: 'Grace <grace@example.org>' }), 'own_request'],
    ['an approval by the one who asked for the run', () => approval({}, people.signer('Robin Requester', 'Approver')), 'own_request'],
    ['an approval of a run that is not in the log', () => approval({ runId: 'another' }), 'requester_unknown'],
    ['a ruling by the one who asked for the run', () => ruling({}, people.signer('Robin Requester', 'Approver')), 'own_request'],
  ])('%s', async (_, body, reason) => {
    expect(await voidReasons(run, await body())).toEqual([expect.arrayContaining([reason])]);
  });
  const ada2 = () => people.signer('Ann', 'QA Lead');

  test.each([
    ['an approval', () => approval()],
    ['a waiver', () => waiver()],
    ['a ruling', () => ruling()],
  ])('%s by whoever an earlier run named as the author, though later ones name nobody or somebody else', async (_, body) => {
    const authored = (author: string) => ({ ...run, runId: `of-${author}`, author }) as RecordBody;
    expect(await voidReasons(authored('Grace <grace@example.org>'), run, await body())).toEqual([['own_request']]);
    expect(await voidReasons(authored('Grace <grace@example.org>'), authored('Robin'), run, await body())).toEqual([['own_request']]);
    expect(await voidReasons(authored('Robin'), run, await body())).toEqual([]);
  });

  test('a waiver beyond the longest time that the policy allows', async () => {
    const state = await stateOf([await waiver({ until: '2027-01-01' })], {
      people,
      subject,
      at: NOW,
      policy: { ...DEFAULT_POLICY, maxWaiverDays: 0 },
    });
    expect(state.voided).toMatchObject([{ why: ['expired'] }]);
  });

  test('a record that was changed after it was signed, or that is signed by another key than it says', async () => {
    const sound = await signature();
    const stranger = testPeople().signer('Ada', 'QA Lead', 'Security Lead');
    for (const forged of [
      { ...sound, statement: 'Something else' },
      { ...sound, lineId: 'b' },
      { ...sound, signature: { ...sound.signature, roles: ['QA Lead', 'DevOps Lead'] } },
      await signature({}, stranger),
    ])
      expect(await voidReasons(forged)).toEqual([['signature_invalid']]);
  });

  test('a second role of the same person for the same line, unless the policy lets one person fill both', async () => {
    const bodies = [await signature(), await signature({ role: 'Security Engineer' })];
    expect((await stateOf(bodies, { people, subject })).voided).toMatchObject([{ index: 1, why: ['conflicting_role'] }]);
    const policy = { ...DEFAULT_POLICY, compatibleRoles: [['QA Engineer', 'Security Review']] };
    expect((await stateOf(bodies, { people, subject, policy })).voided).toEqual([]);
    expect(await voidReasons(await signature(), await signature({ lineId: 'b', role: 'Security Lead' }))).toEqual([]);
  });

  test('the second of two signatures of one person for the whole document in two roles', async () => {
    const bodies = [await signature({ lineId: 'sign-off:qa' }), await signature({ lineId: 'sign-off:security', role: 'Security Lead' })];
    expect(await voidReasons(...bodies)).toEqual([['conflicting_role']]);
  });

  test('what was withdrawn by its signer or an approver, even when the same record is appended again', async () => {
    const sound = await signature();
    for (const signer of [ada, grace]) {
      const back = await signed<Bodies['withdrawn']>(signer, { kind: 'withdrawn', record: 0, reason: 'It was another host' });
      const state = await stateOf([sound, back, sound], { people, subject });
      expect(state.signOffs.size).toBe(0);
      expect(state.voided).toMatchObject([{ index: 0, why: ['withdrawn'] }]);
    }
    const copyBack = await signed<Bodies['withdrawn']>(ada, { kind: 'withdrawn', record: 1, reason: 'It was another host' });
    expect((await stateOf([sound, sound, copyBack], { people, subject })).signOffs.size).toBe(0);
    const anew = await signature({ signedAt: isoAt(NOW) });
    const back = await signed<Bodies['withdrawn']>(ada, { kind: 'withdrawn', record: 0, reason: 'It was another host' });
    expect((await stateOf([sound, back, anew], { people, subject })).signOffs.size).toBe(1);
  });

  test('what was withdrawn, though the key of the withdrawal or of both is ended later; it is told that this key does not count', async () => {
    const [sound, waived] = [await signature(), await waiver()];
    const back = await signed<Bodies['withdrawn']>(grace, { kind: 'withdrawn', record: 0, reason: 'It was another host' });
    const waivedBack = await signed<Bodies['withdrawn']>(grace, { kind: 'withdrawn', record: 1, reason: 'It was another host' });
    const bodies = [sound, waived, back, waivedBack];
    const heldTo = (since: number, of = bodies) => ({
      ...people,
      keyHeld: async (_: unknown, { at }: { at: number }) => at < NOW - (of.length - since) * 60_000,
    });
    for (const since of [0, 2, 3, 4]) {
      const state = await stateOf(bodies, { people: heldTo(since), subject });
      expect([state.signOffs.size, state.waivers.size]).toEqual([0, 0]);
      expect(state.voided.map(({ index, why }) => [index, why.at(-1)])).toEqual([
        [0, 'withdrawn'],
        [1, 'withdrawn'],
        ...[2, 3].filter((index) => index >= since).map((index) => [index, 'key_not_valid']),
      ]);
    }
    const ann = await signed<Bodies['withdrawn']>(people.signer('Ann', 'QA Lead'), { kind: 'withdrawn', record: 0, reason: 'No' });
    expect((await stateOf([sound, ann], { people: heldTo(1, [sound, ann]), subject })).signOffs.size).toBe(1);
  });

  test('a withdrawal by somebody else, without a reason, or of what comes after it', async () => {
    const [sound, ann] = [await signature(), people.signer('Ann', 'QA Lead')];
    const back = (signer: Signer, record: number, reason = 'No') =>
      signed<Bodies['withdrawn']>(signer, { kind: 'withdrawn', record, reason });
    for (const [bodies] of [
      [[sound, await back(ann, 0)]],
      [[sound, await back(ada, 0, 'TBD')]],
      [[await back(ada, 1), sound]],
      [[sound, { ...(await back(ann, 0)), reason: 'Forged' }]],
    ])
      expect((await stateOf(bodies!, { people, subject })).signOffs.size).toBe(1);
  });

  test('whatever is not verified, in any order and any number', async () => {
    const bodies = [run, await signature(), await waiver(), await ruling(), await approval(), await plan()];
    fc.assert(
      fc.property(fc.array(fc.nat(bodies.length - 1), { maxLength: 12 }), (order) => {
        const records = entriesOf(order.map((at) => bodies[at]!));
        const state = fold(records, { subject, at: NOW, policy: DEFAULT_POLICY, trusted: new Set() });
        for (const map of [state.signOffs, state.waivers, state.notApplicable, state.approvals, state.plans]) expect(map.size).toBe(0);
      }),
    );
  });
});

describe('who stands apart', () => {
  const accounts: Record<string, string> = { 'g.hill@home.example': 'grace', robin: 'robin' };
  const whoIs = (text: string) => {
    const id = accounts[(/<(.*)>/.exec(text)?.[1] ?? text).toLowerCase()];
    return text === 'runner' ? ('program' as const) : id === undefined ? undefined : { accountIds: [id] };
  };
  const asked = { ...run, requestedBy: 'Robin' } as RecordBody;
  const why = async (body: RecordBody, query: object, ...runs: RecordBody[]) =>
    (await stateOf([...(runs.length > 0 ? runs : [asked]), body], { people, subject, ...query })).voided.map((entry) => entry.why);

  test.each([
    ['an approval', () => approval()],
    ['a waiver', () => waiver()],
    ['a ruling', () => ruling()],
  ])('%s counts for nothing by anybody who wrote a commit since the last release, by any of their addresses', async (_, make) => {
    const body = await make();
    expect(await why(body, { whoIs, authors: ['Ann <ann@example.org>', 'G. H. <g.hill@home.example>'] })).toEqual([['own_request']]);
    const told = { ...asked, authors: ['Ann <ann@example.org>', 'Grace <x@y>'] } as RecordBody;
    expect(await why(body, {}, told)).toEqual([['own_request']]);
    expect(await why(body, { authors: ['Ann <ann@example.org>'] }, told, asked)).toEqual([['own_request']]);
    expect(await why(body, { whoIs, authors: ['Ann <ann@example.org>'] })).toEqual([]);
  });

  test.each([
    ['an approval', () => approval({ requestedBy: 'runner' })],
    ['a waiver', () => waiver()],
    ['a ruling', () => ruling()],
  ])('%s counts for nothing while its signer asked for the run that is decided, though that run came after it', async (_, make) => {
    const byRunner = { ...run, requestedBy: 'runner' } as RecordBody;
    const byGrace = { ...run, runId: 'run-2', requestedBy: 'Grace' } as RecordBody;
    const known = (...bodies: RecordBody[]) =>
      stateOf(bodies, { people, subject, whoIs: (text) => whoIs(text) ?? { accountIds: [text.toLowerCase()] } });
    const body = await make();
    expect((await known(byRunner, body, byGrace)).voided.map((entry) => entry.why)).toEqual([['own_request']]);
    expect((await known(byRunner, body)).voided).toEqual([]);
    expect((await known(byRunner, body, byGrace, byRunner)).voided).toEqual([]);
    const ofAnotherCommit = { ...byGrace, subject: { ...subject, commit: 'other' } } as RecordBody;
    expect((await known(byRunner, body, ofAnotherCommit)).voided).toEqual([]);
  });

  test('nobody approves while it is not known who wrote it, or who asks for it; a program that is known may ask', async () => {
    const body = await approval({ requestedBy: 'Robin' });
    expect(await why(body, { whoIs, authors: ['<the clone is shallow>'] })).toEqual([['authors_unknown']]);
    expect(await why(body, { whoIs }, { ...run, requestedBy: 'somebody' } as RecordBody)).toEqual([['requester_unknown']]);
    expect(await why(await approval({ requestedBy: 'somebody' }), { whoIs })).toEqual([['requester_unknown']]);
    expect(await why(await waiver({ requestedBy: 'somebody' }), { whoIs })).toEqual([['requester_unknown']]);
    expect(await why(await approval({ requestedBy: 'runner' }), { whoIs }, { ...run, requestedBy: 'runner' } as RecordBody)).toEqual([]);
  });
});

describe('what was signed', () => {
  const DAY_MS = 86_400_000;
  const after = async (days: number, body: RecordBody, query: object = {}) => {
    const records = entriesOf([run, body]);
    const trust = await trustedEntries(records, people);
    return fold(records, { subject, at: NOW + days * DAY_MS, policy: DEFAULT_POLICY, ...trust, ...query });
  };

  test('as an approval holds for a week, as a ruling for ninety days, and as long as the policy says', async () => {
    const body = await approval({ signedAt: isoAt(NOW) });
    expect((await after(6.9, body)).voided).toEqual([]);
    expect((await after(7, body)).voided).toMatchObject([{ why: ['expired'] }]);
    const policy = { ...DEFAULT_POLICY, validFor: { ...DEFAULT_POLICY.validFor, approved: DAY_MS } };
    expect((await after(1, body, { policy })).voided).toMatchObject([{ why: ['expired'] }]);
    expect((await after(89, await ruling())).voided).toEqual([]);
    expect((await after(90, await ruling())).voided).toMatchObject([{ why: ['expired'] }]);
  });

  test('long before it was put down holds no longer for that', async () => {
    expect((await after(0, await approval({ signedAt: isoAt(NOW - 7 * DAY_MS) }))).voided).toMatchObject([{ why: ['expired'] }]);
  });

  test('with a time to come counts for nothing before', async () => {
    expect((await after(-1, await approval())).voided).toMatchObject([{ why: ['not_yet_made'] }]);
  });

  test('with a key that did not count is told as that', async () => {
    const former = { ...people, keyHeld: async () => false };
    expect((await stateOf([await signature()], { people: former, subject })).voided).toMatchObject([{ why: ['key_not_valid'] }]);
  });
});

test('the same log gives the same state', async () => {
  const bodies = [run, await signature(), await waiver(), await approval()];
  expect(await stateOf(bodies, { people, subject })).toEqual(await stateOf(bodies, { people, subject }));
});

test('an account whose verification fails with an error is not trusted', async () => {
  const failing = { verify: () => Promise.reject(new Error('unreachable')), keyHeld: async () => true };
  expect((await trustedEntries(entriesOf([await signature()]), failing)).trusted).toEqual(new Set());
  const lost = { verify: async () => true, keyHeld: () => Promise.reject(new Error('unreachable')) };
  expect((await trustedEntries(entriesOf([await signature()]), lost)).trusted).toEqual(new Set());
});
