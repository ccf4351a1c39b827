import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../base/canonical-json.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { textLeafHash } from '../../base/merkle.ts';
import type { AuditEntry } from '../port.ts';
import type { AuditRow } from '../store/audit.ts';
import { gather, MOST_SUBJECTS, stemOf, type GatheredEntry, type TimedEntry } from './gather.ts';
import { leafOf } from './leaf.ts';

const TENANT: Uuid = '01890000-0000-7000-8000-000000000001';
const entryOf = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  tenantId: TENANT,
  actorKind: 'user',
  actorId: TENANT,
  actorName: 'a user',
  action: 'test.pay',
  subject: 'pay_0192837465ab7def8192837465abcdef',
  requestId: 'one',
  outcome: 'reserved',
  detail: {},
  ...change,
});
const timed = (change: Partial<AuditEntry> = {}, atMs = 0): TimedEntry => ({ atMs, value: entryOf(change) });
const payments = (count: number, made = 1_764_000_000_000) => Array.from({ length: count }, () => toWireId('pay', newId(made)));
const subjectsOf = ({ value, subjects }: GatheredEntry) => subjects ?? [value.subject];

/** What rows say, one line for each subject, in no order. */
const said = (rows: readonly GatheredEntry[]) =>
  rows.flatMap((row) => subjectsOf(row).map((subject) => canonicalJson([row.atMs, { ...row.value, subject }]))).sort();

describe('entries of a transaction', () => {
  const hex = fc.constantFrom('0', '7', 'a', 'f');
  const id = fc
    .tuple(fc.constantFrom('pay', 'fxt'), hex, hex)
    .map(([kind, stem, last]) => `${kind}_01928374${stem.repeat(8)}${'0'.repeat(15)}${last}`);
  const entry = fc.record({
    tenantId: fc.constantFrom(TENANT, '01890000-0000-7000-8000-000000000002'),
    actorKind: fc.constantFrom('user', 'key'),
    actorId: fc.constantFrom(TENANT, '01890000-0000-7000-8000-000000000003'),
    actorName: fc.constantFrom('a user', 'reserved one'),
    action: fc.constantFrom('test.pay', 'test.cancel'),
    subject: fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: fc.constantFrom('', 'a line', 'é, "x"') }),
    requestId: fc.constantFrom('one', 'reserved one', ''),
    outcome: fc.constantFrom('reserved', 'held', 'reserved one'),
    detail: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant({ why: 'x' }) }),
  });
  const entries = fc.array(fc.record({ atMs: fc.constantFrom(0, 1), value: entry }), { maxLength: 60 });

  test('say as rows exactly what they said one by one, whatever they are', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const rows = gather(given);
        expect(said(rows)).toEqual(said(given.map((one) => ({ ...one, subjects: null }))));
        for (const { value, subjects } of rows) {
          if (subjects === null) continue;
          expect(subjects).toEqual([...new Set(subjects)].sort());
          expect(value.subject).toBe(subjects[0]);
          expect(value.detail).toEqual({});
          expect(new Set(subjects.map(stemOf))).toEqual(new Set([stemOf(value.subject)!]));
        }
      }),
    );
  });

  test('that differ only in the id they are about share a row, up to the bound', () => {
    const subjects = payments(2 * MOST_SUBJECTS + 1);
    const rows = gather(subjects.map((subject) => timed({ subject })));
    expect(rows.map((row) => subjectsOf(row).length)).toEqual([MOST_SUBJECTS, MOST_SUBJECTS, 1]);
    expect(rows.flatMap(subjectsOf)).toEqual(subjects);
  });

  test.each<[string, Partial<AuditEntry>]>([
    ['outcome', { outcome: 'held' }],
    ['action', { action: 'test.cancel' }],
    ['actor', { actorId: newId() }],
    ['name of the actor', { actorName: 'renamed' }],
    ['kind of the actor', { actorKind: 'key' }],
    ['request', { requestId: 'two' }],
    ['tenant', { tenantId: newId() }],
    ['detail', { detail: { comment: 'x' } }],
  ])('that differ in the %s share no row', (_, change) => {
    const [one, two] = payments(2);
    expect(gather([timed({ subject: one! }), timed({ subject: two!, ...change })]).map(({ subjects }) => subjects)).toEqual([null, null]);
  });

  test('of another instant, with a detail, or about anything but ids stand alone', () => {
    const [one, two] = payments(2);
    expect(gather([timed({ subject: one! }), timed({ subject: two! }, 1)])).toHaveLength(2);
    expect(gather([one!, two!].map((subject) => timed({ subject, detail: { same: 1 } })))).toHaveLength(2);
    expect(gather(['a', 'b'].map((subject) => timed({ subject })))).toHaveLength(2);
  });

  test('about one subject twice are two rows', () => {
    const [one, two] = payments(2);
    const rows = gather([one!, two!, one!].map((subject) => timed({ subject })));
    expect(rows.map(subjectsOf)).toEqual([[one, two], [one]]);
  });

  test('about ids of different times stand in rows of their own, so that a subject tells where its row may be', () => {
    const [early, late] = [payments(2), payments(2, 1_764_000_001_000)];
    const rows = gather([early[0]!, late[0]!, early[1]!, late[1]!].map((subject) => timed({ subject })));
    expect(rows.map(subjectsOf)).toEqual([early, late]);
  });
});

describe('the leaf of a row', () => {
  const rowOf = (change: Partial<AuditRow>): AuditRow => ({
    ...entryOf(),
    id: TENANT,
    xid: 7n,
    at: 1_764_000_000_123,
    subjects: null,
    ...change,
  });
  const hexOf = (change: Partial<AuditRow>) => Buffer.from(leafOf(rowOf(change))).toString('hex');

  test('with one subject is what it was before rows had several', () => {
    expect(hexOf({})).toBe('4d10c669dabf5d2b407474035725f82ec3e94917b86caf3915ab58cfed34fd96');
  });

  test('with several differs with each of them, with their number and with the first', () => {
    const [one, two, three] = payments(3);
    const subject = one!;
    const leaves = [
      hexOf({ subject }),
      hexOf({ subject, subjects: [] }),
      hexOf({ subject, subjects: [one!] }),
      hexOf({ subject, subjects: [one!, two!] }),
      hexOf({ subject: two!, subjects: [one!, two!] }),
      hexOf({ subject, subjects: [one!, three!] }),
      hexOf({ subject, subjects: [one!, two!, three!] }),
    ];
    expect(new Set(leaves).size).toBe(leaves.length);
  });

  test('with several cannot be had by a row with one, whatever its subject or detail say', () => {
    const [one, two] = payments(2);
    const { tenantId, id, at, actorKind, actorId, actorName, action, subject, requestId, outcome } = rowOf({ subject: one! });
    const text = canonicalJson([tenantId, id, at, actorKind, actorId, actorName, action, subject, requestId, outcome, {}, [one!, two!]]);
    expect(hexOf({ subject: one!, subjects: [one!, two!] })).toBe(textLeafHash(text).toString('hex'));
    for (const change of [
      { subject: canonicalJson([one, two]) },
      { subject: one!, detail: [one!, two!] },
      { detail: { subjects: [one!, two!] } },
    ])
      expect(hexOf(change)).not.toBe(textLeafHash(text).toString('hex'));
  });
});
