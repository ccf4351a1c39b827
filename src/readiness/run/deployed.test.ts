import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { commitOf, configHashOf } from './deployed.ts';
import { readRunSettings } from './settings.ts';

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(files);
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=Ada Author', '-c', 'user.email=ada@example.org', 'commit', '-q', '-m', 'first');
  return folder;
}

describe('the commit that is judged', () => {
  test('is that of the repository, with who wrote it', async () => {
    const folder = repository({ 'app.ts': '1' });
    const head = execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    expect(await commitOf(folder)).toEqual({ commit: head, author: 'Ada Author <ada@example.org>' });
  });

  test('is another one for every edit of a tracked file, but not for files that are spoken of by other means', async () => {
    const folder = repository({ 'app.ts': '1', 'docs/list [1].md': '- [ ] a', 'docs/app.ts': '1' });
    const { commit: clean } = await commitOf(folder);
    const apart = [join(folder, 'docs/list [1].md'), join(folder, '.readiness')];
    writeFileSync(join(folder, 'docs/list [1].md'), '- [x] a');
    expect((await commitOf(folder)).commit).not.toBe(clean);
    expect((await commitOf(join(folder, 'docs'), apart)).commit).toBe(clean);
    writeFileSync(join(folder, 'app.ts'), '2');
    const { commit: first } = await commitOf(folder, apart);
    writeFileSync(join(folder, 'app.ts'), '3');
    const { commit: second } = await commitOf(folder, apart);
    expect(new Set([clean, first, second]).size).toBe(3);
    for (const edited of [first, second]) expect(edited.startsWith(`${clean}+`)).toBe(true);
  });

  test('is unknown without a repository or a commit', async () => {
    const folder = temporaryFolder({ 'app.ts': '1' });
    await expect(commitOf(folder)).rejects.toMatchObject({ code: 'readiness.commit_unknown' });
    execFileSync('git', ['-C', folder, 'init', '-q']);
    await expect(commitOf(folder)).rejects.toMatchObject({ code: 'readiness.commit_unknown' });
  });

  test('is found without running what the repository configures', async () => {
    const folder = repository({ 'app.ts': '1' });
    const trap = join(folder, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\ntouch "${join(folder, 'sprung')}"\n`, { mode: 0o755 });
    for (const key of ['core.fsmonitor', 'diff.external', 'diff.x.textconv', 'diff.x.command'])
      execFileSync('git', ['-C', folder, 'config', key, trap]);
    writeFileSync(join(folder, '.git/info/attributes'), '*.ts diff=x\n');
    writeFileSync(join(folder, 'app.ts'), '2');
    const { commit } = await commitOf(folder);
    expect(commit).toContain('+');
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).not.toContain('sprung');
  });
});

test('a commit is not named where comparing files would start a program of the repository', async () => {
  const folder = repository({ 'app.ts': '1' });
  const trap = join(folder, 'trap.sh');
  writeFileSync(trap, `#!/bin/sh\ntouch "${join(folder, 'sprung')}"\ncat\n`, { mode: 0o755 });
  execFileSync('git', ['-C', folder, 'config', 'filter.x.clean', trap]);
  writeFileSync(join(folder, '.git/info/attributes'), '*.ts filter=x\n');
  writeFileSync(join(folder, 'app.ts'), '2');
  await expect(commitOf(folder)).rejects.toMatchObject({
    code: 'readiness.commit_unknown',
    message: expect.stringContaining('filter.x.clean'),
  });
  expect(execFileSync('ls', [folder], { encoding: 'utf8' })).not.toContain('sprung');
});

describe('the hash of the configuration', () => {
  const environment = { MODE: 'live', OTHER: 'x' };

  test('changes with every declared file and setting, and with nothing else', async () => {
    const root = temporaryFolder({ 'app.yaml': 'a: 1', 'other.yaml': 'b' });
    const of = (more: object = {}) => configHashOf({ root, files: ['app.yaml'], env: ['MODE', 'UNSET'], environment, ...more });
    const before = await of();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await of({ environment: { ...environment, OTHER: 'y' } })).toBe(before);
    writeFileSync(join(root, 'other.yaml'), 'c');
    expect(await of()).toBe(before);
    const changes = [
      { settings: 'other' },
      { environment: { MODE: 'test' } },
      { environment: { ...environment, UNSET: '' } },
      { files: [] },
      { env: ['MODE'] },
    ];
    const hashes = await Promise.all(changes.map(of));
    writeFileSync(join(root, 'app.yaml'), 'a: 2');
    expect(new Set([before, ...hashes, await of()]).size).toBe(changes.length + 2);
  });

  test('is not made of a file that is missing or lies outside the root, also by way of a link', async () => {
    const outside = temporaryFolder({ secret: 's' });
    const root = temporaryFolder({ 'app.yaml': '1' });
    symlinkSync(join(outside, 'secret'), join(root, 'link'));
    mkdirSync(join(root, 'folder'));
    for (const file of ['missing', join('..', 'x'), 'link', join(outside, 'secret'), 'folder'])
      await expect(configHashOf({ root, files: [file], env: [], environment })).rejects.toMatchObject({
        code: 'readiness.config_unreadable',
      });
  });
});

describe('settings of runs', () => {
  test('have their usual values, and leave the keys of other parts alone', () => {
    expect(readRunSettings('version: 1\ntargets: {}\n', '/app')).toMatchObject({
      environment: 'production',
      people: '/app/people.yaml',
      records: '/app/.readiness',
      config: { files: [], env: [] },
      limits: {},
    });
    const text =
      'version: 1\nenvironment: staging\nrun: { holdsForHours: 2, concurrency: 4 }\ngate: { maxWaiverDays: 7 }\nconfig: { env: [MODE] }\n';
    const settings = readRunSettings(text, '/app');
    expect(settings).toMatchObject({
      environment: 'staging',
      limits: { concurrency: 4, defaultTtlMs: 7_200_000 },
      policy: { maxWaiverDays: 7 },
    });
  });

  test('have one hash for what they say, however it is written', () => {
    const hashOf = (text: string) => readRunSettings(text, '/app').hash;
    const before = hashOf('version: 1\ntargets: { app: "https://a.example" }\n');
    expect(hashOf('# ours\ntargets:\n  app: https://a.example\nversion: 1\n')).toBe(before);
    expect(hashOf('version: 1\ntargets: { app: "https://b.example" }\n')).not.toBe(before);
  });

  test.each([
    'version: .inf',
    'run: { concurrency: 0 }',
    'gate: { approverRoles: [] }',
    'gate: { admins: [x] }',
    'environment: ""',
    'a: [',
    'nothing',
  ])('are refused: %s', (text) => {
    expect(() => readRunSettings(text, '/app')).toThrow(expect.objectContaining({ code: 'readiness.settings_invalid' }));
  });
});
