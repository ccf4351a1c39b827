import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checked,
  checklistOf,
  entriesOf,
  finished,
  itemOf,
  NOW,
  runOf,
  stateOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import type { Signer } from '../people.ts';
import { DEFAULT_POLICY } from '../record/fold.ts';
import { signedContent } from '../record/leaf.ts';
import type { RecordBody } from '../record/record.ts';
import { approve } from './approve.ts';
import { decide } from './decide.ts';
import type { Ground } from './draft.ts';
import { plan } from './plan.ts';
import { verdictRecord } from './record-verdict.ts';
import { signOff } from './sign.ts';
import { reconfirm, ruleOut, waive } from './waive.ts';
import { withdraw } from './withdraw.ts';

const people = testPeople();
const ada = people.signer('Ada', 'QA Lead', 'Security Lead');
const grace = people.signer('Grace', 'Release Manager');
const robin = people.signer('Robin Requester', 'Release Manager');
const quinn = people.signer('Quinn', 'QA Lead');
const cleo = people.signer('Cleo', 'Approver');

const items = [itemOf('high1', { tier: 'high' }), itemOf('low2', { tier: 'low' }), itemOf('hand3'), itemOf('crit4'), itemOf('loose5')];
const checklist = checklistOf(items, { signOffs: [{ role: 'Security Lead', line: 30, section: [], filled: false }] });
const bindings = bindingsOf(
  ...['high1', 'low2', 'crit4'].map((id) => bindingOf(id, checked())),
  bindingOf('hand3', { kind: 'attested', role: 'QA Engineer' }),
);
const subject = subjectOfTest(checklist, bindings);
const run = { ...runOf(subject, { high1: 'fail', low2: 'fail', crit4: 'fail' }), author: 'Cleo Author <cleo@example.org>' };

async function groundOf(bodies: readonly RecordBody[] = [], fields: Partial<Ground> = {}): Promise<Ground> {
  const records = await stateOf([finished(run), ...bodies], { people, subject });
  return { checklist, bindings, subject, run, records, policy: DEFAULT_POLICY, at: NOW, ...fields };
}
const sign = (ground: Ground, fields: Partial<Parameters<typeof signOff>[1]> = {}, signer: Signer = ada) =>
  signOff(ground, { lineId: 'hand3', role: 'QA Lead', statement: 'Tried it', ...fields }, signer);
const waiver = { lineId: 'crit4', reason: 'Comes next week', until: '2026-01-20', requestedBy: 'Robin' };
const approveAs = (ground: Ground, signer: Signer, lineIds?: string[]) =>
  approve(ground, { verdict: decide(ground), reason: 'Watched by hand', ...(lineIds && { lineIds }) }, signer);

describe('what a person signs', () => {
  test('is written down so that the log counts it', async () => {
    const ground = await groundOf();
    const bodies = [
      await sign(ground),
      await waive(ground, waiver, grace),
      await approveAs(ground, grace),
      await plan(ground, { lineId: 'low2', plan: 'Ada adds it', due: '2026-02-01' }, ada),
      await ruleOut(ground, { lineId: 'loose5', reason: 'There is no broker' }, grace),
    ];
    const { records } = await groundOf(bodies);
    expect(records.voided).toEqual([]);
    expect([records.signOffs, records.waivers, records.approvals, records.plans, records.notApplicable].map(({ size }) => size)).toEqual([
      1, 1, 1, 1, 1,
    ]);
  });

  test('covers all lines that need an approval when none is named, each as it was seen', async () => {
    expect(await approveAs(await groundOf(), grace)).toMatchObject({
      lineIds: ['high1'],
      states: { high1: 'fail' },
      requestedBy: 'Robin Requester',
    });
  });

  test('is refused when somebody else signs in the place of the account', async () => {
    const other = { ...ada, sign: cleo.sign };
    await expect(sign(await groundOf(), {}, other)).rejects.toMatchObject({ code: 'readiness.signature_of_another' });
  });
});

describe('what is refused', () => {
  const acts: [string, (ground: Ground) => Promise<RecordBody>][] = [
    ['a signature', (ground) => sign(ground)],
    ['a waiver', (ground) => waive(ground, waiver, grace)],
    ['a ruling', (ground) => ruleOut(ground, { lineId: 'loose5', reason: 'No broker' }, grace)],
    ['an approval', (ground) => approveAs(ground, grace)],
    ['a plan', (ground) => plan(ground, { lineId: 'low2', plan: 'Ada', due: '2026-02-01' }, ada)],
  ];

  test.each(acts)('%s, without a run', async (_, act) => {
    await expect(act(await groundOf([], { run: undefined }))).rejects.toMatchObject({ code: 'readiness.not_run' });
  });

  test.each(acts)('%s, after the checklist was edited since the run, naming that', async (_, act) => {
    const edited = { ...subject, checklistSha256: 'e'.repeat(64), commit: 'newer' };
    const refused = act(await groundOf([], { subject: edited }));
    await expect(refused).rejects.toMatchObject({
      code: 'readiness.subject_changed',
      message: expect.stringContaining('the checklist was edited, it is another commit') as string,
    });
  });

  test.each<[string, string, (ground: Ground) => Promise<RecordBody>]>([
    ['a line that is not there', 'readiness.line_unknown', (ground) => sign(ground, { lineId: 'nowhere' })],
    ['a line that checks decide', 'readiness.not_signable', (ground) => sign(ground, { lineId: 'crit4' })],
    ['a line that nothing decides', 'readiness.not_signable', (ground) => sign(ground, { lineId: 'loose5' })],
    ['another role than the line asks for', 'readiness.role_not_asked', (ground) => sign(ground, { role: 'Security Lead' })],
    ['a role that one does not hold', 'readiness.role_not_held', (ground) => sign(ground, {}, grace)],
    ['a statement that says nothing', 'readiness.words_missing', (ground) => sign(ground, { statement: '____' })],
    ['a waiver by its requester', 'readiness.own_request', (ground) => waive(ground, { ...waiver, requestedBy: 'GRACE' }, grace)],
    ['a waiver that nobody asks for', 'readiness.requester_unknown', (ground) => waive(ground, { ...waiver, requestedBy: 'TBD' }, grace)],
    ['a waiver without a reason', 'readiness.words_missing', (ground) => waive(ground, { ...waiver, reason: '-' }, grace)],
    ['a waiver by somebody who may not', 'readiness.not_an_approver', (ground) => waive(ground, waiver, quinn)],
    ['a waiver that has ended', 'readiness.waiver_ended', (ground) => waive(ground, { ...waiver, until: '2026-01-04' }, grace)],
    ['a waiver until no day', 'readiness.waiver_ended', (ground) => waive(ground, { ...waiver, until: 'soon' }, grace)],
    [
      'a waiver until a day that does not exist',
      'readiness.waiver_ended',
      (ground) => waive(ground, { ...waiver, until: '2026-02-30' }, grace),
    ],
    ['a waiver that lasts too long', 'readiness.waiver_too_long', (ground) => waive(ground, { ...waiver, until: '2026-12-31' }, grace)],
    ['an approval by who asked for the run', 'readiness.own_request', (ground) => approveAs(ground, robin)],
    [
      'an approval by who wrote the commit',
      'readiness.own_request',
      (ground) => approveAs(ground, people.signer('Cleo Author', 'Approver')),
    ],
    ['an approval by somebody who may not', 'readiness.not_an_approver', (ground) => approveAs(ground, quinn)],
    ['an approval of a critical line', 'readiness.critical_blocks', (ground) => approveAs(ground, grace, ['crit4'])],
    ['an approval of nothing', 'readiness.approval_not_needed', (ground) => approveAs(ground, grace, [])],
    [
      'a ruling by who asked for the run',
      'readiness.own_request',
      (ground) => ruleOut(ground, { lineId: 'loose5', reason: 'No broker' }, robin),
    ],
    ['a plan that is overdue', 'readiness.plan_overdue', (ground) => plan(ground, { lineId: 'low2', plan: 'Ada', due: '2025-02-01' }, ada)],
    ['a plan without words', 'readiness.words_missing', (ground) => plan(ground, { lineId: 'low2', plan: 'TBD', due: '2026-02-01' }, ada)],
  ])('%s', async (_, code, act) => {
    await expect(act(await groundOf())).rejects.toMatchObject({ code });
  });

  test('a second role of one person for the same line', async () => {
    const twoRoles = bindingsOf(...bindings.bindings.slice(0, -1), bindingOf('hand3', { kind: 'attested', role: 'QA Lead' }));
    const ground = await groundOf([await sign(await groundOf())]);
    const asked = {
      ...ground,
      bindings: bindingsOf(...twoRoles.bindings.slice(0, -1), bindingOf('hand3', { kind: 'attested', role: 'Security Lead' })),
    };
    await expect(sign(asked, { role: 'Security Lead' })).rejects.toMatchObject({ code: 'readiness.role_conflict' });
  });
});

/** Ada takes back the entry 1 of a log. */
async function withdrawAfter(bodies: readonly RecordBody[]) {
  const { withdrawn } = await stateOf(bodies, { people, subject });
  const log = { records: entriesOf(bodies), withdrawn, policy: DEFAULT_POLICY, at: NOW };
  return await withdraw(log, { record: 1, reason: 'It was another host' }, ada);
}

describe('taking back and confirming again', () => {
  test('a record is taken back once, by its signer or an approver, and never a verdict', async () => {
    const ground = await groundOf();
    const verdict = await verdictRecord('release', decide(ground), grace);
    const records = entriesOf([finished(run), await sign(ground), verdict]);
    const take = (signer: Signer, record = 1, reason = 'It was another host') =>
      withdraw({ records, withdrawn: new Set(), policy: DEFAULT_POLICY, at: NOW }, { record, reason }, signer);
    const body = await take(ada);
    expect((await stateOf([...records.map((record) => record.body), body], { people, subject })).signOffs.size).toBe(0);
    expect(await take(grace)).toMatchObject({ record: 1 });
    await expect(take(people.signer('Ann', 'QA Lead'))).rejects.toMatchObject({ code: 'readiness.not_yours' });
    await expect(take(ada, 9)).rejects.toMatchObject({ code: 'readiness.record_unknown' });
    for (const index of [0, 2]) await expect(take(ada, index)).rejects.toMatchObject({ code: 'readiness.not_withdrawable' });
    await expect(take(ada, 1, '')).rejects.toMatchObject({ code: 'readiness.words_missing' });
    await expect(withdrawAfter([finished(run), await sign(ground), verdict, body])).rejects.toMatchObject({
      code: 'readiness.withdrawn_already',
    });
  });

  test('a withdrawal that does not count keeps nobody from taking the record back', async () => {
    const signed = await sign(await groundOf());
    const genuine = await withdrawAfter([finished(run), signed]);
    const forged = { ...genuine, signature: { ...genuine.signature, value: 'AAAA' } };
    const ann = people.signer('Ann', 'QA Lead');
    const draft = { kind: 'withdrawn' as const, record: 1, reason: 'Not hers', signedAt: genuine.signedAt! };
    const ofAnn = { ...draft, signature: await ann.sign(signedContent('release', draft)) };
    for (const worthless of [forged, ofAnn]) {
      const bodies = [finished(run), signed, worthless];
      expect((await stateOf(bodies, { people, subject })).signOffs.size).toBe(1);
      const again = await withdrawAfter(bodies);
      expect((await stateOf([...bodies, again], { people, subject })).signOffs.size).toBe(0);
    }
  });

  test('a waiver that a new commit has voided holds for it once an approver has confirmed it again', async () => {
    const given = await waive(await groundOf(), waiver, grace);
    const newer = { ...subject, commit: 'newer' };
    const runs = [finished(run), given, finished({ ...run, subject: newer })];
    const records = await stateOf(runs, { people, subject: newer });
    expect(records.voided).toMatchObject([{ why: ['commit_changed'], reconfirmable: true }]);
    const ground = { ...(await groundOf()), subject: newer, run: { ...run, subject: newer }, records };
    await expect(reconfirm(ground, records.voided[0]!, quinn)).rejects.toMatchObject({ code: 'readiness.not_an_approver' });
    const again = await reconfirm(ground, records.voided[0]!, grace);
    expect((await stateOf([...runs, again], { people, subject: newer })).waivers.get('crit4')?.body.reason).toBe(waiver.reason);
    await expect(reconfirm(ground, { ...records.voided[0]!, reconfirmable: false }, grace)).rejects.toMatchObject({
      code: 'readiness.not_reconfirmable',
    });
  });

  test('a verdict over nothing is not kept', async () => {
    const verdict = decide(await groundOf([], { run: undefined }));
    await expect(verdictRecord('release', verdict, grace)).rejects.toMatchObject({ code: 'readiness.not_run' });
  });
});
