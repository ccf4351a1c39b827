import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { bindingOf, bindingsOf, checklistOf, itemOf, NOW, subjectOfTest, testPeople } from '../../../test/support/readiness.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { manualClock } from '../../base/time.ts';
import type { Binding, BoundCheck } from '../binding/binding.ts';
import type { CheckKind, Outcome, Probe } from '../check/check.ts';
import { createKinds } from '../check/kinds.ts';
import { hiderOf } from '../check/redact.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { decide } from '../gate/decide.ts';
import { DEFAULT_POLICY } from '../record/fold.ts';
import { openFileStore } from '../record/file-store.ts';
import { readState } from '../record/trusted.ts';
import { verifyLog } from '../record/verify.ts';
import { loadRun } from './load-run.ts';
import { runChecklist, type RunInput } from './run-checklist.ts';

const clock = manualClock(NOW);
const people = testPeople();

function kindOf(name: string, run: (params: { say?: string }, probe: Probe) => Promise<Outcome>): CheckKind {
  const params = Type.Object({ say: Type.Optional(Type.String()) });
  return { name, summary: name, params, describe: () => name, run: (given, probe) => run(given as { say?: string }, probe), negative: [] };
}

function probeOf(fields: Partial<Probe> = {}): Probe {
  const refuse = () => {
    throw new Error('not allowed');
  };
  return { signal: new AbortController().signal, clock, root: '/', target: refuse, setting: () => undefined, ...fields };
}

const check = (kind: string, params: BoundCheck['params'] = {}): Binding['disposition'] => ({
  kind: 'checked',
  checks: [{ kind, params }],
});

function inputOf(kinds: readonly CheckKind[], bindings: readonly Binding[], fields: Partial<RunInput> & { lines?: string[] } = {}) {
  const folder = temporaryFolder();
  const checklist: Checklist = checklistOf((fields.lines ?? bindings.map(({ line }) => line)).map((id) => itemOf(id)));
  const file = bindingsOf(...bindings);
  const store = openFileStore(folder, { clock });
  const subject = subjectOfTest(checklist, file);
  const registry = createKinds([{ name: 'test', kinds }]);
  const input: RunInput = {
    checklist,
    bindings: file,
    kinds: registry,
    probe: probeOf(),
    store,
    people,
    subject,
    clock,
    requestedBy: 'Robin',
    ...fields,
  };
  return { input, store, checklist, file, subject };
}

const says = kindOf('says', ({ say = 'pass' }) =>
  Promise.resolve({ state: say as 'pass', summary: `It is ${say}.`, output: `seen: ${say}` }),
);
const stateOfLine = (run: { results: readonly { lineId: string; state: string }[] }, id: string) =>
  run.results.find(({ lineId }) => lineId === id)?.state;

describe('a run', () => {
  test('has a result for every line, its evidence, and an entry in a log that verifies', async () => {
    const bindings = [bindingOf('a0', check('says')), bindingOf('b1', check('says', { say: 'fail' }))];
    const { input, store } = inputOf([says], bindings, { lines: ['a0', 'b1', 'c2'] });
    const { run, record } = await runChecklist(input);
    expect(run.results.map(({ lineId, state }) => [lineId, state])).toEqual([
      ['a0', 'pass'],
      ['b1', 'fail'],
      ['c2', 'fail'],
    ]);
    expect(run.results[2]!.summary).toBe('Nothing decides it: it has no binding.');
    const evidence = await store.evidence(run.results[1]!.checks[0]!.evidence!);
    expect(Buffer.from(evidence!.bytes).toString()).toBe('seen: fail');
    expect(record.body).toMatchObject({
      kind: 'run_finished',
      runId: run.id,
      requestedBy: 'Robin',
      counts: { pass: 1, fail: 2, error: 0 },
    });
    expect(await verifyLog({ store, people })).toMatchObject({ ok: true, size: 1, evidence: 3 });
    expect(await loadRun(store, record as Parameters<typeof loadRun>[1])).toEqual(JSON.parse(JSON.stringify(run)));
  });

  test('does nothing for a binding that nobody has confirmed, and lets the line fail', async () => {
    let asked = 0;
    const counts = kindOf('counts', () => Promise.resolve({ state: 'pass', summary: `${(asked += 1)}` }));
    const { confirmed: _, ...suggested } = bindingOf('a0', check('counts'));
    const { run } = await runChecklist(inputOf([counts], [suggested]).input);
    expect(asked).toBe(0);
    expect(run.results[0]).toMatchObject({ state: 'fail', summary: 'Nobody has confirmed what decides it.' });
  });

  test('makes a check that is bound to several lines once, and tells how far it is', async () => {
    let asked = 0;
    const counts = kindOf('counts', () => Promise.resolve({ state: 'pass', summary: `${(asked += 1)}` }));
    const steps: string[] = [];
    const bindings = ['a0', 'b1', 'c2'].map((id) => bindingOf(id, check('counts', id === 'c2' ? { say: 'x' } : {})));
    const { input } = inputOf([counts], bindings, { onProgress: ({ done, total }) => steps.push(`${done}/${total}`) });
    const { run } = await runChecklist(input);
    expect(asked).toBe(2);
    expect(run.results.map(({ state }) => state)).toEqual(['pass', 'pass', 'pass']);
    expect(steps).toEqual(['0/2', '1/2', '2/2']);
  });

  test('goes on when a check hangs, throws, lies about its state or is of no known kind, and none of them passes', async () => {
    const kinds = [
      says,
      kindOf('hangs', () => new Promise(() => {})),
      kindOf('throws', () => Promise.reject(new Error('broken'))),
      kindOf('lies', () => Promise.resolve({ state: 'PASS' as 'pass', summary: 'fine' })),
    ];
    const bindings = ['says', 'hangs', 'throws', 'lies', 'nobody'].map((kind, at) => bindingOf(`${kind}${at}`, check(kind)));
    const { input } = inputOf(kinds, bindings, { timeoutMs: 5, graceMs: 5 });
    const { run } = await runChecklist(input);
    expect(run.results.map(({ state }) => state === 'pass')).toEqual([true, false, false, false, false]);
    for (const id of ['throws2', 'lies3', 'nobody4']) expect(stateOfLine(run, id)).toBe('error');
    expect(['error', 'unreachable']).toContain(stateOfLine(run, 'hangs1'));
  });

  test('keeps no secret: neither one of the settings nor one that a target gives away', async () => {
    const secret = 'correct-horse-battery';
    const leaks = kindOf('leaks', () => {
      const told = `token ${secret} and postgres://app:hunter2secret@db/x`;
      return Promise.resolve({ state: 'fail', summary: told, output: told, measurements: [{ name: 'seen', value: told }] });
    });
    const { input, store } = inputOf([leaks], [bindingOf('a0', check('leaks'))], { probe: probeOf({ hide: hiderOf([secret]) }) });
    const { run, record } = await runChecklist(input);
    const evidence = await store.evidence(run.results[0]!.checks[0]!.evidence!);
    const kept = await store.evidence((record.body as { results: string }).results);
    const everything = [JSON.stringify(run), Buffer.from(evidence!.bytes).toString(), Buffer.from(kept!.bytes).toString()].join();
    expect(everything).toContain('[secret]');
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain('hunter2secret');
  });

  test('leaves nothing in the log when it is stopped, and can be made again', async () => {
    const stop = new AbortController();
    const stops = kindOf('stops', (_, { signal }) => {
      stop.abort();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ state: 'pass', summary: 'late' })));
    });
    const { input, store } = inputOf([stops, says], [bindingOf('a0', check('stops')), bindingOf('b1', check('says'))]);
    await expect(runChecklist({ ...input, probe: probeOf({ signal: stop.signal }) })).rejects.toMatchObject({
      code: 'readiness.run_stopped',
    });
    expect(await Array.fromAsync(store.readAll())).toEqual([]);
    const again = await runChecklist({ ...input, kinds: createKinds([{ name: 'test', kinds: [says, { ...says, name: 'stops' }] }]) });
    expect(again.record.index).toBe(0);
  });

  test('is refused for a subject of other files, and without anybody who asks for it', async () => {
    const { input } = inputOf([says], [bindingOf('a0', check('says'))]);
    const other = { ...input.subject, checklistSha256: 'edited' };
    await expect(runChecklist({ ...input, subject: other })).rejects.toMatchObject({ code: 'readiness.subject_changed' });
    await expect(runChecklist({ ...input, requestedBy: '<name>' })).rejects.toMatchObject({ code: 'readiness.requester_unknown' });
  });

  test('decides nothing about a checklist that was edited since', async () => {
    const { input, store, file } = inputOf([says], [bindingOf('a0', check('says'))]);
    const { run } = await runChecklist(input);
    const decided = async (checklist: Checklist) => {
      const subject = subjectOfTest(checklist, file);
      const records = await readState({ store, people, policy: DEFAULT_POLICY }, { checklist: checklist.name, subject, at: NOW });
      return decide({ checklist, bindings: file, run, subject, records, at: NOW });
    };
    expect((await decided(input.checklist)).decision).toBe('go');
    const edited = { ...input.checklist, sha256: 'f'.repeat(64) };
    expect(await decided(edited)).toMatchObject({
      decision: 'undecided',
      undecided: ['The run speaks of something else: checklist changed.'],
    });
  });
});

test('a run that was kept is not taken for another one, nor when it is gone', async () => {
  const { input, store } = inputOf([says], [bindingOf('a0', check('says'))]);
  const { record } = await runChecklist(input);
  const entry = record as Parameters<typeof loadRun>[1];
  for (const change of [{ runId: 'other' }, { subject: { ...input.subject, commit: 'x' } }, { results: '0'.repeat(64) }])
    await expect(loadRun(store, { ...entry, body: { ...entry.body, ...change } })).rejects.toMatchObject({ code: 'readiness.run_damaged' });
});
