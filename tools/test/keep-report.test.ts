import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { cleanCommitOf } from './clean-commit.ts';
import { keepReport } from './keep-report.ts';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: root, encoding: 'utf8' }).trim();

function repository(): { root: string; junit: string; kept: (name: string) => string } {
  const root = temporaryFolder({ 'a.txt': 'one', '.gitignore': 'reports/\n' });
  git(root, 'init', '--quiet');
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '-m', 'First');
  const junit = join(temporaryFolder({ 'new.xml': '<testsuites/>' }), 'new.xml');
  return { root, junit, kept: (name) => join(root, 'reports', name) };
}

test('a report is kept with the commit that it is of', async () => {
  const { root, junit, kept } = repository();
  await keepReport(junit, root, await cleanCommitOf(root));
  expect(readFileSync(kept('junit.xml'), 'utf8')).toBe('<testsuites/>');
  expect(readFileSync(kept('junit.commit'), 'utf8')).toBe(`${git(root, 'rev-parse', 'HEAD')}\n`);
});

test.each([
  ['edited before', (root: string) => writeFileSync(join(root, 'a.txt'), 'two')],
  ['new', (root: string) => writeFileSync(join(root, 'b.txt'), 'two')],
  ['committed while it ran', (root: string) => git(root, 'commit', '--quiet', '--allow-empty', '-m', 'Second')],
])('none is kept of files that were %s, and none of before is left', async (_, change) => {
  const { root, junit, kept } = repository();
  const begunAt = await cleanCommitOf(root);
  await keepReport(junit, root, begunAt);
  change(root);
  await keepReport(junit, root, begunAt);
  expect([existsSync(kept('junit.xml')), existsSync(kept('junit.commit'))]).toEqual([false, false]);
});

test('without a repository nothing is kept', async () => {
  const root = temporaryFolder({ 'new.xml': '<testsuites/>' });
  expect(await cleanCommitOf(root)).toBeUndefined();
  await keepReport(join(root, 'new.xml'), root, undefined);
  expect(existsSync(join(root, 'reports'))).toBe(false);
});
