import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { toWireId } from '../../base/id.ts';
import { readOutside } from './noted-heads.ts';

const [one, two] = ['0192f3f0-0000-7000-8000-000000000001', '0192f3f0-0000-7000-8000-000000000002'];
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const given = async (heads: string[], tenants = [one]) => (await readOutside('ledger', '/nowhere', heads, tenants)).noted;

test('a head is that of the only tenant, or of the one in front of it', async () => {
  expect(await given([`7:${a}`])).toEqual([{ tenantId: one, size: 7, root: a, source: '--head' }]);
  expect(await given([`${two}:7:${a}`, `${toWireId('ten', one)}:8:${b}`], [one, two])).toMatchObject([
    { tenantId: two, size: 7 },
    { tenantId: one, size: 8, root: b },
  ]);
});

test('a file has an answer of the API, or a head at the end of each line, as the command writes them', async () => {
  const folder = temporaryFolder({
    'head.json': JSON.stringify({ size: 5, root: a, at: '2026-11-23T00:00:00.000Z' }),
    'heads.txt': `2026-11-22T08:00:00.000Z ${one}:5:${a}\n\n2026-11-23T08:00:00.000Z ${one}:9:${b}\n`,
  });
  expect(await given([`${folder}/head.json`])).toMatchObject([{ tenantId: one, size: 5, root: a }]);
  expect(await given([`${folder}/heads.txt`])).toMatchObject([{ size: 5 }, { size: 9, source: `${folder}/heads.txt` }]);
});

test('what the data folder has counts without being asked for', async () => {
  const folder = temporaryFolder({
    [`heads/ledger/${one}.json`]: JSON.stringify({ number: '3', size: 5, root: a, at: '2026-11-23T00:00:00.000Z' }),
    [`heads/audit/${two}.json`]: JSON.stringify({ number: '3', size: 6, root: b, at: '2026-11-23T00:00:00.000Z' }),
  });
  expect((await readOutside('ledger', folder, [], [])).noted).toEqual([{ tenantId: one, size: 5, root: a, source: 'the data folder' }]);
});

test.each([
  [[`7:${a}`], [one, two], 'cli.head_invalid'],
  [[`nobody:7:${a}`], [one], 'cli.head_invalid'],
  [['7:abc'], [one], 'cli.file_unreadable'],
])('what is no head is refused: %s', async (heads, tenants, code) => {
  await expect(given(heads, tenants)).rejects.toMatchObject({ code });
});

test('a damaged note of the data folder is no note that is missing', async () => {
  const folder = temporaryFolder({ [`heads/ledger/${one}.json`]: '{' });
  await expect(readOutside('ledger', folder, [], [])).rejects.toMatchObject({ code: 'cli.head_invalid' });
});
