import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { commitAll, gitIn } from '../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { commitNamed, commitOf } from './commit.ts';
import { IGNORED } from './records-apart.ts';

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(files);
  gitIn(folder, ['init', '-q']);
  commitAll(folder);
  return folder;
}

describe('the commit that is judged', () => {
  test('is that of the repository, with who wrote it', async () => {
    const folder = repository({ 'app.ts': '1' });
    const head = execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    expect(await commitOf(folder)).toEqual({ commit: head, author: 'Ann Author <ann@example.org>' });
  });

  test('is another one for every edit of a tracked file, but not for files that are spoken of by other means', async () => {
    const folder = repository({ 'app.ts': '1', 'docs/list [1].md': '- [ ] a', 'docs/app.ts': '1' });
    const { commit: clean } = await commitOf(folder);
    const apart = { files: [join(folder, 'docs/list [1].md')], records: join(folder, '.readiness') };
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

  test('is another one for edits that the index was told not to look for', async () => {
    for (const flag of ['--assume-unchanged', '--skip-worktree']) {
      const folder = repository({ 'app.ts': '1' });
      gitIn(folder, ['update-index', flag, 'app.ts']);
      writeFileSync(join(folder, 'app.ts'), '2');
      const { commit: first } = await commitOf(folder);
      writeFileSync(join(folder, 'app.ts'), '3');
      expect(first).toContain('+');
      expect((await commitOf(folder)).commit).not.toBe(first);
      expect((await commitOf(folder, { files: [join(folder, 'app.ts')] })).commit).not.toContain('+');
    }
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

describe('a commit that is named', () => {
  test('is that of the checkout by whichever of its names, with its author, and not what files hold that were edited since', async () => {
    const folder = repository({ 'app.ts': '1' });
    const { commit: head, author } = await commitOf(folder);
    expect(author).toBeDefined();
    for (const name of [head, head.slice(0, 10), 'HEAD']) expect(await commitNamed(name, folder)).toEqual({ commit: head, author });
    writeFileSync(join(folder, 'app.ts'), '2');
    await expect(commitNamed(head, folder)).rejects.toMatchObject({ code: 'readiness.commit_edited' });
    expect(await commitNamed(head, folder, { files: [join(folder, 'app.ts')] })).toEqual({ commit: head, author });
  });

  test('is refused in a repository where git does not know it, or where another one is checked out', async () => {
    const folder = repository({ 'app.ts': '1', 'below/app.ts': '1' });
    const { commit: before } = await commitOf(folder);
    commitAll(folder, { 'app.ts': '2' });
    for (const name of ['release-7', '--all', '0'.repeat(40), ''])
      await expect(commitNamed(name, join(folder, 'below'))).rejects.toMatchObject({ code: 'readiness.commit_unknown' });
    for (const name of [before, 'HEAD~1'])
      await expect(commitNamed(name, folder)).rejects.toMatchObject({ code: 'readiness.commit_other' });
  });

  test('is refused in a repository where git does not answer, and anything outside of one', async () => {
    const folder = repository({ 'app.ts': '1' });
    vi.stubEnv('PATH', folder);
    await expect(commitNamed('release-7', folder)).rejects.toMatchObject({ code: 'readiness.commit_unknown' });
    vi.unstubAllEnvs();
    writeFileSync(join(folder, '.git/HEAD'), 'broken');
    await expect(commitNamed('release-7', folder)).rejects.toMatchObject({ code: 'readiness.commit_unknown' });
    expect(await commitNamed('release-7', temporaryFolder())).toEqual({ commit: 'release-7' });
  });

  test('is held against its files also where the repository names filters, and starts none of them', async () => {
    const folder = repository({ 'app.ts': '1', '.gitattributes': '*.ts filter=a=b\n' });
    const { commit: head, author } = await commitOf(folder);
    const trap = join(folder, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\ntouch "${join(folder, 'sprung')}"\nprintf 1\n`, { mode: 0o755 });
    for (const key of ['clean', 'process', 'required'])
      execFileSync('git', ['-C', folder, 'config', `filter.a=b.${key}`, key === 'required' ? 'true' : trap]);
    expect(await commitNamed('HEAD', folder)).toEqual({ commit: head, author });
    writeFileSync(join(folder, 'app.ts'), '2');
    await expect(commitNamed('HEAD', folder)).rejects.toMatchObject({ code: 'readiness.commit_edited' });
    expect(existsSync(join(folder, 'sprung'))).toBe(false);
  });
});

describe('a file that a check reads and the commit does not hold', () => {
  /** A repository whose checks read these, and what is said of it. */
  function read(...names: string[]) {
    const folder = repository({ 'app.ts': '1', '.gitignore': 'reports/\n' });
    const apart = { read: names.map((name) => join(folder, name)) };
    return { folder, head: gitIn(folder, ['rev-parse', 'HEAD']), apart, now: () => commitOf(folder, apart) };
  }

  test('makes another commit by all that stands in it, until it is committed', async () => {
    const { folder, head, apart, now } = read('CHANGELOG.md', 'app.ts');
    expect(await now()).not.toHaveProperty('unheld');
    expect((await now()).commit).toBe(head);
    writeFileSync(join(folder, 'CHANGELOG.md'), 'one');
    const first = await now();
    writeFileSync(join(folder, 'CHANGELOG.md'), 'two');
    const second = await now();
    expect(new Set([head, first.commit, second.commit]).size).toBe(3);
    for (const each of [first, second]) {
      expect(each.commit.startsWith(`${head}+`)).toBe(true);
      expect(each.unheld).toEqual(['CHANGELOG.md']);
    }
    await expect(commitNamed('HEAD', folder, apart)).rejects.toMatchObject({
      code: 'readiness.commit_edited',
      message: expect.stringContaining('CHANGELOG.md'),
    });
    const next = commitAll(folder);
    expect((await now()).commit).toBe(next);
    expect((await commitNamed('HEAD', folder, apart)).commit).toBe(next);
  });

  test('is any other file none of: not read, ignored, gone, outside, or spoken of by other means', async () => {
    const { folder, head, apart } = read('reports/junit.xml', 'gone.md', 'list.md', '../outside.md');
    for (const name of ['notes.md', 'list.md', '../outside.md']) writeFileSync(join(folder, name), 'x');
    mkdirSync(join(folder, 'reports'));
    writeFileSync(join(folder, 'reports/junit.xml'), '<testsuites/>');
    expect((await commitOf(folder, { ...apart, files: [join(folder, 'list.md')] })).commit).toBe(head);
    expect((await commitOf(folder, apart)).unheld).toEqual(['list.md']);
  });

  test('is seen below a folder that is read, and behind a link, whichever of the two is not held', async () => {
    const { folder, now } = read('docs', 'link.md', 'held-link.md');
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs/[a].md'), 'x');
    symlinkSync('app.ts', join(folder, 'link.md'));
    symlinkSync('target.md', join(folder, 'held-link.md'));
    gitIn(folder, ['add', 'held-link.md']);
    gitIn(folder, ['commit', '-q', '-m', 'a link']);
    writeFileSync(join(folder, 'target.md'), 'x');
    expect((await now()).unheld).toEqual(['docs/[a].md', 'link.md', 'target.md']);
  });

  test('is not hidden by what only this machine leaves out', async () => {
    const { folder, now } = read('CHANGELOG.md');
    writeFileSync(join(folder, 'CHANGELOG.md'), 'x');
    writeFileSync(join(folder, '.git/info/exclude'), '*.md\n');
    expect((await now()).unheld).toEqual(['CHANGELOG.md']);
  });
});

describe('records that are kept with the repository', () => {
  const SHA = 'a'.repeat(64);
  /** A repository with a log, and what is said of it with these files committed behind. */
  function keeping(records = '.readiness') {
    const folder = repository({ 'app.ts': '1', 'people.yaml': 'people: []\n' });
    const judged = gitIn(folder, ['rev-parse', 'HEAD']);
    const apart = { records: join(folder, records) };
    return { folder, judged, apart, now: () => commitOf(folder, apart) };
  }

  test('neither make another commit nor change who wrote the one that is judged', async () => {
    const { folder, judged, apart, now } = keeping();
    const log = {
      '.readiness/records.jsonl': '{}\n',
      [`.readiness/evidence/${SHA}`]: 'x',
      [`.readiness/evidence/${SHA}.type`]: 'text/plain',
    };
    const kept = commitAll(folder, { ...log, '.readiness/.gitignore': IGNORED }, 'Kay Keeper');
    expect(await now()).toEqual({ commit: judged, checkedOut: kept, author: 'Ann Author <ann@example.org>' });
    for (const name of [judged, kept]) expect((await commitNamed(name, folder, apart)).commit).toBe(judged);
    writeFileSync(join(folder, '.readiness/records.jsonl'), '{}\n{}\n');
    expect((await now()).commit).toBe(judged);
    expect((await commitOf(folder)).commit).toMatch(new RegExp(`^${kept}\\+`));
    writeFileSync(join(folder, 'app.ts'), '2');
    expect((await now()).commit).toMatch(new RegExp(`^${judged}\\+`));
    const next = commitAll(folder);
    expect(await now()).toMatchObject({ commit: next });
    commitAll(folder, { '.readiness/records.jsonl': '{}\n{}\n{}\n' });
    expect(await now()).toMatchObject({ commit: next });
  });

  test('are found again after a merge that brought nothing else', async () => {
    const { folder, judged, now } = keeping();
    gitIn(folder, ['checkout', '-q', '-b', 'signing']);
    commitAll(folder, { '.readiness/records.jsonl': '{}\n' });
    gitIn(folder, ['checkout', '-q', '-']);
    gitIn(folder, ['merge', '-q', '--no-ff', '-m', 'signed', 'signing']);
    expect((await now()).commit).toBe(judged);
  });

  test.each<[string, Readonly<Record<string, string>>, string?]>([
    ['another file in their folder', { '.readiness/plugin.js': 'x' }],
    ['another file beside the evidence', { '.readiness/evidence/plugin.js': 'x' }],
    ['a folder by the name of evidence', { [`.readiness/evidence/${SHA}/plugin.js`]: 'x' }],
    ['a folder by the name of the log', { '.readiness/records.jsonl/plugin.js': 'x' }],
    ['another list of what is ignored', { '.readiness/.gitignore': '*.js\n' }],
    ['who may sign', { 'people.yaml': 'people: [{}]\n' }],
    ['sources, where the folder of records was put there', { 'src/evidence/app.ts': 'x' }, 'src'],
    ['sources, where the root is the folder of records', { 'app.ts': 'x' }, '.'],
    ['a log of another folder', { 'other/records.jsonl': 'x' }, '[o]ther'],
  ])('do not hide %s', async (_, files, records) => {
    const { folder, judged, now } = keeping(records);
    const next = commitAll(folder, files);
    expect((await now()).commit).toBe(next);
    expect(next).not.toBe(judged);
    writeFileSync(join(folder, Object.keys(files)[0]!), 'edited');
    expect((await now()).commit).toContain('+');
  });

  test('do not hide a link by the name of a piece of the log', async () => {
    const { folder, now } = keeping();
    mkdirSync(join(folder, '.readiness/evidence'), { recursive: true });
    symlinkSync('../../app.ts', join(folder, `.readiness/evidence/${SHA}`));
    const next = commitAll(folder);
    expect((await now()).commit).toBe(next);
  });
});
