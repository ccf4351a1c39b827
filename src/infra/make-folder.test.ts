import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { makeFolder } from './make-folder.ts';

test('a folder is made with those above it, all with the mode that is asked for, and the first that was made is told', async () => {
  const root = temporaryFolder();
  expect(await makeFolder(join(root, 'a/b/c'), { mode: 0o700 })).toBe(join(root, 'a'));
  for (const name of ['a', 'a/b', 'a/b/c']) expect(statSync(join(root, name)).mode & 0o777).toBe(0o700);
  expect(await makeFolder(join(root, 'a/b'))).toBeUndefined();
});

test('many at once make it together', async () => {
  const root = temporaryFolder();
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(root, 'x/y/z'))));
  expect(statSync(join(root, 'x/y/z')).isDirectory()).toBe(true);
});

test.skipIf(process.platform !== 'linux')('where none can be made, that is told: below /proc, and below a file', async () => {
  await expect(makeFolder('/proc/rialto/readiness')).rejects.toMatchObject({ code: 'ENOENT' });
  const root = temporaryFolder();
  writeFileSync(join(root, 'file'), '');
  await expect(makeFolder(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
});
