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
  resultOf,
  runOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import type { Binding } from '../binding/binding.ts';
import { DEFAULT_POLICY, fold } from '../record/fold.ts';
import { signedContent } from '../record/leaf.ts';
import type { RecordBody } from '../record/record.ts';
import { trustedEntries } from '../record/trusted.ts';
import { durationMs, type ValidFor } from '../record/valid-for.ts';
import { readRunSettings } from '../run/settings.ts';
import { decide, type Verdict } from './decide.ts';

const DAY_MS = 86_400_000;
const people = testPeople();
const ada = people.signer('Ada', 'QA Lead');
const grace = people.signer('Grace', 'Release Manager');
const items = [itemOf('hand1', { tier: 'critical' }), itemOf('tide2', { tier: 'high' })];
const checklist = checklistOf(items);

type Scene = { binding?: Partial<Binding>; document?: string; validFor?: Partial<ValidFor> };

/** The verdict so many days after a line was signed and another approved. */
async function verdictAfter(days: number, { binding = {}, document, validFor = {} }: Scene = {}): Promise<Verdict> {
  const bound = bindingsOf(bindingOf('hand1', { kind: 'attested', role: 'QA Lead' }, binding), bindingOf('tide2', checked()));
  const bindings = { ...bound, ...(document !== undefined && { validFor: document }) };
  const subject = subjectOfTest(checklist, bindings);
  const at = NOW + days * DAY_MS;
  const found = runOf(subject, { tide2: 'fail' });
  const run = {
    ...found,
    results: found.results.map((line) => ({ ...line, checks: [resultOf('fail', { startedAt: isoAt(at) })] })),
  };
  const signed = { kind: 'signed' as const, lineId: 'hand1', role: 'QA Lead', subject, statement: 'Tried it', signedAt: isoAt(NOW) };
  const approved = {
    kind: 'approved' as const,
    runId: 'run-1',
    subject,
    lineIds: ['tide2'],
    states: { tide2: 'fail' as const },
    reason: 'Watched by hand',
    requestedBy: 'Robin',
    signedAt: isoAt(NOW),
  };
  const bodies: RecordBody[] = [
    finished(run),
    { ...signed, signature: await ada.sign(signedContent('release', signed)) },
    { ...approved, signature: await grace.sign(signedContent('release', approved)) },
  ];
  const policy = { ...DEFAULT_POLICY, validFor: { ...DEFAULT_POLICY.validFor, ...validFor } };
  // Entries are a minute apart, the last a minute before the time that they are made for.
  const records = entriesOf(bodies, NOW + 4 * 60_000);
  const state = fold(records, { subject, at, policy, ...(await trustedEntries(records, people)) });
  return decide({ checklist, bindings, run, subject, records: state, at, policy });
}
const lineOf = ({ lines }: Verdict, id: string) => lines.find(({ lineId }) => lineId === id)!;

describe('a signature', () => {
  test('holds for ninety days, and then its line is stale and says so', async () => {
    expect(lineOf(await verdictAfter(89), 'hand1')).toMatchObject({
      state: 'pass',
      effect: 'passes',
      until: isoAt(NOW + 90 * DAY_MS),
    });
    const after = lineOf(await verdictAfter(90), 'hand1');
    expect(after).toMatchObject({ state: 'stale', effect: 'blocks' });
    expect(after.because).toContain('The signature of Ada as QA Lead ended on 2026-04-05 and has to be given again: Tried it');
  });

  test.each<[string, number, Scene]>([
    ['its binding', 30, { binding: { validFor: '30d' }, document: '10d' }],
    ['its document', 10, { document: '10d' }],
    ['the settings, where its binding says longer', 20, { binding: { validFor: '700d' }, validFor: { signed: 20 * DAY_MS } }],
    ['the settings, where its document says longer', 20, { document: '700d', validFor: { signed: 20 * DAY_MS } }],
    ['its tier, where its binding says longer', 5, { binding: { validFor: '30d' }, validFor: { tiers: { critical: 5 * DAY_MS } } }],
    ['the settings', 20, { validFor: { signed: 20 * DAY_MS } }],
    ['the settings for its tier', 5, { validFor: { signed: 20 * DAY_MS, tiers: { critical: 5 * DAY_MS, low: DAY_MS } } }],
    ['the heavier tier of its binding', 5, { binding: { tier: 'high' }, validFor: { tiers: { critical: 5 * DAY_MS } } }],
  ])('holds for as long as %s says', async (_, days, scene) => {
    expect(lineOf(await verdictAfter(days - 1, scene), 'hand1').state).toBe('pass');
    expect(lineOf(await verdictAfter(days, scene), 'hand1').state).toBe('stale');
  });
});

describe('an approval', () => {
  test('holds for a week, says until when, and after that the line needs another', async () => {
    const before = await verdictAfter(6);
    expect(before).toMatchObject({ decision: 'go', holdsUntil: isoAt(NOW + 7 * DAY_MS) });
    expect(lineOf(before, 'tide2')).toMatchObject({ effect: 'approved', until: isoAt(NOW + 7 * DAY_MS) });
    expect(lineOf(before, 'tide2').because).toContain('Approved by Grace until 2026-01-12: Watched by hand');
    const after = await verdictAfter(7);
    expect(after.decision).toBe('conditional');
    expect(lineOf(after, 'tide2').effect).toBe('needs_approval');
    expect(after.voided).toMatchObject([{ body: { kind: 'approved' }, why: ['expired'] }]);
  });
});

test('settings say how long things hold, in days or hours, and nothing else', () => {
  const text = 'gate: { validFor: { signed: 30d, approved: 12h, tiers: { critical: 14d } }, releaseTag: "v*" }\n';
  const { policy, releaseTag } = readRunSettings(text, '/');
  expect(policy.validFor).toEqual({
    ...DEFAULT_POLICY.validFor,
    signed: 30 * DAY_MS,
    approved: DAY_MS / 2,
    tiers: { critical: 14 * DAY_MS },
  });
  expect(releaseTag).toBe('v*');
  expect(durationMs('90d')).toBe(90 * DAY_MS);
  for (const bad of ['90', '0d', '-1d', 'forever', '9999d', '1.5d'])
    expect(() => readRunSettings(`gate: { validFor: { signed: "${bad}" } }\n`, '/')).toThrow(
      expect.objectContaining({ code: 'readiness.settings_invalid' }),
    );
});
