import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMasterKey } from './master-key.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rialto-key-'))));
afterEach(() => rm(folder, { recursive: true }));

test('the key is made once, whoever asks first, and only its owner can read it', async () => {
  const path = join(folder, 'keys', 'master.key');
  const keys = await Promise.all(Array.from({ length: 5 }, () => readMasterKey(path)));
  expect(new Set(keys.map((key) => Buffer.from(key.reveal()).toString('hex'))).size).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'keys'))).toEqual(['master.key']);
  expect(String(keys[0])).toBe('[secret]');
});

test('a key that is not whole is refused by name, and left as it is', async () => {
  const path = join(folder, 'master.key');
  await writeFile(path, 'short');
  await expect(readMasterKey(path)).rejects.toMatchObject({ code: 'access.master_key_damaged' });
  expect((await stat(path)).size).toBe(5);
});
