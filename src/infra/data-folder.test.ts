import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rialto-test-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Another process that opens the folder, says so and stays. */
async function holder(path: string): Promise<ChildProcess> {
  const module = JSON.stringify(new URL('data-folder.ts', import.meta.url).href);
  const code = `const { openDataFolder } = await import(${module}); await openDataFolder(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('a missing folder is made, with its parents, and only its owner may read it; an empty one becomes so', async () => {
  mkdirSync(join(root, 'empty'), { mode: 0o777 });
  for (const name of ['a/b', 'empty']) {
    const folder = await openDataFolder(join(root, name));
    expect(statSync(folder.path).mode & 0o077).toBe(process.getuid?.() === 0 ? 0o011 : 0);
    folder.close();
  }
});

test('a folder that has something in it keeps its permissions', async () => {
  const path = join(root, 'used');
  (await openDataFolder(path)).close();
  chmodSync(path, 0o750);
  (await openDataFolder(path)).close();
  expect(statSync(path).mode & 0o777).toBe(0o750);
});

test('a folder is open once at a time in a process, and again after it was closed', async () => {
  const path = join(root, 'data');
  const first = await openDataFolder(path);
  await expect(openDataFolder(path)).rejects.toThrow(`in use by process ${process.pid}`);
  first.close();
  first.close();
  (await openDataFolder(path)).close();
});

test('a second process is refused with the pid of the first, until the first dies, even by SIGKILL', async () => {
  const path = join(root, 'data');
  const child = await holder(path);
  await expect(openDataFolder(path)).rejects.toThrow(
    expect.objectContaining({
      kind: 'conflict',
      code: 'start.data_folder_in_use',
      message: expect.stringContaining(`process ${child.pid}`),
    }),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await openDataFolder(path)).close();
});

test('of many processes that start at once exactly one gets the folder', async () => {
  const path = join(root, 'data');
  const module = JSON.stringify(new URL('data-folder.ts', import.meta.url).href);
  const code = `const { openDataFolder } = await import(${module});
    try { await openDataFolder(${JSON.stringify(path)}); process.stdout.write('got it'); } catch (error) { process.stdout.write(error.code); }
    process.stdin.on('end', () => process.exit()).resume();`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const said = await Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0])));
  for (const child of children) child.stdin.end();
  expect(said.toSorted()).toEqual(['got it', ...Array.from({ length: 3 }, () => 'start.data_folder_in_use')]);
});

test('what cannot be a data folder is named', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(openDataFolder(join(root, 'file'))).rejects.toThrow(expect.objectContaining({ code: 'start.data_folder_unusable' }));
  await expect(openDataFolder(join(root, 'file/below'))).rejects.toThrow(expect.objectContaining({ code: 'start.data_folder_unusable' }));
});

test('a place where no folder can be made is named at once', async () => {
  // The kernel says of /proc, which can be seen, that it is not there.
  for (const path of ['/proc/rialto', '/proc/rialto/below'])
    await expect(openDataFolder(path)).rejects.toThrow(
      expect.objectContaining({ code: 'start.data_folder_unusable', message: expect.stringContaining(path) }),
    );
});

test('who is told to stop while it is being opened waits for no disk, and does not take it', async () => {
  const path = join(root, 'data');
  const stop = new AbortController();
  const opening = openDataFolder(path, stop.signal);
  stop.abort(new Error('told to stop'));
  await expect(opening).rejects.toThrow('told to stop');
  await expect(openDataFolder(path, stop.signal)).rejects.toThrow('told to stop');
  (await openDataFolder(path)).close();
});
