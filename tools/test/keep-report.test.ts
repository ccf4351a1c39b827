import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { keepReport } from './keep-report.ts';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: root, encoding: 'utf8' }).trim();

test('a report is kept with the commit that it is of, and none of files that nobody has committed', async () => {
  const root = temporaryFolder({ 'a.txt': 'one', '.gitignore': 'reports/\n', 'new.xml': '<testsuites/>' });
  git(root, 'init', '--quiet');
  git(root, 'add', 'a.txt', '.gitignore');
  git(root, 'commit', '--quiet', '-m', 'First');
  const kept = (name: string) => join(root, 'reports', name);
  await keepReport(join(root, 'new.xml'), root);
  expect(readFileSync(kept('junit.xml'), 'utf8')).toBe('<testsuites/>');
  expect(readFileSync(kept('commit'), 'utf8')).toBe(`${git(root, 'rev-parse', 'HEAD')}\n`);
  writeFileSync(join(root, 'a.txt'), 'two');
  await keepReport(join(root, 'new.xml'), root);
  expect([existsSync(kept('junit.xml')), existsSync(kept('commit'))]).toEqual([false, false]);
});

test('without a repository nothing is kept', async () => {
  const root = temporaryFolder({ 'new.xml': '<testsuites/>' });
  await keepReport(join(root, 'new.xml'), root);
  expect(existsSync(join(root, 'reports'))).toBe(false);
});
