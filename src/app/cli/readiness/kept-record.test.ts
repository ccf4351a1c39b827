import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitAll, gitIn, readinessCli } from '../../../../test/support/readiness-cli.ts';
import { actingIn, sceneOf } from '../../../../test/support/readiness-repository.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';

describe('a log that was cut', () => {
  test('is used for nothing while git knows more of it, and verify says so', async () => {
    const { folder, run, sign, at } = await sceneOf();
    await run();
    await sign();
    commitAll(folder);
    const path = join(folder, '.readiness/records.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.split('\n').slice(0, 2).join('\n') + '\n');
    expect(await run()).toMatchObject({ exitCode: 3 });
    await expect(at('report')).rejects.toMatchObject({ code: 'readiness.log_cut' });
    const settings = ['--settings', join(folder, 'readiness.yaml')];
    expect(await readinessCli('verify', ...settings)).toMatchObject({ exitCode: 1, value: { ok: false, findings: [{ what: 'cut' }] } });
    writeFileSync(path, whole);
    expect(await readinessCli('verify', ...settings)).toMatchObject({ value: { ok: true } });
  });
});

describe('a key that was replaced', () => {
  test('signs nothing new, also not as of an earlier day, and what it signed before holds', async () => {
    const { folder, run, sign, decide, keys, pass } = await sceneOf();
    const settings = ['--settings', join(folder, 'readiness.yaml')];
    await run();
    const { value } = await sign();
    const before = (value as { record: { body: object } }).record.body;
    const former = readFileSync(join(keys, 'ada.json'), 'utf8');
    const formerly = readFileSync(join(folder, 'people.yaml'), 'utf8');
    const rekeyed = await readinessCli('rekey', 'ada', '--keys', keys, '--passphrase-file', pass, ...settings);
    expect(rekeyed.value).toMatchObject({ account: 'ada', log: expect.stringMatching(/^3:[0-9a-f]{64}$/) });
    const people = readFileSync(join(folder, 'people.yaml'), 'utf8');
    const verified = await readinessCli('verify', ...settings);
    expect(verified.value).toMatchObject({ ok: true, findings: [] });
    // With the former key, by whoever still has it, over the same release and with its clock put back.
    writeFileSync(join(keys, 'ada.json'), former, { mode: 0o600 });
    await expect(sign()).rejects.toMatchObject({ code: 'readiness.key_other' });
    writeFileSync(join(folder, 'people.yaml'), formerly);
    await run();
    await sign();
    writeFileSync(join(folder, 'people.yaml'), people);
    const after = await readinessCli('verify', ...settings);
    expect(after.value).toMatchObject({ findings: [{ what: 'key_not_valid', entry: 5 }] });
    await run();
    const { voided } = (await decide()).value as { voided: { why: string[]; body: { kind: string } }[] };
    expect(voided.filter(({ body }) => body.kind === 'signed').map(({ why }) => why)).toContainEqual(
      expect.arrayContaining(['key_not_valid']),
    );
    expect(before).toMatchObject({ kind: 'signed', log: { size: 2 } });
  });

  test('brings nothing back that it withdrew, though it is told as lost since before the withdrawal', async () => {
    const { folder, run, sign, at, decide, keys, pass } = await sceneOf();
    const withKey = ['--keys', keys, '--passphrase-file', pass];
    const read = async () =>
      ((await decide()).value as { lines: { line: number; state: string }[] }).lines.find(({ line }) => line === 5)!.state;
    await run();
    const signed = (await sign()).value as { record: { index: number } };
    expect(await read()).toBe('pass');
    const back = await at('withdraw', String(signed.record.index), '--reason', 'It was another drill', '--as', 'ada', ...withKey);
    expect(await read()).toBe('awaiting_sign_off');
    const since = (back.value as { record: { body: { signedAt: string } } }).record.body.signedAt;
    await readinessCli('rekey', 'ada', ...withKey, '--compromised-since', since, '--settings', join(folder, 'readiness.yaml'));
    await run();
    expect(await read()).toBe('awaiting_sign_off');
  });
});

describe('signatures that are kept with the repository', () => {
  /** A repository whose signatures were committed and pushed from one clone, and another clone of it. */
  async function signedScene(service?: string) {
    const scene = await sceneOf({ ...(service !== undefined && { service }) });
    const { folder, run, sign, approve, keys, pass } = scene;
    expect((await run()).value).toMatchObject({ decision: 'no_go' });
    await sign();
    await approve('grace');
    const judged = gitIn(folder, ['rev-parse', 'HEAD']);
    const kept = commitAll(folder, {}, 'Kay Keeper');
    const clone = join(temporaryFolder(), 'clone');
    gitIn(folder, ['clone', '-q', '--no-local', folder, clone]);
    return { ...scene, judged, kept, clone, there: actingIn(clone, keys, pass) };
  }

  test('hold in a fresh clone: it decides go by them, with a run of its own and without', async () => {
    const { judged, kept, clone, there } = await signedScene();
    expect(gitIn(clone, ['log', '-1', '--format=%H %an'])).toBe(`${kept} Kay Keeper`);
    const decided = await there.decide();
    expect(decided).toMatchObject({ exitCode: 0, value: { decision: 'go', subject: { commit: judged }, voided: [] } });
    expect((await there.run()).value).toMatchObject({ decision: 'go', effects: { passes: 2, approved: 1 } });
    expect((await there.run('--commit', kept)).value).toMatchObject({ decision: 'go', subject: { commit: judged } });
    commitAll(clone, {}, 'Pipeline');
    expect((await there.decide()).value).toMatchObject({ decision: 'go', subject: { commit: judged } });
    await expect(there.approve('ann')).rejects.toMatchObject({ code: 'readiness.own_request' });
  });

  test.each<[string, (clone: string) => void]>([
    ['what is judged', (clone) => void commitAll(clone, { 'service.json': '{}' })],
    ['an edit of it', (clone) => writeFileSync(join(clone, 'service.json'), '{}')],
    ['who may sign', (clone) => void commitAll(clone, { 'people.yaml': `${readFileSync(join(clone, 'people.yaml'), 'utf8')}# more\n` })],
    ['an edit of who may sign', (clone) => appendFileSync(join(clone, 'people.yaml'), '# more\n')],
    ['another file among the records', (clone) => void commitAll(clone, { '.readiness/plugin.js': 'x' })],
  ])('are void after a change of %s', async (_, change) => {
    const { clone, there } = await signedScene();
    change(clone);
    const { value } = await there.run();
    expect(value).toMatchObject({ decision: 'no_go', effects: { passes: 1, approved: 0 } });
    expect((value as { voided: { why: string[] }[] }).voided.map(({ why }) => why)).toContainEqual(['commit_changed']);
  });

  test('leave the repository clean for a check that demands it', async () => {
    const { folder, at, sign } = await sceneOf({ service: '{ kind: git, params: { clean: true } }' });
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 1 } });
    await sign();
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 2 } });
    commitAll(folder);
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 2 } });
    writeFileSync(join(folder, '.readiness/plugin.js'), 'x');
    expect((await at('run', '--by', 'Robin')).value).toMatchObject({ effects: { passes: 1 } });
  });
});
