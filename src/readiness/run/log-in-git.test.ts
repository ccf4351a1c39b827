import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitAll, gitIn } from '../../../test/support/readiness-cli.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { refuseCutLog } from './log-in-git.ts';

function logIn(...versions: string[]) {
  const folder = temporaryFolder({ 'app.ts': '1' });
  gitIn(folder, ['init', '-q']);
  commitAll(folder);
  for (const text of versions) commitAll(folder, { 'service/.readiness/records.jsonl': text });
  const records = join(folder, 'service/.readiness');
  return { folder, records, path: join(records, 'records.jsonl') };
}

test('a log that goes on from what was committed of it is taken, and so is one that never was', async () => {
  const { records, path } = logIn('1\n', '1\n2\n');
  await expect(refuseCutLog(records)).resolves.toBeUndefined();
  appendFileSync(path, '3\n');
  await expect(refuseCutLog(records)).resolves.toBeUndefined();
  await expect(refuseCutLog(join(records, 'not-there'))).resolves.toBeUndefined();
  await expect(refuseCutLog(temporaryFolder({ 'records.jsonl': '1\n' }))).resolves.toBeUndefined();
});

test('entries that were cut off the end show, also when the cut log was committed since', async () => {
  const { folder, records, path } = logIn('1\n', '1\n2\n3\n');
  writeFileSync(path, '1\n2\n');
  await expect(refuseCutLog(records)).rejects.toMatchObject({ code: 'readiness.log_cut' });
  commitAll(folder);
  await expect(refuseCutLog(records)).rejects.toMatchObject({ code: 'readiness.log_cut' });
  commitAll(folder, { 'service/.readiness/records.jsonl': '1\n2\nother\n' });
  await expect(refuseCutLog(records)).rejects.toThrow(/git checkout [0-9a-f]{12} --/);
  gitIn(folder, ['rm', '-q', '--cached', 'service/.readiness/records.jsonl']);
  gitIn(folder, ['commit', '-q', '-m', 'gone']);
  await expect(refuseCutLog(records)).rejects.toMatchObject({ code: 'readiness.log_cut' });
});

test('a log that was taken over from what was pushed is no cut one', async () => {
  const { folder, records } = logIn('1\n');
  gitIn(folder, ['checkout', '-q', '-b', 'mine']);
  commitAll(folder, { 'service/.readiness/records.jsonl': '1\nmine\n' });
  gitIn(folder, ['checkout', '-q', '-']);
  commitAll(folder, { 'service/.readiness/records.jsonl': '1\npushed\n' });
  gitIn(folder, ['merge', '-q', '-s', 'ours', '-m', 'merge', 'mine']);
  expect(readFileSync(join(records, 'records.jsonl'), 'utf8')).toBe('1\npushed\n');
  await expect(refuseCutLog(records)).resolves.toBeUndefined();
});
