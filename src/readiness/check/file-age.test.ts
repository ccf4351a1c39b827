import { execFileSync, spawn } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { callersOf } from './callers.ts';
import type { CheckKind, Probe } from './check.ts';
import { file } from './kinds/file.ts';
import { junit } from './kinds/junit.ts';
import { processes } from './kinds/process.ts';
import { bareProbe } from './loopback.ts';
import { runCheck } from './run-check.ts';

const stateOf = async (kind: CheckKind, params: object, probe: Partial<Probe>) => {
  const { state, summary } = (await runCheck(kind, params, bareProbe(probe))).result;
  return `${state}: ${summary}`;
};

const REPORT = '<testsuite tests="1"><testcase name="pays"/></testsuite>';

/** A repository that was committed years ago and checked out just now, so that every file is of now. */
function checkedOutNow(): string {
  const root = temporaryFolder({ 'junit.xml': REPORT, 'other.txt': 'x' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
      env: { ...process.env, GIT_AUTHOR_DATE: '2020-01-02T00:00:00Z', GIT_COMMITTER_DATE: '2020-01-02T00:00:00Z' },
    });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'all');
  return root;
}

describe('the age of a file', () => {
  const report = { report: 'junit.xml', of: { maxAgeHours: 24 } };
  const aged = { path: 'junit.xml', maxAgeHours: 24 };

  test('is that of its commit where a checkout made it new: an old report is stale, however new its file', async () => {
    const root = checkedOutNow();
    expect(await stateOf(junit, report, { root })).toMatch(/^stale: junit\.xml is \d+\.\d h old/);
    expect(await stateOf(file, aged, { root })).toMatch(/^fail: junit\.xml was changed \d+\.\d h ago/);
  });

  test('is that of the file where it was written since, is not tracked, or lies in no repository', async () => {
    const root = checkedOutNow();
    writeFileSync(join(root, 'junit.xml'), `${REPORT}\n`);
    expect(await stateOf(junit, report, { root })).toMatch(/^pass/);
    expect(await stateOf(file, aged, { root })).toMatch(/^pass/);
    writeFileSync(join(root, 'new.xml'), REPORT);
    expect(await stateOf(junit, { ...report, report: 'new.xml' }, { root })).toMatch(/^pass/);
    const alone = temporaryFolder({ 'junit.xml': REPORT });
    expect(await stateOf(junit, report, { root: alone })).toMatch(/^pass/);
    utimesSync(join(alone, 'junit.xml'), 1, 1);
    expect(await stateOf(junit, report, { root: alone })).toMatch(/^stale/);
  });
});

test('the age of what a shallow clone has from before its history begins is not known, and that is no pass', async () => {
  const origin = temporaryFolder({ 'old.xml': REPORT });
  const git = (root: string, ...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], { stdio: 'ignore' });
  git(origin, 'init', '-q');
  for (const name of ['old.xml', 'middle.xml', 'new.xml']) {
    writeFileSync(join(origin, name), REPORT);
    git(origin, 'add', '.');
    git(origin, 'commit', '-qm', name);
  }
  const root = join(temporaryFolder(), 'clone');
  git(origin, 'clone', '-q', '--depth', '2', `file://${origin}`, root);
  const of = { maxAgeHours: 24 };
  for (const name of ['old.xml', 'middle.xml']) {
    expect(await stateOf(junit, { report: name, of }, { root })).toMatch(/^stale: how old .* cannot be told: the clone is shallow/);
    expect(await stateOf(file, { path: name, maxAgeHours: 24 }, { root })).toMatch(/^fail: how old .* cannot be told/);
  }
  expect(await stateOf(junit, { report: 'new.xml', of }, { root })).toMatch(/^pass/);
  // What is told is only that it was there by then: too old then is too old.
  utimesSync(join(root, 'old.xml'), 1, 1);
  expect(await stateOf(junit, { report: 'old.xml', of }, { root })).toMatch(/^stale: old\.xml is \d+\.\d h old/);
  // The first commit of all has nothing before it that could be missing.
  expect(await stateOf(junit, { report: 'old.xml', of }, { root: origin })).toMatch(/^pass/);
});

test('who has a process looked for is not taken for it: what is looked for stands in the command line', async () => {
  const name = `payments-worker-${process.pid}`;
  const shell = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', name], { stdio: 'ignore' });
  onTestFinished(() => void shell.kill());
  const params = { commandContains: name };
  const root = temporaryFolder({});
  await expect.poll(() => stateOf(processes, params, { root })).toMatch(/^pass: 1 running/);
  expect(await stateOf(processes, params, { root, callers: [shell.pid!] })).toMatch(/^fail: 0 such/);
  expect(callersOf(shell.pid!)).toEqual([process.pid, ...callersOf(process.pid)]);
  expect(callersOf(2 ** 22 + 1)).toEqual([]);
});
