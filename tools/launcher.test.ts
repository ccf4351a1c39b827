import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test/support/temporary-folder.ts';

const launcher = readFileSync(new URL('../bin/node.mjs', import.meta.url), 'utf8');
const brought = `node_modules/node-${process.platform}-${process.arch}/bin/node`;

/** Runs a program as the npm scripts do, in a checkout of its own. */
function launch(files: Record<string, string>, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const root = temporaryFolder({ 'bin/node.mjs': launcher, ...files });
  if (files[brought]) chmodSync(path.join(root, brought), 0o755);
  return new Promise((resolve) => {
    execFile(process.execPath, ['bin/node.mjs', ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

test('a program runs on the Node that npm brought, which whatever it starts finds first, and its exit code is handed on', async () => {
  const node = '#!/bin/sh\necho "brought node runs $*, first in the path: $(command -v node)"\nexit 7\n';
  const { code, stdout } = await launch({ [brought]: node }, 'a.ts', '--loud', 'b c');
  expect(stdout).toMatch(/^brought node runs a\.ts --loud b c, first in the path: \//);
  expect(stdout.trimEnd().endsWith(brought)).toBe(true);
  expect(code).toBe(7);
});

test('a program that a signal ended is told from one that ended well', async () => {
  expect((await launch({ [brought]: '#!/bin/sh\nkill -TERM $$\n' }, 'a.ts')).code).toBe(143);
});

test('where npm brought no Node, a program runs on the one at hand and sees its own arguments', async () => {
  const program =
    'const [, file, ...args]: string[] = process.argv;\nconsole.log(file?.endsWith("a.ts"), args.join());\nprocess.exitCode = 3;\n';
  const { code, stdout } = await launch({ 'a.ts': program, 'package.json': '{"type":"module"}' }, 'a.ts', 'x', 'y');
  expect(stdout).toBe('true x,y\n');
  expect(code).toBe(3);
});

test('a Node that cannot be run is named', async () => {
  const { code, stderr } = await launch({ [brought]: '#!/no/such/interpreter\n' }, 'a.ts');
  expect(stderr).toContain(`${brought} cannot be run`);
  expect(code).toBe(1);
});
