import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { acceptHead, headsIn } from './folder.ts';
import type { Head } from './port.ts';

const key = () => new Secret<Uint8Array>(randomBytes(32));
const head = (more: Partial<Head> = {}): Head => ({
  log: 'ledger',
  tenantId: '0192f3f0-0000-7000-8000-000000000001',
  number: 3n,
  size: 7,
  root: Buffer.alloc(32, 1),
  at: 1_000,
  ...more,
});

test('a signature holds for every part of the head, and for nothing else', async () => {
  const heads = await headsIn(temporaryFolder(), key());
  const signature = heads.sign(head());
  expect(heads.isOurs(head(), signature)).toBe(true);
  const others: Partial<Head>[] = [
    { log: 'audit' },
    { tenantId: newId() },
    { number: 4n },
    { size: 8 },
    { root: Buffer.alloc(32) },
    { at: 2 },
  ];
  expect(others.map((more) => heads.isOurs(head(more), signature))).toEqual(others.map(() => false));
});

test('another master key makes other signatures; what the one before signed is still known in the folder, and nowhere else', async () => {
  const folder = temporaryFolder();
  const [first, second] = [key(), key()];
  const signature = (await headsIn(folder, first)).sign(head());
  expect((await headsIn(folder, second)).isOurs(head(), signature)).toBe(true);
  expect((await headsIn(folder, first)).isOurs(head(), signature)).toBe(true);
  expect((await headsIn(temporaryFolder(), second)).isOurs(head(), signature)).toBe(false);
});

test('the last head of each log is kept, for this user only', async () => {
  const folder = temporaryFolder();
  const masterKey = key();
  const { tenantId, ...noted } = head();
  const before = await headsIn(folder, masterKey);
  expect(await before.read('ledger', tenantId)).toBeUndefined();
  await before.write('ledger', tenantId, { ...noted, size: 6 });
  await before.write('ledger', tenantId, noted);
  const { number, size, root, at } = noted;
  expect(await (await headsIn(folder, masterKey)).read('ledger', tenantId)).toEqual({ number, size, root, at });
  expect(await before.read('audit', tenantId)).toBeUndefined();
  expect(readdirSync(join(folder, 'heads', 'ledger'))).toEqual([`${tenantId}.json`]);
});

test('a head that an operator accepts takes the place of the noted one, which stays with the reason', async () => {
  const folder = temporaryFolder();
  const { tenantId, ...noted } = head();
  const heads = await headsIn(folder, key());
  await heads.write('ledger', tenantId, noted);
  await acceptHead(join(folder, 'heads'), { log: 'ledger', tenantId }, { ...noted, size: 5 }, { at: 0, because: 'restored' });
  expect(await heads.read('ledger', tenantId)).toMatchObject({ size: 5 });
  await heads.write('ledger', tenantId, { ...noted, size: 6 });
  const file = JSON.parse(readFileSync(join(folder, 'heads', 'ledger', `${tenantId}.json`), 'utf8')) as object;
  expect(file).toMatchObject({ size: 6, accepted: [{ because: 'restored', instead: { size: 7 } }] });
});

test('a note that cannot be read is no note that is missing', async () => {
  const folder = temporaryFolder();
  const { tenantId, ...noted } = head();
  const heads = await headsIn(folder, key());
  await heads.write('ledger', tenantId, noted);
  writeFileSync(join(folder, 'heads', 'ledger', `${tenantId}.json`), '{');
  await expect(heads.read('ledger', tenantId)).rejects.toMatchObject({ code: 'heads.note_damaged' });
});
