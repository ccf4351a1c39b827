import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

const command = fileURLToPath(new URL('../test.ts', import.meta.url));

/** Runs `npm test` on a folder of its own; vitest's marks of the run around it are not passed on. */
function npmTest(
  files: Record<string, string>,
  env: Record<string, string> = {},
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const root = temporaryFolder(files);
  const outer = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|VITE_|RIALTO_)/.test(name));
  return new Promise((resolve) => {
    const options = { env: { ...Object.fromEntries(outer), CI: 'true', ...env } };
    execFile(process.execPath, [command, '--root', root, '--globals', ...args], options, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout });
    });
  });
}
const lastLine = (output: string) => output.trimEnd().split('\n').at(-1);

test('the last line counts, and the exit code tells whether all passed', async () => {
  const good = await npmTest({ 'a.test.js': "test('a', () => {}); test('b', () => {}); test.skip('c', () => {});" });
  expect([good.code, lastLine(good.output)]).toEqual([0, '2 passed, 0 failed, 1 skipped']);
  const bad = await npmTest({ 'a.test.js': "test('a', () => {}); test('b', () => { throw new Error('no'); });" });
  expect([bad.code, lastLine(bad.output)]).toEqual([1, '1 passed, 1 failed']);
});

test('where every server is installed a skipped test fails the run', async () => {
  const files = { 'a.test.js': "test('a', () => {}); test('b', ({ skip }) => skip('no server'));" };
  const { code, output } = await npmTest(files, { RIALTO_REQUIRE_TEST_SERVERS: '1' });
  expect([code, lastLine(output)]).toEqual([1, '1 passed, 1 failed']);
  expect(output).toContain('skipped, which counts as failed here');
});

test('arguments choose what runs, and choosing nothing fails', async () => {
  const files = { 'a.test.js': "test('a', () => {});", 'b.test.js': "test('b', () => { throw new Error('no'); });" };
  const some = await npmTest(files, {}, 'a.test');
  expect([some.code, lastLine(some.output)]).toEqual([0, '1 passed, 0 failed']);
  const none = await npmTest(files, {}, 'c.test');
  expect([none.code, lastLine(none.output)]).toEqual([1, '0 passed, 1 failed']);
});

test('a process that dies in the middle is a failure', async () => {
  const { code, output } = await npmTest(
    { 'a.test.js': "test('a', () => { process.kill(process.ppid, 'SIGKILL'); });" },
    {},
    '--pool=forks',
  );
  expect([code, lastLine(output)]).toEqual([1, '0 passed, 1 failed']);
});
