import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import type { ReadinessRecord, RecordStore } from '../record/record.ts';
import type { ResultState } from '../run/result.ts';
import { callRollback, confirmRollback, noteRollback, type RollbackPolicy } from './call-rollback.ts';
import type { Watch } from './fold-watch.ts';
import { runScript } from './run-script.ts';
import { memoryStore } from '../record/memory-store.ts';
import { startWatch } from './start-watch.ts';
import { readOn } from './watch-log.ts';
import { watchPass, type WatchDeps } from './watch-pass.ts';
import { RELEASED, resultOf, SUBJECT, watchedChecklist } from './watch.fixture.ts';

const MINUTE = 60_000;
let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rollback-'))));
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => rm(join(folder, 'called'), { force: true }));

/** A program that writes down with what it was called, and ends as told. */
const program = (end: string): [string, ...string[]] => [
  process.execPath,
  '-e',
  `require('fs').appendFileSync('called', process.argv.slice(1).join('|') + '\\n'); console.log('undone with password=hunter2hunter2'); ${end}`,
  '$(touch injected)',
  '; rm -rf x',
];
const policy = (mode: 'confirm' | 'automatic', end = ''): RollbackPolicy => ({
  mode,
  name: 'undo',
  script: { argv: program(end), cwd: folder, timeoutMs: 20_000 },
});
const calls = async (): Promise<string[]> => (await readFile(join(folder, 'called'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

async function begin(given: RollbackPolicy, state: (minute: number) => ResultState = () => 'fail') {
  const clock = manualClock(RELEASED);
  const store = memoryStore(clock);
  const { id } = await startWatch({ store, clock, checklist: watchedChecklist(), subject: SUBJECT, releasedAt: RELEASED });
  const deps: WatchDeps = {
    store,
    clock,
    checklist: 'release',
    policy: given,
    confirmedInLog: true,
    hide: (text) => text.replaceAll('hunter2hunter2', '***'),
    look: async (lineIds) =>
      lineIds.map((lineId) => resultOf(lineId, lineId === 'errors' ? state((clock.now() - RELEASED) / MINUTE) : 'pass')),
  };
  const pass = (more: Partial<WatchDeps> = {}) => watchPass({ ...deps, ...more }, id);
  /** Passes at these minutes after the release. */
  const at = async (...minutes: number[]): Promise<Watch> => {
    for (const minute of minutes) {
      clock.set(RELEASED + minute * MINUTE);
      await pass();
    }
    return (await readOn(store, 'release')).watches.get(id)!;
  };
  return { clock, store, deps, id, pass, at };
}

const kinds = (records: readonly ReadinessRecord[]): string[] => records.map(({ body }) => body.kind);

describe('the script', () => {
  test('is called once, as it was reviewed and without a shell, when the policy is automatic and the trigger is certain', async () => {
    const run = await begin(policy('automatic'));
    await run.at(0, 5);
    expect(await calls()).toEqual([]);
    await run.at(10, 15, 20);
    expect(await calls()).toEqual(['$(touch injected)|; rm -rf x']);
    const called = run.store.records.flatMap(({ body }) => (body.kind === 'rollback_called' ? [body] : []));
    expect(called).toEqual([expect.objectContaining({ script: 'undo', by: 'policy: automatic', exitCode: 0 })]);
    const { bytes } = (await run.store.evidence(called[0]!.evidence))!;
    expect(Buffer.from(bytes).toString()).toContain('undone with password=***');
  });

  test('is not called by itself when the policy is off or asks for a person, nor when going back is only recommended', async () => {
    for (const given of [{ mode: 'off' } as const, policy('confirm')]) await (await begin(given)).at(0, 5, 10, 15, 20);
    const recommended = await begin(policy('automatic'), () => 'pass');
    const look: WatchDeps['look'] = async (lineIds) => lineIds.map((lineId) => resultOf(lineId, lineId === 'degraded' ? 'fail' : 'pass'));
    for (let i = 0; i < 4; i++) {
      await recommended.pass({ look });
      recommended.clock.advance(MINUTE);
    }
    expect(await calls()).toEqual([]);
  });

  test('is called when a person confirms it, and refused when nothing advises it or the settings forbid it', async () => {
    const run = await begin(policy('confirm'));
    const early = await run.at(0, 5);
    await expect(callRollback(run.deps, early, 'Ada Lind')).rejects.toMatchObject({ code: 'readiness.rollback_not_advised' });
    const certain = await run.at(10);
    await expect(callRollback({ ...run.deps, policy: { mode: 'off' } }, certain, 'Ada Lind')).rejects.toMatchObject({
      code: 'readiness.rollback_off',
    });
    await callRollback(run.deps, certain, 'Ada Lind');
    expect(await calls()).toHaveLength(1);
    const after = (await readOn(run.store, 'release')).watches.get(run.id)!;
    await expect(callRollback(run.deps, after, 'Ada Lind')).rejects.toMatchObject({ code: 'readiness.rollback_done' });
  });

  test('is called by the next pass, once, after a person has confirmed it, even if all is well by then', async () => {
    const run = await begin(policy('confirm'), (minute) => (minute <= 10 ? 'fail' : 'pass'));
    const known = async () => (await readOn(run.store, 'release')).watches.get(run.id)!;
    await expect(confirmRollback(run.deps, await run.at(0, 5), 'Ada Lind')).rejects.toMatchObject({
      code: 'readiness.rollback_not_advised',
    });
    const advised = await run.at(10);
    const off = { ...run.deps, policy: { mode: 'off' } as const };
    await expect(confirmRollback(off, advised, 'Ada Lind')).rejects.toMatchObject({ code: 'readiness.rollback_off' });
    await confirmRollback(run.deps, advised, 'Ada Lind');
    expect(await calls()).toEqual([]);
    await expect(confirmRollback(run.deps, await known(), 'Bo Berg')).rejects.toMatchObject({ code: 'readiness.rollback_done' });
    // What was confirmed is not called where the settings have forbidden it since.
    await run.pass({ policy: { mode: 'off' } });
    expect(await calls()).toEqual([]);
    // Nor on the word of a log that others may write.
    run.clock.set(RELEASED + 11 * MINUTE);
    await run.pass({ confirmedInLog: false });
    expect(await calls()).toEqual([]);
    const watch = await run.at(15, 20);
    expect(await calls()).toHaveLength(1);
    expect(watch).toMatchObject({ confirmed: { by: 'Ada Lind' }, rollback: { script: 'undo', by: 'Ada Lind', ended: { exitCode: 0 } } });
  });

  test('that fails is told and not called again by itself', async () => {
    const run = await begin(policy('automatic', 'process.exit(7)'));
    const watch = await run.at(0, 5, 10, 15, 20);
    expect(await calls()).toHaveLength(1);
    expect(watch.rollback?.ended?.exitCode).toBe(7);
    expect(watch.decision).toMatchObject({ advice: 'rollback', because: [{ key: 'rollback_failed' }, { key: 'confirmed:errors' }] });
  });

  test('is not called again when the watch stopped while it ran: nobody knows how it ended, and that is told', async () => {
    const run = await begin(policy('automatic'));
    await run.at(0, 5);
    run.clock.set(RELEASED + 10 * MINUTE);
    const store: RecordStore = {
      ...run.store,
      append: (checklist, body) =>
        body.kind === 'rollback_called' ? Promise.reject(new Error('power cut')) : run.store.append(checklist, body),
    };
    await expect(run.pass({ store })).rejects.toThrow('power cut');
    const watch = await run.at(15, 20);
    expect(await calls()).toHaveLength(1);
    expect(kinds(run.store.records)).toContain('rollback_started');
    expect(watch.decision?.because[0]).toMatchObject({ key: 'rollback_unknown' });
  });
});

describe('after a rollback', () => {
  test('everything is watched every 5 minutes for half an hour, and the watch ends as rolled back', async () => {
    const run = await begin(policy('automatic'), (minute) => (minute <= 10 ? 'fail' : 'pass'));
    await run.at(0, 5, 10);
    const ended = await run.at(...Array.from({ length: 31 }, (_, i) => 10 + i));
    const passes = run.store.records.filter(({ body }) => body.kind === 'watch_observed' && Date.parse(body.at) > RELEASED + 10 * MINUTE);
    expect(passes).toHaveLength(6);
    expect(ended.decision?.advice).toBe('continue');
    expect(ended.ended).toEqual({ at: RELEASED + 40 * MINUTE, outcome: 'rolled_back' });
  });

  test('what is still bad asks for attention, and for no other rollback', async () => {
    const run = await begin(policy('automatic'));
    const watch = await run.at(0, 5, 10, 15, 20, 25, 30, 35, 40);
    expect(await calls()).toHaveLength(1);
    expect(watch.decision).toMatchObject({ advice: 'attention', because: [{ key: 'bad:errors' }] });
  });

  test('by hand the same is watched', async () => {
    const run = await begin({ mode: 'off' }, (minute) => (minute < 10 ? 'fail' : 'pass'));
    await noteRollback(run.deps, await run.at(0, 5), 'Ada Lind');
    const watch = await run.at(10, 15, 20, 25, 30, 35);
    expect(watch.ended?.outcome).toBe('rolled_back');
    expect(watch.rollback).toMatchObject({ script: 'by hand', by: 'Ada Lind' });
  });
});

describe('running a script', () => {
  test('stops what takes too long, and does not wait for what it started', async () => {
    const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.log('begun'); setInterval(() => {}, 1000)`;
    const { exitCode, output } = await runScript({ argv: [process.execPath, '-e', child], cwd: folder, timeoutMs: 400 });
    expect(exitCode).toBe(124);
    expect(output).toContain('stopped after 400 ms');
  });

  test('tells a script that cannot be started, and gives none of the environment', async () => {
    expect(await runScript({ argv: [join(folder, 'missing')], cwd: folder, timeoutMs: 5_000 })).toMatchObject({ exitCode: 127 });
    await writeFile(join(folder, 'env.cjs'), 'console.log(Object.keys(process.env).sort().join())');
    const { output } = await runScript({ argv: [process.execPath, 'env.cjs'], cwd: folder, env: { STAGE: 'blue' }, timeoutMs: 20_000 });
    expect(output.trim()).toBe('LC_ALL,PATH,STAGE');
  });
});
