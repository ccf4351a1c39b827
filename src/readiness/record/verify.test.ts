import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEPLOYED, testPeople } from '../../../test/support/readiness.ts';
import { sampleBody } from '../../../test/support/sample-body.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { manualClock } from '../../base/time.ts';
import { signRecord } from '../gate/draft.ts';
import type { Run } from '../run/result.ts';
import { openFileStore } from './file-store.ts';
import type { RecordBody, RecordStore } from './record.ts';
import { verifyLog, type LogFinding } from './verify.ts';

const subject = { checklistSha256: 'c', bindingsSha256: 'b', ...DEPLOYED };
const clock = manualClock();

/** A log of a run with evidence within its results, a signature, and a watch of another checklist. */
async function sampleLog() {
  const folder = temporaryFolder();
  const store = openFileStore(folder, { clock });
  const people = testPeople();
  const seen = await store.putEvidence(Buffer.from('HTTP/1.1 200'), 'text/plain');
  const check = { kind: 'http', asked: '/', state: 'pass' as const, summary: 'ok', measurements: [], startedAt: '', ms: 1, evidence: seen };
  const run: Run = {
    id: 'r',
    subject,
    startedAt: '',
    ms: 1,
    requestedBy: 'Robin',
    results: [{ lineId: 'a', state: 'pass', summary: '', checks: [check] }],
  };
  const results = await store.putEvidence(Buffer.from(JSON.stringify(run)), 'application/json');
  await store.append('release', { kind: 'run_finished', runId: 'r', subject, results, counts: {}, requestedBy: 'Robin' });
  const draft = { kind: 'signed' as const, lineId: 'a', role: 'QA', subject, statement: 'Tried it' };
  await store.append('release', await signRecord('release', draft, people.signer('Ada', 'QA')));
  await store.append('other', sampleBody('w0'));
  return { folder, store, people, seen, results, path: join(folder, 'records.jsonl') };
}

const whatOf = (findings: readonly LogFinding[]) => findings.map(({ what, entry }) => [what, entry]);
const again = (folder: string) => openFileStore(folder, { clock });

describe('a log', () => {
  test('is sound when nothing was changed, whatever was noted of it on the way', async () => {
    const { store, people } = await sampleLog();
    const noted = await store.root();
    await store.append('release', sampleBody('w1'));
    const verdict = await verifyLog({ store, people }, [
      noted,
      { size: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    ]);
    expect(verdict).toEqual({ ok: true, ...(await store.root()), signatures: 1, evidence: 2, findings: [] });
  });

  test.each(Array.from({ length: 9 }, (_, size) => size))('of %i entries has the root that its store tells', async (size) => {
    const store = again(temporaryFolder());
    for (let i = 0; i < size; i += 1) await store.append('one', sampleBody(`w${i}`));
    expect(await verifyLog({ store, people: testPeople() })).toMatchObject({ ok: true, ...(await store.root()) });
  });

  test('shows an entry that was changed, at its place', async () => {
    const { folder, people, path } = await sampleLog();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"runId":"r"', '"runId":"s"'));
    const { ok, findings } = await verifyLog({ store: again(folder), people });
    expect(ok).toBe(false);
    expect(whatOf(findings)).toEqual([
      ['leaf', 0],
      ['root', undefined],
    ]);
  });

  test('shows a signed entry whose leaf was made anew after it was changed', async () => {
    const { store, people } = await sampleLog();
    const forged: RecordStore = {
      ...store,
      readAll: () => rewritten(store, (body) => (body.kind === 'signed' ? { ...body, lineId: 'b' } : body)),
    };
    const { findings } = await verifyLog({ store: forged, people }, [await store.root()]);
    expect(findings.map(({ what }) => what)).toEqual(['signature', 'noted_root', 'root']);
  });

  test('shows that entries are gone, by the count of a checklist and by a root that was noted', async () => {
    const { folder, store, people, path } = await sampleLog();
    const noted = await store.root();
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[1], lines[2], ''].join('\n'));
    expect(whatOf((await verifyLog({ store: again(folder), people })).findings)).toContainEqual(['index', 0]);
    writeFileSync(path, [lines[0], lines[1], ''].join('\n'));
    expect((await verifyLog({ store: again(folder), people })).ok).toBe(true);
    expect(whatOf((await verifyLog({ store: again(folder), people }, [noted])).findings)).toEqual([['noted_root', undefined]]);
  });

  test('shows evidence that is gone or was changed, also that of a result within a run', async () => {
    const { folder, people, seen, results } = await sampleLog();
    writeFileSync(join(folder, 'evidence', seen), 'HTTP/1.1 500');
    expect(whatOf((await verifyLog({ store: again(folder), people })).findings)).toEqual([['evidence_changed', 0]]);
    rmSync(join(folder, 'evidence', results));
    expect(whatOf((await verifyLog({ store: again(folder), people })).findings)).toEqual([['evidence_missing', 0]]);
  });

  test('shows a signature of an account that is none', async () => {
    const { store } = await sampleLog();
    expect(whatOf((await verifyLog({ store, people: testPeople() })).findings)).toEqual([['signature', 1]]);
  });

  test('tells where it can no longer be read', async () => {
    const { folder, people, path } = await sampleLog();
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], 'not json', ''].join('\n'));
    expect(whatOf((await verifyLog({ store: again(folder), people })).findings)).toEqual([
      ['unreadable', 1],
      ['root', undefined],
    ]);
  });
});

/** The entries as a forger would rewrite them: with leaves that fit. */
async function* rewritten(store: RecordStore, change: (body: RecordBody) => RecordBody) {
  const { leafOfEntry } = await import('./leaf.ts');
  for await (const record of store.readAll()) {
    const entry = { ...record, body: change(record.body) };
    yield { ...entry, leaf: leafOfEntry(entry) };
  }
}
